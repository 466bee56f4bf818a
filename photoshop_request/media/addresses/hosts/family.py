"""Define the types of the host modules: the target of an address, and the requests that read a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from photoshop_request.media.addresses.outcomes import AddressState, PictureLink
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict


class AddressKind(StrEnum):
    """Kind of an address, known before any request."""

    IMAGE = "image"
    """Answers with the bytes of one picture."""
    FILE = "file"
    """A stored file behind a download address. The host may answer with a page first (Drive, Dropbox)."""
    PAGE = "page"
    """A page about one picture. One more request gives the picture's address."""
    ALBUM = "album"
    """Several pictures, in order. One more request gives their addresses."""
    SHORTLINK = "shortlink"
    """A redirect, resolved once and then classified again."""
    FOLDER = "folder"
    VIDEO = "video"
    REACTION = "reaction"
    """A reaction gif, an emote, a sticker."""
    NAVIGATION = "navigation"
    """A profile, a thread, a search or a tool, never a picture."""
    DEAD = "dead"
    """The host has closed."""
    BLOCKED = "blocked"
    """An address that must never be requested."""
    OTHER = "other"
    """A page of a host without a module."""


@dataclass(frozen=True, slots=True)
class AddressTarget:
    """Describe the picture or page that an address names."""

    kind: AddressKind
    canonical: str
    """One spelling for all addresses of the same picture or page. It is its own canonical address."""
    family: str
    reason: Verdict | None = None
    """The reason not to request it, or None if it may be requested."""
    detail: str = ""
    """A few words that explain `reason`."""
    pictures: tuple[str, ...] = ()
    """Addresses of the pictures, if the address itself lists several. Listing them needs no request."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Hold the user's keys for hosts. None: send requests without a key."""

    imgur_client_id: str | None = None


@dataclass(frozen=True, slots=True)
class PageStep:
    """Describe a request whose answer may name the pictures of a page. `read` returns them in order from the body."""

    url: str
    read: Callable[[str], list[PictureLink]]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostFamily:
    """Describe hosts that share one form of addresses."""

    name: str
    domains: tuple[str, ...]
    """Each includes its sub-domains. The longest match over all families wins."""
    classify: Callable[[Url], AddressTarget]
    steps: Callable[[AddressTarget, Secrets], list[PageStep]] | None = None
    """Return the requests for a page or album, to be made in order until one names a picture."""
    interstitial: Callable[[str], str | AddressState | None] | None = None
    """Read the page that came in place of a file. Return the next address, the final state, or None if unknown."""
    identity: Callable[[Url], str | None] | None = None
    """Return the part of a canonical address that alone names the picture or album, or None to compare it whole."""
    spellings: Callable[[Url], tuple[str, ...]] | None = None
    """Return the addresses to try in order if a canonical address leaves its ending open, else ()."""


def no_picture(url: Url, family: str, detail: str, kind: AddressKind = AddressKind.NAVIGATION) -> AddressTarget:
    """Return the target of an address that names no picture."""
    return AddressTarget(kind, url.https(query=False), family, Verdict.NOT_AN_IMAGE, detail)


def one_page(
    read: Callable[[str], list[PictureLink]], album: Callable[[str], list[PictureLink]] | None = None
) -> Callable[[AddressTarget, Secrets], list[PageStep]]:
    """Return the `steps` of a family whose pages are read from their own address. `album` reads albums, else `read`."""

    def steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
        return [PageStep(target.canonical, album if album and target.kind is AddressKind.ALBUM else read)]

    return steps
