"""The command line: a thin skin over the pipeline. stdout is data, stderr is talk."""

import os
import signal
import sys
import threading
from importlib.metadata import version
from types import FrameType
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


def main() -> None:
    """Run the command line; exit codes are those of `photoshop_request.errors`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
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
        # some libraries make an error of their own of a stop (DuckDB: "RuntimeError: Query interrupted")
        if not _stop_asked.is_set():
            raise
        say(_STOPPED)
        sys.exit(Interrupted.exit_code)


_STOPPED = "stopped; everything finished is kept. The same command goes on from here."
_stop_asked = threading.Event()
"""Set when a stop was asked for: what fails after it failed by it."""
_SOON = 0.05
"""Seconds until a stop that met an import is tried again."""


def _stop(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not into an import.

    Libraries try optional imports and catch whatever comes of them (`multiprocess/__init__.py` has a bare `except:`):
    a stop that is raised there is lost, or shows as a module that is missing.
    """
    if not _is_importing(frame):
        _stop_asked.set()
        raise KeyboardInterrupt
    again = threading.Timer(_SOON, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a module is being imported at `frame`."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False
