"""The command line: one module a command. stdout is data, stderr is talk."""

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
    """Run the command line. Exit codes are those of `photoshop_request.errors`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    # multiprocessing removes the semaphores of a stopped command; its warning would follow the message of `stop`
    os.environ["PYTHONWARNINGS"] = ",".join([*os.environ.get("PYTHONWARNINGS", "").split(), "ignore:resource_tracker"])
    # imported after the handlers are set: a signal during imports ends the program as well
    from photoshop_request_builder.cli.program import app

    try:
        app()
    except Interrupted:
        stop()
    except PhotoshopRequestError as error:
        from photoshop_request_builder.cli.console import say

        say(f"error: {error}")
        sys.exit(error.exit_code)


def stop(*_: object) -> NoReturn:
    """End this process at once with exit code 130. Nothing is lost: every command survives a kill at any point."""
    message = _CLEAR_PROGRESS + _STOPPED if os.isatty(2) else _STOPPED
    with contextlib.suppress(OSError):  # nobody reads stderr any more
        os.write(2, message.encode())
    os._exit(Interrupted.exit_code)
