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

_MAX_DELAY = 120.0
"""Seconds. NFS caches the content of a folder for up to 60 s (nfs(5), `acdirmax`)."""


class Progress(Protocol):
    """Shows the progress of a stage."""

    def __call__(
        self, name: str, total: float, unit: str = "units", /
    ) -> AbstractContextManager[Callable[[float], None]]:
        """Open a progress bar of `total` units. Yield a function that takes the number of further units done."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Prints messages and progress of a pipeline."""

    say: Callable[[str], None]
    progress: Progress


def run_stage(stage: Stage, corpus: Corpus, *, engine: Engine = HERE, reporter: Reporter) -> int:
    """Run one stage over everything that is not up to date, and return the number of jobs done.

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
    """Run the jobs that `find_jobs` returns, and return their number. With `is_quiet`, say nothing if there are none.

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
    find_missing: Callable[[], Sequence[str]],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the output of other machines is visible here. Network file systems cache that a file is missing.

    Raises:
        StorageError: units are still missing after two minutes.
    """
    end = clock() + _MAX_DELAY
    while units := find_missing():
        if clock() > end:
            raise StorageError(
                f"{', '.join(units[:3])}: written by another node, not visible here. The corpus must lie on storage that all "
                "machines of the cluster share, under the same path."
            )
        sleep(1.0)
