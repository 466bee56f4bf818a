"""Define the command `photoshop-request`. Each of its commands is imported when it is called."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

SUMMARIES = {
    "run": "Read archives, fetch pictures, compare, build the dataset.",
    "ingest": "Read archives or a service into a corpus.",
    "fetch": "Fetch pictures within the limits of each host.",
    "pair": "Compare each candidate with its sources and give a verdict.",
    "build": "Write the dataset under CORPUS/dataset.",
    "status": "Show sources, the funnel with its reasons, and the dataset.",
    "report": "Write the analysis of a corpus: page, JSON and charts.",
    "export": "Write the dataset in the format of a trainer.",
    "publish": "Upload the dataset to the Hub, load it back and compare.",
    "takedown": "Remove requests, comments, users or pictures permanently.",
    "rebuild": "Fetch the pictures of a manifest and write the dataset.",
    "decisions": "Print a JSON line per picture address: decision and reason.",
    "config": "Print every setting in force and its origin.",
    "view": "Write pages that show every candidate before and after.",
    "review": "Review candidates in the browser.",
    "rewrite": "Rewrite instructions with a language model.",
    "raw": "Print the source JSON of a submission or comment.",
    "refresh": "Update scores, flair and deletions from Reddit.",
    "doctor": "Check versions, disk, credentials, network and a corpus.",
    "demo": "Run every stage on the embedded sample.",
}
"""Command -> first line of its help, as `--help` lists them. The function of the same name lies in `cli/<command>.py`."""


def load_command(name: str) -> Any:
    """Import the module of a command and return it as click's object."""
    function = getattr(import_module(f"{__package__}.{name}"), name)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name)(function)
    return typer.main.get_command(single)


class _LazyCommands(TyperGroup):
    """Imports a command when it is called, so that `--help` and `--version` stay fast."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(SUMMARIES)  # type: ignore[assignment]  # names only, for "Did you mean"

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        return load_command(cmd_name) if cmd_name in SUMMARIES else None

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


app = typer.Typer(
    name="photoshop-request",
    cls=_LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"photoshop-request {version('photoshop-request')}")
        raise typer.Exit


@app.callback()
def _program(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Make a dataset of (source, instruction, edit) from Reddit archives.

    \b
    photoshop-request demo               Try it on an embedded sample.
    photoshop-request run CORPUS FILE…   Make a dataset from archives.
    photoshop-request status CORPUS      Show counts, reasons and the dataset.
    photoshop-request COMMAND --help     Show the options of a command.
    """  # noqa: D301 - a backspace character keeps the line breaks
