"""Run the jobs of a stage on a Ray cluster, one task per job: `--engine ray [--address HOST:PORT]`.

A separate process connects to the cluster: the only worker of a pool. When the head of the cluster is lost, Ray ends
the connected process from C++, without an exception (tested by `test_a_lost_head`). The pool then raises
`BrokenProcessPool`, so that the command can say what to do and release its lock.
"""

import multiprocessing
import os
import pickle
import platform
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, TypeVar

from photoshop_request.errors import CorpusError, InputError, NetworkError, PhotoshopRequestError
from photoshop_request_builder.dataset import pseudonyms
from photoshop_request_builder.engine.jobs import Job, end_with_parent, run_job
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.settings import SETTINGS

R = TypeVar("R")
_RETRIES = 3
"""Retries of a task after its worker or node died, or ran out of memory."""
_POLL_SECONDS = 1.0
_CANCEL_SECONDS = 30.0
"""Time for running tasks to end after another one failed."""
_PACKAGES = ("photoshop-request", "numpy", "opencv-python-headless", "pillow", "pyarrow", "datasets")
"""Packages that may write other bytes in another version."""


@dataclass(frozen=True, slots=True)
class RayTask:
    """Runs a job on a node, if that node has the same software and can read the corpus."""

    corpus: Corpus
    toml: bytes
    """Content of `corpus.toml` where the command runs."""
    versions: Mapping[str, str]
    variables: Mapping[str, str | None]
    """Environment variables that change results, as set where the command runs. None if not set."""

    def __call__(self, job: bytes) -> Any:
        """Return the result of the pickled `job`.

        Raises:
            CorpusError: the node cannot read the corpus.
            InputError: the node has other versions of the software.
        """
        here = _versions()
        if other := [
            f"{name} {here[name]}, not {wanted}" for name, wanted in self.versions.items() if here[name] != wanted
        ]:
            raise InputError(
                f"Node {platform.node()} has {'; '.join(other)}. Results would differ: install the same versions on all nodes."
            )
        try:
            toml = self.corpus.fs.cat_file(self.corpus.path("corpus.toml"))
        except FileNotFoundError:
            toml = None
        if toml != self.toml:
            raise CorpusError(
                f"Node {platform.node()} does not see {self.corpus.address}. All nodes must share the storage of the corpus, "
                "under the same path (a network file system, or s3://…)."
            )
        for name, value in self.variables.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        return run_job(pickle.loads(job))  # noqa: S301 - our own, from the process that started the task


@dataclass(slots=True)
class RayEngine:
    """The engine of a cluster. It connects when it gets the first jobs."""

    corpus: Corpus
    variables: dict[str, str | None]
    address: str | None
    workers: int
    is_here: bool = field(default=False, init=False)
    _pool: ProcessPoolExecutor | None = field(default=None, init=False)

    def run(
        self,
        jobs: Sequence[Job[R]],
        *,
        on_done: Callable[[Job[R], R], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> list[R]:
        """Run all jobs as `Engine.run` does. A task whose worker or node died is retried up to three times.

        Raises:
            NetworkError: the cluster cannot be reached, or was lost.
            PhotoshopRequestError: the workers died in every attempt of one job.
        """
        if self._pool is None:
            self._connect()
        results: dict[int, R] = {}
        self._call(_submit, [(job.unit, pickle.dumps(job.run)) for job in jobs])
        while len(results) < len(jobs):
            if on_tick:
                on_tick()
            for number, result in self._call(_collect):
                results[number] = result
                if on_done:
                    on_done(jobs[number], result)
        return [results[number] for number in range(len(jobs))]

    def close(self) -> None:
        """Disconnect. Running tasks are cancelled."""
        if self._pool:
            self._pool.shutdown()

    def task(self) -> RayTask:
        """Return the task that a node runs for each job, with the current `corpus.toml`."""
        toml = self.corpus.fs.cat_file(self.corpus.path("corpus.toml"))
        return RayTask(self.corpus, toml, _versions(), self.variables)

    def _connect(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin_client)
        try:
            self._pool.submit(_connect, self.task(), self.address, self.workers).result()
        except Exception as error:  # noqa: BLE001 - Ray raises many kinds, also a plain Exception
            cause = str(error).partition("\n")[0]
            raise NetworkError(
                f"No Ray cluster answers at {self.address or 'this machine'} ({cause}). Start one (ray start --head), name "
                "another with --address, or use --engine local."
            ) from None

    def _call(self, function: Callable[..., R], *arguments: Any) -> R:
        assert self._pool
        try:
            return self._pool.submit(function, *arguments).result()
        except BrokenProcessPool:
            raise NetworkError(
                f"The Ray cluster at {self.address or 'this machine'} was lost: its head does not answer. Everything "
                "finished is kept. Run the same command again when it is back, with the --address of another cluster, or "
                "with --engine local."
            ) from None


@contextmanager
def ray_engine(corpus: Corpus, address: str | None, workers: int) -> Iterator[RayEngine]:
    """Yield the engine of the cluster at `address` (`HOST:PORT`, or `auto` for the cluster of this machine).

    None takes the address from RAY_ADDRESS, or starts a cluster on this machine alone, with `workers` cores. Tasks get
    the settings of the environment and the key of pseudonyms, and no other variables. Only this machine sends requests
    to Reddit and the Hub. Every node needs its own access to object storage.

    Raises:
        InputError: Ray is not installed.
    """
    if find_spec("ray") is None:
        raise InputError("--engine ray needs Ray. Install it with: pip install 'photoshop-request[ray]'")
    names = (pseudonyms.KEY, *(setting.variable for setting in SETTINGS))
    variables = {name: os.environ.get(name) for name in names}
    engine = RayEngine(corpus, variables, address or os.environ.get("RAY_ADDRESS") or None, workers)
    try:
        yield engine
    finally:
        engine.close()


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


# all below runs in the connected process, which lives as long as the engine

_running: dict[Any, tuple[int, str]] = {}
"""Number and unit of the job of each task that has not ended."""
_shared: list[Any] = []
"""The remote function and a handle to the `RayTask`. Ray sends the task to each node once."""


def _begin_client() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command handles Ctrl-C and ends the pool
    end_with_parent()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # stdout of the command is data
    warnings.simplefilter("ignore")  # Ray prints its own warnings
    os.environ.setdefault("RAY_task_oom_retries", str(_RETRIES))  # Ray's default: forever


def _connect(task: RayTask, address: str | None, workers: int) -> None:
    import ray  # an extra

    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address:
        ray.init(address=address, **quiet)
    else:
        ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
    _shared[:] = ray.remote(num_cpus=1, max_retries=_RETRIES)(_run), ray.put(task)


def _run(task: RayTask, job: bytes) -> Any:
    return task(job)


def _submit(jobs: Sequence[tuple[str, bytes]]) -> None:
    remote, task = _shared
    for number, (unit, job) in enumerate(jobs):
        _running[remote.options(name=unit).remote(task, job)] = number, unit


def _collect() -> list[tuple[int, Any]]:
    """Return number and result of a job that has ended, or nothing after a second.

    Raises:
        Exception: the exception of the job, or an explanation of what happened to its workers.
    """
    import ray

    ended, _ = ray.wait(list(_running), num_returns=1, timeout=_POLL_SECONDS)
    results = []
    for reference in ended:
        number, unit = _running.pop(reference)
        try:
            results.append((number, ray.get(reference)))
        except ray.exceptions.RayError as error:
            others = list(_running)
            for other in others:
                ray.cancel(other)
            ray.wait(others, num_returns=len(others), timeout=_CANCEL_SECONDS)
            _running.clear()
            raise _explained(error, unit) from None
    return results


def _explained(error: Any, unit: str) -> BaseException:
    from ray import exceptions

    if isinstance(error, exceptions.RayTaskError):
        cause: BaseException = error.cause
        if not isinstance(cause, PhotoshopRequestError):
            cause.add_note(str(error))
        return cause
    reason = str(error).partition("\n")[0]
    if isinstance(error, exceptions.WorkerCrashedError | exceptions.NodeDiedError | exceptions.OutOfMemoryError):
        return PhotoshopRequestError(
            f"{unit}: workers died in all {_RETRIES + 1} attempts ({reason}). Everything finished is kept. Run the same command "
            "again, on nodes with more memory if that was short."
        )
    return NetworkError(
        f"{unit}: Ray could not run it ({type(error).__name__}: {reason}). Everything finished is kept."
    )
