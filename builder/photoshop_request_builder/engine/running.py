"""Run the jobs of a stage on an engine, and show progress."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from photoshop_request.errors import StorageError
from photoshop_request_builder.engine.jobs import HERE, Engine, Job
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.engine.stage import Stage
from photoshop_request_builder.store.corpus import Corpus

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


def run_stage(stage: Stage, corpus: Corpus, *, engine: Engine = HERE, reporter: Reporter) -> int:
    """Run one stage over everything that is not up to date; return the number of jobs done.

    Raises:
        StorageError: see `run_jobs`.
    """
    by = HERE if stage.is_local and not engine.is_here else engine
    done = run_jobs(stage.name, lambda: plan(stage, corpus), engine=by, reporter=reporter, is_quiet=stage.is_opt_in)
    if stage.finish:
        stage.finish(corpus)
    return done


def run_jobs(
    name: str,
    find_jobs: Callable[[], Sequence[Job[Any]]],
    *,
    engine: Engine = HERE,
    reporter: Reporter,
    is_quiet: bool = False,
) -> int:
    """Run the jobs that `find_jobs` returns; return their number. With `is_quiet`, say nothing if there are none.

    Raises:
        StorageError: other machines did the jobs, and their output is not visible on this one.
    """
    jobs = find_jobs()
    if not jobs:
        if not is_quiet:
            reporter.say(f"{name}: nothing to do")
        return 0
    with reporter.progress(name, len(jobs), "units") as advance:
        engine.run(jobs, on_done=lambda _job, _result: advance(1))
    if not engine.is_here:
        wait_until_seen(lambda: [job.unit for job in find_jobs()])
    reporter.say(f"{name}: {len(jobs)} done")
    return len(jobs)


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
