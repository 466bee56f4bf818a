"""What runs on the nodes in the tests of the Ray engine: jobs that note each attempt, are slow, or die."""

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
    """How often a job was begun."""
    return len(list(folder.glob(f"{name}.*")))


def begun(folder: Path, name: str) -> int:
    """Note that a job begins; gives which attempt this is, from 1."""
    (folder / f"{name}.{uuid4().hex}").touch()
    return attempts(folder, name)


def noted(folder: Path, name: str, run: Callable[[], Any], *, seconds: float = 0.0) -> Any:
    """Do a job, slowly."""
    begun(folder, name)
    time.sleep(seconds)
    return run()


def killed_midway(folder: Path, name: str, run: Callable[[], Any], *, seconds: float, times: int = 1) -> Any:
    """The first `times` attempts are killed so many seconds after they began."""
    if begun(folder, name) <= times:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    result = run()
    if attempts(folder, name) <= times:  # done before the blow
        time.sleep(60)
    return result


def large() -> None:
    """Holds a lot of memory, until it is ended."""
    held = os.urandom(300_000_000)
    time.sleep(120)
    del held


def refused(folder: Path) -> None:
    """An input that cannot be used."""
    begun(folder, "refused")
    raise InputError("number 2: cannot be read")


def broken() -> None:
    """A fault of ours."""
    {}["nothing"]


def variable(name: str) -> str | None:
    """What the environment says there."""
    return os.environ.get(name)
