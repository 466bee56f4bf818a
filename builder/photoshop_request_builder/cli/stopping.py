"""How Ctrl-C and SIGTERM stop a command: wherever they meet it, once and for all.

Python raises KeyboardInterrupt in the midst of whatever runs, and not all of that lets it through. Libraries try
optional imports and catch whatever comes of them (`multiprocess/__init__.py` has a bare `except:`), and what is raised
while an `io.IOBase` is finalized is dropped without a word (fsspec's local files run Python there: 13 to 23 of 20,000
stops of a loop that reads footers). So a stop is not raised into an import or a `__del__`, and is raised again until it
is heard.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["answered_by_end", "is_stop_asked", "stoppable"]

_SOON = 0.05
"""Seconds until a stop is tried again, as often as it takes."""
_asked = threading.Event()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """SIGINT and SIGTERM end the block by KeyboardInterrupt, or by what a library makes of it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _stop_again)
    sys.unraisablehook = _report_dropped
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def answered_by_end() -> Iterator[None]:
    """A stop ends the block and is answered by that: what comes after the block goes on."""
    try:
        yield
    except KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _asked.clear()


def is_stop_asked() -> bool:
    """Whether a stop was asked for and not answered: what fails now may have failed by it."""
    return _asked.is_set()


def _stop(_number: int, frame: FrameType | None) -> None:
    _asked.set()
    signal.setitimer(signal.ITIMER_REAL, _SOON, _SOON)
    if not _is_lost_at(frame):
        raise KeyboardInterrupt


def _stop_again(_number: int, frame: FrameType | None) -> None:
    # what cleans up after a stop is not disturbed; a second Ctrl-C does that
    if not _is_lost_at(frame) and not _is_heard():
        raise KeyboardInterrupt


def _report_dropped(dropped: "sys.UnraisableHookArgs") -> None:
    """Tell what Python drops, as it does by itself; but not a stop, which is raised again."""
    if not isinstance(dropped.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)


def _is_lost_at(frame: FrameType | None) -> bool:
    """Whether a stop would be lost at `frame`: a module is being imported there, or an object on its way out."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>" or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def _is_heard() -> bool:
    """Whether this runs in an `except`, a `finally` or the end of a `with` that a stop has reached."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__context__
    return False
