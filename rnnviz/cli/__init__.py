"""The command line: a group that loads a command's module only when that command runs.

Exit status: 0 done, 1 a failed check or an unexpected error, 2 wrong usage, 3 bad data,
130 interrupted.
"""

import gc

import click

from rnnviz import __version__
from rnnviz.cli.lazy import LazyGroup

# What --help says of each command; the command's own help must start with the same words.
COMMANDS = {
    "render": "Render a scene as a video or an image.",
    "page": "Write a page that steps through cells and figures.",
    "open": "Step through cells and figures in the default browser.",
    "show": "Show every number of a cell in the terminal.",
    "trace": "Write every number of a cell to a file.",
    "inspect": "List what a file of weights holds.",
    "scenes": "List the scenes that can be rendered.",
    "cache": "Look at what is kept of earlier renders, or remove it.",
    "doctor": "Check that everything rendering needs is in place.",
}


@click.command(
    cls=LazyGroup,
    summaries=COMMANDS,
    package=__name__,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="rnnviz", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """See every number inside an RNN, LSTM or GRU cell.

    The default is a small seeded demo; --input and --weights bring your own.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and exit with its status."""
    gc.set_threshold(100_000, 20, 20)  # most of what a command makes, it keeps
    cli(prog_name=None)
