"""Fetch one address: save its bytes, list the pictures it leads to, or return the reason for the failure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from photoshop_request.media.addresses.hosts import classify, family_named, spellings
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, Secrets
from photoshop_request.media.addresses.outcomes import AddressState, FetchError, Outcome, state_of_reason, valid_utf8
from photoshop_request.media.files.decode import EXTENSIONS, Rejected, sniff
from photoshop_request.media.http.answer_checks import is_placeholder, is_placeholder_etag, looks_truncated
from photoshop_request.media.http.body import Body, read_body
from photoshop_request.media.http.client import (
    PICTURE_HEADERS,
    Client,
    HttpAnswer,
    check_status,
    http_get,
    with_retries,
)
from photoshop_request.media.http.opt_outs import NOINDEX, has_noindex, page_opt_out
from photoshop_request.media.http.resolve import PageReading, follow_shortlink, resolve_page
from photoshop_request.verdicts import Verdict

MAX_BYTES = 40 * 2**20
"""Bytes of one picture. Larger files are videos and archives."""
_TRIES = 4
_MAX_INTERSTITIALS = 2
_PAGE_BYTES = 200_000
_part_numbers = count()


async def _accept(_body: Body) -> Rejected | None:
    return None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Hold the client, folders and limits of fetching."""

    client: Client
    save: Callable[[Body, str], Awaitable[str]]
    """Save a body under its digest with this extension, and return the digest (SHA-256, hex).

    The body's `.part` file belongs to `save` from then on.
    """
    download_folder: Path
    """Folder of `.part` files, on the disk of the saved pictures."""
    secrets: Secrets = field(default_factory=Secrets)
    inspect: Callable[[Body], Awaitable[Rejected | None]] = _accept
    """Decode a file that looks truncated, and return why it is not a complete picture (`sandbox.make_inspector`)."""
    tries: int = _TRIES
    max_bytes: int = MAX_BYTES


async def fetch(fetcher: Fetcher, address: str, *, etag: str | None = None) -> Outcome:
    """Fetch a canonical address, with retries.

    With `etag`, an unchanged picture has the state `ok`, HTTP 304 and no digest. Its saved bytes stay.

    Raises:
        OSError: the bytes cannot be saved. Failures of hosts are returned.
    """
    target = classify(address)
    if target.reason is not None:
        return Outcome(address, state_of_reason(target.reason, target.kind), target.detail, tries=0)
    tries = 0
    for spelling in spellings(target):
        outcome = await fetch_from(fetcher, target, spelling, etag)
        tries += outcome.tries
        if outcome.state not in {AddressState.GONE, AddressState.FORBIDDEN}:
            break
    outcome = replace(outcome, tries=tries)
    if (
        outcome.state in {AddressState.TLS, AddressState.UNREACHABLE}
        and outcome.http is None
        and _may_lack_https(fetcher, target)
    ):
        over_http = await fetch_from(fetcher, target, address.replace("https://", "http://", 1), etag)
        outcome = replace(over_http, tries=outcome.tries + over_http.tries)
    return outcome


def _may_lack_https(fetcher: Fetcher, target: AddressTarget) -> bool:
    # old hosts of single files may support http only; known families all support https
    return target.family == "direct" and fetcher.client.mirror is None


async def fetch_from(fetcher: Fetcher, target: AddressTarget, address: str, etag: str | None = None) -> Outcome:
    """Fetch `target` from `address`, with retries."""
    corrupt: dict[str, str] = {}
    doubted: set[PageReading] = set()

    async def request(client: Client) -> Outcome:
        if target.kind in {AddressKind.PAGE, AddressKind.ALBUM}:
            return await resolve_page(client, fetcher.secrets, target, doubted)
        if target.kind is AddressKind.SHORTLINK:
            return await follow_shortlink(client, target)
        return await _fetch_picture(replace(fetcher, client=client), target, address, etag, corrupt)

    result, tries = await with_retries(fetcher.client, address, request, tries=fetcher.tries)
    if isinstance(result, FetchError):
        result = Outcome(target.canonical, result.state, result.detail, result.http, final=result.final)
    return replace(result, tries=tries, detail=valid_utf8(result.detail), etag=result.etag and valid_utf8(result.etag))


async def _fetch_picture(
    fetcher: Fetcher, target: AddressTarget, address: str, etag: str | None, corrupt: dict[str, str]
) -> Outcome:
    """Try once, following the pages that a host shows before a stored file. Raise the errors of `http_get`.

    `corrupt` maps the digest of each corrupt file of earlier tries to its fault.
    """
    headers = {**PICTURE_HEADERS, "If-None-Match": etag} if etag else PICTURE_HEADERS
    for _ in range(_MAX_INTERSTITIALS + 1):
        async with http_get(fetcher.client, address, headers) as answer:
            if answer.response.status == 304 and etag:
                return _outcome(target, answer, AddressState.OK, "unchanged")
            check_status(answer)
            if is_placeholder_etag(answer.response.headers.get("ETag")):
                return _outcome(target, answer, AddressState.PLACEHOLDER, "the host's picture for removed ones (ETag)")
            part = fetcher.download_folder / f"{next(_part_numbers)}.part"
            body = await read_body(answer.response, fetcher.max_bytes, part, clock=fetcher.client.clock)
        picture_format = sniff(body.head)
        if picture_format is not None:
            detail = NOINDEX if has_noindex(answer.response.headers) else ""
            outcome = _outcome(target, answer, AddressState.OK, detail, body)
            return await _save(fetcher, outcome, body, picture_format, corrupt)
        _discard(body)
        following = _after_page(target, answer, body)
        if isinstance(following, Outcome):
            return following
        address = following
    return _outcome(target, answer, AddressState.NOT_IMAGE, "a page that leads to a page")


async def _save(
    fetcher: Fetcher, outcome: Outcome, body: Body, picture_format: str, corrupt: dict[str, str]
) -> Outcome:
    if is_placeholder(body):
        _discard(body)
        return replace(outcome, state=AddressState.PLACEHOLDER, detail="the host's picture for removed ones (bytes)")
    if looks_truncated(picture_format, body):
        digest = await asyncio.to_thread(body.sha256)
        if digest in corrupt:
            _discard(body)
            return replace(outcome, state=AddressState.CORRUPT, detail=corrupt[digest])
        try:
            rejected = await fetcher.inspect(body)
        except TimeoutError:  # says nothing about the file, so a later run decides
            _discard(body)
            detail = "this machine took too long to decode it"
            raise FetchError(AddressState.PENDING, detail, outcome.http, final=outcome.final) from None
        # a later stage gives the verdict of a complete picture (too small, animated)
        if rejected and rejected.verdict is Verdict.CORRUPT:
            _discard(body)
            # a connection may end early without an error: only bytes that come twice are the host's file
            corrupt[digest] = rejected.detail
            raise FetchError(AddressState.CORRUPT, rejected.detail, outcome.http, final=outcome.final)
    extension = EXTENSIONS[picture_format]
    return replace(outcome, sha256=await fetcher.save(body, extension), extension=extension)


def _discard(body: Body) -> None:
    if body.part:
        body.part.unlink(missing_ok=True)


def _after_page(target: AddressTarget, answer: HttpAnswer, body: Body) -> Outcome | str:
    """Return the next address if the bytes are a page that leads to it, else the outcome."""
    interstitial = family_named(target.family).interstitial
    page = (body.data or b"")[:_PAGE_BYTES].decode("utf-8", "replace")
    is_html = target.kind is AddressKind.FILE and "<" in page[:2000]
    if is_html and (opt_out := page_opt_out(page)):
        return _outcome(target, answer, AddressState.OPTED_OUT, opt_out)
    following = interstitial(page) if interstitial and is_html else None
    if isinstance(following, AddressState):
        return _outcome(target, answer, following, "the host answers with a page, not the file")
    if following:
        return following
    content_type = answer.response.headers.get("Content-Type", "no type")
    return _outcome(target, answer, AddressState.NOT_IMAGE, f"{content_type}, starts with {body.head[:16]!r}")


def _outcome(
    target: AddressTarget, answer: HttpAnswer, state: AddressState, detail: str, body: Body | None = None
) -> Outcome:
    return Outcome(
        target.canonical,
        state,
        detail,
        answer.response.status,
        etag=answer.response.headers.get("ETag"),
        size=body.size if body else None,
        final=answer.address,
    )
