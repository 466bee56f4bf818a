"""The command line: a thin skin over the pipeline. stdout is data, stderr is talk."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from photoshop_request.errors import Interrupted, PhotoshopRequestError
from photoshop_request_builder.cli import (
    demo,
    doctor,
    export,
    fetching,
    look,
    publish,
    reading,
    rebuild,
    report,
    review,
    rewrite,
    stages,
    status,
    takedown,
    view,
)
from photoshop_request_builder.cli.console import data, say
from photoshop_request_builder.cli.stopping import is_stop_asked, stoppable

app = typer.Typer(
    name="photoshop-request",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        data.print(f"photoshop-request {version('photoshop-request')}")
        raise typer.Exit


@app.callback()
def _program(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Make a dataset of (source picture, instruction, edited picture) from Reddit's archives.

    photoshop-request demo                    the whole way on an embedded sample

    photoshop-request run CORPUS FILE…        from archives to a dataset

    photoshop-request status CORPUS           what there is, what was dropped and why
    """


app.command()(stages.run)
app.command()(reading.ingest)
app.command()(fetching.fetch)
app.command()(stages.pair)
app.command()(stages.build)
app.command()(status.status)
app.command()(report.report)
app.command()(export.export)
app.command()(publish.publish)
app.command()(takedown.takedown)
app.command()(rebuild.rebuild)
app.command()(look.decisions)
app.command()(look.config)
app.command()(view.view)
app.command()(review.review)
app.command()(rewrite.rewrite)
app.command()(reading.raw)
app.command()(reading.refresh)
app.command()(doctor.doctor)
app.command()(demo.demo)


@stoppable()
def main() -> None:
    """Run the command line; exit codes are those of `photoshop_request.errors`."""
    try:
        app()
    except PhotoshopRequestError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == Interrupted.exit_code:
            say(_STOPPED)
        raise
    except Exception:
        # whatever a library makes of a stop: DuckDB says "RuntimeError: Query interrupted"
        if not is_stop_asked():
            raise
        say(_STOPPED)
        sys.exit(Interrupted.exit_code)


_STOPPED = "stopped; everything finished is kept. The same command goes on from here."
