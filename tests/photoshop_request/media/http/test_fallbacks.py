"""Other sources of a dead picture, each recorded in the outcome."""

import asyncio
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from servers.fetching import Web, web
from servers.hosts import page, reply, status

from photoshop_request.media.addresses.outcomes import AddressState, Outcome, Via
from photoshop_request.media.http.fallbacks import from_external_resolver, from_preview, from_wayback

A = "https://i.imgur.com/AbCdE12.png"
CDX = "https://web.archive.org/cdx/search/cdx"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((80, 80), 50).save(out, "JPEG")
    return out.getvalue()


JPEG = jpeg()


def captures(*rows: tuple[str, str]) -> bytes:
    return reply(json.dumps([["timestamp", "original"], *rows]).encode() if rows else b"", "application/json")


def archived(routes: Mapping[str, Any], address: str = A) -> tuple[Outcome | None, Web]:
    async def main() -> tuple[Outcome | None, Web]:
        async with web(routes) as found:
            return await from_wayback(found.fetcher, address), found

    return asyncio.run(main())


def test_the_newest_capture_is_taken_and_marked() -> None:
    """Fetch the original bytes (`id_`), and record the archive's timestamp."""
    there = "https://web.archive.org/web/20200101000000id_/http://i.imgur.com/AbCdE12.jpg"
    rows = captures(
        ("20190101000000", "http://i.imgur.com/AbCdE12.jpg"), ("20200101000000", "http://i.imgur.com/AbCdE12.jpg")
    )
    outcome, found = archived({CDX: rows, there: reply(JPEG)})
    assert outcome is not None
    assert (outcome.address, outcome.state, outcome.via, outcome.retrieved) == (
        A,
        AddressState.OK,
        Via.WAYBACK,
        "20200101000000",
    )
    assert list(found.kept.values()) == [JPEG]


def test_imgur_is_requested_as_jpg_first() -> None:
    """Try .jpg, under which archives requested every picture, then the written extension."""
    _, found = archived({CDX: captures()})
    asked = [request.url.partition("&url=")[2] for request in found.hosts.requests]
    assert asked == ["https%3A%2F%2Fi.imgur.com%2FAbCdE12.jpg", "https%3A%2F%2Fi.imgur.com%2FAbCdE12.png"]


def test_a_capture_of_the_placeholder_is_skipped() -> None:
    """Take an older capture if the newest shows the placeholder."""
    new, old = (f"https://web.archive.org/web/{time}id_/http://i.imgur.com/AbCdE12.jpg" for time in ("2020", "2010"))
    rows = captures(("2010", "http://i.imgur.com/AbCdE12.jpg"), ("2020", "http://i.imgur.com/AbCdE12.jpg"))
    routes = {CDX: rows, new: reply(JPEG, ETag='"d835884373f4d6c8f24742ceabe74946"'), old: reply(JPEG)}
    outcome, _ = archived(routes)
    assert outcome is not None
    assert outcome.retrieved == "2010"


@pytest.mark.parametrize(
    "answer", [captures(), status(404), status(503), page("<html>busy</html>"), reply(b"[1]"), reply(b"{}")]
)
def test_an_archive_that_has_nothing_is_no_error(answer: bytes) -> None:
    """Return None without a capture, without an answer, and for invalid JSON."""
    assert archived({CDX: answer}, "https://example.org/x.jpg")[0] is None


def test_a_truncated_list_of_captures_is_retried() -> None:
    """Reject half a list of captures."""
    whole = captures(("2010", "http://example.org/x.jpg"))
    half = reply(whole.partition(b"\r\n\r\n")[2][:-5])
    routes = {CDX: [half, whole], "https://web.archive.org/web/2010id_/http://example.org/x.jpg": reply(JPEG)}
    assert archived(routes, "https://example.org/x.jpg")[0] is not None


def previewed(routes: Mapping[str, Any], signed: str) -> Outcome | None:
    async def main() -> Outcome | None:
        async with web(routes) as found:
            return await from_preview(found.fetcher, A, signed)

    return asyncio.run(main())


def test_reddits_preview_is_marked_as_such() -> None:
    """Fetch the smaller copy by its signed address and record `Via.PREVIEW`."""
    signed = "https://external-preview.redd.it/x.jpg?auto=webp&s=abc"
    outcome = previewed({signed: reply(JPEG)}, signed)
    assert outcome is not None
    assert (outcome.address, outcome.via, outcome.final) == (A, Via.PREVIEW, signed)
    assert previewed({signed: status(403)}, signed) is None


@pytest.mark.parametrize(
    "signed", ["https://evil.org/x.jpg", "http://127.0.0.1/x.jpg", "https://evilredd.it/x.jpg", "file:///x.jpg"]
)
def test_only_reddit_gives_previews(signed: str) -> None:
    """Refuse a preview address of another host."""
    assert previewed({signed: reply(JPEG)}, signed) is None


def program(folder: Path, text: str) -> tuple[str, str]:
    path = folder / "resolver.py"
    path.write_text(text)
    return sys.executable, str(path)


def test_a_users_program_may_name_the_pictures(tmp_path: Path) -> None:
    """Call it with the address, read JSON lines, and classify their addresses."""
    command = program(
        tmp_path,
        "import json, sys\nprint(json.dumps({'url': 'http://imgur.com/AbCdE', 'caption': sys.argv[1]}))\n"
        "print(json.dumps({'url': 'http://127.0.0.1/x.jpg'}))",
    )
    outcome = asyncio.run(from_external_resolver(command, "https://jmp.sh/x"))
    assert (outcome.state, outcome.via) == (AddressState.RESOLVED, Via.EXTERNAL)
    assert [(picture.url, picture.caption) for picture in outcome.pictures] == [
        ("https://i.imgur.com/AbCdE.jpg", "https://jmp.sh/x"),
        ("http://127.0.0.1/x.jpg", None),
    ]


@pytest.mark.parametrize("text", ["", "print('hello')", "print('[1]')", "print('{}')", "import sys; sys.exit(3)"])
def test_a_program_that_names_nothing_leaves_the_address_unsupported(tmp_path: Path, text: str) -> None:
    """Cover invalid output, no output, and a failure."""
    assert (
        asyncio.run(from_external_resolver(program(tmp_path, text), "https://jmp.sh/x")).state
        is AddressState.UNSUPPORTED_HOST
    )
