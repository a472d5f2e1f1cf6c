"""Options that several commands share, or that belong together, as one value."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def gathered(name: str, kind: type, options: Sequence[Decorator]) -> Decorator:
    """Return what adds options to a click command, which gets them as one ``name``: a ``kind``.

    ``kind`` is a dataclass with a field for each option.
    """

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def wrapped(*args: Any, **given: Any) -> Any:
            values = {field.name: given.pop(field.name) for field in fields(kind)}
            return command(*args, **{name: kind(**values)}, **given)

        for option in reversed(options):
            option(wrapped)
        return wrapped

    return add
