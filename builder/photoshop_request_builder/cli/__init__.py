"""Run the command line. Each command is one module. Results go to stdout, messages to stderr."""

import contextlib
import os
import signal
import sys
from typing import NoReturn

from photoshop_request.errors import Interrupted, PhotoshopRequestError

_STOPPED = "Stopped. Everything finished is kept; the same command goes on.\n"
_CLEAR_PROGRESS = "\r\x1b[2K\x1b[?25h"
"""Erases the line of a progress bar and shows the cursor again."""


def main() -> None:
    """Run the command line. Exit codes are defined in `photoshop_request.errors`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    # multiprocessing removes the semaphores of a stopped command, but warns about it after the message of `stop`
    os.environ["PYTHONWARNINGS"] = f"{os.environ.get('PYTHONWARNINGS', '')},ignore:resource_tracker".lstrip(",")
    # imported after the handlers are set: a signal during imports ends the program as well
    from photoshop_request_builder.cli.program import app

    try:
        app()
    except Interrupted:
        stop()
    except PhotoshopRequestError as error:
        _fail(error)
    except OSError as error:
        from photoshop_request_builder.store.storage import disk_problem

        if problem := disk_problem(error, str(error.filename or "the disk")):
            _fail(problem)
        raise


def _fail(error: PhotoshopRequestError) -> NoReturn:
    from photoshop_request_builder.cli.console import say

    say(f"error: {error}")
    sys.exit(error.exit_code)


def stop(*_: object) -> NoReturn:
    """End this process immediately with exit code 130. Nothing is lost, because every command survives a kill."""
    message = _CLEAR_PROGRESS + _STOPPED if os.isatty(2) else _STOPPED
    with contextlib.suppress(OSError):  # stderr is closed
        os.write(2, message.encode())
    os._exit(Interrupted.exit_code)
