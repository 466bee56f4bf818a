"""Fetch pictures into `images/` and record them in the ledger. Rate limits bound it, so one process suffices."""

import asyncio
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType, MappingProxyType
from typing import Any

import pyarrow as pa

from photoshop_request.errors import Interrupted
from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.files.sandbox import make_inspector
from photoshop_request.media.http.fallbacks import FALLBACK_STATES, from_external_resolver, from_preview, from_wayback
from photoshop_request.media.http.fetch import Fetcher, fetch
from photoshop_request.media.http.opt_outs import NOINDEX
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.stage import Erasure
from photoshop_request_builder.stages.fetching.do_not_fetch import (
    removed_addresses,
    taken_down_addresses,
    unless_taken_down,
)
from photoshop_request_builder.stages.fetching.fetch_plan import PAGE_KINDS
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings
from photoshop_request_builder.stages.fetching.host_workers import HostWorkers
from photoshop_request_builder.stages.fetching.postponed import LeftHost, Postponed
from photoshop_request_builder.stages.fetching.quarantine import Suspect, quarantine
from photoshop_request_builder.stages.fetching.web import open_web
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger, open_ledger
from photoshop_request_builder.store.ledger_rows import LedgerEntry, NewAddress
from photoshop_request_builder.store.pictures import empty_download_folder, picture_saver
from photoshop_request_builder.store.tombstones import load_tombstones

_MAX_DEPTH = 4
"""Maximum pages and short links on the way to a picture."""


@dataclass(frozen=True, slots=True)
class FetchSummary:
    """Counts of a fetch run."""

    states: Mapping[AddressState, int]
    """Outcomes of the addresses fetched in this run."""
    pending: int
    """Addresses that are still pending."""
    suspects: tuple[Suspect, ...] = ()
    """Pictures quarantined as placeholders in this run."""
    left: tuple[LeftHost, ...] = ()
    """Hosts whose addresses this run could not finish, the most addresses first."""
    noindex: int = 0
    """Pictures and pages with the tag `noindex`. It concerns search engines, so they are used."""


def load_links(corpus: Corpus, ledger: Ledger) -> None:
    """Add every address to fetch to the ledger. Addresses of dead and unsupported hosts are only counted.

    Shards with unchanged links are not read again. Addresses that were taken down are never requested.
    """
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "links")
        stamp = storage.read_stamp(corpus.fs, path)
        if stamp and ledger.loaded(shard) != stamp.content:
            table = storage.read_table(corpus.fs, path, ["canonical", "kind", "reason", "fallback"])
            ledger.add(_new_addresses(table), shard=shard, content=stamp.content)
    _skip_taken_down(corpus, ledger)


def _skip_taken_down(corpus: Corpus, ledger: Ledger) -> None:
    if not ledger.hosts():  # nothing is pending, so the links need not be searched
        return
    taken_down, others = taken_down_addresses(corpus)
    pending = {
        end.address
        for address in taken_down
        for end, _ in ledger.pictures(address)
        if end.state is AddressState.PENDING
    }
    unneeded = [address for address in sorted(pending) if others.isdisjoint((address, *ledger.parents(address)))]
    if unneeded:  # a write to the ledger, even an empty one, makes `gather` run again
        ledger.record([Outcome(address, AddressState.TAKEN_DOWN, "taken down", tries=0) for address in unneeded])


def _new_addresses(links: pa.Table) -> Iterator[NewAddress]:
    for link in links.to_pylist():
        is_counted = link["reason"] == Verdict.UNSUPPORTED_HOST or link["kind"] == AddressKind.DEAD
        if link["reason"] is None or is_counted:
            yield NewAddress(link["canonical"], link["fallback"])


def fetch_corpus(
    corpus: Corpus,
    settings: FetchSettings,
    *,
    on_done: Callable[[Outcome], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> FetchSummary:
    """Fetch all pending addresses. `on_done` is called for each as it ends.

    Raises:
        Interrupted: SIGINT or SIGTERM. Everything finished is kept.
        StorageError, CorpusError: see `open_ledger`.
    """
    with open_ledger(corpus.ledger_path) as ledger:
        load_links(corpus, ledger)
        if settings.retry:
            ledger.retry(settings.retry, settings.only_host)
            _skip_taken_down(corpus, ledger)
        states: Counter[AddressState] = Counter()
        noindex = 0
        postponed = Postponed()

        def done(outcome: Outcome) -> None:
            nonlocal noindex
            states[outcome.state] += 1
            noindex += outcome.detail == NOINDEX
            postponed.note(outcome)
            on_done(outcome)

        if ledger.hosts() and not asyncio.run(_fetch_all(corpus, settings, ledger, done, postponed, say)):
            raise Interrupted("Stopped. Everything finished is kept; the same command goes on.")
        suspects = quarantine(corpus, ledger)
        pending = ledger.hosts()
        left = postponed.hosts(pending)
        return FetchSummary(MappingProxyType(dict(states)), sum(pending.values()), tuple(suspects), left, noindex)


async def _fetch_all(
    corpus: Corpus,
    settings: FetchSettings,
    ledger: Ledger,
    done: Callable[[Outcome], None],
    postponed: Postponed,
    say: Callable[[str], None],
) -> bool:
    stop = asyncio.Event()
    # as many threads as requests: each writes and flushes one picture
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(settings.concurrency))
    removed = removed_addresses(corpus) if settings.archive_fallback or settings.preview_fallback else frozenset()
    tombstones = load_tombstones(corpus)

    def may_fall_back(address: str) -> bool:
        return removed.isdisjoint((address, *ledger.parents(address)))

    async with _stopped_by_signals(stop), open_web(settings, ledger, say) as web:
        fetcher = Fetcher(
            web.client, picture_saver(corpus), empty_download_folder(corpus), settings.secrets, make_inspector()
        )
        workers = HostWorkers(
            ledger,
            lambda entry: unless_taken_down(
                corpus,
                tombstones,
                entry.address,
                partial(_work, fetcher, settings, _without_lost_file(corpus, entry), may_fall_back),
            ),
            # twice the limit of requests: while one half writes to the disk, the other half requests
            concurrency=lambda host: 2 * web.client.limits.rate(host).concurrency,
            is_selected=settings.selects,
            is_closed=lambda host: postponed.is_closed(host, web.why_closed(host)),
            limit=settings.limit,
            on_done=done,
            say=say,
        )
        finished = await workers.run(stop)
    # a signal may arrive while the last outcomes are written or the connections close
    return finished and not stop.is_set()


@contextlib.asynccontextmanager
async def _stopped_by_signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """Set `stop` at the first SIGINT or SIGTERM, in the main thread only. A second one has its usual effect."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    # not by `add_signal_handler`: removing it loses signals that the loop has not seen, and leaves SIGTERM deadly
    def note(_number: int, _frame: FrameType | None) -> None:
        restore()
        loop.call_soon_threadsafe(stop.set)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    if threading.current_thread() is threading.main_thread():
        before.update({number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)})
    try:
        yield
    finally:
        restore()
        await asyncio.sleep(0)  # let the loop handle a signal that has just arrived


def _without_lost_file(corpus: Corpus, entry: LedgerEntry) -> LedgerEntry:
    """Return the entry, without digest and ETag if its file is missing."""
    if entry.sha256 and entry.extension and corpus.fs.exists(corpus.image_path(entry.sha256, entry.extension)):
        return entry
    return replace(entry, sha256=None, etag=None)


async def _work(
    fetcher: Fetcher, settings: FetchSettings, entry: LedgerEntry, may_fall_back: Callable[[str], bool]
) -> Outcome:
    if entry.depth > _MAX_DEPTH:
        return Outcome(entry.address, AddressState.GONE, "pages that lead to pages", tries=0)
    outcome = await fetch(fetcher, entry.address, etag=entry.etag if entry.sha256 else None)
    if outcome.state is AddressState.OK and outcome.sha256 is None:  # 304: our file is current
        return replace(outcome, etag=entry.etag, sha256=entry.sha256, size=entry.bytes, extension=entry.extension)
    if outcome.state is AddressState.UNSUPPORTED_HOST and settings.external_resolver:
        return await from_external_resolver(settings.external_resolver, entry.address)
    if outcome.state not in FALLBACK_STATES or entry.kind in PAGE_KINDS or not may_fall_back(entry.address):
        return outcome
    fallback = None
    if settings.archive_fallback:
        fallback = await from_wayback(fetcher, entry.address)
    if fallback is None and settings.preview_fallback and entry.fallback:
        fallback = await from_preview(fetcher, entry.address, entry.fallback)
    return replace(fallback, tries=outcome.tries + fallback.tries) if fallback else outcome


def erase(corpus: Corpus, erasure: Erasure) -> None:
    """Remove the files of the pictures, and unfinished downloads. `store.erasing` removes their rows of the ledger."""
    for path in erasure.pictures.values():
        if corpus.fs.exists(path):
            corpus.fs.rm_file(path)
    empty_download_folder(corpus)
