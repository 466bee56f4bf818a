"""Resolve a page, an album or a short link to the pictures it names, in order."""

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from photoshop_request.media.addresses.hosts import classify, family_named
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, PageStep, Secrets
from photoshop_request.media.addresses.hosts.opengraph import load_json
from photoshop_request.media.addresses.outcomes import (
    RETRYABLE,
    AddressState,
    FetchError,
    Outcome,
    PictureLink,
    valid_utf8,
)
from photoshop_request.media.addresses.url import join
from photoshop_request.media.http.body import read_text
from photoshop_request.media.http.client import PAGE_HEADERS, Client, check_status, http_get
from photoshop_request.media.http.opt_outs import NOINDEX, has_noindex, page_opt_out
from photoshop_request.verdicts import Verdict

_PAGE_BYTES = 2 * 2**20
_MAX_PICTURES = 500
"""Maximum pictures of one page. A longer album is cut."""
_MAX_NAMED = 4 * _MAX_PICTURES
"""Pictures of one page that are looked at, with placeholders and repeats."""
_PARSE_SECONDS = 10.0
_MAX_SHORTLINKS = 3
_FINAL = frozenset({AddressState.OPTED_OUT, AddressState.PENDING})
"""States of one step after which no other step is tried: another way to the same pictures would evade an opt-out."""
_PAGE_END = 1000
"""Characters at the end of a page that must contain `</html>`. Only comments of the host's servers follow it."""
PageReading: TypeAlias = tuple[str, tuple[PictureLink, ...]]
"""The address of a page that looks truncated, and the pictures it named."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Hold what a page says."""

    pictures: tuple[PictureLink, ...]
    looks_truncated: bool
    opt_out: str | None


async def resolve_page(client: Client, secrets: Secrets, target: AddressTarget, doubted: set[PageReading]) -> Outcome:
    """Request a page or album, step by step until one names a picture.

    `doubted` collects the readings of pages that look truncated. The same reading at a later try is accepted.

    Raises:
        FetchError: no step names a picture, a page forbids training, or a page looks truncated and is read for the
            first time.
    """
    steps = family_named(target.family).steps
    last = FetchError(AddressState.UNSUPPORTED_HOST, f"{target.family}: no way to read a {target.kind}")
    for step in steps(target, secrets) if steps else []:
        try:
            async with http_get(client, step.url, {**PAGE_HEADERS, **step.headers}) as answer:
                check_status(answer)
                text = await read_text(answer.response, _PAGE_BYTES, clock=client.clock)
                status, final = answer.response.status, answer.address
                detail = NOINDEX if has_noindex(answer.response.headers) else ""
            parsed = await _parsed(step, text, target.canonical)
        except FetchError as error:
            last = error
            if last.state in {*RETRYABLE, *_FINAL}:
                raise
            continue
        if parsed.opt_out:
            raise FetchError(AddressState.OPTED_OUT, parsed.opt_out, status, final=final)
        reading = (step.url, parsed.pictures)
        if parsed.looks_truncated and reading not in doubted:
            # a connection may end early without an error, so that the last pictures of an album are missing
            doubted.add(reading)
            raise FetchError(AddressState.CORRUPT, "the page looks cut off", status, final=final)
        if parsed.pictures:
            state = AddressState.RESOLVED
            return Outcome(target.canonical, state, detail, status, final=final, pictures=parsed.pictures)
        last = FetchError(AddressState.GONE, "the page names no picture", status, final=final)
    raise last


async def _parsed(step: PageStep, text: str, page: str) -> _Parsed:
    """Return what an untrusted page says. A thread parses it.

    Raises:
        FetchError: parsing takes longer than `_PARSE_SECONDS`.
    """

    def parse() -> _Parsed:
        return _Parsed(_read(step, text, page), _looks_truncated(text), page_opt_out(text))

    try:
        return await asyncio.wait_for(asyncio.to_thread(parse), _PARSE_SECONDS)
    except TimeoutError:
        raise FetchError(AddressState.TOO_LARGE, f"the page takes longer than {_PARSE_SECONDS:g} s to parse") from None


def _looks_truncated(text: str) -> bool:
    # only a suspicion: HTML need not be closed
    return "</html" not in text[-_PAGE_END:].lower() and load_json(text) is None


def _read(step: PageStep, body: str, page: str) -> tuple[PictureLink, ...]:
    """Return the pictures by canonical address, each once, without placeholders and the page itself."""
    pictures: dict[str, PictureLink] = {}
    for picture in islice(step.read(body), _MAX_NAMED):
        target = classify(join(step.url, picture.url))
        if target.reason is not Verdict.PLACEHOLDER and target.canonical not in {step.url, page}:
            caption = picture.caption and valid_utf8(picture.caption)
            pictures.setdefault(target.canonical, PictureLink(target.canonical, caption))
    return tuple(pictures.values())[:_MAX_PICTURES]


async def follow_shortlink(client: Client, target: AddressTarget) -> Outcome:
    """Return the address behind a short link without requesting it. Follow short links to short links.

    Raises:
        FetchError: the link leads nowhere.
    """
    address = target.canonical
    for _ in range(_MAX_SHORTLINKS):
        async with http_get(client, address, PAGE_HEADERS, follow=False) as answer:
            status = answer.response.status
            location = answer.response.headers.get("Location") if 300 <= status < 400 else None
            if location is None:
                check_status(answer)
                raise FetchError(AddressState.GONE, "leads nowhere", status)
        linked = classify(join(address, location))
        if linked.kind is not AddressKind.SHORTLINK:
            pictures = (PictureLink(linked.canonical),)
            return Outcome(
                target.canonical, AddressState.RESOLVED, "", status, final=linked.canonical, pictures=pictures
            )
        address = linked.canonical
    raise FetchError(AddressState.GONE, f"more than {_MAX_SHORTLINKS} short links in a row")
