"""Runs one stage: plans it, has an engine do its jobs, and tells how far it is."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from photoshop_request.errors import StorageError
from photoshop_request_builder.engine.jobs import HERE, Engine, Job

R = TypeVar("R")
_SEEN_WITHIN = 120.0
"""Seconds: NFS keeps what it knows of a folder for up to 60 (nfs(5), `acdirmax`)."""


class Progress(Protocol):
    """Opened with a stage's name, its number of units and what they are; gives what to call with the units done."""

    def __call__(self, what: str, total: float, unit: str = "units") -> AbstractContextManager[Callable[[float], None]]:
        """Begin to show it."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """How the pipeline tells what it does."""

    say: Callable[[str], None]
    progress: Progress


def run_stage(
    name: str,
    plan: Callable[[], Sequence[Job[R]]],
    *,
    engine: Engine = HERE,
    reporter: Reporter,
    says_nothing: bool = False,
) -> list[R]:
    """Run the jobs of one stage, with progress; where there is nothing to do it says so, or with `says_nothing` not.

    Raises:
        StorageError: other machines did the jobs, and what they wrote is not seen here.
    """
    jobs = plan()
    if not jobs:
        if not says_nothing:
            reporter.say(f"{name}: nothing to do")
        return []
    with reporter.progress(name, len(jobs), "units") as advance:
        results = engine.run(jobs, on_done=lambda _job, _result: advance(1))
    if not engine.is_here:
        wait_until_seen(lambda: [job.unit for job in plan()])
    reporter.say(f"{name}: {len(jobs)} done")
    return results


def wait_until_seen(
    missing: Callable[[], Sequence[str]],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until what other machines wrote is seen here: network file systems remember for a while what was not there.

    Raises:
        StorageError: it is not seen after two minutes.
    """
    end = clock() + _SEEN_WITHIN
    while units := missing():
        if clock() > end:
            raise StorageError(
                f"{', '.join(units[:3])}: done by another machine, but not to be seen on this one. The corpus must lie "
                "on storage that all machines of the cluster share, under the same path."
            )
        sleep(1.0)
