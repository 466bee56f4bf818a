"""From a page, an album or a short link to the pictures it stands for, in order."""

from dataclasses import replace
from typing import TypeAlias

from photoshop_request.media.addresses.hosts import (
    AddressKind,
    AddressTarget,
    PageStep,
    PictureLink,
    Secrets,
    classify,
    family_named,
)
from photoshop_request.media.addresses.hosts.opengraph import load_json
from photoshop_request.media.addresses.outcomes import RETRYABLE, AddressState, Outcome, valid_utf8
from photoshop_request.media.addresses.url import join
from photoshop_request.media.http.body import read_text
from photoshop_request.media.http.client import PAGE_HEADERS, Client, Failure, FailureError, check_status, http_get
from photoshop_request.verdicts import Verdict

__all__ = ["PageReading", "follow_shortlink", "resolve_page"]

_PAGE_BYTES = 2 * 2**20
_MOST_PICTURES = 500
"""Of one page: a longer album is cut."""
_MOST_SHORTLINKS = 3
_TAIL = 1000
"""Characters at the end of a page, in which it is closed: what comes after is comments of the host's machines."""
PageReading: TypeAlias = tuple[str, tuple[PictureLink, ...]]
"""The address of a page that looks cut off, and the pictures in what came of it."""


async def resolve_page(client: Client, secrets: Secrets, target: AddressTarget, doubted: set[PageReading]) -> Outcome:
    """Ask for what a page or album names, step by step until one tells.

    `doubted` holds what earlier tries read from pages that look cut off: they are believed when they say it again.

    Raises:
        FailureError: no step told, says why the last did not; or one looks cut off and did not say this before.
    """
    steps = family_named(target.family).steps
    last = Failure(AddressState.UNSUPPORTED_HOST, f"{target.family}: no way to read a {target.kind}")
    for step in steps(target, secrets) if steps else []:
        try:
            async with http_get(client, step.url, {**PAGE_HEADERS, **step.headers}) as found:
                check_status(found)
                text = await read_text(found.response, _PAGE_BYTES)
                pictures = _read(step, text, target.canonical)
                status, final = found.response.status, found.address
        except FailureError as error:
            last = error.failure
            if last.state in RETRYABLE:
                raise
            continue
        told = (step.url, pictures)
        if _looks_cut(text) and told not in doubted:
            # the way may have cut it without a word, and with it the last pictures of an album
            doubted.add(told)
            raise FailureError(Failure(AddressState.CORRUPT, "the page looks cut off", status, final=final))
        if pictures:
            return Outcome(target.canonical, AddressState.RESOLVED, "", status, final=final, pictures=pictures)
        last = Failure(AddressState.GONE, "the page names no picture", status, final=final)
    raise FailureError(last)


def _looks_cut(text: str) -> bool:
    """Whether a page is not closed, or JSON not whole. A suspicion only: HTML may be left open."""
    return "</html" not in text[-_TAIL:].lower() and load_json(text) is None


def _read(step: PageStep, body: str, page: str) -> tuple[PictureLink, ...]:
    """The pictures in canonical spelling, each once, without the host's placeholder and without the page itself."""
    found: dict[str, PictureLink] = {}
    for picture in step.read(body):
        target = classify(join(step.url, picture.url))
        if target.reason is not Verdict.PLACEHOLDER and target.canonical not in {step.url, page}:
            caption = picture.caption and valid_utf8(picture.caption)
            found.setdefault(target.canonical, replace(picture, url=target.canonical, caption=caption))
    return tuple(found.values())[:_MOST_PICTURES]


async def follow_shortlink(client: Client, target: AddressTarget) -> Outcome:
    """Where a short link leads, without asking for the thing itself; short links to short links are followed too.

    Raises:
        FailureError: it leads nowhere.
    """
    address = target.canonical
    for _ in range(_MOST_SHORTLINKS):
        async with http_get(client, address, PAGE_HEADERS, follow=False) as found:
            status = found.response.status
            location = found.response.headers.get("Location") if 300 <= status < 400 else None
            if location is None:
                check_status(found)
                raise FailureError(Failure(AddressState.GONE, "leads nowhere", status))
        after = classify(join(address, location))
        if after.kind is not AddressKind.SHORTLINK:
            pictures = (PictureLink(after.canonical),)
            return Outcome(
                target.canonical, AddressState.RESOLVED, "", status, final=after.canonical, pictures=pictures
            )
        address = after.canonical
    raise FailureError(Failure(AddressState.GONE, f"more than {_MOST_SHORTLINKS} short links in a row"))
