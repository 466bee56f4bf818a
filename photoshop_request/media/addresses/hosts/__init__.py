"""Classify an address by its host family. Each family is one module."""

import functools
import re
from urllib.parse import unquote

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
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.hosts.wrappers import wrapped_address
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import parse
from photoshop_request.verdicts import Verdict

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
_MAX_WRAPS = 3
_EXTENSION_IGNORED = frozenset({"i.imgur.com", "i.redd.it"})
"""Hosts that ignore the extension: the last part of the path without it names the picture."""
_MOBILE = re.compile(r"\A(?:www|m|mobile)\.(?=.*\.)")
_TRACKERS = ("utm_", "fbclid=", "gclid=", "igshid=", "share_id=", "ref=", "ref_source=")
"""Arguments that sites append to shared addresses. They name no picture."""


def family_of(host: str) -> HostFamily:
    """Return the family with the longest domain that matches a host name, or `direct`."""
    labels = host.split(".")
    for start in range(len(labels)):
        if family := _BY_DOMAIN.get(".".join(labels[start:])):
            return family
    return direct.FAMILY


def family_named(name: str) -> HostFamily:
    """Return a family by its name."""
    return _BY_NAME[name]


@functools.lru_cache(maxsize=4096)
def classify(address: str) -> AddressTarget:
    """Return what an address names, without any request. The kind is `BLOCKED` if the policy refuses the address."""
    for _ in range(_MAX_WRAPS):
        if detail := refusal(address):
            return _blocked(address, detail)
        url = parse(address)
        if url is None:
            return _blocked(address, "cannot be parsed")
        if wrapped := wrapped_address(url):
            address = wrapped
            continue
        target = family_of(url.host).classify(url)
        # a family may build the canonical address from parts of the given address
        detail = refusal(target.canonical) if target.reason is None else None
        return _blocked(target.canonical, detail) if detail else target
    return _blocked(address, "wraps an address that wraps an address")


def _blocked(address: str, detail: str) -> AddressTarget:
    return AddressTarget(AddressKind.BLOCKED, address, "policy", Verdict.BLOCKED_ADDRESS, detail)


def picture_key(canonical: str) -> str:
    """Return a key of a picture. Addresses that differ only in an ignored extension have the same key."""
    url = parse(canonical)
    return f"{url.host}/{url.stem}" if url and url.host in _EXTENSION_IGNORED else canonical


def spellings(target: AddressTarget) -> tuple[str, ...]:
    """Return the addresses to request in order: one, or several if the canonical address leaves its ending open."""
    family, url = _BY_NAME.get(target.family), parse(target.canonical)
    return (family.spellings(url) if family and family.spellings and url else ()) or (target.canonical,)


@functools.lru_cache(maxsize=4096)
def identity(address: str) -> str:
    """Return one name for all addresses of a picture, page or album. A takedown of one address covers the others.

    It is coarser than the canonical address. Extensions that the host ignores, signatures, titles and mobile hosts do
    not matter, nor if a page or the file itself is linked.
    """
    target = classify(address)
    url = parse(target.canonical)
    if url is None or target.family not in _BY_NAME:
        return address
    family = _BY_NAME[target.family]
    if family.identity and (name := family.identity(url)):
        return f"{family.name}:{name}"
    query = [pair for pair in url.query.split("&") if pair and not pair.startswith(_TRACKERS)]
    tail = f"?{'&'.join(sorted(query))}" if query else ""
    return f"{_MOBILE.sub('', url.host)}{unquote(url.path).rstrip('/')}{tail}"


def host_of(canonical: str) -> str:
    """Return the host name of an address in lower case, or `giphy` for a name such as `giphy:ID`."""
    url = parse(canonical)
    return url.host if url else canonical.partition(":")[0]
