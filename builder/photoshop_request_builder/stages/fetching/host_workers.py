"""Fetch the pending addresses of a ledger: a few workers per host on one event loop, results recorded in batches."""

import asyncio
import collections
import contextlib
import errno
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from photoshop_request.media.addresses.outcomes import Outcome
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.ledger import Ledger
from photoshop_request_builder.store.ledger_rows import LedgerEntry

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_MAX_UNRECORDED = 256
_PAGE = 64
"""Addresses that are read from the ledger at once."""
_RECORD_SECONDS = 0.25
_GRACE_SECONDS = 3.0
"""Time for open requests to end after a stop."""
_DISK_FULL_SECONDS = 30.0


class HostWorkers:
    """One run over the pending addresses of a ledger, in order per host. Addresses found on pages are added at the end.

    Only hosts for which `is_selected` are fetched, and none once it `is_closed`. `work` fetches one address,
    `concurrency` is the number of workers of a host, `limit` the number of addresses.
    """

    def __init__(
        self,
        ledger: Ledger,
        work: Callable[[LedgerEntry], Awaitable[Outcome]],
        *,
        concurrency: Callable[[str], int],
        is_selected: Callable[[str], bool] = lambda _: True,
        is_closed: Callable[[str], bool] = lambda _: False,
        limit: int | None = None,
        on_done: Callable[[Outcome], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger, self._work = ledger, work
        self._concurrency, self._is_selected, self._is_closed = concurrency, is_selected, is_closed
        self._remaining, self._on_done, self._say, self._sleep = limit, on_done, say, sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers: collections.Counter[str] = collections.Counter()
        self._queues: dict[str, collections.deque[tuple[int, LedgerEntry]]] = {}
        self._cursor: dict[str, int] = {}
        self._unrecorded: list[Outcome] = []

    async def run(self, stop: asyncio.Event) -> bool:
        """Work until no address is pending or `stop` is set, and record the results. Return True if all are done."""
        for host in self._ledger.hosts():
            self._start_workers(host)
        stopping = asyncio.create_task(stop.wait())
        try:
            while self._tasks or self._unrecorded:
                if self._tasks:
                    waits: set[asyncio.Task[Any]] = {*self._tasks, stopping}
                    done, _ = await asyncio.wait(waits, timeout=_RECORD_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                    self._reap(done - {stopping})
                if not stop.is_set():
                    await self._record_unless(stopping)
                if stop.is_set():
                    await self._shut_down()
                    return False
            return True
        finally:
            stopping.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(stopping, *self._tasks, return_exceptions=True)
            with contextlib.suppress(sqlite3.Error):  # keep the results if an error ends the run
                self._record()

    def _reap(self, done: set[asyncio.Task[Any]]) -> None:
        for task in done:
            self._tasks.discard(task)
            task.result()

    async def _shut_down(self) -> None:
        """Give open requests a few seconds to end, cancel the others, and record the results."""
        self._remaining = 0
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=_GRACE_SECONDS)
            for task in pending:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks.clear()
        self._record()

    def _start_workers(self, host: str) -> None:
        while self._is_selected(host) and self._workers[host] < self._concurrency(host):
            self._workers[host] += 1
            self._tasks.add(asyncio.create_task(self._fetch_host(host)))

    async def _fetch_host(self, host: str) -> None:
        try:
            while entry := self._next(host):
                self._unrecorded.append(await self._fetch_entry(entry))
                if len(self._unrecorded) >= _MAX_UNRECORDED:
                    await self._record_when_possible()
        finally:
            self._workers[host] -= 1

    def _next(self, host: str) -> LedgerEntry | None:
        if self._remaining == 0 or self._is_closed(host):
            return None
        queue = self._queues.setdefault(host, collections.deque())
        if not queue:
            queue.extend(self._ledger.pending(host, self._cursor.get(host, 0), _PAGE))
        if not queue:
            return None
        self._cursor[host], entry = queue.popleft()
        if self._remaining is not None:
            self._remaining -= 1
        return entry

    async def _fetch_entry(self, entry: LedgerEntry) -> Outcome:
        while True:
            try:
                outcome = await self._work(entry)
            except OSError as error:
                if error.errno not in _DISK_FULL:
                    with storage.explain_disk_errors("images"):
                        raise
                await self._wait_for_disk()
                continue
            except sqlite3.OperationalError as error:  # a robots.txt that the ledger should keep
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                await self._wait_for_disk()
                continue
            self._on_done(outcome)
            return outcome

    async def _record_unless(self, stopping: asyncio.Task[Any]) -> None:
        """Record the results, unless the run is stopped while the disk is full."""
        recording = asyncio.create_task(self._record_when_possible())
        await asyncio.wait({recording, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not recording.done():
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
        else:
            recording.result()

    async def _record_when_possible(self) -> None:
        while self._unrecorded:
            try:
                self._record()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                await self._wait_for_disk()

    def _record(self) -> None:
        batch = self._unrecorded[:]
        for host in self._ledger.record(batch) if batch else ():
            self._start_workers(host)
        del self._unrecorded[: len(batch)]

    async def _wait_for_disk(self) -> None:
        self._say(f"No space left on the disk. Free some: fetching tries again in {_DISK_FULL_SECONDS:.0f} s.")
        await self._sleep(_DISK_FULL_SECONDS)
