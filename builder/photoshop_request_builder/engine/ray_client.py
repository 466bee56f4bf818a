"""What `ray_engine` runs beside itself: the process that is connected to the cluster, and the task of each job."""

import os
import pickle
import platform
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing.connection import Connection
from typing import Any

from photoshop_request.errors import CorpusError, InputError, NetworkError, PhotoshopRequestError
from photoshop_request_builder.engine.jobs import run_job
from photoshop_request_builder.store.corpus import Corpus

_TRIES = 3
"""Times that a task is done again after its worker or its node died, or Ray ended it for want of memory."""
_TICK = 0.5
_STOPPING = 30.0
"""Seconds in which tasks that are under way end after another has failed."""
_DECIDING = ("photoshop-request", "numpy", "opencv-python-headless", "pillow", "pyarrow", "datasets")
"""Of another version of these, bytes may differ."""


@dataclass(frozen=True, slots=True)
class Done:
    """A job has ended."""

    number: int
    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The stage cannot go on."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Task:
    """Runs a job on a node, if that node is fit to."""

    corpus: Corpus
    toml: bytes
    """What `corpus.toml` says where the command runs."""
    versions: Mapping[str, str]
    variables: Mapping[str, str | None]
    """Everything in the environment that decides about results, as it is where the command runs; None: not set."""

    def __call__(self, job: bytes) -> Any:
        """The result of the pickled `job`.

        Raises:
            CorpusError: the corpus is not seen from here.
            InputError: other versions are installed here.
        """
        here = versions()
        if other := [
            f"{name} {here[name]}, not {wanted}" for name, wanted in self.versions.items() if here[name] != wanted
        ]:
            raise InputError(
                f"node {platform.node()} has {'; '.join(other)}. Results would differ: install the same versions on all nodes."
            )
        try:
            seen = self.corpus.fs.cat_file(self.corpus.path("corpus.toml"))
        except FileNotFoundError:
            seen = None
        if seen != self.toml:
            raise CorpusError(
                f"node {platform.node()} does not see {self.corpus.address}. The corpus must lie on storage that all nodes of "
                "the cluster share, under the same path (a network file system, or s3://…)."
            )
        for name, value in self.variables.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        return run_job(pickle.loads(job))  # noqa: S301 - our own, from the process that started the task


@cache
def versions() -> dict[str, str]:
    """Of what decides about the bytes that are written."""
    return {"python": platform.python_version(), **{name: version(name) for name in _DECIDING}}


def serve(pipe: Connection, task: Task, address: str | None, workers: int) -> None:
    """Connect, then run each list of (unit, pickled job) that comes through `pipe`, until it is closed.

    Sends None when connected, `Done` as each job ends, and `Failed` once if a list cannot be finished.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other end decides, and closes the pipe
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what Ray tells is no data
    warnings.simplefilter("ignore")  # Ray's, in a process of Ray's
    os.environ.setdefault("RAY_task_oom_retries", str(_TRIES))  # of Ray itself: for ever
    import ray  # an extra

    try:
        try:
            _connect(address, workers)
        except (ConnectionError, RuntimeError, ValueError) as error:
            cause = str(error).partition("\n")[0]
            pipe.send(Failed(NetworkError(f"No Ray cluster at {address or 'this machine'} ({cause}). Is it running?")))
            return
        pipe.send(None)
        # a handle to the task's data, which goes to each node once
        remote, shared = ray.remote(num_cpus=1, max_retries=_TRIES)(_run), ray.put(task)
        while True:
            jobs: Sequence[tuple[str, bytes]] = pipe.recv()
            waiting = {remote.options(name=unit).remote(shared, job): number for number, (unit, job) in enumerate(jobs)}
            try:
                _collect(pipe, [unit for unit, _ in jobs], waiting)
            except (EOFError, BrokenPipeError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the other end tells
                pipe.send(Failed(error))
                _stop(list(waiting))
    except (EOFError, BrokenPipeError):
        pass
    finally:
        ray.shutdown()


def _run(task: Task, job: bytes) -> Any:
    return task(job)


def _connect(address: str | None, workers: int) -> None:
    import ray

    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address:
        ray.init(address=address, **quiet)
    else:
        ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)


def _collect(pipe: Connection, units: Sequence[str], waiting: dict[Any, int]) -> None:
    """Send each result as it comes; what is left in `waiting` after an exception has not ended.

    Raises:
        EOFError: the other end has closed the pipe.
        Exception: what the job raised, or what became of its workers.
    """
    import ray

    while waiting:
        ended, _ = ray.wait(list(waiting), num_returns=1, timeout=_TICK)
        for reference in ended:
            number = waiting.pop(reference)
            try:
                result = ray.get(reference)
            except ray.exceptions.RayError as error:
                raise _explained(error, units[number]) from None
            pipe.send(Done(number, result))
        if waiting and pipe.poll():  # nothing is said before the last one has ended
            raise EOFError


def _explained(error: Any, unit: str) -> BaseException:
    """The job's own exception, or what became of its workers."""
    from ray import exceptions

    if isinstance(error, exceptions.RayTaskError):
        cause: BaseException = error.cause
        if not isinstance(cause, PhotoshopRequestError):
            cause.add_note(str(error))
        return cause
    said = str(error).partition("\n")[0]
    if isinstance(error, exceptions.WorkerCrashedError | exceptions.NodeDiedError | exceptions.OutOfMemoryError):
        return PhotoshopRequestError(
            f"{unit}: workers died at it {_TRIES + 1} times ({said}). Everything finished is kept; run the same command "
            "again, on nodes with more memory if that was short."
        )
    return NetworkError(f"{unit}: Ray could not run it ({type(error).__name__}: {said}). Everything finished is kept.")


def _stop(references: list[Any]) -> None:
    import ray

    for reference in references:
        ray.cancel(reference)
    ray.wait(references, num_returns=len(references), timeout=_STOPPING)
