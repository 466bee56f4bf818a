"""Open HTTP sessions that connect only to public IP addresses, or to the user's mirror."""

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

TIMEOUT = aiohttp.ClientTimeout(total=180, sock_connect=10, sock_read=10)
"""Timeouts of one request: 10 s without a byte, 3 minutes in total (40 MB at 230 kB/s)."""


class BlockedConnectionError(OSError):
    """A host name leads to an IP address that must not be contacted. An `OSError`, because aiohttp passes it on."""


class GuardedResolver(AbstractResolver):
    """Resolve host names, and refuse a name if any of its IP addresses is not public.

    Connections use the addresses that were checked, so DNS rebinding has no effect.
    """

    def __init__(self, inner: AbstractResolver | None = None, *, trusted: frozenset[str] = frozenset()) -> None:
        self._inner = inner or ThreadedResolver()
        self._trusted = trusted
        self.trusted_ips: set[str] = set()
        """IP addresses of trusted names."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`, or raise `BlockedConnectionError` if one of them is not public."""
        results = await self._inner.resolve(host, port, family)
        for result in results:
            if host in self._trusted:
                self.trusted_ips.add(result["host"])
            elif reason := ip_refusal(result["host"]):
                raise BlockedConnectionError(f"{host} leads to {reason}")
        return results

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def _guarded_socket(is_trusted: Callable[[str], bool]) -> Callable[[Any], socket.socket]:
    """Return a socket factory that refuses IP addresses that are not public. Literal addresses skip the resolver."""

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_trusted(address[0]) and (reason := ip_refusal(address[0])):
            raise BlockedConnectionError(reason)
        return socket.socket(family, kind, protocol)

    return make


def open_session(
    *,
    mirror: str | None = None,
    contact: str | None = None,
    resolver: AbstractResolver | None = None,
    concurrency: int = 16,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
) -> aiohttp.ClientSession:
    """Return a session that connects to public IP addresses only, and to `mirror` if given.

    It does not decompress answers or follow redirects: `http_get` and `read_body` do, with limits. It ignores proxies
    of the environment and keeps no cookies.
    """
    name = urlsplit(mirror).hostname if mirror else None
    guard = GuardedResolver(resolver, trusted=frozenset({name} if name else ()))
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=concurrency * 2,
            resolver=guard,
            ttl_dns_cache=60,
            socket_factory=_guarded_socket(lambda ip: ip == name or ip in guard.trusted_ips),
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        headers={"User-Agent": user_agent(contact)},
        timeout=timeout,
    )
    # otherwise aiohttp retries a broken connection, and the host's limiter does not count the retry
    session._retry_connection = False  # noqa: SLF001 - there is no public switch
    return session


def user_agent(contact: str | None = None) -> str:
    """Return the `User-Agent` header, with the version and the user's contact."""
    return f"photoshop-request/{__version__} (dataset builder{f'; {contact}' if contact else ''})"


def route(address: str, mirror: str | None) -> URL:
    """Return the URL to request for `address`: itself, or `MIRROR/HOST/PATH?QUERY`. Signed queries stay unchanged."""
    if mirror is None:
        return URL(ascii_only(address), encoded=True)
    url = parse(address)
    assert url is not None, "the policy allowed it"
    tail = f"?{url.query}" if url.query else ""
    return URL(f"{mirror.rstrip('/')}/{url.host}{url.path or '/'}{tail}", encoded=True)
