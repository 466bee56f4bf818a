"""The only way out: connections are made to public addresses, or to the one mirror that the user named."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from photoshop_request.media.addresses.policy import ip_refusal
from photoshop_request.media.addresses.url import ascii_only, parse
from photoshop_request.version import __version__

__all__ = ["TIMEOUT", "BlockedConnectionError", "GuardedResolver", "open_session", "route", "user_agent"]

TIMEOUT = aiohttp.ClientTimeout(total=180, sock_connect=10, sock_read=10)
"""Of one request: 10 s without a byte, or 3 minutes in all (40 MB at 230 kB/s)."""


class BlockedConnectionError(OSError):
    """A name led to an address that must not be connected to. An `OSError`, so that aiohttp hands it on."""


class GuardedResolver(AbstractResolver):
    """Looks names up, and refuses a name when any of its addresses is not public.

    The connection is made to the very addresses that were checked, so a name that changes its mind (DNS rebinding)
    gains nothing.
    """

    def __init__(self, inner: AbstractResolver | None = None, *, trusted: frozenset[str] = frozenset()) -> None:
        self._inner = inner or ThreadedResolver()
        self._trusted = trusted
        self.vouched: set[str] = set()
        """Addresses that a trusted name led to."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of `host`; raises BlockedConnectionError when one of them is not public."""
        found = await self._inner.resolve(host, port, family)
        for result in found:
            if host in self._trusted:
                self.vouched.add(result["host"])
            elif why := ip_refusal(result["host"]):
                raise BlockedConnectionError(f"{host} leads to {why}")
        return found

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()


def _guarded_socket(allowed: Callable[[str], bool]) -> Callable[[Any], socket.socket]:
    """The last check, at the socket: also for addresses that never went through a resolver."""

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allowed(address[0]) and (why := ip_refusal(address[0])):
            raise BlockedConnectionError(why)
        return socket.socket(family, kind, protocol)

    return make


def open_session(
    *,
    mirror: str | None = None,
    contact: str | None = None,
    resolver: AbstractResolver | None = None,
    at_once: int = 16,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> aiohttp.ClientSession:
    """A session that connects to public addresses only, and to `mirror` when there is one.

    Answers are not unpacked and redirects not followed: `fetch` does both, with limits. Proxies from the environment
    are not used, cookies not kept.
    """
    name = urlsplit(mirror).hostname if mirror else None
    guard = GuardedResolver(resolver, trusted=frozenset({name} if name else ()))
    literal = {name} if name and _is_ip(name) else set()
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=at_once * 2,
            resolver=guard,
            ttl_dns_cache=60,
            socket_factory=_guarded_socket(lambda ip: ip in literal or ip in guard.vouched),
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        headers={"User-Agent": user_agent(contact)},
        timeout=timeout,
    )
    # aiohttp would ask once more by itself when a connection breaks, behind the back of the host's limiter
    session._retry_connection = False  # noqa: SLF001 - there is no public switch
    return session


def user_agent(contact: str | None = None) -> str:
    """An honest name: what this is, its version, and how to reach whoever runs it."""
    return f"photoshop-request/{__version__} (dataset builder{f'; {contact}' if contact else ''})"


def route(address: str, mirror: str | None) -> URL:
    """Where a request for `address` goes: to itself, or to `MIRROR/HOST/PATH?QUERY`. Signed queries stay as they are."""
    if mirror is None:
        return URL(ascii_only(address), encoded=True)
    url = parse(address)
    assert url is not None, "the policy was asked before"
    tail = f"?{url.query}" if url.query else ""
    return URL(f"{mirror.rstrip('/')}/{url.host}{url.path or '/'}{tail}", encoded=True)


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
