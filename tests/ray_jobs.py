"""Jobs for the tests of the Ray engine: they record each attempt, are slow, or die."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from photoshop_request.errors import InputError


def attempts(folder: Path, name: str) -> int:
    """Count the attempts of a job."""
    return len(list(folder.glob(f"{name}.*")))


def begun(folder: Path, name: str) -> int:
    """Record an attempt and return its number, from 1."""
    (folder / f"{name}.{uuid4().hex}").touch()
    return attempts(folder, name)


def noted(folder: Path, name: str, run: Callable[[], Any], *, seconds: float = 0.0) -> Any:
    """Run a slow job."""
    begun(folder, name)
    time.sleep(seconds)
    return run()


def killed_midway(folder: Path, name: str, run: Callable[[], Any], *, seconds: float, times: int = 1) -> Any:
    """Kill the first `times` attempts this many seconds after their start."""
    if begun(folder, name) <= times:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    result = run()
    if attempts(folder, name) <= times:  # record before the kill
        time.sleep(60)
    return result


def large() -> None:
    """Hold a lot of memory until killed."""
    held = os.urandom(300_000_000)
    time.sleep(120)
    del held


def refused(folder: Path) -> None:
    """Raise an input error."""
    begun(folder, "refused")
    raise InputError("number 2: cannot be read")


def broken() -> None:
    """Raise an unexpected error."""
    {}["nothing"]


def variable(name: str) -> str | None:
    """Return an environment variable of the node."""
    return os.environ.get(name)
