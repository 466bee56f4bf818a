"""Runs the jobs of a stage: here, on a pool of processes, or one after the other; `ray_engine` runs them on a cluster.

A stage is two plain functions. `plan` looks at fingerprints only and gives the jobs that are to be done; each job is a
picklable call over one unit (a shard, a file) that reads whole files and writes whole files. Who runs a job, where and
in which order changes nothing in what it writes.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from photoshop_request.errors import PhotoshopRequestError

R = TypeVar("R")
_TICK = 1.0
_CALM = (100_000, 20, 10)
"""Thresholds of Python's collector while jobs run. Rows are dicts by the hundred thousand and hold no cycles: looking
through them at the usual (700, 10, 10) was about a tenth of the core seconds of build."""


@dataclass(frozen=True, slots=True)
class Job(Generic[R]):
    """One unit of one stage's work."""

    unit: str
    """For people: `shard 00017`, `RS_2020-06.zst`."""
    run: Callable[[], R]
    """Picklable: a `functools.partial` of a module's function."""


class Engine(Protocol):
    """Who runs the jobs of a stage."""

    @property
    def is_here(self) -> bool:
        """Whether the jobs run on this machine, so that it sees at once what they write."""

    def run(
        self,
        jobs: Sequence[Job[R]],
        *,
        on_done: Callable[[Job[R], R], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> list[R]:
        """Do all `jobs` and return their results in the order of `jobs`.

        `on_done` is called in this process as each ends, in any order; `on_tick` every second while other processes
        work. The first exception of a job stops the rest: jobs that have not begun do not begin, those under way are
        waited for.

        Raises:
            PhotoshopRequestError: a worker process died (killed, out of memory); the message names the units it may
                have been at.
        """


@dataclass(frozen=True, slots=True)
class Local:
    """The engine of this machine: without a pool, or with a single job, jobs run in this process."""

    pool: ProcessPoolExecutor | None = None
    workers: int = 1
    """Processes of the pool."""
    is_here: bool = field(default=True, init=False)

    def run(
        self,
        jobs: Sequence[Job[R]],
        *,
        on_done: Callable[[Job[R], R], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> list[R]:
        """See `Engine.run`."""
        if self.pool and len(jobs) > 1:
            return _run_in_processes(self.pool, self.workers, jobs, on_done, on_tick)
        results = []
        for job in jobs:
            results.append(run_job(job.run))
            if on_done:
                on_done(job, results[-1])
        return results


HERE = Local()
"""This process."""


@contextmanager
def local_engine(workers: int) -> Iterator[Local]:
    """This machine with so many processes. They start when first needed and stay until the end, from stage to stage.

    Starting one costs a second of imports, which is more than most stages of a small corpus take.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_CALM)
    try:
        if workers <= 1:
            yield HERE
            return
        # spawn: a fork would copy locks that threads of this process hold
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
            yield Local(pool, workers)
    finally:
        gc.set_threshold(*before)


def _run_in_processes(
    pool: ProcessPoolExecutor,
    workers: int,
    jobs: Sequence[Job[R]],
    on_done: Callable[[Job[R], R], None] | None,
    on_tick: Callable[[], None] | None,
) -> list[R]:
    results: dict[int, R] = {}
    waiting = dict(enumerate(jobs))
    running: dict[Future[R], int] = {}
    try:
        while waiting or running:
            # few in flight: a failure stops the rest at once, and a dead worker names few units
            while waiting and len(running) < workers + 1:
                number = next(iter(waiting))
                with _without_ctrl_c():
                    running[pool.submit(run_job, waiting.pop(number).run)] = number
            done, _ = wait(running, timeout=_TICK if on_tick else None, return_when=FIRST_COMPLETED)
            if on_tick:
                on_tick()
            for future in done:
                results[running[future]] = future.result()
                number = running.pop(future)
                if on_done:
                    on_done(jobs[number], results[number])
    except BrokenProcessPool:
        units = ", ".join(jobs[number].unit for number in sorted(running.values()))
        raise PhotoshopRequestError(
            f"A worker process died at one of: {units}. Everything finished is kept; run the same command again, "
            "with fewer --workers if memory was short."
        ) from None
    except BaseException:
        for future in running:
            future.cancel()
        wait(running)
        raise
    return [results[number] for number in range(len(jobs))]


def run_job(run: Callable[[], R]) -> R:
    """Run one job with one thread of OpenCV and one of its BLAS: the engine runs one process per core.

    The BLAS waits by spinning. With two threads, a product of 0.5 ms takes 5 ms of two cores.
    """
    if "cv2" in sys.modules:
        import cv2
        from threadpoolctl import ThreadpoolController

        cv2.setNumThreads(1)
        for library in ThreadpoolController().lib_controllers:
            if "opencv" in library.filepath:
                library.set_num_threads(1)
    return run()


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Start workers that ignore SIGINT: they end with their parent and print no traceback."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """What a worker does first."""
    gc.set_threshold(*_CALM)
    _end_with_parent()


def _end_with_parent() -> None:
    """Let this process end when the one that started it does: a pool's workers would wait for ever for who was killed."""
    parent = multiprocessing.parent_process()
    assert parent

    def wait_and_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
