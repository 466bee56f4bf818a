"""Fetch one address: every hostile answer ends in a state with a reason."""

import asyncio
import gzip
import hashlib
import io
import time
import zipfile
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from PIL import Image
from servers.fetching import Web, web
from servers.hosts import Request, cut, drip, endless, page, redirect, reply, reset, stall, status

from photoshop_request.media.addresses.hosts import classify, google_drive
from photoshop_request.media.addresses.hosts.family import Secrets
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.sandbox import make_inspector
from photoshop_request.media.http.body import Body
from photoshop_request.media.http.fetch import fetch
from photoshop_request.media.http.network import route
from photoshop_request.verdicts import Verdict

A = "https://i.imgur.com/AbCdE12.jpg"


def picture(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (96, 80), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, kind, **options)
    return out.getvalue()


JPEG = picture()


def run(routes: Mapping[str, Any], address: str = A, *, etag: str | None = None, **changes: Any) -> tuple[Outcome, Web]:
    async def main() -> tuple[Outcome, Web]:
        async with web(routes, **changes) as found:
            return await fetch(found.fetcher, address, etag=etag), found

    return asyncio.run(main())


@pytest.mark.parametrize("ending", ["jpg", "png", "jpeg", "webp", "gif"])
def test_an_open_ending_is_tried_until_one_answers(ending: str) -> None:
    """Request every ending of an upload of Reddit in turn, and name the one that answered."""
    address = "https://i.redd.it/abc123def456"
    outcome, found = run({f"{address}.{ending}": reply(JPEG)}, address)
    assert (outcome.state, outcome.address, outcome.final) == (AddressState.OK, address, f"{address}.{ending}")
    assert outcome.tries == len(found.hosts.requests) <= 5


def test_an_open_ending_is_gone_if_none_answers() -> None:
    """Try each once. A known ending has no other, and a failing host is not asked for the next."""
    outcome, found = run({}, "https://i.redd.it/abc123def456")
    assert (outcome.state, outcome.tries, len(found.hosts.requests)) == (AddressState.GONE, 5, 5)
    outcome, found = run({}, "https://i.redd.it/abc123def456.jpg")
    assert (outcome.state, len(found.hosts.requests)) == (AddressState.GONE, 1)
    outcome, _ = run({"https://i.redd.it/abc123def456.jpg": status(500)}, "https://i.redd.it/abc123def456")
    assert (outcome.state, outcome.tries) == (AddressState.UNREACHABLE, 4)


def test_a_picture_is_saved_byte_for_byte() -> None:
    """Save the host's bytes under their digest and true extension."""
    outcome, found = run({A: reply(JPEG, ETag='"abc"')})
    digest = hashlib.sha256(JPEG).hexdigest()
    assert (outcome.state, outcome.sha256, outcome.size, outcome.extension) == (
        AddressState.OK,
        digest,
        len(JPEG),
        "jpg",
    )
    assert (outcome.etag, outcome.final, outcome.tries, outcome.http) == ('"abc"', A, 1, 200)
    assert found.kept == {f"{digest}.jpg": JPEG}


def test_the_request_names_this_program() -> None:
    """Send a user agent that names the program, and ask for pictures first."""
    _, found = run({A: reply(JPEG)})
    (request,) = found.hosts.requests
    assert request.headers["user-agent"].startswith("photoshop-request/")
    assert request.headers["accept"].startswith("image/")
    assert "referer" not in request.headers
    assert "cookie" not in request.headers


@pytest.mark.parametrize(
    ("body", "extension"),
    [
        (picture("PNG"), "png"),
        (picture("WEBP"), "webp"),
        (picture("GIF"), "gif"),
        (picture("BMP"), "bmp"),
        (picture("TIFF"), "tiff"),
    ],
)
def test_magic_bytes_name_the_file(body: bytes, extension: str) -> None:
    """Ignore the extension of the address and the content type."""
    outcome, _ = run({A: reply(body, "image/jpeg")})
    assert (outcome.state, outcome.extension) == (AddressState.OK, extension)


def test_a_large_picture_goes_through_a_part_file() -> None:
    """Spool a large body to disk, and leave nothing in the download folder."""
    body = picture("BMP", size=(1200, 1000))
    assert len(body) > 3_000_000
    outcome, found = run({A: reply(body, "image/bmp")})
    assert (outcome.state, list(found.kept.values())) == (AddressState.OK, [body])
    assert outcome.sha256 == hashlib.sha256(body).hexdigest()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<script>")
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>over capacity</html>",
        b"<!doctype html><title>x</title>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg onload='alert(1)'/>",
        b"%PDF-1.7 \xff\xd8\xff",
        b"PK\x03\x04" + JPEG,
        b"MZ" + JPEG,
        b" " + JPEG,
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        b"\x1a\x45\xdf\xa3webm",
        b"",
    ],
    ids=["html", "doctype", "svg", "bare svg", "pdf", "zip", "program", "blank first", "mp4", "webm", "empty"],
)
def test_files_that_are_no_pictures_are_not_saved(body: bytes) -> None:
    """Return `not_image` for HTML, SVG, archives and videos named .jpg and served as image/jpeg."""
    outcome, found = run({A: reply(body, "image/jpeg")})
    assert (outcome.state, found.kept) == (AddressState.NOT_IMAGE, {})
    assert outcome.detail


def test_a_polyglot_file_is_saved_as_a_picture() -> None:
    """Save a JPEG with an appended archive under the extension of its first bytes."""
    outcome, found = run({A: reply(JPEG + zipped(), "application/zip")}, inspect=make_inspector())
    assert outcome.state is AddressState.OK
    assert [name.rpartition(".")[2] for name in found.kept] == ["jpg"]


# -- endless, slow, packed ------------------------------------------------------------------------------------------


def test_an_endless_body_is_cut_off() -> None:
    """Stop reading at the limit, and remove the part file."""
    outcome, found = run({A: endless}, max_bytes=5_000_000, seconds=5.0)
    assert (outcome.state, found.kept, outcome.tries) == (AddressState.TOO_LARGE, {}, 1)


def test_a_body_too_long_by_its_header_is_not_read() -> None:
    """Check `Content-Length` first."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 99999999\r\n\r\n"
    outcome, _ = run({A: head}, max_bytes=1000)
    assert outcome.state is AddressState.TOO_LARGE


def test_a_slow_body_times_out() -> None:
    """Limit the total time, also if a byte arrives now and then."""
    outcome, _ = run({A: drip}, seconds=0.1, tries=1)
    assert outcome.state is AddressState.TIMEOUT


def test_a_stalled_body_times_out_and_is_retried() -> None:
    """Retry after a timeout."""
    outcome, found = run({A: [stall, reply(JPEG)]}, seconds=0.1)
    assert (outcome.state, outcome.tries, len(found.hosts.requests)) == (AddressState.OK, 2, 2)


def test_a_gzip_bomb_is_stopped_by_its_decompressed_size() -> None:
    """Decompress 100 MB from 100 kB block by block, and stop at the limit."""
    bomb = gzip.compress(JPEG[:20] + b"\0" * 100_000_000)
    outcome, found = run({A: reply(bomb, Content_Encoding="gzip")}, max_bytes=3_000_000, seconds=5.0)
    assert (outcome.state, found.kept) == (AddressState.TOO_LARGE, {})


def test_unrequested_encodings_are_decompressed_or_refused() -> None:
    """Decompress gzip within the limit, refuse other or invalid encodings, and retry a truncated one."""
    outcome, found = run({A: reply(gzip.compress(JPEG), Content_Encoding="gzip")})
    assert (outcome.state, list(found.kept.values())) == (AddressState.OK, [JPEG])
    assert run({A: reply(JPEG, Content_Encoding="br")})[0].state is AddressState.NOT_IMAGE
    assert run({A: reply(JPEG, Content_Encoding="gzip")})[0].state is AddressState.NOT_IMAGE
    packed = gzip.compress(JPEG)
    outcome, found = run(
        {A: [reply(packed[:-9], Content_Encoding="gzip"), reply(packed + b"more", Content_Encoding="gzip")]}
    )
    assert (outcome.state, outcome.tries, list(found.kept.values())) == (AddressState.OK, 2, [JPEG])


def test_bytes_after_a_compressed_body_are_not_read() -> None:
    """Stop at the end of the stream, as the bytes after it would fill the memory."""

    async def trailing(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(JPEG))
        while True:
            await writer.drain()
            writer.write(b"\0" * 100_000)

    outcome, found = run({A: trailing})
    assert (outcome.state, list(found.kept.values())) == (AddressState.OK, [JPEG])


@pytest.mark.parametrize(
    "head", ["302 X\r\nLocation: /AbCdE13\xe9.jpg", '200 X\r\nETag: "\xe9"', "200 X\r\nContent-Type: t\xe9xt"]
)
def test_a_header_that_is_not_utf8_becomes_valid_text(head: str) -> None:
    """Percent-encode raw Latin-1 in addresses, and replace it elsewhere."""
    body = b"hello" if "Type" in head else JPEG
    answer = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
    outcome, _ = run({A: answer, "https://i.imgur.com/AbCdE13%E9.jpg": reply(JPEG)})
    assert outcome.state is (AddressState.NOT_IMAGE if "Type" in head else AddressState.OK)
    for text in (outcome.detail, outcome.etag, outcome.final):
        assert not text or text.encode()


def test_a_redirect_may_lead_to_an_ipv6_address() -> None:
    """Keep its brackets."""
    address = "http://[2606:4700:4700::1111]/x.jpg"
    assert str(route(address, None)) == address
    assert classify(address).canonical == "https://[2606:4700:4700::1111]/x.jpg"


def test_a_connection_that_ends_early_is_retried() -> None:
    """Reject fewer bytes than promised."""
    outcome, found = run({A: [cut(JPEG[:500], 900), reply(JPEG)]})
    assert (outcome.state, outcome.tries, list(found.kept.values())) == (AddressState.OK, 2, [JPEG])


# -- cut files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_truncated_file_on_the_host_is_corrupt(kind: str) -> None:
    """Decode a complete answer with half a picture in a process of its own, and find it corrupt."""
    body = picture(kind)
    outcome, found = run({A: reply(body[: len(body) * 2 // 3])}, inspect=make_inspector())
    assert (outcome.state, found.kept) == (AddressState.CORRUPT, {})
    assert outcome.detail


def test_a_file_truncated_in_transit_is_retried() -> None:
    """Accept a corrupt file only if the same bytes come twice, as a wrong length makes an answer look complete."""

    async def broken(_body: Body) -> Rejected | None:
        return Rejected(Verdict.CORRUPT, "cut off")

    half, third = JPEG[: len(JPEG) // 2], JPEG[: len(JPEG) // 3]
    outcome, found = run({A: [reply(half), reply(JPEG)]}, inspect=broken)
    assert (outcome.state, outcome.tries, list(found.kept.values())) == (AddressState.OK, 2, [JPEG])
    outcome, found = run({A: [reply(half), reply(third), reply(half)]}, inspect=broken)
    assert (outcome.state, outcome.tries, found.kept) == (AddressState.CORRUPT, 3, {})
    outcome, found = run({A: reply(half)}, inspect=broken)
    assert (outcome.state, outcome.detail, len(found.hosts.requests)) == (AddressState.CORRUPT, "cut off", 2)
    outcome, _ = run({A: [reply(JPEG[:end]) for end in range(300, 304)]}, inspect=broken)
    assert (outcome.state, outcome.detail, outcome.tries, outcome.http) == (AddressState.CORRUPT, "cut off", 4, 200)


def test_a_file_that_this_machine_decodes_too_slowly_stays_pending() -> None:
    """Another machine may decode it in time, so that time gives no verdict."""

    async def slow(_body: Body) -> Rejected | None:
        raise TimeoutError

    outcome, found = run({A: reply(JPEG[: len(JPEG) // 2])}, inspect=slow)
    assert (outcome.state, outcome.tries, found.kept) == (AddressState.PENDING, 1, {})


def test_only_suspicious_files_are_decoded() -> None:
    """Decode only pictures without their end, and save those that decode."""
    asked: list[Body] = []

    async def note(body: Body) -> Rejected | None:
        asked.append(body)
        return None

    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        run({A: reply(picture(kind))}, inspect=note)
    assert asked == []
    outcome, _ = run({A: reply(JPEG[:-2])}, inspect=note)
    assert (len(asked), outcome.state) == (1, AddressState.OK)


def test_other_rejections_are_left_to_later_stages() -> None:
    """Save pictures with too few or too many pixels."""

    async def small(_body: Body) -> Rejected | None:
        return Rejected(Verdict.TOO_SMALL, "tiny")

    assert run({A: reply(JPEG[:-2])}, inspect=small)[0].state is AddressState.OK


# -- addresses and redirects --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:22/secret.jpg",
        "http://169.254.169.254/latest/meta-data/x.png",
        "http://[::1]/x.jpg",
        "http://[::ffff:10.0.0.1]/x.jpg",
        "http://2130706433/x.jpg",
        "http://0177.0.0.1/x.jpg",
        "http://localhost/x.jpg",
        "http://10.0.0.1/x.jpg",
        "https://i.imgur.com:8080/x.jpg",
        "https://i.imgur.com@10.0.0.1/x.jpg",
        "file:///etc/passwd",
        "ftp://example.org/x.jpg",
        "data:image/png;base64,AAAA",
        "//192.168.0.1/x.jpg",
        "http://[bad/x.jpg",
        "\\\\10.0.0.1\\x",
    ],
)
def test_a_redirect_must_pass_the_policy(to: str) -> None:
    """Check each hop, and do not request a refused one."""
    outcome, found = run({A: redirect(to)})
    assert outcome.state is AddressState.BLOCKED
    assert found.hosts.urls() == [A]


def test_a_blocked_address_is_never_requested() -> None:
    """Make no request and no retry."""
    outcome, found = run({}, "http://127.0.0.1:22/x.jpg")
    assert (outcome.state, outcome.tries, found.hosts.requests) == (AddressState.BLOCKED, 0, [])


def test_redirects_are_followed_hop_by_hop() -> None:
    """Follow relative and absolute redirects over hosts, and record the last address."""
    routes = {
        A: redirect("/FgHiJ34.png"),
        "https://i.imgur.com/FgHiJ34.png": redirect("https://example.org/a b.jpg", 301),
        "https://example.org/a%20b.jpg": reply(JPEG),
    }
    outcome, found = run(routes)
    assert (outcome.state, outcome.final) == (AddressState.OK, "https://example.org/a%20b.jpg")
    assert len(found.hosts.requests) == 3


@pytest.mark.parametrize(
    "to",
    ["https://i.redd.it/b\u00fccher.jpg", "https://b\u00fccher.org/x.jpg", "/\udcff.jpg", "https://example.org/%zz"],
)
def test_odd_characters_in_a_redirect_are_percent_encoded(to: str) -> None:
    """Request the address with them percent-encoded."""
    outcome, _ = run({A: redirect(to.encode("utf-8", "surrogateescape").decode("latin-1"))})
    assert outcome.state is AddressState.GONE


def test_an_unrequested_304_is_no_picture() -> None:
    """Save nothing after a 304 without an ETag."""
    assert run({A: status(304)})[0].state is AddressState.GONE


def test_redirects_end() -> None:
    """Give up a loop after five hops, without retries."""
    outcome, found = run({A: redirect(A)})
    assert outcome.state is AddressState.GONE
    assert len(found.hosts.requests) == 6


def test_a_key_is_not_sent_to_another_host() -> None:
    """Drop the imgur key when imgur's API redirects elsewhere."""
    api = "https://api.imgur.com/3/album/AbCdE/images"
    routes = {
        api: redirect("https://example.org/x"),
        "https://example.org/x": status(404),
        "https://imgur.com/a/AbCdE": status(404),
    }
    _, found = run(routes, "https://imgur.com/a/AbCdE", secrets=Secrets("key"))
    assert found.hosts.requests_for(api)[0].headers["authorization"] == "Client-ID key"
    assert "authorization" not in found.hosts.requests_for("https://example.org/x")[0].headers


# -- placeholders and refusals ------------------------------------------------------------------------------------------


def test_a_redirect_to_the_placeholder_is_final() -> None:
    """Do not request imgur's removed.png."""
    outcome, found = run({A: redirect("https://i.imgur.com/removed.png")})
    assert (outcome.state, len(found.hosts.requests)) == (AddressState.PLACEHOLDER, 1)


def test_the_placeholder_is_known_by_its_etag() -> None:
    """Recognise weak and strong ETags under any address."""
    for etag in ('"d835884373f4d6c8f24742ceabe74946"', 'W/"d835884373f4d6c8f24742ceabe74946"'):
        outcome, found = run({A: reply(JPEG, ETag=etag)})
        assert (outcome.state, found.kept) == (AddressState.PLACEHOLDER, {})


def test_the_placeholder_is_known_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognise the bytes if a cache drops the ETag."""
    digest = hashlib.md5(JPEG).hexdigest()
    monkeypatch.setattr("photoshop_request.media.http.answer_checks._PLACEHOLDER_MD5", frozenset({digest}))
    assert run({A: reply(JPEG)})[0].state is AddressState.PLACEHOLDER


@pytest.mark.parametrize(
    ("code", "state", "tries"),
    [
        (401, AddressState.NEEDS_AUTH, 1), (403, AddressState.FORBIDDEN, 1), (404, AddressState.GONE, 1), (410, AddressState.GONE, 1), (451, AddressState.GONE, 1),
        (400, AddressState.GONE, 1), (429, AddressState.RATE_LIMITED, 4), (500, AddressState.UNREACHABLE, 4), (503, AddressState.UNREACHABLE, 4), (520, AddressState.UNREACHABLE, 4),
    ],
)  # fmt: skip
def test_a_status_is_final_or_retried(code: int, state: AddressState, tries: int) -> None:
    """Accept 4xx at once, and try 429 and 5xx four times."""
    outcome, found = run({A: status(code)})
    assert (outcome.state, outcome.http, outcome.tries, len(found.hosts.requests)) == (state, code, tries, tries)


@pytest.mark.parametrize("first", [[status(429)], [status(503), status(503)], [reset], [reset, status(502)]])
def test_a_flaky_host_is_retried(first: list[Any]) -> None:
    """Fetch a picture whose first requests fail."""
    outcome, _ = run({A: [*first, reply(JPEG)]})
    assert (outcome.state, outcome.tries) == (AddressState.OK, len(first) + 1)


def test_retry_after_is_honoured() -> None:
    """Pause the site for the requested time."""
    _, found = run({A: [status(429, Retry_After="7"), reply(JPEG)]})
    assert found.slept == [pytest.approx(7, abs=0.1)]


def test_a_site_that_asks_for_a_day_is_left_for_a_later_run() -> None:
    """Leave its addresses pending, and do not wait."""
    outcome, found = run({A: [status(429, Retry_After="86400"), reply(JPEG)]})
    assert (outcome.state, outcome.tries, found.slept, len(found.hosts.requests)) == (AddressState.PENDING, 1, [], 1)


def test_an_old_host_without_https_is_requested_over_http() -> None:
    """Fall back to http only for unknown hosts, and only if https cannot connect."""
    asked: list[str] = []

    class Session:
        """Session that connects over http only."""

        @asynccontextmanager
        async def get(self, url: Any, **_options: Any) -> Any:
            """Fetch one picture."""
            asked.append(str(url))
            if url.scheme == "https":
                raise aiohttp.ClientConnectorError(None, OSError("refused"))
            async with aiohttp.ClientSession() as session, session.get(f"{base}/x") as response:
                yield response

    async def main(address: str) -> Outcome:
        nonlocal base
        async with web({"https://x": reply(JPEG)}, tries=1) as found:
            base = found.hosts.base
            client = replace(found.fetcher.client, session=Session(), mirror=None)
            return await fetch(replace(found.fetcher, client=client), address)

    base = ""
    outcome = asyncio.run(main("https://old.org/x.jpg"))
    assert (outcome.state, outcome.final, outcome.tries) == (AddressState.OK, "http://old.org/x.jpg", 2)
    assert asyncio.run(main(A)).state is AddressState.UNREACHABLE
    assert asked == ["https://old.org/x.jpg", "http://old.org/x.jpg", A]


def test_an_unchanged_picture_is_not_sent_again() -> None:
    """Return `ok` without a digest after HTTP 304."""
    outcome, found = run({A: status(304)}, etag='"abc"')
    assert (outcome.state, outcome.http, outcome.sha256, found.kept) == (AddressState.OK, 304, None, {})
    assert found.hosts.requests[0].headers["if-none-match"] == '"abc"'


# -- stored files -------------------------------------------------------------------------------------------------------

DRIVE = "https://drive.google.com/uc?export=download&id=1AbCdEfGhIjKlMnOpQrStUv"


def test_drive_confirms_a_large_file_first() -> None:
    """Submit the form of the page "cannot scan for viruses"."""
    form = (
        '<form id="download-form" action="https://drive.usercontent.google.com/download" method="get">'
        '<input type="hidden" name="id" value="1AbC"><input type="hidden" name="confirm" value="t"></form>'
    )
    there = "https://drive.usercontent.google.com/download?id=1AbC&confirm=t"
    outcome, _ = run({DRIVE: page(form), there: reply(JPEG)}, DRIVE)
    assert (outcome.state, outcome.final) == (AddressState.OK, there)


def test_drives_old_confirmation_link_is_followed() -> None:
    """Follow a link with a confirm code, as before 2023."""
    there = "https://drive.google.com/uc?export=download&confirm=AbC&id=1AbC"
    link = '<a href="/uc?export=download&amp;confirm=AbC&amp;id=1AbC">anyway</a>'
    outcome, _ = run({DRIVE: page(link), there: reply(JPEG)}, DRIVE)
    assert outcome.state is AddressState.OK


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Sorry, too many users have viewed this file. Quota exceeded.", AddressState.RATE_LIMITED),
        ("Sign in to continue to Google Drive", AddressState.NEEDS_AUTH),
        ("You need access. Request access", AddressState.NEEDS_AUTH),
        ("Sorry, the file you have requested does not exist.", AddressState.GONE),
    ],
)
def test_drives_pages_are_told_apart(text: str, state: AddressState) -> None:
    """Distinguish a quota, a login, and a missing file."""
    outcome, _ = run({DRIVE: page(f"<html>{text}</html>")}, DRIVE)
    assert outcome.state is state


def test_a_redirect_to_a_login_is_final() -> None:
    """Do not request the login page of a private file."""
    outcome, found = run({DRIVE: redirect("https://accounts.google.com/ServiceLogin?continue=x")}, DRIVE)
    assert (outcome.state, len(found.hosts.requests)) == (AddressState.NEEDS_AUTH, 1)


def test_a_dropbox_page_means_no_file() -> None:
    """Take a page for a file that is no longer shared."""
    address = "https://dl.dropboxusercontent.com/s/k3y0k3y0k3y0/edit.jpg"
    assert run({address: page("<html>Dropbox</html>")}, address)[0].state is AddressState.GONE


def test_pages_that_lead_to_pages_end() -> None:
    """Give up an interstitial that leads to itself."""
    link = f'<a href="{DRIVE.replace("&", "&amp;")}&amp;confirm=x">anyway</a>'
    outcome, found = run({DRIVE: page(link), f"{DRIVE}&confirm=x": page(link)}, DRIVE)
    assert outcome.state is AddressState.NOT_IMAGE
    assert len(found.hosts.requests) == 3


@pytest.mark.parametrize(
    "unit", ["<form ", '<form id="download-form" ', 'href="', "confirm=", '<input type="hidden" name="a" ']
)
def test_drives_page_is_read_in_linear_time(unit: str) -> None:
    """Read 200 kB of what opens and never closes."""
    for page_text in (unit * (200_000 // len(unit)), 'href="' + unit * (200_000 // len(unit))):
        began = time.process_time()
        google_drive.FAMILY.interstitial(page_text)
        assert time.process_time() - began < 0.5
