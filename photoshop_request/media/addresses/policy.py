"""Which address may ever be requested. Everything that reaches the network passes through here, redirects too."""

import functools
import ipaddress
import re
from urllib.parse import urlsplit

__all__ = ["ip_refusal", "refusal"]

_PORTS = frozenset({None, 80, 443})
# Names that never mean a public host: RFC 6761, 6762, 7686, 8375, and what routers and clouds use.
_LOCAL_SUFFIXES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion", "test", "invalid", "example")  # fmt: skip
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\Z")
# IPv6 ranges that carry an IPv4 address: NAT64 (RFC 6052), 6to4 (RFC 3056). Mapped and Teredo have their own attributes.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def ip_refusal(text: str) -> str | None:
    """Why no connection may be made to this IP address (its usual spelling); None when it is a public one."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"{text} is not an IP address"
    inner: tuple[ipaddress.IPv4Address | None, ...] = ()
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
        teredo = ip.teredo[1] if ip.teredo else None
        compatible = ipaddress.IPv4Address(int(ip)) if 1 < int(ip) < 2**32 else None
        inner = (ip.ipv4_mapped, ip.sixtofour, teredo, nat64, compatible)
    for each in (ip, *(one for one in inner if one is not None)):
        if not each.is_global or each.is_multicast or each.is_reserved or each.is_unspecified:
            return f"{text} is not a public address"
    return None


@functools.lru_cache(maxsize=4096)
def refusal(address: str) -> str | None:
    """Why an address must never be requested; None when it may be.

    Allowed is http or https, port 80 or 443, no user name, a public host name or a public IP address in its usual
    spelling. Decimal, octal, hexadecimal and shortened IPv4 spellings are tricks and refused whatever they mean.
    What a name resolves to is checked again when the connection is made (`network`).
    """
    if _CONTROL.search(address):
        return "has blanks, control characters or backslashes"
    try:
        pieces = urlsplit(address)
        port, host = pieces.port, (pieces.hostname or "").rstrip(".").lower()
    except ValueError:
        return "cannot be parsed"
    if pieces.scheme.lower() not in {"http", "https"}:
        return f"scheme {pieces.scheme or '(none)'} is not http or https"
    if "@" in pieces.netloc:
        return "carries a user name"
    if port not in _PORTS:
        return f"port {port} is not 80 or 443"
    return _refuse_host(host, bracketed="[" in pieces.netloc)


def _refuse_host(host: str, *, bracketed: bool) -> str | None:  # noqa: PLR0911 - one return a reason
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
