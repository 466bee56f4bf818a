"""Resolve pages, albums and short links to pictures, in order."""

import asyncio
import html
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from servers.fetching import web
from servers.hosts import Hosts, page, redirect, reply, status

from photoshop_request.media.addresses.hosts.family import Secrets
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.http import resolve
from photoshop_request.media.http.fetch import fetch

ALBUM = "https://imgur.com/a/AbCdE"
API = "https://api.imgur.com/3/album/AbCdE/images"


def og(*urls: str) -> bytes:
    return page(
        "<head>"
        + "".join(f'<meta property="og:image" content="{html.escape(url)}">' for url in urls)
        + "</head></html>"
    )


def data(value: Any) -> bytes:
    return reply(json.dumps(value).encode(), "application/json")


def run(routes: Mapping[str, Any], address: str, **changes: Any) -> tuple[Outcome, Hosts]:
    async def main() -> tuple[Outcome, Hosts]:
        async with web(routes, **changes) as found:
            return await fetch(found.fetcher, address), found.hosts

    return asyncio.run(main())


def urls(routes: Mapping[str, Any], address: str, **changes: Any) -> list[str]:
    outcome, _ = run(routes, address, **changes)
    assert outcome.state is AddressState.RESOLVED, outcome
    return [picture.url for picture in outcome.pictures]


CASES: list[tuple[str, dict[str, bytes], list[str]]] = [
    (
        "https://ibb.co/AbCdEf1",
        {"https://ibb.co/AbCdEf1": og("https://i.ibb.co/K1/edit.jpg")},
        ["https://i.ibb.co/K1/edit.jpg"],
    ),
    (
        "https://postimg.cc/AbCdEfGh",
        {"https://postimg.cc/AbCdEfGh": page('<a id="download" href="https://i.postimg.cc/K1/e.jpg?dl=1">x</a>')},
        ["https://i.postimg.cc/K1/e.jpg"],
    ),
    (
        "https://postimg.cc/AbCdEfGh",
        {"https://postimg.cc/AbCdEfGh": og("https://i.postimg.cc/K1/e.jpg")},
        ["https://i.postimg.cc/K1/e.jpg"],
    ),
    (
        "https://postimg.cc/gallery/AbCdEfGh",
        {
            "https://postimg.cc/gallery/AbCdEfGh": page(
                '<a href="https://i.postimg.cc/K2/2.jpg"><img src="https://i.postimg.cc/K1/1.jpg">'
            )
        },
        ["https://i.postimg.cc/K2/2.jpg", "https://i.postimg.cc/K1/1.jpg"],
    ),
    (ALBUM, {ALBUM: og("https://i.imgur.com/AAAAAh.jpg?fb", "https://i.imgur.com/BBBBB.png")}, ["https://i.imgur.com/AAAAA.jpg", "https://i.imgur.com/BBBBB.png"]),
    (
        "https://imgbox.com/AbCdEfGh",
        {"https://imgbox.com/AbCdEfGh": og("https://thumbs2.imgbox.com/a/b/AbCdEfGh_t.jpg")},
        ["https://images2.imgbox.com/a/b/AbCdEfGh_o.jpg"],
    ),
    (
        "https://imgchest.com/p/abcdefghijk",
        {
            "https://imgchest.com/p/abcdefghijk": page(
                '<div data-page="'
                + html.escape(json.dumps({"props": {"post": {"files": [{"link": "https://cdn.imgchest.com/files/1.png", "description": "one"}, {"link": "https://cdn.imgchest.com/files/2.png"}]}}}))
                + '">'
            )
        },
        ["https://cdn.imgchest.com/files/1.png", "https://cdn.imgchest.com/files/2.png"],
    ),
    (
        "https://catbox.moe/c/ab12cd",
        {"https://catbox.moe/c/ab12cd": page("<img src='https://files.catbox.moe/aa.png'><a href='https://files.catbox.moe/bb.mp4'>")},
        ["https://files.catbox.moe/aa.png"],
    ),
    (
        "https://flic.kr/p/2AbCdE",
        {"https://www.flickr.com/services/oembed/?format=json&url=https%3A%2F%2Fflic.kr%2Fp%2F2AbCdE": data({"type": "photo", "url": "https://live.staticflickr.com/1/2_3_b.jpg"})},
        ["https://live.staticflickr.com/1/2_3_b.jpg"],
    ),
    (
        "https://gyazo.com/0123456789abcdef0123456789abcdef",
        {"https://api.gyazo.com/api/oembed?url=https%3A%2F%2Fgyazo.com%2F0123456789abcdef0123456789abcdef": data({"type": "photo", "url": "https://i.gyazo.com/0123456789abcdef0123456789abcdef.png"})},
        ["https://i.gyazo.com/0123456789abcdef0123456789abcdef.png"],
    ),
    (
        "https://fav.me/dabc123",
        {"https://backend.deviantart.com/oembed?format=json&url=https%3A%2F%2Ffav.me%2Fdabc123": data({"type": "photo", "url": "https://images-wixmp-1.wixmp.com/f/a.png?token=t"})},
        ["https://images-wixmp-1.wixmp.com/f/a.png?token=t"],
    ),
    (
        "https://www.vidble.com/album/AbCdEf",
        {"https://www.vidble.com/album/AbCdEf": page('<img src="//www.vidble.com/AAA.jpg"> <img src="//www.vidble.com/BBB.png">')},
        ["https://www.vidble.com/AAA.jpg", "https://www.vidble.com/BBB.png"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "routes", "expected"), CASES, ids=[f"{case[0]} {i}" for i, case in enumerate(CASES)]
)
def test_a_page_names_its_pictures(address: str, routes: dict[str, bytes], expected: list[str]) -> None:
    """Return canonical addresses in the order of the page, for each kind of page."""
    assert urls(routes, address) == expected


def test_the_users_own_imgur_key_is_used_when_there_is_one() -> None:
    """Read order and captions from the API with a key, and the page without one."""
    answer = data(
        {
            "data": [
                {"link": "https://i.imgur.com/BBBBB.png", "description": "second try"},
                {"link": "https://i.imgur.com/AAAAA.jpg", "description": None, "title": "before"},
            ]
        }
    )
    outcome, hosts = run({API: answer}, ALBUM, secrets=Secrets("key"))
    assert [(picture.url, picture.caption) for picture in outcome.pictures] == [
        ("https://i.imgur.com/BBBBB.png", "second try"),
        ("https://i.imgur.com/AAAAA.jpg", "before"),
    ]
    assert hosts.requests_for(API)[0].headers["authorization"] == "Client-ID key"
    _, hosts = run({ALBUM: og("https://i.imgur.com/AAAAA.jpg")}, ALBUM)
    assert hosts.urls() == [ALBUM]


@pytest.mark.parametrize(
    "first", [status(403), status(404), data({"data": []}), data([1]), reply(b"<html>", "text/html")]
)
def test_the_page_is_read_if_the_api_names_nothing(first: bytes) -> None:
    """Try the next step if one names no picture."""
    assert urls({API: first, ALBUM: og("https://i.imgur.com/AAAAA.jpg")}, ALBUM, secrets=Secrets("key")) == [
        "https://i.imgur.com/AAAAA.jpg"
    ]


def test_a_gallery_id_may_be_a_single_picture() -> None:
    """Try album, image and page in this order."""
    gallery = "https://imgur.com/gallery/AbCdE12"
    routes = {
        "https://api.imgur.com/3/album/AbCdE12/images": status(404),
        "https://api.imgur.com/3/image/AbCdE12": data({"data": {"link": "https://i.imgur.com/AbCdE12.png"}}),
    }
    assert urls(routes, gallery, secrets=Secrets("key")) == ["https://i.imgur.com/AbCdE12.png"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (status(404), AddressState.GONE),
        (status(403), AddressState.FORBIDDEN),
        (page("<html>nothing here</html>"), AddressState.GONE),
        (page(""), AddressState.GONE),
        (og("https://i.imgur.com/removed.png"), AddressState.GONE),
        (og(ALBUM), AddressState.GONE),
        (redirect("http://10.0.0.1/"), AddressState.BLOCKED),
    ],
)
def test_a_page_without_pictures_has_a_state(answer: bytes, state: AddressState) -> None:
    """Return `gone` for no picture, a placeholder or the page itself, and `blocked` for a refused hop."""
    assert run({ALBUM: answer}, ALBUM)[0].state is state


def test_a_private_address_on_a_page_is_blocked() -> None:
    """Pass it on, so that its own row is refused."""
    assert urls({ALBUM: og("http://169.254.169.254/x.png")}, ALBUM) == ["http://169.254.169.254/x.png"]
    outcome, hosts = run({}, "http://169.254.169.254/x.png")
    assert (outcome.state, hosts.requests) == (AddressState.BLOCKED, [])


def test_a_page_is_read_to_a_limit() -> None:
    """Read only the beginning of a page of 50 MB."""
    big = page('<meta property="og:image" content="https://i.imgur.com/AAAAA.jpg">' + " " * 5_000_000)
    assert urls({ALBUM: big}, ALBUM, seconds=5.0) == ["https://i.imgur.com/AAAAA.jpg"]


def test_pages_are_retried_when_the_host_is_busy() -> None:
    """Retry after a 503."""
    assert urls({ALBUM: [status(503), og("https://i.imgur.com/AAAAA.jpg")]}, ALBUM) == ["https://i.imgur.com/AAAAA.jpg"]


TWO = og("https://i.imgur.com/AAAAA.jpg", "https://i.imgur.com/BBBBB.jpg")
OPEN = page(TWO.partition(b"\r\n\r\n")[2].decode().removesuffix("</html>"))
HALF = page('<head><meta property="og:image" content="https://i.imgur.com/AAAAA.jpg"><meta property="og:im')


@pytest.mark.parametrize(
    ("answers", "names", "asked"),
    [
        ([TWO], ["AAAAA", "BBBBB"], 1),
        ([HALF, TWO], ["AAAAA", "BBBBB"], 2),
        ([HALF, OPEN, OPEN], ["AAAAA", "BBBBB"], 3),
        ([HALF, HALF, TWO], ["AAAAA"], 2),
    ],
)
def test_a_page_that_looks_truncated_is_believed_on_the_second_reading(
    answers: list[bytes], names: list[str], asked: int
) -> None:
    """Retry half a page under a matching length, which would lose the last pictures of an album."""
    outcome, hosts = run({ALBUM: answers}, ALBUM)
    assert [picture.url for picture in outcome.pictures] == [f"https://i.imgur.com/{name}.jpg" for name in names]
    assert (outcome.tries, len(hosts.requests)) == (asked, asked)


def test_truncated_json_is_retried() -> None:
    """Do not fall back to the page, which has no captions."""
    whole = json.dumps({"data": [{"link": "https://i.imgur.com/AAAAA.jpg", "description": "x"}]}).encode()
    outcome, hosts = run({API: [reply(whole[:-9]), reply(whole)]}, ALBUM, secrets=Secrets("key"))
    assert [picture.caption for picture in outcome.pictures] == ["x"]
    assert hosts.urls() == [API, API]


def test_a_page_that_is_truncated_differently_each_time_is_corrupt() -> None:
    """Return `corrupt` after every retry."""
    answers = [page(f'<meta property="og:image" content="https://i.imgur.com/AAAA{n}.jpg">') for n in range(4)]
    assert run({ALBUM: answers}, ALBUM)[0].state is AddressState.CORRUPT


def test_lone_surrogates_in_json_are_replaced() -> None:
    """Replace half an emoji in a caption, which files refuse."""
    said = {"data": [{"link": "http://127.0.0.1/\ud83d.jpg", "description": "x\ud83d"}]}
    (picture,) = run({API: data(said)}, ALBUM, secrets=Secrets("key"))[0].pictures
    assert (picture.url, picture.caption) == ("http://127.0.0.1/%3D.jpg", "x?")


@pytest.mark.parametrize(
    "text",
    ["<![foo[", "<meta", "<meta content=", '<meta property="og:image" content="http://[bad">', "<a " * 50_000, "<meta x" * 50_000, "<" * 200_000,
     '<meta a="' * 50_000, "<!--" * 50_000, "<meta " + "a " * 100_000, "<form " * 50_000, 'data-page="' * 50_000],
)  # fmt: skip
@pytest.mark.parametrize(
    "address",
    [
        ALBUM,
        "https://postimg.cc/AbCdEfGh",
        "https://imgchest.com/p/abc",
        "https://catbox.moe/c/abc",
        "https://drive.google.com/uc?export=download&id=1AbCdEfGhIj",
    ],
)
def test_a_hostile_page_neither_breaks_nor_stops_the_run(address: str, text: str) -> None:
    """Read invalid markup, and markup made to be slow."""
    start = time.perf_counter()
    outcome, _ = run({address: page(text)}, address, seconds=5.0)
    assert outcome.state in {AddressState.GONE, AddressState.NOT_IMAGE, AddressState.RESOLVED}
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"data": ' + "[" * 100_000,
        '{"data": [1, {"link": 5}]}',
        '{"data": {"link": "http://[bad"}}',
        "null",
        '"x"',
        "5",
    ],
)
def test_hostile_json_neither_breaks_nor_stops_the_run(body: str) -> None:
    """Read JSON that is nested too deeply or of another shape."""
    outcome, _ = run({API: reply(body.encode(), "application/json")}, ALBUM, secrets=Secrets("key"))
    assert outcome.state in {AddressState.GONE, AddressState.RESOLVED}


# -- short links --------------------------------------------------------------------------------------------------------


def test_a_short_link_is_classified_where_it_leads() -> None:
    """Make one request, and none for the address behind it."""
    outcome, hosts = run({"https://bit.ly/AbC": redirect("http://m.imgur.com/AbCdE12")}, "https://bit.ly/AbC")
    assert [picture.url for picture in outcome.pictures] == ["https://i.imgur.com/AbCdE12.jpg"]
    assert hosts.urls() == ["https://bit.ly/AbC"]


def test_short_links_to_short_links_end_after_three() -> None:
    """Limit the depth."""
    routes = {f"https://bit.ly/{i}": redirect(f"https://bit.ly/{i + 1}") for i in range(9)}
    outcome, hosts = run(routes, "https://bit.ly/0")
    assert (outcome.state, len(hosts.requests)) == (AddressState.GONE, 3)
    assert urls({"https://bit.ly/0": redirect("https://t.co/1"), "https://t.co/1": redirect("https://a.org/x.png")}, "https://bit.ly/0") == ["https://a.org/x.png"]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "state"),
    [(status(404), AddressState.GONE), (page("<html>"), AddressState.GONE), (status(500), AddressState.UNREACHABLE)],
)
def test_a_short_link_that_leads_nowhere_is_gone(answer: bytes, state: AddressState) -> None:
    """Return `gone` for an answer that is no redirect."""
    assert run({"https://bit.ly/AbC": answer}, "https://bit.ly/AbC")[0].state is state


def test_a_short_link_to_a_private_address_is_blocked() -> None:
    """Refuse the private address in its own row."""
    outcome, hosts = run({"https://bit.ly/AbC": redirect("http://127.0.0.1/x.jpg")}, "https://bit.ly/AbC")
    assert [picture.url for picture in outcome.pictures] == ["http://127.0.0.1/x.jpg"]
    assert len(hosts.requests) == 1


def test_an_oembed_answer_of_another_shape_names_no_picture() -> None:
    """Accept a list for the type, which is not hashable."""
    from photoshop_request.media.addresses.hosts import family_named
    from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, Secrets

    family = family_named("flickr")
    assert family.steps
    (step,) = family.steps(AddressTarget(AddressKind.PAGE, "https://flickr.com/a", "flickr"), Secrets())
    assert step.read('{"type": [], "url": 1}') == []


HOSTILE = {
    "pictures": b'<meta property="og:image" content="https://i.imgur.com/%d.jpg">',
    "attributes": b"<a " + b"x" * 3900 + b">",
    "spaces": b"<a " + (b"x" * 90 + b" " * 19) * 30 + b">",
    "pairs": b"<a " + b"a=b " * 900 + b">",
    "brackets": b"[[[[",
}


async def _longest_pause(address: str, body: str) -> float:
    """Fetch a page and return for how many seconds at most the event loop stood still meanwhile."""
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            longest = max(longest, time.perf_counter() - before)

    async with web({address: page(body)}, seconds=10) as found:
        heart = asyncio.create_task(beat())
        await fetch(found.fetcher, address)
        heart.cancel()
    return longest


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("address", ["https://ibb.co/AbCdEf1", "https://postimg.cc/AbCdEfGh"])
def test_a_large_hostile_page_does_not_block_the_event_loop(name: str, address: str) -> None:
    """Parse 2 MB in a thread: the longest pause of the loop stays short.

    The best of three tries counts, since a busy machine makes pauses of its own, but not in each of them.
    """
    unit = HOSTILE[name]
    count = 2 * 2**20 // len(unit)
    body = b"".join(unit % number for number in range(count)) if b"%d" in unit else unit * count
    began = time.perf_counter()
    for _ in range(3):
        longest = asyncio.run(_longest_pause(address, body.decode()))
        if longest < 0.5:
            break
    assert longest < 0.5
    assert time.perf_counter() - began < 10


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """End with a state of its own, without another try."""
    monkeypatch.setattr(resolve, "_PARSE_SECONDS", 0.05)
    monkeypatch.setattr(resolve, "_read", lambda *_: time.sleep(0.5))
    outcome, _ = run({"https://ibb.co/AbCdEf1": og("https://i.ibb.co/K1/edit.jpg")}, "https://ibb.co/AbCdEf1")
    assert outcome.state is AddressState.TOO_LARGE
    assert "to parse" in outcome.detail
