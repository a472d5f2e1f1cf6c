"""Numbers of the command line in a range, to which what is not a number does not belong."""

import math
from typing import Any

import click


class Finite(click.FloatRange):
    """A float in a range; NaN, which is neither below nor above one, is refused as well."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"wanted a number, got {value}", param, ctx)
        return number
