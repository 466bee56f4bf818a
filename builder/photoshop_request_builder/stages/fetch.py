"""fetch: links -> images/ and the ledger. One process, one event loop: politeness bounds it, not cores."""

import asyncio
import contextlib
import math
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from types import FrameType, MappingProxyType
from typing import Any

import pyarrow as pa

from photoshop_request.errors import Interrupted
from photoshop_request.media.addresses.hosts import AddressKind, Secrets
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.files.sandbox import check_in_sandbox
from photoshop_request.media.http.client import MAX_SITE_WAIT, Client
from photoshop_request.media.http.fallbacks import FALLBACK_STATES, from_external_resolver, from_preview, from_wayback
from photoshop_request.media.http.fetch import Fetcher, fetch
from photoshop_request.media.http.network import open_session
from photoshop_request.media.http.rate_limits import DEFAULT_RATES, OTHER_SITES, Limiter, Limits, Rate
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.stage import Erasure
from photoshop_request_builder.stages.fetching.do_not_fetch import removed_addresses, taken_down_addresses
from photoshop_request_builder.stages.fetching.fetch_plan import PAGE_KINDS
from photoshop_request_builder.stages.fetching.host_workers import HostWorkers
from photoshop_request_builder.stages.fetching.quarantine import Suspect, quarantine
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger, LedgerEntry, NewAddress, open_ledger
from photoshop_request_builder.store.pictures import empty_download_folder, picture_saver

_WORTH_TELLING = 60.0
_DEEPEST = 4
"""Pages and short links in a row before an address is given up."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to fetch. The defaults are fair to every host."""

    mirror: str | None = None
    contact: str | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """By site (`limits.site_of`), over the built-in ones."""
    other: Rate = OTHER_SITES
    concurrency: int = 16
    """Requests over all hosts."""
    secrets: Secrets = field(default_factory=Secrets)
    only_host: str | None = None
    """With its sub-domains; the others stay pending."""
    limit: int | None = None
    """Addresses to work on in this run."""
    retry: tuple[AddressState, ...] = ()
    """States that become pending again. With `ok`, pictures are asked for again by their ETag."""
    archive_fallback: bool = False
    """Ask the Wayback Machine for dead addresses, but never for what was removed or deleted."""
    preview_fallback: bool = False
    """Take Reddit's signed preview for dead addresses; the same exception holds."""
    external_resolver: tuple[str, ...] = ()
    """A program that tells the pictures of addresses of unsupported hosts (`fallbacks.external`)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a run of fetch came to."""

    states: Mapping[AddressState, int]
    """Of the addresses worked on in this run."""
    pending: int
    """Addresses still to do."""
    suspects: tuple[Suspect, ...] = ()
    """Held back as placeholders in this run."""


def rates_of(by_host: Mapping[str, float]) -> tuple[dict[str, Rate], Rate]:
    """Rates by site from requests a second, and the rate of all other sites (given as `*`)."""
    known = {**DEFAULT_RATES, "*": OTHER_SITES}
    rates = {
        host: Rate(per_second, max(known.get(host, OTHER_SITES).concurrency, math.ceil(min(per_second / 2, 16))))
        for host, per_second in by_host.items()
    }
    other = rates.pop("*", OTHER_SITES)
    return rates, other


def load_links(corpus: Corpus, ledger: Ledger) -> None:
    """Put every address that is to be fetched into the ledger, and those of dead and unsupported hosts to be counted.

    Shards whose links have not changed since are not read again. What was taken down is not asked for.
    """
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "links")
        stamp = storage.read_stamp(corpus.fs, path)
        if stamp and ledger.loaded(shard) != stamp.content:
            table = storage.read_table(corpus.fs, path, ["canonical", "kind", "reason", "fallback"])
            ledger.add(_new(table), shard=shard, content=stamp.content)
    _leave_taken_down(corpus, ledger)


def _leave_taken_down(corpus: Corpus, ledger: Ledger) -> None:
    if not ledger.hosts():  # nothing is to be asked for: all links need not be looked through
        return
    gone, staying = taken_down_addresses(corpus)
    ends = {end.address for address in gone for end, _ in ledger.pictures(address) if end.state is AddressState.PENDING}
    wanted_by_none = [end for end in sorted(ends) if staying.isdisjoint((end, *ledger.parents(end)))]
    if wanted_by_none:  # what is made from the ledger is made again when it is written to
        ledger.record([Outcome(end, AddressState.TAKEN_DOWN, "taken down", tries=0) for end in wanted_by_none])


def _new(links: pa.Table) -> Iterator[NewAddress]:
    for link in links.to_pylist():
        counted = link["reason"] == Verdict.UNSUPPORTED_HOST or link["kind"] == AddressKind.DEAD
        if link["reason"] is None or counted:
            yield NewAddress(link["canonical"], link["fallback"])


def fetch_corpus(
    corpus: Corpus,
    settings: FetchSettings,
    *,
    on_done: Callable[[Outcome], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """Fetch everything pending. `on_done` is called for each address as it ends.

    Raises:
        Interrupted: SIGINT or SIGTERM; everything finished is kept.
        StorageError, CorpusError: see `open_ledger`.
    """
    with open_ledger(corpus.ledger_path) as ledger:
        load_links(corpus, ledger)
        if settings.retry:
            ledger.retry(settings.retry, settings.only_host)
            _leave_taken_down(corpus, ledger)
        states: Counter[AddressState] = Counter()

        def done(outcome: Outcome) -> None:
            states[outcome.state] += 1
            on_done(outcome)

        if ledger.hosts() and not asyncio.run(_fetch_all(corpus, settings, ledger, done, say)):
            raise Interrupted("Stopped. Everything finished is kept; the same command goes on from here.")
        found = quarantine(corpus, ledger)
        return Fetched(MappingProxyType(dict(states)), sum(ledger.hosts().values()), tuple(found))


async def _fetch_all(
    corpus: Corpus,
    settings: FetchSettings,
    ledger: Ledger,
    done: Callable[[Outcome], None],
    say: Callable[[str], None],
) -> bool:
    stop = asyncio.Event()
    # as many threads as requests: each writes and flushes one picture
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(settings.concurrency))
    limits = limits_of(settings, on_pause=lambda site, seconds: _tell_pause(say, site, seconds))
    withheld = removed_addresses(corpus) if settings.archive_fallback or settings.preview_fallback else frozenset()

    def allowed(address: str) -> bool:
        return withheld.isdisjoint((address, *ledger.parents(address)))

    async with (
        _stopped_by_signals(stop),
        open_session(mirror=settings.mirror, contact=settings.contact, concurrency=settings.concurrency) as session,
    ):
        client = Client(session, limits, settings.mirror)
        fetcher = Fetcher(
            client, picture_saver(corpus), empty_download_folder(corpus), settings.secrets, check_in_sandbox
        )
        workers = HostWorkers(
            ledger,
            lambda entry: _work(fetcher, settings, _checked(corpus, entry), allowed),
            # twice what the limiter lets ask: while one half writes to the disk, the other half asks
            concurrency=lambda host: 2 * limits.rate(host).concurrency,
            is_selected=lambda host: _is_under(host, settings.only_host),
            is_paused=lambda host: limits.of(host).pause > MAX_SITE_WAIT,
            limit=settings.limit,
            on_done=done,
            say=say,
        )
        finished = await workers.run(stop)
    # a stop may have come while the last addresses were noted, or the connections closed
    return finished and not stop.is_set()


def limits_of(
    settings: FetchSettings, *, on_pause: Callable[[str, float], None] = lambda _site, _seconds: None
) -> Limits:
    """The limiters that these settings ask for."""
    return Limits(
        settings.rates,
        other=settings.other,
        concurrency=settings.concurrency,
        make_limiter=partial(Limiter, on_pause=on_pause),
    )


def _tell_pause(say: Callable[[str], None], site: str, seconds: float) -> None:
    if seconds > MAX_SITE_WAIT:
        say(f"{site} asks to be left alone for {seconds / 3600:.1f} h: its addresses stay pending for a later run.")
    elif seconds >= _WORTH_TELLING:
        say(f"{site} is busy: it is left alone for {seconds / 60:.0f} minutes, then asked again. Others go on.")


@contextlib.asynccontextmanager
async def _stopped_by_signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """Set `stop` at the first SIGINT or SIGTERM, in the main thread only. A second one has its usual effect."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    # not by `add_signal_handler`: it loses what the loop has not seen when it is removed, and leaves SIGTERM deadly
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
        await asyncio.sleep(0)  # what was noted is done


def _checked(corpus: Corpus, entry: LedgerEntry) -> LedgerEntry:
    """An entry whose bytes are said to be here, without them when they are not."""
    if entry.sha256 and entry.extension and corpus.fs.exists(corpus.image_path(entry.sha256, entry.extension)):
        return entry
    return replace(entry, sha256=None, etag=None)


async def _work(
    fetcher: Fetcher, settings: FetchSettings, entry: LedgerEntry, allowed: Callable[[str], bool]
) -> Outcome:
    if entry.depth > _DEEPEST:
        return Outcome(entry.address, AddressState.GONE, "pages that lead to pages", tries=0)
    outcome = await fetch(fetcher, entry.address, etag=entry.etag if entry.sha256 else None)
    if outcome.state is AddressState.OK and outcome.sha256 is None:  # 304: what is here is what is there
        return replace(outcome, etag=entry.etag, sha256=entry.sha256, size=entry.bytes, extension=entry.extension)
    if outcome.state is AddressState.UNSUPPORTED_HOST and settings.external_resolver:
        return await from_external_resolver(settings.external_resolver, entry.address)
    if outcome.state not in FALLBACK_STATES or entry.kind in PAGE_KINDS or not allowed(entry.address):
        return outcome
    other = None
    if settings.archive_fallback:
        other = await from_wayback(fetcher, entry.address)
    if other is None and settings.preview_fallback and entry.fallback:
        other = await from_preview(fetcher, entry.address, entry.fallback)
    return replace(other, tries=outcome.tries + other.tries) if other else outcome


def _is_under(host: str, domain: str | None) -> bool:
    return domain is None or host == domain or host.endswith(f".{domain}")


def erase(corpus: Corpus, erasure: Erasure) -> None:
    """Remove the pictures' files, and note in the ledger, where it is on this machine, that they are taken down."""
    for path in erasure.pictures.values():
        if corpus.fs.exists(path):
            corpus.fs.rm_file(path)
    if erasure.pictures and corpus.ledger_path.exists():
        with open_ledger(corpus.ledger_path) as ledger:
            addresses = ledger.addresses_of(set(erasure.pictures))
            ledger.record([Outcome(address, AddressState.TAKEN_DOWN, "taken down", tries=0) for address in addresses])
