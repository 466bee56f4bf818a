"""Runs the jobs of a stage on a Ray cluster, one task a job: `--engine ray [--address HOST:PORT]`.

The client of the cluster lives in a process of its own (`ray_client`). When the cluster's head is lost, Ray ends the
process that is connected to it, from below Python and without an exception; this process sees the pipe close, says what
happened, and ends as it should.
"""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from photoshop_request.errors import InputError, NetworkError
from photoshop_request_builder.dataset import pseudonyms
from photoshop_request_builder.engine import ray_client
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.settings import SETTINGS

R = TypeVar("R")
_TICK = 1.0
_GRACE = 20.0
"""Seconds in which the client takes leave of the cluster before it is ended."""


@dataclass(slots=True)
class RayEngine:
    """The engine of a cluster; it connects when there is something to do."""

    corpus: Corpus
    variables: dict[str, str | None]
    address: str | None
    workers: int
    is_here: bool = field(default=False, init=False)
    _pipe: Connection | None = field(default=None, init=False)
    _process: Any = field(default=None, init=False)

    def run(
        self,
        jobs: Sequence[Job[R]],
        *,
        on_done: Callable[[Job[R], R], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> list[R]:
        """As `engine.Engine.run`: a task whose worker or node died is done again elsewhere, up to three times.

        Raises:
            NetworkError: the cluster cannot be reached, or was lost.
            PhotoshopRequestError: workers died again and again at one job.
        """
        results: dict[int, R] = {}
        self._ask([(job.unit, pickle.dumps(job.run)) for job in jobs])
        while len(results) < len(jobs):
            if on_tick:
                on_tick()
            if (message := self._answer(_TICK, self._lost())) is None:
                continue
            results[message.number] = message.result
            if on_done:
                on_done(jobs[message.number], message.result)
        return [results[number] for number in range(len(jobs))]

    def close(self) -> None:
        """Take leave; tasks that are under way end."""
        if self._pipe is None:
            return
        self._pipe.close()
        self._process.join(_GRACE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe = None

    def task(self) -> ray_client.Task:
        """What a node checks and does for each job, by the corpus as it is now."""
        toml = self.corpus.fs.cat_file(self.corpus.path("corpus.toml"))
        return ray_client.Task(self.corpus, toml, ray_client.versions(), self.variables)

    def _ask(self, jobs: Sequence[tuple[str, bytes]]) -> None:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(
                target=ray_client.serve, args=(theirs, self.task(), self.address, self.workers), name="ray-client"
            )
            self._process.start()
            theirs.close()
            self._answer(None, self._unreachable())
        try:
            self._pipe.send(jobs)
        except OSError:
            raise self._lost() from None

    def _answer(self, seconds: float | None, silence: NetworkError) -> ray_client.Done | None:
        """What the client says within that time (None: whenever it does); it ends by itself only when it lost the head."""
        assert self._pipe
        try:
            if not self._pipe.poll(seconds):
                return None
            message = self._pipe.recv()
        except (EOFError, OSError):
            raise silence from None
        if isinstance(message, ray_client.Failed):
            raise message.error
        assert message is None or isinstance(message, ray_client.Done)
        return message

    def _unreachable(self) -> NetworkError:
        return NetworkError(
            f"No Ray cluster answers at {self.address or 'this machine'}. Start one (ray start --head), name another with "
            "--address, or use --engine local."
        )

    def _lost(self) -> NetworkError:
        return NetworkError(
            f"The Ray cluster at {self.address or 'this machine'} was lost: its head does not answer. Everything finished is kept. Run the same "
            "command again when it is back, with the --address of another one, or with --engine local."
        )


@contextmanager
def ray_engine(corpus: Corpus, address: str | None, workers: int) -> Iterator[RayEngine]:
    """The engine of the cluster at `address` (`HOST:PORT`, or `auto` for the one that this machine belongs to).

    None: the one that RAY_ADDRESS names, or else a cluster of this machine alone, with `workers` cores. Settings made by
    the environment and the key of pseudonyms go with each task. Nothing else does: Reddit and the Hub are asked from
    here only, and every node has its own right to read object storage.

    Raises:
        InputError: Ray is not installed.
    """
    if find_spec("ray") is None:
        raise InputError("--engine ray needs Ray. Install it with: pip install 'photoshop-request[ray]'")
    deciding = (pseudonyms.KEY, *(setting.variable for setting in SETTINGS))
    variables = {name: os.environ.get(name) for name in deciding}
    engine = RayEngine(corpus, variables, address or os.environ.get("RAY_ADDRESS") or None, workers)
    try:
        yield engine
    finally:
        engine.close()
