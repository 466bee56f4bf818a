"""Slow hosts: no answer takes longer than its limits, and none holds up the other hosts."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from servers.fetching import Clock, web
from servers.hosts import Request, redirect, reply, status

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.http.body import _LEAST_RATE
from photoshop_request.media.http.fetch import fetch
from photoshop_request.media.http.rate_limits import MAX_SITE_LOSS

A = "https://slow.org/a.jpg"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 2000 + b"\xff\xda\0\0\xff\xd9"
SPEED = 100
"""The fetcher's clock runs faster than the test's."""


def fast_clock() -> float:
    return time.monotonic() * SPEED


def dripping(head: bytes, *, each: bytes = b"\0", every: float = 4.0) -> Callable[..., Awaitable[None]]:
    """Send `head`, then `each` again and again. `every` are seconds of the fetcher's clock."""

    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            await writer.drain()
            await asyncio.sleep(every / SPEED)
            writer.write(each)

    return drip


OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "body": dripping(OK + b"Content-Length: 1000000\r\n\r\n\xff\xd8\xff"),
    "body without length": dripping(OK + b"Connection: close\r\n\r\n\xff\xd8\xff"),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", each=b"1\r\nx\r\n"),
    "compressed": dripping(OK + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n" + gzip.compress(JPEG)[:9]),
    "just too slow": dripping(OK + b"Content-Length: 1000000\r\n\r\n", each=b"x" * 950, every=1.0),
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", each=b"x"),
    "many headers": dripping(b"HTTP/1.1 200 OK\r\n", each=b"X-Slow: x\r\n"),
    "status": dripping(b"HTTP/1.1 200 ", each=b"O"),
}


@pytest.mark.parametrize("name", DRIPS)
@pytest.mark.parametrize(
    "address", [A, "https://ibb.co/AbCdE12", "https://bit.ly/3abcDEF"], ids=["picture", "page", "short"]
)
def test_a_drip_ends_in_seconds_and_is_not_retried(name: str, address: str) -> None:
    """End a picture, a page and a short link alike."""

    async def main() -> tuple[Outcome, int, float]:
        changes = {"clock": fast_clock, "header_seconds": 20 / SPEED}
        async with web({address: DRIPS[name]}, seconds=5, client_changes=changes) as found:
            began = time.monotonic()
            outcome = await fetch(found.fetcher, address)
            return outcome, len(found.hosts.requests), (time.monotonic() - began) * SPEED

    outcome, requests, seconds = asyncio.run(main())
    if address.startswith("https://bit.ly") and "headers" not in name and name != "status":
        assert outcome.state is AddressState.GONE  # the body of a redirect is not read
    else:
        assert outcome.state is AddressState.TIMEOUT
        assert seconds < 60
    assert requests == 1


def test_a_slow_picture_at_the_least_rate_is_fetched() -> None:
    """Accept what is slow, but complete within its time."""
    picture = JPEG[:-2] + b"\0" * 40_000 + JPEG[-2:]

    async def slow(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(picture))
        for start in range(0, len(picture), 4000):
            writer.write(picture[start : start + 4000])
            await writer.drain()
            await asyncio.sleep(4000 / _LEAST_RATE / SPEED / 2)

    async def main() -> AddressState:
        async with web({A: slow}, seconds=5, client_changes={"clock": fast_clock}) as found:
            return (await fetch(found.fetcher, A)).state

    assert asyncio.run(main()) is AddressState.OK


def test_all_tries_and_redirects_of_an_address_share_one_budget() -> None:
    """Follow slow redirects until the budget is used up, and do not retry then."""
    clock = Clock()

    async def hop(request: Request, writer: asyncio.StreamWriter) -> None:
        clock.now += 50
        writer.write(redirect(request.url + "x"))
        await writer.drain()

    async def main() -> tuple[Outcome, int]:
        routes: dict[str, Any] = {A + "x" * count: hop for count in range(9)}
        async with web(routes, client_changes={"clock": clock}) as found:
            return await fetch(found.fetcher, A), len(found.hosts.requests)

    outcome, requests = asyncio.run(main())
    assert (outcome.state, outcome.detail) == (AddressState.TIMEOUT, "too slow for its time limit")
    assert requests in {4, 5}


def test_dripping_links_do_not_hold_up_another_host() -> None:
    """Fetch 201 pictures beside 64 links that drip a byte each 4 s: all are done before the first drips end."""
    good = [f"https://i.redd.it/{number:013d}.jpg" for number in range(201)]
    slow = [f"https://slow.org/{number}.jpg" for number in range(64)]
    ended: list[str] = []

    async def main() -> dict[str, AddressState]:
        routes = {**dict.fromkeys(good, reply(JPEG)), **dict.fromkeys(slow, DRIPS["body"])}
        async with web(routes, seconds=5, client_changes={"clock": fast_clock}) as found:

            async def one(address: str) -> AddressState:
                state = (await fetch(found.fetcher, address)).state
                ended.append(address)
                return state

            addresses = [*slow, *good]
            return dict(zip(addresses, await asyncio.gather(*map(one, addresses)), strict=True))

    states = asyncio.run(main())
    assert {states[address] for address in good} == {AddressState.OK}
    assert {states[address] for address in slow} == {AddressState.TIMEOUT}
    assert sum(address in slow for address in ended[:201]) <= 32


def test_a_host_that_only_drips_is_given_up() -> None:
    """Leave its addresses pending when its failed requests took an hour."""
    clock = Clock()

    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        clock.now += 170
        writer.write(status(502, Connection="close"))
        await writer.drain()

    async def main() -> list[AddressState]:
        addresses = [f"https://slow.org/{number}.jpg" for number in range(100)]
        async with web(dict.fromkeys(addresses, drip), client_changes={"clock": clock}, tries=1) as found:
            return [(await fetch(found.fetcher, address)).state for address in addresses]

    states = asyncio.run(main())
    assert states.count(AddressState.UNREACHABLE) == int(MAX_SITE_LOSS // 170)
    assert set(states[int(MAX_SITE_LOSS // 170) :]) == {AddressState.PENDING}
