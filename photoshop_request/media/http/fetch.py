"""One address to its end: bytes on disk, the pictures it leads to, or the reason why not. Failures are values."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from photoshop_request.media.addresses.hosts import Kind, Secrets, Target, classify, named
from photoshop_request.media.addresses.states import State, state_of_reason
from photoshop_request.media.files.decode import EXTENSIONS, Rejected, sniff
from photoshop_request.media.http.body import Body, read_body
from photoshop_request.media.http.client import (
    PICTURE_HEADERS,
    Answer,
    Client,
    Failure,
    FailureError,
    answer,
    check_status,
    persist,
)
from photoshop_request.media.http.endings import looks_cut
from photoshop_request.media.http.optout import opted_out
from photoshop_request.media.http.outcome import Outcome, storable
from photoshop_request.media.http.placeholders import by_digest, by_etag
from photoshop_request.media.http.resolve import Told, follow, resolve
from photoshop_request.verdicts import Verdict

__all__ = ["MAX_BYTES", "Fetcher", "fetch", "fetch_from"]

MAX_BYTES = 40 * 2**20
"""Of one picture: beyond it lie videos and archives."""
_TRIES = 4
_MAX_INTERSTITIALS = 2
_PAGE_BYTES = 200_000
_parts = count()


async def _trust(_body: Body) -> Rejected | None:
    return None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs besides the address."""

    client: Client
    keep: Callable[[Body, str], Awaitable[str]]
    """Puts a body where pictures lie, under its digest and this extension, and returns the digest (SHA-256, hex).

    It owns the body's `.part` file from then on.
    """
    scratch: Path
    """A folder for `.part` files, on the disk where pictures lie."""
    secrets: Secrets = field(default_factory=Secrets)
    inspect: Callable[[Body], Awaitable[Rejected | None]] = _trust
    """Decodes a file that looks cut off and says why it is no whole picture (`inspect.inspect`)."""
    tries: int = _TRIES
    max_bytes: int = MAX_BYTES


async def fetch(fetcher: Fetcher, address: str, *, etag: str | None = None) -> Outcome:
    """Bring `address` (canonical) to its end, with retries.

    With `etag`, an unchanged picture is `ok` with HTTP 304 and no digest: the bytes that are there stay.
    Never raises for what hosts do; OSError when the disk does not take the bytes.
    """
    target = classify(address)
    if target.reason is not None:
        return Outcome(address, state_of_reason(target.reason, target.kind), target.why, tries=0)
    outcome = await fetch_from(fetcher, target, target.canonical, etag)
    if outcome.state in {State.TLS, State.UNREACHABLE} and outcome.http is None and _knows_no_https(fetcher, target):
        again = await fetch_from(fetcher, target, address.replace("https://", "http://", 1), etag)
        outcome = replace(again, tries=outcome.tries + again.tries)
    return outcome


def _knows_no_https(fetcher: Fetcher, target: Target) -> bool:
    """Old hosts of single pictures may speak http only; known families do not."""
    return target.family == "direct" and fetcher.client.mirror is None


async def fetch_from(fetcher: Fetcher, target: Target, address: str, etag: str | None = None) -> Outcome:
    """Bring `target` to its end by asking at `address`, with retries."""
    cut: dict[str, str] = {}
    doubted: set[Told] = set()

    async def once() -> Outcome:
        if target.kind in {Kind.PAGE, Kind.ALBUM}:
            return await resolve(fetcher.client, fetcher.secrets, target, doubted)
        if target.kind is Kind.SHORTLINK:
            return await follow(fetcher.client, target)
        return await _fetch_picture(fetcher, target, address, etag, cut)

    result, tries = await persist(fetcher.client, address, once, tries=fetcher.tries)
    if isinstance(result, Failure):
        result = Outcome(target.canonical, result.state, result.detail, result.http, final=result.final)
    return replace(result, tries=tries, detail=storable(result.detail), etag=result.etag and storable(result.etag))


async def _fetch_picture(
    fetcher: Fetcher, target: Target, address: str, etag: str | None, cut: dict[str, str]
) -> Outcome:
    """One try, through the pages that a stored file may be behind; raises what `http.answer` raises.

    `cut` holds the digests of the broken files that earlier tries gave, each with what is wrong with it.
    """
    headers = {**PICTURE_HEADERS, "If-None-Match": etag} if etag else PICTURE_HEADERS
    for _ in range(_MAX_INTERSTITIALS + 1):
        async with answer(fetcher.client, address, headers) as found:
            if found.response.status == 304 and etag:
                return _outcome(target, found, State.OK, "unchanged")
            check_status(found)
            if refusal := _refusal(target, found):
                return refusal
            body = await read_body(found.response, fetcher.max_bytes, fetcher.scratch / f"{next(_parts)}.part")
        kind = sniff(body.head)
        if kind is not None:
            return await _keep(fetcher, _outcome(target, found, State.OK, "", body), body, kind, cut)
        _discard(body)
        after = _after_page(target, found, body)
        if isinstance(after, Outcome):
            return after
        address = after
    return _outcome(target, found, State.NOT_IMAGE, "a page that leads to a page")


def _refusal(target: Target, found: Answer) -> Outcome | None:
    """Whether the head of an answer is enough not to want its body."""
    if by_etag(found.response.headers.get("ETag")):
        return _outcome(target, found, State.PLACEHOLDER, "the host's picture for removed ones (ETag)")
    if tag := opted_out(found.response.headers.getall("X-Robots-Tag", [])):
        return _outcome(target, found, State.OPTED_OUT, f"X-Robots-Tag: {tag}")
    return None


async def _keep(fetcher: Fetcher, outcome: Outcome, body: Body, kind: str, cut: dict[str, str]) -> Outcome:
    if by_digest(body):
        _discard(body)
        return replace(outcome, state=State.PLACEHOLDER, detail="the host's picture for removed ones (bytes)")
    if looks_cut(kind, body):
        digest = await asyncio.to_thread(body.sha256)
        if digest in cut:
            _discard(body)
            return replace(outcome, state=State.CORRUPT, detail=cut[digest])
        rejected = await fetcher.inspect(body)
        # too small, animated and the like are judged later, with the pictures that are whole
        if rejected and rejected.verdict is Verdict.CORRUPT:
            _discard(body)
            # the way may have cut it without a word: only what comes twice is what the host has
            cut[digest] = rejected.detail
            raise FailureError(Failure(State.CORRUPT, rejected.detail, outcome.http, final=outcome.final))
    sha256 = await fetcher.keep(body, EXTENSIONS[kind])
    return replace(outcome, sha256=sha256, extension=EXTENSIONS[kind])


def _discard(body: Body) -> None:
    if body.part:
        body.part.unlink(missing_ok=True)


def _after_page(target: Target, found: Answer, body: Body) -> Outcome | str:
    """What to make of bytes that are no picture: the address to go on with, or the end."""
    interstitial = named(target.family).interstitial
    text = (body.data or b"")[:_PAGE_BYTES].decode("utf-8", "replace")
    said = interstitial(text) if interstitial and target.kind is Kind.FILE and "<" in text[:2000] else None
    if isinstance(said, State):
        return _outcome(target, found, said, "the host answers with a page, not the file")
    if said:
        return said
    kind = found.response.headers.get("Content-Type", "no type")
    return _outcome(target, found, State.NOT_IMAGE, f"{kind}, starts with {body.head[:16]!r}")


def _outcome(target: Target, found: Answer, state: State, detail: str, body: Body | None = None) -> Outcome:
    return Outcome(
        target.canonical,
        state,
        detail,
        found.response.status,
        etag=found.response.headers.get("ETag"),
        size=body.size if body else None,
        final=found.address,
    )
