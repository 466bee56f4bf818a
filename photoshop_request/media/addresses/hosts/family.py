"""The words in which host modules speak: what an address is, and how a page becomes pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from photoshop_request.media.addresses.outcomes import AddressState, PictureLink
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["AddressKind", "AddressTarget", "HostFamily", "PageStep", "PictureLink", "Secrets"]


class AddressKind(StrEnum):
    """What a link is, before anything is requested."""

    IMAGE = "image"
    """Answers with the bytes of one picture."""
    FILE = "file"
    """A stored file behind a download address; may answer with a page first (Drive, Dropbox)."""
    PAGE = "page"
    """A page about one picture: one more request tells the picture's address."""
    ALBUM = "album"
    """Several pictures, in order; one more request."""
    SHORTLINK = "shortlink"
    """A redirect: resolved once, then looked at again."""
    FOLDER = "folder"
    VIDEO = "video"
    REACTION = "reaction"
    """A reaction gif, an emote, a sticker."""
    NAVIGATION = "navigation"
    """Leads to a person, a thread, a search, a tool: never a picture."""
    DEAD = "dead"
    """The host is known to be gone for good."""
    BLOCKED = "blocked"
    """Must never be requested."""
    OTHER = "other"
    """A page of a host that nothing here knows."""


@dataclass(frozen=True, slots=True)
class AddressTarget:
    """What a host module says of one address."""

    kind: AddressKind
    canonical: str
    """One spelling for all spellings of the same thing; itself a fixed point."""
    family: str
    reason: Verdict | None = None
    """Why it must not be requested; None when it may be."""
    why: str = ""
    pictures: tuple[str, ...] = ()
    """Addresses, when the link itself names several pictures (no request needed)."""
    wraps: str | None = None
    """The address that this one only carries inside: to be looked at in its place."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the user gave to hosts that want an account; empty fields mean: do without."""

    imgur_client_id: str | None = None


@dataclass(frozen=True, slots=True)
class PageStep:
    """One request that may tell the pictures of a page; `read` gets the body and returns them in order."""

    url: str
    read: Callable[[str], list[PictureLink]]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostFamily:
    """One family of hosts: whose names are known, and what their addresses mean."""

    name: str
    domains: tuple[str, ...]
    """Each stands for itself and its sub-domains; the longest match wins."""
    classify: Callable[[Url], AddressTarget]
    steps: Callable[[AddressTarget, Secrets], list[PageStep]] | None = None
    """For pages and albums: requests to make, in order, until one names a picture."""
    interstitial: Callable[[str], str | AddressState | None] | None = None
    """For files that answered with a page: the address to go on with, or what the page says, or None (no idea)."""
