"""Fetch the addresses of a ledger: hosts in parallel, each in order, and nothing lost."""

import asyncio
import errno
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photoshop_request.errors import StorageError
from photoshop_request.media.addresses.outcomes import AddressState, Outcome, PictureLink
from photoshop_request_builder.stages.fetching.host_workers import HostWorkers
from photoshop_request_builder.store.ledger import Ledger, open_ledger
from photoshop_request_builder.store.ledger_rows import LedgerEntry, NewAddress


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def run(
    ledger: Ledger, work: Callable[[LedgerEntry], Awaitable[Outcome]], *, stop_after: int | None = None, **options: Any
) -> bool:
    async def main() -> bool:
        stop = asyncio.Event()
        done = 0

        async def counted(entry: LedgerEntry) -> Outcome:
            nonlocal done
            outcome = await work(entry)
            done += 1
            if done == stop_after:
                stop.set()
            return outcome

        workers = HostWorkers(ledger, counted, **{"concurrency": lambda _host: 2, **options})
        return await workers.run(stop)

    return asyncio.run(main())


async def fine(entry: LedgerEntry) -> Outcome:
    await asyncio.sleep(0)
    return Outcome(entry.address, AddressState.OK)


def pictures(count: int, host: str = "a.org") -> list[NewAddress]:
    return [NewAddress(f"https://{host}/{number:05}.jpg") for number in range(count)]


def test_everything_pending_is_done_once(ledger: Ledger) -> None:
    """Cover many pages of many hosts."""
    ledger.add([*pictures(700), *pictures(300, "b.org"), *pictures(1, "c.org")])
    seen: list[str] = []

    async def work(entry: LedgerEntry) -> Outcome:
        seen.append(entry.address)
        return await fine(entry)

    assert run(ledger, work) is True
    assert len(seen) == len(set(seen)) == 1001
    assert ledger.states_by_host()["a.org"] == {AddressState.OK: 700}
    assert run(ledger, work) is True
    assert len(seen) == 1001


def test_concurrency_is_limited_per_host(ledger: Ledger) -> None:
    """Fetch hosts in parallel, each within its own limit."""
    ledger.add([*pictures(30), *pictures(30, "b.org")])
    inside: dict[str, int] = {"a.org": 0, "b.org": 0}
    most = dict(inside)
    together = 0

    async def work(entry: LedgerEntry) -> Outcome:
        nonlocal together
        inside[entry.host] += 1
        most[entry.host] = max(most[entry.host], inside[entry.host])
        together = max(together, sum(inside.values()))
        await asyncio.sleep(0.001)
        inside[entry.host] -= 1
        return Outcome(entry.address, AddressState.OK)

    run(ledger, work, concurrency={"a.org": 1, "b.org": 3}.get)
    assert (most, together) == ({"a.org": 1, "b.org": 3}, 4)


def test_pictures_of_pages_are_fetched_in_the_same_run(ledger: Ledger) -> None:
    """Wake a host that was finished, and start one that is new."""
    ledger.add([NewAddress("https://imgur.com/a/AbCdE"), *pictures(3, "i.imgur.com")])

    async def work(entry: LedgerEntry) -> Outcome:
        await asyncio.sleep(0.01 if entry.kind == "album" else 0)
        if entry.kind == "album":
            found = (PictureLink("https://i.imgur.com/BBBBB.jpg"), PictureLink("https://new.org/x.jpg"))
            return Outcome(entry.address, AddressState.RESOLVED, pictures=found)
        return Outcome(entry.address, AddressState.OK)

    assert run(ledger, work)
    assert ledger.hosts() == {}
    assert ledger.states_by_host()["new.org"] == {AddressState.OK: 1}


def test_a_run_can_be_limited_to_a_host_and_a_number(ledger: Ledger) -> None:
    """Leave other addresses pending."""
    ledger.add([*pictures(10), *pictures(10, "b.org")])
    run(ledger, fine, is_selected=lambda host: host == "a.org", limit=4)
    assert ledger.hosts() == {"a.org": 6, "b.org": 10}


def test_a_closed_host_is_left_pending(ledger: Ledger) -> None:
    """End the run without it, as soon as it is closed."""
    ledger.add([*pictures(5), *pictures(5, "b.org")])
    closed: set[str] = set()

    async def work(entry: LedgerEntry) -> Outcome:
        if entry.host == "b.org":
            closed.add("b.org")
            return Outcome(entry.address, AddressState.PENDING, "later")
        return await fine(entry)

    assert run(ledger, work, concurrency=lambda _host: 1, is_closed=closed.__contains__)
    assert ledger.hosts() == {"b.org": 5}


def test_stopping_keeps_results(ledger: Ledger) -> None:
    """Return False, and fetch the other addresses in the next run."""
    ledger.add(pictures(50))
    assert run(ledger, fine, stop_after=10) is False
    left = ledger.hosts()["a.org"]
    assert 30 < left <= 40
    assert run(ledger, fine) is True
    assert ledger.hosts() == {}


def test_stopping_does_not_wait_for_a_host_that_hangs(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancel requests that hang after a few seconds, and leave them pending."""
    monkeypatch.setattr("photoshop_request_builder.stages.fetching.host_workers._GRACE_SECONDS", 0.05)
    ledger.add([*pictures(1), *pictures(1, "hangs.org")])

    async def work(entry: LedgerEntry) -> Outcome:
        if entry.host == "hangs.org":
            await asyncio.sleep(60)
        return Outcome(entry.address, AddressState.OK)

    assert run(ledger, work, stop_after=1) is False
    assert ledger.hosts() == {"hangs.org": 1}


def disk_full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def ledger_full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize("error", [disk_full, ledger_full])
def test_a_full_disk_pauses_and_loses_nothing(ledger: Ledger, error: Callable[[], Exception]) -> None:
    """Report it, wait, and fetch the same address again."""
    ledger.add(pictures(3))
    failures = 2
    said: list[str] = []
    slept: list[float] = []

    async def work(entry: LedgerEntry) -> Outcome:
        nonlocal failures
        if failures:
            failures -= 1
            raise error()
        return Outcome(entry.address, AddressState.OK)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    assert run(ledger, work, say=said.append, sleep=sleep)
    assert ledger.states_by_host()["a.org"] == {AddressState.OK: 3}
    assert len(slept) == 2
    assert "No space left" in said[0]


def test_a_ledger_on_a_full_disk_waits(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold results until they can be written."""
    ledger.add(pictures(3))
    record, failures = ledger.record, [1]
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def sometimes(outcomes: Any) -> set[str]:
        if failures:
            failures.pop()
            raise full
        return record(outcomes)

    async def sleep(_seconds: float) -> None:
        pass

    monkeypatch.setattr(ledger, "record", sometimes)
    assert run(ledger, fine, sleep=sleep)
    assert ledger.states_by_host()["a.org"] == {AddressState.OK: 3}


def test_a_run_that_waits_for_disk_space_can_be_stopped(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop the results, and leave their addresses pending."""
    ledger.add(pictures(3))
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def never(outcomes: Any) -> set[str]:
        raise full

    async def sleep(_seconds: float) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        stop = asyncio.Event()
        workers = HostWorkers(ledger, fine, concurrency=lambda _: 2, sleep=sleep, say=lambda _: stop.set())
        await asyncio.wait_for(workers.run(stop), timeout=10)

    monkeypatch.setattr(ledger, "record", never)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        asyncio.run(main())
    assert ledger.hosts() == {"a.org": 3}


def test_a_forbidden_folder_ends_the_run(ledger: Ledger) -> None:
    """Raise `StorageError`, as waiting does not help."""
    ledger.add(pictures(1))

    async def work(entry: LedgerEntry) -> Outcome:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(StorageError, match="cannot be written"):
        run(ledger, work)


def test_an_unexpected_exception_ends_the_run(ledger: Ledger) -> None:
    """Leave every address finished or pending."""
    ledger.add(pictures(20))

    async def work(entry: LedgerEntry) -> Outcome:
        if entry.address.endswith("00010.jpg"):
            raise RuntimeError("a fault")
        return await fine(entry)

    with pytest.raises(RuntimeError, match="a fault"):
        run(ledger, work)
    assert set(ledger.states_by_host()["a.org"]) <= {AddressState.OK, AddressState.PENDING}
