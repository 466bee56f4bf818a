"""Refuse addresses that must not be requested. Only public hosts over http(s) are allowed, for redirects too."""

import functools
import ipaddress
import re
from urllib.parse import urlsplit

_PORTS = frozenset({None, 80, 443})
# Suffixes that never name a public host: RFC 6761, 6762, 7686, 8375, and names that routers and clouds use.
_LOCAL_SUFFIXES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion", "test", "invalid", "example")  # fmt: skip
_MAX_LENGTH = 8_000
"""Letters of an address. Servers refuse longer ones."""
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\Z")
# IPv6 addresses that contain an IPv4 address by NAT64 (RFC 6052). `ipaddress` reads mapped, 6to4 and Teredo addresses.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Ranges that some versions of `ipaddress` count as global, and the address at which Azure serves its virtual machines.
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "fec0::/10", "3fff::/20")))  # fmt: skip


def ip_refusal(text: str) -> str | None:
    """Return why no connection may be made to an IP address in its usual spelling, or None if it is public."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"{text} is not an IP address"
    carried: tuple[ipaddress.IPv4Address | None, ...] = ()
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
        teredo = ip.teredo[1] if ip.teredo else None
        compatible = ipaddress.IPv4Address(int(ip)) if 1 < int(ip) < 2**32 else None
        carried = (ip.ipv4_mapped, ip.sixtofour, teredo, nat64, compatible)
    addresses = (ip, *(address for address in carried if address is not None))
    return None if all(map(_is_public, addresses)) else f"{text} is not a public address"


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or any(ip in network for network in _NOT_PUBLIC)
    return ip.is_global and not special


@functools.lru_cache(maxsize=4096)
def refusal(address: str) -> str | None:  # noqa: PLR0911 - one return per reason
    """Return why an address must never be requested, or None if it may be.

    Addresses may have http or https, the ports 80 and 443, a public host name or IP address, and no user name. They have
    at most 8,000 letters. Decimal, octal, hexadecimal and shortened IPv4 spellings are always refused. `network` checks
    the IP addresses of a name when it connects.
    """
    if len(address) > _MAX_LENGTH:
        return f"is longer than {_MAX_LENGTH:,} letters"
    if _CONTROL.search(address):
        return "has blanks, control characters or backslashes"
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return "cannot be parsed"
    if parts.scheme.lower() not in {"http", "https"}:
        return f"scheme {parts.scheme or '(none)'} is not http or https"
    if "@" in parts.netloc:
        return "carries a user name"
    if port not in _PORTS:
        return f"port {port} is not 80 or 443"
    return _refuse_host(host, bracketed="[" in parts.netloc)


def _refuse_host(host: str, *, bracketed: bool) -> str | None:  # noqa: PLR0911 - one return per reason
    if not host:
        return "has no host"
    if bracketed:
        return ip_refusal(host)
    try:
        labels = host.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        return "has a host name that cannot be"
    if _NUMBER.match(labels[-1]):
        plain = re.fullmatch(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}", host)
        return ip_refusal(host) if plain else "spells an IP address in an unusual way"
    if len(labels) == 1:
        return "has a host name without a dot"
    if any(host == local or host.endswith(f".{local}") for local in _LOCAL_SUFFIXES):
        return "has a host name that is only valid locally"
    if not all(_NAME.match(label) for label in labels):
        return "has a host name that cannot be"
    return None
