"""Opt-outs from training in headers and pages: of pictures, pages, redirects and archived copies."""

import asyncio
import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from PIL import Image
from servers.fetching import web
from servers.hosts import page, redirect, reply, status

from photoshop_request.media.addresses.outcomes import VERDICTS, AddressState, Outcome
from photoshop_request.media.http.fallbacks import FALLBACK_STATES, from_wayback
from photoshop_request.media.http.fetch import fetch
from photoshop_request.media.http.opt_outs import NOINDEX, has_noindex, header_opt_out, page_opt_out
from photoshop_request.verdicts import Verdict

A, B = "https://a.org/x.jpg", "https://b.org/y.jpg"
PAGE, SHORT = "https://ibb.co/AbCdE12", "https://bit.ly/3abcDEF"
DRIVE = "https://drive.google.com/file/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQrStUvW/view"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((90, 80), 60).save(out, "JPEG")
    return out.getvalue()


JPEG = jpeg()


def run(routes: Mapping[str, Any], address: str) -> tuple[Outcome, list[str]]:
    async def main() -> tuple[Outcome, list[str]]:
        async with web(routes) as found:
            return await fetch(found.fetcher, address), found.hosts.urls()

    return asyncio.run(main())


def headers(*lines: str) -> CIMultiDictProxy[str]:
    values = CIMultiDict[str]()
    for line in lines:
        name, _, value = line.partition(": ")
        values.add(name, value)
    return CIMultiDictProxy(values)


OPT_OUTS = [
    ["X-Robots-Tag: noai"],
    ["x-robots-tag: noimageai"],
    ["X-Robots-Tag: NoAI"],
    ["X-Robots-Tag: noindex, NoAI"],
    ["X-Robots-Tag: noindex; noai"],
    ["X-Robots-Tag: noindex;noimageai;nofollow"],
    ["X-Robots-Tag: noindex", "X-Robots-Tag: noai"],
    ["X-Robots-Tag: otherbot: noindex", "X-Robots-Tag: noai"],
    ["X-Robots-Tag: otherbot: noindex, photoshop-request: noai"],
    ["X-Robots-Tag: otherbot: noindex, *: noai"],
    ["X-Robots-Tag: photoshop-request: noindex; noai"],
    ["X-Robots-Tag: Photoshop-Request/1.0: noai"],
    ["X-Robots-Tag: unavailable_after: 1 Jan 2030, noai"],
    ["X-Robots-Tag: unavailable_after: Tuesday, 01 Jan 2030 15:00:00 GMT, noai"],
    ["X-Robots-Tag: max-snippet:20, max-image-preview:large, noai"],
    ["X-Robots-Tag: noai: 1"],
    ["tdm-reservation: 1"],
    ["TDM-Reservation: 1", "tdm-policy: https://a.org/policy.json"],
    ["tdm-reservation: 0", "tdm-reservation: 1"],
    ["tdm-reservation: 1; x=y"],
    ["X-Archive-Orig-X-Robots-Tag: noai"],
    ["X-Archive-Orig-tdm-reservation: 1"],
]
OTHERS = [
    [],
    ["X-Robots-Tag: "],
    ["X-Robots-Tag: all"],
    ["X-Robots-Tag: noindex"],
    ["X-Robots-Tag: none"],
    ["X-Robots-Tag: otherbot: noai"],
    ["X-Robots-Tag: otherbot: noindex, noai"],
    ["X-Robots-Tag: otherbot: noindex; noai"],
    ["X-Robots-Tag: photoshop-request-2: noai"],
    ["X-Robots-Tag: noaiplease, my-noai"],
    ["tdm-reservation: 0"],
    ["tdm-reservation: 10"],
    ["tdm-policy: https://a.org/1"],
]


@pytest.mark.parametrize("lines", OPT_OUTS, ids="|".join)
def test_headers_opt_out(lines: list[str]) -> None:
    assert header_opt_out(headers(*lines)) in {"X-Robots-Tag: noai", "X-Robots-Tag: noimageai", "tdm-reservation: 1"}


@pytest.mark.parametrize("lines", OTHERS, ids="|".join)
def test_other_headers_do_not(lines: list[str]) -> None:
    """Ignore tags for search engines and for other crawlers."""
    assert header_opt_out(headers(*lines)) is None


@given(st.lists(st.sampled_from(["noindex", "nofollow", "max-snippet: -1", "unavailable_after: 1 Jan 2030 10:00:00 PST"])),
       st.sampled_from(["noai", "NOIMAGEAI"]), st.sampled_from([",", ";", ", ", " ; "]), st.randoms())  # fmt: skip
def test_an_opt_out_is_found_in_any_order(tags: list[str], opt_out: str, separator: str, chance: Any) -> None:
    mixed = [*tags, opt_out]
    chance.shuffle(mixed)
    assert header_opt_out(headers(f"X-Robots-Tag: {separator.join(mixed)}")) == f"X-Robots-Tag: {opt_out.lower()}"


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n")))
def test_any_header_is_read(value: str) -> None:
    """Raise nothing."""
    found = headers(f"X-Robots-Tag: {value}", f"tdm-reservation: {value}")
    header_opt_out(found)
    has_noindex(found)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="robots" content="noai">', "meta robots: noai"),
        ("<META NAME='ROBOTS' CONTENT='noindex, noimageai' />", "meta robots: noimageai"),
        ('<meta content="noindex;noai" name=robots>', "meta robots: noai"),
        ('<meta name="photoshop-request" content="noai">', "meta photoshop-request: noai"),
        ('<meta name="tdm-reservation" content="1">', "meta tdm-reservation: 1"),
        ('<meta name="robots" content="noindex"><meta name="robots" content="noai">', "meta robots: noai"),
        ('<meta name="robots" content="noindex, nofollow">', None),
        ('<meta name="otherbot" content="noai">', None),
        ('<meta name="tdm-reservation" content="0">', None),
        ('<meta name="description" content="noai">', None),
        ("<p>noai</p>", None),
    ],
)
def test_pages_opt_out_by_meta_tags(head: str, expected: str | None) -> None:
    assert page_opt_out(f"<html><head>{head}</head></html>") == expected


def opted_out(answer: bytes, line: str) -> bytes:
    """Add a header to an answer."""
    first, rest = answer.split(b"\r\n", 1)
    return first + b"\r\n" + line.encode() + b"\r\n" + rest


IMAGE_PAGE = '<html><meta property="og:image" content="https://i.ibb.co/aaaaaaa/x.jpg">{}</html>'


@pytest.mark.parametrize("line", ["X-Robots-Tag: noindex; noai", "tdm-reservation: 1"])
def test_each_answer_on_the_way_is_asked(line: str) -> None:
    """Ask pictures, pages, redirects and short links, and request nothing after an opt-out."""
    for routes, address in (
        ({A: opted_out(reply(JPEG), line)}, A),
        ({A: opted_out(redirect(B), line), B: reply(JPEG)}, A),
        ({A: redirect(B), B: opted_out(reply(JPEG), line)}, A),
        ({A: opted_out(status(304), line)}, A),
        ({PAGE: opted_out(page(IMAGE_PAGE), line)}, PAGE),
        ({SHORT: opted_out(redirect(A), line)}, SHORT),
    ):
        outcome, urls = run(routes, address)
        assert outcome.state is AddressState.OPTED_OUT, routes
        assert outcome.detail.lower() in {"x-robots-tag: noai", "tdm-reservation: 1"}
        assert len(urls) == (2 if B in urls else 1)
        if opted_out(redirect(B), line) in routes.values():
            assert B not in urls


@pytest.mark.parametrize("meta", ['<meta name="robots" content="noai">', '<meta name="tdm-reservation" content="1">'])
def test_pages_on_the_way_are_asked(meta: str) -> None:
    """Ask the page of a picture, and the page that a host shows before a stored file."""
    outcome, _ = run({PAGE: page(IMAGE_PAGE.format(meta))}, PAGE)
    assert (outcome.state, outcome.pictures) == (AddressState.OPTED_OUT, ())
    warning = f'<html>{meta}<form action="https://drive.usercontent.google.com/download?id=1"></form></html>'
    target = run({}, DRIVE)[1][0]
    outcome, urls = run({target: page(warning)}, DRIVE)
    assert (outcome.state, urls) == (AddressState.OPTED_OUT, [target])


def test_no_other_way_is_tried_after_an_opt_out() -> None:
    """Request no other page of the same picture, and no archived copy."""
    flickr = "https://www.flickr.com/photos/someone/12345678901"
    first = run({}, flickr)[1][0]
    outcome, urls = run({first: opted_out(reply(b"{}", "application/json"), "X-Robots-Tag: noai")}, flickr)
    assert (outcome.state, urls) == (AddressState.OPTED_OUT, [first])
    assert FALLBACK_STATES.isdisjoint({AddressState.OPTED_OUT, AddressState.ROBOTS, AddressState.PENDING})


def test_an_archived_opt_out_counts() -> None:
    """Refuse a copy whose original answer had the tag."""
    archived = "https://web.archive.org/web/20200101000000id_/https://a.org/x.jpg"
    cdx = "https://web.archive.org/cdx/search/cdx"
    rows = b'[["timestamp","original"],["20200101000000","https://a.org/x.jpg"]]'

    async def main(line: str) -> Outcome | None:
        routes = {cdx: reply(rows, "application/json"), archived: opted_out(reply(JPEG), line)}
        async with web(routes) as found:
            return await from_wayback(found.fetcher, A)

    assert asyncio.run(main("X-Archive-Orig-X-Robots-Tag: noai")) is None
    assert asyncio.run(main("X-Archive-Orig-X-Robots-Tag: noindex")) is not None


def test_noindex_is_reported_and_not_obeyed() -> None:
    """Fetch the picture and read the page. The detail names the tag."""
    outcome, _ = run({A: opted_out(reply(JPEG), "X-Robots-Tag: noindex, nofollow")}, A)
    assert (outcome.state, outcome.detail) == (AddressState.OK, NOINDEX)
    outcome, _ = run({PAGE: opted_out(page(IMAGE_PAGE), "X-Robots-Tag: none")}, PAGE)
    assert (outcome.state, outcome.detail) == (AddressState.RESOLVED, NOINDEX)


def test_a_dead_address_is_gone_whatever_its_headers() -> None:
    """Hosts send the tag with error pages too."""
    assert run({A: opted_out(status(404), "X-Robots-Tag: noai")}, A)[0].state is AddressState.GONE


def test_opt_outs_have_a_verdict_of_their_own() -> None:
    """A living host is not called gone."""
    assert VERDICTS[AddressState.OPTED_OUT] is Verdict.OPTED_OUT
    assert VERDICTS[AddressState.ROBOTS] is Verdict.ROBOTS
