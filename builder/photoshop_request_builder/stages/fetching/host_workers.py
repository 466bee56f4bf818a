"""Works off the pending addresses of a ledger: a few workers a host, all on one event loop, results kept in batches."""

import asyncio
import collections
import contextlib
import errno
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from photoshop_request.media.addresses.outcomes import Outcome
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.ledger import Ledger, LedgerEntry

__all__ = ["HostWorkers"]

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_BATCH = 256
_PAGE = 64
_FLUSH_SECONDS = 0.25
_GRACE_SECONDS = 3.0
_ROOM_SECONDS = 30.0


class HostWorkers:
    """One run over the ledger. A host's addresses are taken in order; new ones that pages lead to join at the end.

    `wanted` tells the hosts of this run, `resting` those that ask for more time than a run waits.
    """

    def __init__(
        self,
        ledger: Ledger,
        work: Callable[[LedgerEntry], Awaitable[Outcome]],
        *,
        at_once: Callable[[str], int],
        wanted: Callable[[str], bool] = lambda _: True,
        resting: Callable[[str], bool] = lambda _: False,
        limit: int | None = None,
        on_done: Callable[[Outcome], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger, self._work = ledger, work
        self._at_once, self._wanted, self._resting, self._left = at_once, wanted, resting, limit
        self._on_done, self._say, self._sleep = on_done, say, sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers: collections.Counter[str] = collections.Counter()
        self._waiting: dict[str, collections.deque[tuple[int, LedgerEntry]]] = {}
        self._cursor: dict[str, int] = {}
        self._finished: list[Outcome] = []

    async def run(self, stop: asyncio.Event) -> bool:
        """Work until nothing is pending or `stop` is set; returns whether everything was done. Results are kept."""
        for host in self._ledger.hosts():
            self._wake(host)
        stopping = asyncio.create_task(stop.wait())
        try:
            while self._tasks or self._finished:
                if self._tasks:
                    waits: set[asyncio.Task[Any]] = {*self._tasks, stopping}
                    done, _ = await asyncio.wait(waits, timeout=_FLUSH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                    self._reap(done - {stopping})
                if not stop.is_set():
                    await self._flush_unless(stopping)
                if stop.is_set():
                    await self._end()
                    return False
            return True
        finally:
            stopping.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(stopping, *self._tasks, return_exceptions=True)
            with contextlib.suppress(sqlite3.Error):  # after a fault: what is finished is finished
                self._record()

    def _reap(self, done: set[asyncio.Task[Any]]) -> None:
        for task in done:
            self._tasks.discard(task)
            task.result()

    async def _end(self) -> None:
        """Let requests under way end for a moment, cancel the rest, keep what is finished."""
        self._left = 0
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=_GRACE_SECONDS)
            for task in pending:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks.clear()
        self._record()

    def _wake(self, host: str) -> None:
        while self._wanted(host) and self._workers[host] < self._at_once(host):
            self._workers[host] += 1
            task = asyncio.create_task(self._lane(host))
            self._tasks.add(task)

    async def _lane(self, host: str) -> None:
        try:
            while entry := self._next(host):
                self._finished.append(await self._worked(entry))
                if len(self._finished) >= _BATCH:
                    await self._flush()
        finally:
            self._workers[host] -= 1

    def _next(self, host: str) -> LedgerEntry | None:
        if self._left == 0 or self._resting(host):
            return None
        waiting = self._waiting.setdefault(host, collections.deque())
        if not waiting:
            waiting.extend(self._ledger.pending(host, self._cursor.get(host, 0), _PAGE))
        if not waiting:
            return None
        self._cursor[host], entry = waiting.popleft()
        if self._left is not None:
            self._left -= 1
        return entry

    async def _worked(self, entry: LedgerEntry) -> Outcome:
        while True:
            try:
                outcome = await self._work(entry)
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    with storage.explain_disk_errors("images"):
                        raise
                await self._pause()
                continue
            self._on_done(outcome)
            return outcome

    async def _flush_unless(self, stopping: asyncio.Task[Any]) -> None:
        """Keep what is finished; a disk without room must not keep a run from being stopped."""
        flush = asyncio.create_task(self._flush())
        await asyncio.wait({flush, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not flush.done():
            flush.cancel()
            await asyncio.gather(flush, return_exceptions=True)
        else:
            flush.result()

    async def _flush(self) -> None:
        while self._finished:
            try:
                self._record()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                await self._pause()

    def _record(self) -> None:
        batch = self._finished[:]
        for host in self._ledger.record(batch) if batch else ():
            self._wake(host)
        del self._finished[: len(batch)]

    async def _pause(self) -> None:
        self._say(
            f"No space left on the disk. Free some: fetching goes on by itself, it looks again in {_ROOM_SECONDS:.0f} s."
        )
        await self._sleep(_ROOM_SECONDS)
