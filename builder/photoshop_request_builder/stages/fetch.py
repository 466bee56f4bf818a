"""fetch: links -> images/ and the ledger. One process, one event loop: politeness bounds it, not cores."""

import asyncio
import contextlib
import math
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from photoshop_request.errors import Interrupted
from photoshop_request.media.fetch import Fetcher, fetch
from photoshop_request.media.hosts import Secrets
from photoshop_request.media.http import Client
from photoshop_request.media.limits import DEFAULT_RATES, OTHER_SITES, Limits, Rate
from photoshop_request.media.network import open_session
from photoshop_request.media.outcome import Outcome
from photoshop_request.media.states import State
from photoshop_request.verdicts import Verdict
from photoshop_request_builder import storage
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.images import keeper, scratch
from photoshop_request_builder.lanes import Lanes
from photoshop_request_builder.ledger import Entry, Ledger, New, open_ledger


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to fetch. The defaults are fair to every host."""

    mirror: str | None = None
    contact: str | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """By site (`limits.site_of`), over the built-in ones."""
    other: Rate = OTHER_SITES
    at_once: int = 16
    """Requests over all hosts."""
    secrets: Secrets = field(default_factory=Secrets)
    only_host: str | None = None
    """With its sub-domains; the others stay pending."""
    limit: int | None = None
    """Addresses to work on in this run."""
    retry: tuple[State, ...] = ()
    """States that become pending again."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a run of fetch came to."""

    added: int
    """Addresses new to the ledger."""
    states: Mapping[State, int]
    """Of the addresses worked on in this run."""
    pending: int
    """Addresses still to do."""


def rates_of(by_host: Mapping[str, float]) -> tuple[dict[str, Rate], Rate]:
    """Rates by site from requests a second, and the rate of all other sites (given as `*`)."""
    known = {**DEFAULT_RATES, "*": OTHER_SITES}
    rates = {
        host: Rate(per_second, max(known.get(host, OTHER_SITES).at_once, min(16, math.ceil(per_second / 2))))
        for host, per_second in by_host.items()
    }
    other = rates.pop("*", OTHER_SITES)
    return rates, other


def load_links(corpus: Corpus, ledger: Ledger) -> int:
    """Put every address that is to be fetched into the ledger, and those of dead and unsupported hosts to be counted.

    Shards whose links have not changed since are not read again. Returns how many addresses are new.
    """
    added = 0
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "links")
        stamp = storage.read_stamp(corpus.fs, path)
        if stamp and ledger.loaded(shard) != stamp.content:
            table = storage.read_table(corpus.fs, path, ["canonical", "kind", "reason", "fallback"])
            added += ledger.add(_new(table), shard=shard, content=stamp.content)
    return added


def _new(links: pa.Table) -> Iterator[New]:
    for link in links.to_pylist():
        counted = link["reason"] == Verdict.UNSUPPORTED_HOST or link["kind"] == "dead"
        if link["reason"] is None or counted:
            yield New(link["canonical"], link["fallback"])


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
        added = load_links(corpus, ledger)
        if settings.retry:
            ledger.retry(settings.retry, settings.only_host)
        states: Counter[State] = Counter()

        def done(outcome: Outcome) -> None:
            states[outcome.state] += 1
            on_done(outcome)

        if ledger.hosts() and not asyncio.run(_fetch_all(corpus, settings, ledger, done, say)):
            raise Interrupted("Stopped. Everything finished is kept; the same command goes on from here.")
        return Fetched(added, MappingProxyType(dict(states)), sum(ledger.hosts().values()))


async def _fetch_all(
    corpus: Corpus,
    settings: FetchSettings,
    ledger: Ledger,
    done: Callable[[Outcome], None],
    say: Callable[[str], None],
) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # not the main thread, or no signals here
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    limits = Limits(settings.rates, other=settings.other, at_once=settings.at_once)
    async with open_session(mirror=settings.mirror, contact=settings.contact, at_once=settings.at_once) as session:
        client = Client(session, limits, settings.mirror)
        fetcher = Fetcher(client, keeper(corpus), scratch(corpus), settings.secrets)
        lanes = Lanes(
            ledger,
            lambda entry: _work(fetcher, entry),
            at_once=lambda host: limits.rate(host).at_once,
            wanted=lambda host: _is_under(host, settings.only_host),
            limit=settings.limit,
            on_done=done,
            say=say,
        )
        return await lanes.run(stop)


async def _work(fetcher: Fetcher, entry: Entry) -> Outcome:
    if entry.depth > 4:
        return Outcome(entry.address, State.GONE, "pages that lead to pages", tries=0)
    return await fetch(fetcher, entry.address)


def _is_under(host: str, domain: str | None) -> bool:
    return domain is None or host == domain or host.endswith(f".{domain}")
