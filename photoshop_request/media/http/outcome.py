"""What fetching one address came to."""

from dataclasses import dataclass
from enum import StrEnum

from photoshop_request.media.addresses.hosts.target import Picture
from photoshop_request.media.addresses.states import State

__all__ = ["Outcome", "Via", "storable"]


def storable(text: str) -> str:
    """`text` as any file takes it: headers and JSON of strangers may hold halves of surrogate pairs, marks then."""
    return text.encode("utf-8", "replace").decode()


class Via(StrEnum):
    """Where the bytes came from."""

    HOST = "host"
    WAYBACK = "wayback"
    PREVIEW = "preview"
    """Reddit's signed preview: a smaller copy."""
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one address's way; what the ledger keeps of it."""

    address: str
    state: State
    detail: str = ""
    """A few words for people: why."""
    http: int | None = None
    """The last status."""
    tries: int = 1
    etag: str | None = None
    sha256: str | None = None
    size: int | None = None
    """Bytes."""
    extension: str | None = None
    """By magic bytes, without dot."""
    final: str | None = None
    """The address that answered, after redirects."""
    via: Via = Via.HOST
    retrieved: str | None = None
    """What the archive calls its copy: a timestamp."""
    pictures: tuple[Picture, ...] = ()
    """What a page, album or short link led to, in order; addresses are canonical."""
