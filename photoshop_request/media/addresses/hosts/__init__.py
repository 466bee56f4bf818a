"""Which host family speaks for an address. One module a family; the longest domain wins, `direct` takes the rest."""

import functools

from photoshop_request.media.addresses.hosts import (
    catbox,
    chevereto,
    direct,
    dropbox,
    google_drive,
    imgbox,
    imgchest,
    imgur,
    never_fetched,
    oembed,
    postimg,
    reddit,
    shorteners,
    small_hosts,
)
from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    PictureLink,
    Secrets,
)
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import parse
from photoshop_request.verdicts import Verdict

__all__ = [
    "FAMILIES",
    "AddressKind",
    "AddressTarget",
    "HostFamily",
    "PageStep",
    "PictureLink",
    "Secrets",
    "classify",
    "family_named",
    "family_of",
    "host_of",
    "picture_key",
]

FAMILIES: tuple[HostFamily, ...] = (
    reddit.FAMILY,
    imgur.FAMILY,
    postimg.FAMILY,
    chevereto.FAMILY,
    dropbox.FAMILY,
    google_drive.FAMILY,
    imgbox.FAMILY,
    imgchest.FAMILY,
    catbox.FAMILY,
    *oembed.FAMILIES,
    *small_hosts.FAMILIES,
    shorteners.FAMILY,
    *never_fetched.FAMILIES,
    direct.FAMILY,
)
_BY_NAME = {family.name: family for family in FAMILIES}
_BY_DOMAIN = {domain: family for family in reversed(FAMILIES) for domain in family.domains}
_WRAPS = 3
# Hosts where the last path piece without its extension names the picture.
_ANY_EXTENSION = frozenset({"i.imgur.com", "i.redd.it"})


def family_of(host: str) -> HostFamily:
    """The family that speaks for a host name; `direct` where none does."""
    labels = host.split(".")
    for start in range(len(labels)):
        if family := _BY_DOMAIN.get(".".join(labels[start:])):
            return family
    return direct.FAMILY


def family_named(name: str) -> HostFamily:
    """The family of that name."""
    return _BY_NAME[name]


@functools.lru_cache(maxsize=4096)
def classify(address: str) -> AddressTarget:
    """What an address is, in one spelling. Never makes a request; what the policy refuses is `Kind.BLOCKED`."""
    for _ in range(_WRAPS):
        if why := refusal(address):
            return _blocked(address, why)
        url = parse(address)
        if url is None:
            return _blocked(address, "cannot be parsed")
        target = family_of(url.host).classify(url)
        if target.wraps is None:
            # a family may build an address from parts of another one: it passes the policy too
            why = refusal(target.canonical) if target.reason is None else None
            return _blocked(target.canonical, why) if why else target
        address = target.wraps
    return _blocked(address, "wraps an address that wraps an address")


def _blocked(address: str, why: str) -> AddressTarget:
    return AddressTarget(AddressKind.BLOCKED, address, "policy", Verdict.BLOCKED_ADDRESS, why)


def picture_key(canonical: str) -> str:
    """The same for two addresses of one picture that differ in nothing but the extension the host ignores."""
    url = parse(canonical)
    return f"{url.host}/{url.stem}" if url and url.host in _ANY_EXTENSION else canonical


def host_of(canonical: str) -> str:
    """The host name of an address, lower case; for `giphy:…` and the like the part before the colon."""
    url = parse(canonical)
    return url.host if url else canonical.partition(":")[0]
