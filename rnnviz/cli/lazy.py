"""The click group behind ``rnnviz``: commands loaded on demand, and every error as one line."""

import contextlib
import gc
import importlib
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem

from rnnviz.errors import RnnvizError, RnnvizWarning


def one_line(text: str) -> str:
    r"""Return text with line breaks and control characters written as escapes, such as ``\n``."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class BadData(click.ClickException):
    """Data or a file that cannot be used: one line, exit status 3."""

    exit_code = 3


class LazyGroup(click.Group):
    """A group whose commands are modules of one package, each with a command of its own name."""

    def __init__(self, *args: Any, summaries: Mapping[str, str], package: str, **extra: Any):
        super().__init__(*args, **extra)
        self.summaries = summaries
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of help."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command, or None if there is no such command."""
        if cmd_name not in self.summaries:
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; UsageError listing all if there is none."""
        name = args[0]
        if name not in self.summaries and not name.startswith("-") and not ctx.resilient_parsing:
            known = ", ".join(self.summaries)
            raise click.UsageError(f"command: wanted one of {known}, got {name!r}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without importing any, and the group's options."""
        names = [name for name in self.summaries if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self.summaries[name]) for name in names]
        return items + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises becomes one line, after its traceback with --debug."""
        try:
            with _warnings_shown():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                traceback.print_exc()
            raise _failure(error) from error

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; an error is one line on stderr and an exit status."""
        extra["standalone_mode"] = False
        for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot write is escaped
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        code = 0
        try:
            result = super().main(*args, **extra)
            code = result if isinstance(result, int) else 0
            sys.stdout.flush()
        except click.Abort:
            code = 130
        except click.ClickException as error:
            message = error.format_message().replace("\n\t", " ")
            click.echo(f"Error: {one_line(message)}", err=True)
            code = error.exit_code
        except BrokenPipeError:
            code = 1
            with contextlib.suppress(OSError):
                sys.stdout.close()  # else Python tries again on its way out, and says so
        gc.freeze()  # else Python looks for garbage once more on its way out
        sys.exit(code)


@contextlib.contextmanager
def _warnings_shown() -> Iterator[None]:
    """Write each of rnnviz's own warnings as one line on stderr, whatever else is filtered."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def shown(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, RnnvizWarning):
                click.echo(f"Warning: {one_line(str(message))}", err=True)
            else:
                others(message, category, *rest, **more)

        warnings.simplefilter("always", RnnvizWarning)
        warnings.showwarning = shown
        yield


def _failure(error: Exception) -> click.ClickException:
    if isinstance(error, RnnvizError):
        return BadData(str(error))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename is not None else ""
        return BadData(f"{name}{error.strerror or error}")
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return click.ClickException(f"unexpected {said} (rnnviz --debug shows where)")
