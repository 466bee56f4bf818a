"""One address to its end: bytes on disk, the pictures it leads to, or the reason why not. Failures are values."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from photoshop_request.media.addresses.hosts import AddressKind, AddressTarget, Secrets, classify, family_named
from photoshop_request.media.addresses.outcomes import AddressState, Outcome, state_of_reason, valid_utf8
from photoshop_request.media.files.decode import EXTENSIONS, Rejected, sniff
from photoshop_request.media.http.answer_checks import is_placeholder, is_placeholder_etag, looks_truncated, opt_out_tag
from photoshop_request.media.http.body import Body, read_body
from photoshop_request.media.http.client import (
    PICTURE_HEADERS,
    Client,
    Failure,
    FailureError,
    HttpAnswer,
    check_status,
    http_get,
    with_retries,
)
from photoshop_request.media.http.resolve import PageReading, follow_shortlink, resolve_page
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
        return Outcome(address, state_of_reason(target.reason, target.kind), target.detail, tries=0)
    outcome = await fetch_from(fetcher, target, target.canonical, etag)
    if (
        outcome.state in {AddressState.TLS, AddressState.UNREACHABLE}
        and outcome.http is None
        and _knows_no_https(fetcher, target)
    ):
        again = await fetch_from(fetcher, target, address.replace("https://", "http://", 1), etag)
        outcome = replace(again, tries=outcome.tries + again.tries)
    return outcome


def _knows_no_https(fetcher: Fetcher, target: AddressTarget) -> bool:
    """Old hosts of single pictures may speak http only; known families do not."""
    return target.family == "direct" and fetcher.client.mirror is None


async def fetch_from(fetcher: Fetcher, target: AddressTarget, address: str, etag: str | None = None) -> Outcome:
    """Bring `target` to its end by asking at `address`, with retries."""
    cut: dict[str, str] = {}
    doubted: set[PageReading] = set()

    async def once() -> Outcome:
        if target.kind in {AddressKind.PAGE, AddressKind.ALBUM}:
            return await resolve_page(fetcher.client, fetcher.secrets, target, doubted)
        if target.kind is AddressKind.SHORTLINK:
            return await follow_shortlink(fetcher.client, target)
        return await _fetch_picture(fetcher, target, address, etag, cut)

    result, tries = await with_retries(fetcher.client, address, once, tries=fetcher.tries)
    if isinstance(result, Failure):
        result = Outcome(target.canonical, result.state, result.detail, result.http, final=result.final)
    return replace(result, tries=tries, detail=valid_utf8(result.detail), etag=result.etag and valid_utf8(result.etag))


async def _fetch_picture(
    fetcher: Fetcher, target: AddressTarget, address: str, etag: str | None, cut: dict[str, str]
) -> Outcome:
    """One try, through the pages that a stored file may be behind; raises what `http.answer` raises.

    `cut` holds the digests of the broken files that earlier tries gave, each with what is wrong with it.
    """
    headers = {**PICTURE_HEADERS, "If-None-Match": etag} if etag else PICTURE_HEADERS
    for _ in range(_MAX_INTERSTITIALS + 1):
        async with http_get(fetcher.client, address, headers) as found:
            if found.response.status == 304 and etag:
                return _outcome(target, found, AddressState.OK, "unchanged")
            check_status(found)
            if refusal := _refusal(target, found):
                return refusal
            body = await read_body(found.response, fetcher.max_bytes, fetcher.scratch / f"{next(_parts)}.part")
        kind = sniff(body.head)
        if kind is not None:
            return await _keep(fetcher, _outcome(target, found, AddressState.OK, "", body), body, kind, cut)
        _discard(body)
        after = _after_page(target, found, body)
        if isinstance(after, Outcome):
            return after
        address = after
    return _outcome(target, found, AddressState.NOT_IMAGE, "a page that leads to a page")


def _refusal(target: AddressTarget, found: HttpAnswer) -> Outcome | None:
    """Whether the head of an answer is enough not to want its body."""
    if is_placeholder_etag(found.response.headers.get("ETag")):
        return _outcome(target, found, AddressState.PLACEHOLDER, "the host's picture for removed ones (ETag)")
    if tag := opt_out_tag(found.response.headers.getall("X-Robots-Tag", [])):
        return _outcome(target, found, AddressState.OPTED_OUT, f"X-Robots-Tag: {tag}")
    return None


async def _keep(fetcher: Fetcher, outcome: Outcome, body: Body, kind: str, cut: dict[str, str]) -> Outcome:
    if is_placeholder(body):
        _discard(body)
        return replace(outcome, state=AddressState.PLACEHOLDER, detail="the host's picture for removed ones (bytes)")
    if looks_truncated(kind, body):
        digest = await asyncio.to_thread(body.sha256)
        if digest in cut:
            _discard(body)
            return replace(outcome, state=AddressState.CORRUPT, detail=cut[digest])
        rejected = await fetcher.inspect(body)
        # too small, animated and the like are judged later, with the pictures that are whole
        if rejected and rejected.verdict is Verdict.CORRUPT:
            _discard(body)
            # the way may have cut it without a word: only what comes twice is what the host has
            cut[digest] = rejected.detail
            raise FailureError(Failure(AddressState.CORRUPT, rejected.detail, outcome.http, final=outcome.final))
    sha256 = await fetcher.keep(body, EXTENSIONS[kind])
    return replace(outcome, sha256=sha256, extension=EXTENSIONS[kind])


def _discard(body: Body) -> None:
    if body.part:
        body.part.unlink(missing_ok=True)


def _after_page(target: AddressTarget, found: HttpAnswer, body: Body) -> Outcome | str:
    """What to make of bytes that are no picture: the address to go on with, or the end."""
    interstitial = family_named(target.family).interstitial
    text = (body.data or b"")[:_PAGE_BYTES].decode("utf-8", "replace")
    said = interstitial(text) if interstitial and target.kind is AddressKind.FILE and "<" in text[:2000] else None
    if isinstance(said, AddressState):
        return _outcome(target, found, said, "the host answers with a page, not the file")
    if said:
        return said
    kind = found.response.headers.get("Content-Type", "no type")
    return _outcome(target, found, AddressState.NOT_IMAGE, f"{kind}, starts with {body.head[:16]!r}")


def _outcome(
    target: AddressTarget, found: HttpAnswer, state: AddressState, detail: str, body: Body | None = None
) -> Outcome:
    return Outcome(
        target.canonical,
        state,
        detail,
        found.response.status,
        etag=found.response.headers.get("ETag"),
        size=body.size if body else None,
        final=found.address,
    )
