"""Run jobs on this machine: in this process or on worker processes. `ray_engine` runs them on a cluster.

A job is a picklable call over one unit (a shard, a file) that reads whole files and writes whole files. Its output does
not depend on the process, the machine or the order.
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
_TICK_SECONDS = 1.0
_GC_THRESHOLDS = (100_000, 20, 10)
"""Collect garbage rarely, because hundreds of thousands of row dicts have no cycles. Python's default (700, 10, 10)
took 10 % of the core seconds of `build`."""


@dataclass(frozen=True, slots=True)
class Job(Generic[R]):
    """One unit of a stage's work."""

    unit: str
    """Name for messages: `shard 00017`, `RS_2020-06.zst`."""
    run: Callable[[], R]
    """Picklable: a `functools.partial` of a module's function."""
    size: int = 1
    """Its weight in the progress bar, for example bytes."""


class Engine(Protocol):
    """Runs the jobs of a stage."""

    @property
    def is_here(self) -> bool:
        """True if jobs run on this machine, so that their files are visible at once."""

    def run(
        self,
        jobs: Sequence[Job[R]],
        *,
        on_done: Callable[[Job[R], R], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> list[R]:
        """Run all `jobs` and return their results in the order of `jobs`.

        `on_done` is called in this process as each job ends, in any order. `on_tick` is called every second while other
        processes work. After the first exception of a job, no further job starts. It is raised when the running jobs
        have ended.

        Raises:
            PhotoshopRequestError: a worker process died (killed, out of memory). The message names the units that were
                running.
        """


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """The engine of this machine. Without a pool, or with a single job, jobs run in this process."""

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
        """Run all `jobs` as `Engine.run` does."""
        if self.pool and len(jobs) > 1:
            return _run_in_processes(self.pool, self.workers, jobs, on_done, on_tick)
        results = []
        for job in jobs:
            results.append(run_job(job.run))
            if on_done:
                on_done(job, results[-1])
        return results


HERE = LocalEngine()
"""Runs jobs in this process."""


@contextmanager
def local_engine(workers: int) -> Iterator[LocalEngine]:
    """Yield an engine with `workers` processes. They start with the first jobs and serve all stages.

    Starting a process costs a second of imports, more than most stages of a small corpus take.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(*_GC_THRESHOLDS)
    try:
        if workers <= 1:
            yield HERE
            return
        # spawn: a fork would copy locks that threads of this process hold
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
            yield LocalEngine(pool, workers)
    finally:
        gc.set_threshold(*thresholds)


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
            # submit few jobs at a time: a failure stops early, and the message about a dead worker names few units
            while waiting and len(running) < workers + 1:
                number = next(iter(waiting))
                with _sigint_blocked():
                    running[pool.submit(run_job, waiting.pop(number).run)] = number
            done, _ = wait(running, timeout=_TICK_SECONDS if on_tick else None, return_when=FIRST_COMPLETED)
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
            f"A worker process died at one of: {units}. Everything finished is kept. Run the same command again, with fewer "
            "--workers if memory was short."
        ) from None
    except BaseException:
        for future in running:
            future.cancel()
        wait(running)
        raise
    return [results[number] for number in range(len(jobs))]


def run_job(run: Callable[[], R]) -> R:
    """Run one job with one thread of OpenCV and of its BLAS, because the engine runs one process per core.

    BLAS threads spin while they wait. With two threads, a matrix product of 0.5 ms takes 5 ms on two cores.
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
def _sigint_blocked() -> Iterator[None]:
    """Block SIGINT while a worker starts. The worker inherits that, so that Ctrl-C makes it print no traceback."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _begin_worker() -> None:
    gc.set_threshold(*_GC_THRESHOLDS)
    end_with_parent()


def end_with_parent() -> None:
    """End this process when its parent ends. Otherwise the workers of a killed command would wait forever."""
    parent = multiprocessing.parent_process()
    assert parent

    def wait_and_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
