"""Connections to public addresses and the mirror only, checked when they are made."""

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from servers.hosts import hosts, reply

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.media.addresses.policy import ip_refusal, refusal
from photoshop_request.media.http.client import Client
from photoshop_request.media.http.fetch import Fetcher, fetch
from photoshop_request.media.http.network import (
    BlockedConnectionError,
    GuardedResolver,
    open_session,
    route,
    user_agent,
)
from photoshop_request.media.http.rate_limits import Limits, Rate

PUBLIC = "93.184.216.34"


class Names(AbstractResolver):
    """Name server that returns the next of its lists each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the next list of addresses."""
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host, host=ip, port=port, proto=0, flags=0,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
            )
            for ip in found
        ]  # fmt: skip

    async def close(self) -> None:
        """Do nothing."""


def fetched(address: str, names: Names, **options: Any) -> Outcome:
    async def keep(_body: Any, _extension: str) -> str:
        return ""

    async def main() -> Outcome:
        timeout = aiohttp.ClientTimeout(total=1, sock_connect=0.2)
        async with open_session(resolver=names, timeout=timeout, **options) as session:
            limits = Limits(other=Rate(float("inf"), 4))
            client = Client(session, limits, options.get("mirror"), _no_sleep)
            return await fetch(Fetcher(client, keep, None, tries=1), address)

    return asyncio.run(main())


async def _no_sleep(_seconds: float) -> None:
    pass


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:0:53aa:64c:0:fbff:80ff:fffe", "fec0::1", "feff::1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::1",
        "2002:c0a8:1::", "2002:6440:1::", "2002:c000:9::", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "::ffff:192.0.0.9",
        "::ffff:0:10.0.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.170", "198.18.0.1", "198.19.255.255",
        "239.1.1.1", "ff0e::1", "192.88.99.1", "3fff::1", "168.63.129.16",
    ],
)  # fmt: skip
def test_a_name_of_a_private_address_is_refused(ip: str) -> None:
    """Refuse names of every private range."""
    names = Names([ip])
    outcome = fetched("https://pictures.evil.com/x.jpg", names)
    assert outcome.state is AddressState.BLOCKED, outcome
    assert names.asked


def test_one_private_address_among_public_ones_is_enough() -> None:
    """Refuse a name with a public and a private address."""
    assert fetched("https://pictures.evil.com/x.jpg", Names([PUBLIC, "127.0.0.1"])).state is AddressState.BLOCKED


def test_rebinding_has_no_effect() -> None:
    """Connect to the addresses that were checked, and check a later answer on its own."""

    async def main() -> None:
        guard = GuardedResolver(Names([PUBLIC], ["127.0.0.1"]))
        assert [found["host"] for found in await guard.resolve("evil.com")] == [PUBLIC]
        with pytest.raises(BlockedConnectionError):
            await guard.resolve("evil.com")

    asyncio.run(main())


def test_addresses_that_skip_the_resolver_are_stopped_at_the_socket() -> None:
    """Refuse literal IP addresses at the socket, as aiohttp does not resolve them."""

    async def main() -> None:
        async with hosts({"https://x/y": reply(b"secret")}) as served, open_session() as session:
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await session.get(f"{served.base}/x/y")
            assert isinstance(caught.value.os_error, BlockedConnectionError)
            assert served.requests == []

    asyncio.run(main())


def test_only_the_mirror_may_be_local() -> None:
    """Refuse another loopback server next to a mirror on loopback."""

    async def main() -> None:
        async with hosts({}) as mirror, open_session(mirror=mirror.base) as session:
            assert (await session.get(f"{mirror.base}/x/y")).status == 404
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get("http://[::1]:1/x")
            with pytest.raises(aiohttp.ClientConnectorError) as caught:
                await session.get("http://127.0.0.2:1/x")
            assert isinstance(caught.value.os_error, BlockedConnectionError)

    asyncio.run(main())


def test_a_mirror_by_name_is_trusted_by_name() -> None:
    """Reach a mirror on a private address by the user's name for it, and by no other."""

    async def main() -> None:
        names = Names(["127.0.0.1"])
        async with hosts({}) as served:
            base = served.base.replace("127.0.0.1", "mirror.uni.edu")
            async with open_session(resolver=names, mirror=base) as session:
                assert (await session.get(f"{base}/x/y")).status == 404
            async with open_session(resolver=names, mirror="http://other.uni.edu:1") as session:
                with pytest.raises(aiohttp.ClientConnectorError):
                    await session.get(f"{base}/x/y")
        assert len(served.requests) == 1

    asyncio.run(main())


def test_an_unknown_host_name_has_its_own_state() -> None:
    """Return `dns` for an unknown host."""

    class Nobody(Names):
        async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_UNSPEC) -> list[ResolveResult]:
            raise OSError("no such name")

    assert fetched("https://pictures.gone.com/x.jpg", Nobody([])).state is AddressState.DNS


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://i.imgur.com/a.jpg", "http://m:1/i.imgur.com/a.jpg"),
        ("http://i.imgur.com/a.jpg?x=1&y=a%2Fb", "http://m:1/i.imgur.com/a.jpg?x=1&y=a%2Fb"),
        ("https://example.org", "http://m:1/example.org/"),
        ("https://example.org/a%20b", "http://m:1/example.org/a%20b"),
        ("https://example.org/../../etc", "http://m:1/example.org/../../etc"),
    ],
)
def test_a_mirror_is_requested_by_host_and_path(address: str, asked: str) -> None:
    """Turn `https://HOST/PATH?QUERY` into `MIRROR/HOST/PATH?QUERY`, unchanged otherwise."""
    assert str(route(address, "http://m:1")) == asked
    assert str(route(address, "http://m:1/")) == asked


def test_without_a_mirror_signed_queries_stay_as_they_are() -> None:
    """Change no character of an address, as a signature covers it."""
    address = "https://external-preview.redd.it/x.jpg?s=%2B%2f&a=b+c"
    assert str(route(address, None)) == address


def test_the_user_agent_has_the_contact() -> None:
    """Add the contact if one is given."""
    assert user_agent("me@example.org").endswith("(dataset builder; me@example.org)")


@pytest.mark.parametrize("ip", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_pass(ip: str) -> None:
    """Accept ordinary addresses."""
    assert ip_refusal(ip) is None


def test_a_public_ip_address_may_be_requested() -> None:
    """Accept it in its usual spelling only."""
    assert refusal(f"http://{PUBLIC}/x.jpg") is None
    assert refusal("http://[2606:2800:220:1:248:1893:25c8:1946]/x.jpg") is None
    assert refusal("http://93.184.55330/x.jpg") is not None
    assert ip_refusal("nonsense") is not None
