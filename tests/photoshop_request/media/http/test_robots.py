"""robots.txt: asked once a day, honored for this program, and never a reason to lose links of a host that is down."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.fetching import Web, web
from servers.hosts import endless, redirect, reply, reset, stall, status

from photoshop_request.media.addresses.outcomes import AddressState, FetchError, Outcome
from photoshop_request.media.http.fetch import fetch
from photoshop_request.media.http.opt_outs import OUR_NAME
from photoshop_request.media.http.robots import _MAX_BYTES, _MAX_PARSED, Robots, parse_robots

A, ROBOTS = "https://a.org/x.jpg", "https://a.org/robots.txt"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 2000 + b"\xff\xda\0\0\xff\xd9"
ALL_CLOSED = "User-agent: *\nDisallow: /\n"


@dataclass
class Store:
    """A store in memory."""

    files: dict[str, tuple[str, float]] = field(default_factory=dict)

    def robots(self, origin: str) -> tuple[str, float] | None:
        """Return a file."""
        return self.files.get(origin)

    def keep_robots(self, origin: str, text: str, asked: float) -> None:
        """Keep a file."""
        self.files[origin] = text, asked


@asynccontextmanager
async def robots_web(routes: Mapping[str, Any], store: Store, clock: Callable[[], float] = time.time) -> Any:
    """Yield the hosts with a fetcher that honors robots.txt, and the files."""
    async with web(routes) as found:
        robots = Robots(found.fetcher.client, store, clock=clock)
        fetcher = replace(found.fetcher, client=replace(found.fetcher.client, check=robots.check))
        yield replace(found, fetcher=fetcher), robots


def run(routes: Mapping[str, Any], *addresses: str, store: Store | None = None) -> tuple[list[Outcome], Web, Robots]:
    async def main() -> tuple[list[Outcome], Web, Robots]:
        async with robots_web(routes, store or Store()) as (found, robots):
            return [await fetch(found.fetcher, address) for address in addresses], found, robots

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("text", "address", "allowed"),
    [
        ("", A, True),
        (ALL_CLOSED, A, False),
        ("User-agent: *\nDisallow:\n", A, True),
        ("User-agent: *\nDisallow: /private\n", A, True),
        ("User-agent: *\nDisallow: /*.jpg$\n", A, False),
        ("User-agent: *\nDisallow: /*.jpg$\n", A + "?w=1", True),
        ("User-agent: *\nDisallow: /\nAllow: /x\n", A, True),
        ("User-agent: *\nDisallow: /*?w=\n", A + "?w=1", False),
        (f"User-agent: {OUR_NAME}\nDisallow: /\n", A, False),
        ("User-agent: Photoshop-Request/1.0\nDisallow: /\n", A, False),
        (f"User-agent: {OUR_NAME}\nAllow: /\n\nUser-agent: *\nDisallow: /\n", A, True),
        (f"user-agent: otherbot\nuser-agent: {OUR_NAME}\ndisallow: /\n", A, False),
        ("User-agent: otherbot\nDisallow: /\n", A, True),
        ("User-agent: photo\nDisallow: /\n", A, True),
        ("User-agent: photoshop\nDisallow: /\n", A, True),
        ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n", A, True),
        ("\ufeffUser-agent: *\r\nDisallow: / # all\r\n", A, False),
        ("<html><title>Not found</title></html>", A, True),
        ("Disallow: /\n", A, True),
        ("User-agent: *\nUser-data: x\nDisallow: /\n", A, False),
        ("useragent *\ndisallow /\n", A, False),
        ("User-agent: *\nDisallow: /caf%C3%A9\n", "https://a.org/café.jpg", False),
    ],
)
def test_rules_are_read_for_this_program(text: str, address: str, allowed: bool) -> None:
    async def main() -> bool:
        async with robots_web({ROBOTS: reply(text.encode(), "text/plain")}, Store()) as (_, robots):
            return await robots.allows(address)

    assert asyncio.run(main()) is allowed


def test_a_refused_address_is_not_requested() -> None:
    """Return `robots`, and request only robots.txt, through the mirror too."""
    (outcome,), found, _ = run({ROBOTS: reply(ALL_CLOSED.encode()), A: reply(JPEG)}, A)
    assert (outcome.state, outcome.detail) == (AddressState.ROBOTS, f"refused by {ROBOTS}")
    assert found.hosts.urls() == [ROBOTS]


def test_every_host_of_a_chain_is_asked() -> None:
    """Stop at a redirect to a host that refuses."""
    away = "https://b.org/y.jpg"
    routes = {A: redirect(away), away: reply(JPEG), "https://b.org/robots.txt": reply(ALL_CLOSED.encode())}
    (outcome,), found, _ = run(routes, A)
    assert outcome.state is AddressState.ROBOTS
    assert away not in found.hosts.urls()


def test_each_host_is_asked_once_a_day() -> None:
    """Ask again after a day, also in a new run and in one that lasts longer. Parallel links wait for one answer."""
    store, now = Store(), [1_000_000.0]
    addresses = [f"https://a.org/{number}.jpg" for number in range(9)]

    async def main(hours: float) -> int:
        routes = {ROBOTS: reply(b"User-agent: *\nDisallow: /8\n"), **dict.fromkeys(addresses, reply(JPEG))}
        async with robots_web(routes, store, lambda: now[0]) as (found, _):
            for _ in range(2):
                outcomes = await asyncio.gather(*(fetch(found.fetcher, address) for address in addresses))
                assert [outcome.state for outcome in outcomes].count(AddressState.ROBOTS) == 1
                now[0] += hours * 3600
            return len(found.hosts.requests_for(ROBOTS))

    assert asyncio.run(main(1)) == 1
    assert asyncio.run(main(1)) == 0
    assert asyncio.run(main(23)) == 1
    assert asyncio.run(main(25)) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451])
def test_a_missing_file_allows_everything(code: int) -> None:
    """RFC 9309, 2.3.1.3. It is not asked for again the same day."""
    store = Store()
    (outcome,), _, _ = run({ROBOTS: status(code), A: reply(JPEG)}, A, store=store)
    assert outcome.state is AddressState.OK
    assert store.files["https://a.org"][0] == ""


@pytest.mark.parametrize("code", [429, 500, 502, 503, 520])
def test_a_host_in_trouble_keeps_its_links_pending(code: int) -> None:
    """RFC 9309, 2.3.1.4: it counts as closed. Its links stay pending, the file is not requested for each of them."""
    store = Store()
    addresses = [f"https://a.org/{number}.jpg" for number in range(30)]
    outcomes, found, robots = run(
        {ROBOTS: status(code), **dict.fromkeys(addresses, reply(JPEG))}, *addresses, store=store
    )
    assert {outcome.state for outcome in outcomes} == {AddressState.PENDING}
    assert set(found.hosts.urls()) == {ROBOTS}
    assert len(found.hosts.requests) <= 4
    assert "a.org" in robots.failures
    assert store.files == {}
    outcomes, _, _ = run(dict.fromkeys(addresses, reply(JPEG)), *addresses, store=store)
    assert {outcome.state for outcome in outcomes} == {AddressState.OK}


@pytest.mark.parametrize("answer", [status(503), reset, stall])
@pytest.mark.parametrize("address", [A, "https://a.org/closed/x.jpg"])
def test_an_older_file_holds_while_the_host_is_in_trouble(answer: Any, address: str) -> None:
    """RFC 9309, 2.4. Its age stays, so that the next run asks again."""
    stored = ("User-agent: *\nDisallow: /closed/\n", 5.0)
    store = Store({"https://a.org": stored})
    outcomes, found, robots = run({ROBOTS: answer, address: reply(JPEG)}, address, address, store=store)
    assert {outcome.state for outcome in outcomes} == {AddressState.OK if address == A else AddressState.ROBOTS}
    assert (robots.failures, store.files["https://a.org"]) == ({}, stored)
    assert len(found.hosts.requests_for(ROBOTS)) <= 4


@pytest.mark.parametrize(("answer", "state"), [(reset, AddressState.UNREACHABLE), (stall, AddressState.TIMEOUT)])
def test_a_host_that_does_not_answer_has_the_state_that_it_would_have(answer: Any, state: AddressState) -> None:
    """The address itself would fail in the same way."""
    (outcome,), _, robots = run({ROBOTS: answer, A: answer}, A)
    assert (outcome.state, robots.failures) == (state, {})


@pytest.mark.parametrize("first", [[reset], [status(503)], [status(429)] * 3, [status(500), reset, status(502)]])
def test_the_file_is_requested_again(first: list[Any]) -> None:
    """Retry as often as for pictures."""
    (outcome,), _, _ = run({ROBOTS: [*first, reply(ALL_CLOSED.encode())], A: reply(JPEG)}, A)
    assert outcome.state is AddressState.ROBOTS


def test_the_file_may_be_behind_redirects_and_have_an_opt_out_of_its_own() -> None:
    """Follow redirects, and judge each picture by its own headers."""
    moved = "https://www.a.org/robots.txt"
    text = reply(ALL_CLOSED.encode(), X_Robots_Tag="noai")
    assert run({ROBOTS: redirect(moved), moved: text, A: reply(JPEG)}, A)[0][0].state is AddressState.ROBOTS
    text = reply(b"User-agent: *\nDisallow: /other\n", X_Robots_Tag="noai")
    assert run({ROBOTS: text, A: reply(JPEG)}, A)[0][0].state is AddressState.OK
    for away in ("http://127.0.0.1/robots.txt", "https://accounts.google.com/x"):
        assert run({ROBOTS: redirect(away), A: reply(JPEG)}, A)[1].hosts.urls()[0] == ROBOTS


# -- hostile files ---------------------------------------------------------------------------------------------------

MANY = _MAX_BYTES // 2 // 16
HOSTILE = {
    "programs times rules": "".join(f"user-agent: x{n}\n" for n in range(MANY)) + "allow: /a*b\n" * MANY,
    "programs in other spellings": "".join(f"\tUser agent x{n}\n" for n in range(MANY)) + "disallow: /a*\n" * MANY,
    "useragent": "".join(f"useragent x{n}\n" for n in range(MANY)) + "disallow: /a*\n" * MANY,
    "stars": "user-agent: *\ndisallow: /" + "*a" * (_MAX_BYTES // 2) + "b",
    "rules": "user-agent: *\n" + "".join(f"disallow: /{n}*\n" for n in range(MANY)),
    "dollars": "user-agent: *\n" + "disallow: /$$$$$$\n" * MANY,
    "percent": "user-agent: *\ndisallow: /" + "%41" * (_MAX_BYTES // 3),
    "one line": "user-agent:" * (_MAX_BYTES // 11),
    "binary": bytes(range(256)).decode("latin-1") * (_MAX_BYTES // 256),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_read_in_bounded_time(name: str) -> None:
    """Parse half a megabyte of anything in 3 s, and judge an address of 8,000 letters in 0.5 s."""
    text = HOSTILE[name][:_MAX_BYTES]
    began = time.process_time()
    parsed = parse_robots(text)
    assert time.process_time() - began < 3
    began = time.process_time()
    parsed.can_fetch("https://a.org/" + "a" * 7900, OUR_NAME)
    assert time.process_time() - began < 0.5


@given(st.text())
def test_any_text_is_a_robots_file(text: str) -> None:
    """Raise nothing."""
    parse_robots(f"User-agent: *\nDisallow: {text}\n{text}").can_fetch(A, OUR_NAME)


def test_an_endless_file_is_cut_off() -> None:
    """Read the first half megabyte."""
    (outcome,), _, _ = run({ROBOTS: endless, A: reply(JPEG)}, A)
    assert outcome.state is AddressState.OK


def test_few_parsed_files_stay_in_memory() -> None:
    """Keep the files of many hosts in the store only."""
    addresses = [f"https://host{number}.org/x.jpg" for number in range(3 * _MAX_PARSED)]
    _, _, robots = run({}, *addresses)
    assert len(robots._parsed) == _MAX_PARSED


def test_the_reason_of_an_unreadable_file_is_raised() -> None:
    """`allows` raises if nobody can tell."""

    async def main() -> None:
        async with robots_web({ROBOTS: status(500)}, Store()) as (_, robots):
            await robots.allows(A)

    with pytest.raises(FetchError, match=r"https://a\.org/robots\.txt: HTTP 500"):
        asyncio.run(main())
