"""Results of fetching one address: its state in the ledger, the published verdict, and the pictures it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from photoshop_request.verdicts import Verdict


class AddressState(StrEnum):
    """State of one address. All but `pending` are final: only `fetch --retry` requests them again."""

    PENDING = "pending"
    OK = "ok"
    """The bytes are in `images/`."""
    RESOLVED = "resolved"
    """A page, an album or a short link that named its pictures. Each has a row of its own."""
    GONE = "gone"
    """HTTP 404, 410 or 451, or a page that says so."""
    FORBIDDEN = "forbidden"
    NEEDS_AUTH = "needs_auth"
    RATE_LIMITED = "rate_limited"
    """HTTP 429 at every try."""
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    UNREACHABLE = "unreachable"
    """Failed connections or HTTP 5xx at every try."""
    TOO_LARGE = "too_large"
    NOT_IMAGE = "not_image"
    VIDEO = "video"
    PLACEHOLDER = "placeholder"
    PLACEHOLDER_SUSPECTED = "placeholder_suspected"
    """The same bytes came for unrelated addresses of one host. They are quarantined until a user releases them."""
    CORRUPT = "corrupt"
    UNSUPPORTED_HOST = "unsupported_host"
    DEAD_HOST = "dead_host"
    BLOCKED = "blocked_by_policy"
    OPTED_OUT = "opted_out"
    """A header or a page forbids training: `noai`, `noimageai` or `tdm-reservation: 1`."""
    ROBOTS = "robots"
    """The host's robots.txt refuses it."""
    TAKEN_DOWN = "taken_down"
    """Erased on request. The address is never requested again."""


RETRYABLE = frozenset({AddressState.RATE_LIMITED, AddressState.TIMEOUT, AddressState.UNREACHABLE, AddressState.CORRUPT})
"""States that another try may change."""

VERDICTS: Mapping[AddressState, Verdict | None] = MappingProxyType(
    {
        AddressState.PENDING: Verdict.UNREACHABLE,
        AddressState.OK: None,
        AddressState.RESOLVED: None,
        AddressState.GONE: Verdict.GONE,
        AddressState.FORBIDDEN: Verdict.GONE,
        AddressState.NEEDS_AUTH: Verdict.GONE,
        AddressState.RATE_LIMITED: Verdict.UNREACHABLE,
        AddressState.TIMEOUT: Verdict.UNREACHABLE,
        AddressState.DNS: Verdict.UNREACHABLE,
        AddressState.TLS: Verdict.UNREACHABLE,
        AddressState.UNREACHABLE: Verdict.UNREACHABLE,
        AddressState.TOO_LARGE: Verdict.TOO_LARGE,
        AddressState.NOT_IMAGE: Verdict.NOT_AN_IMAGE,
        AddressState.VIDEO: Verdict.NOT_AN_IMAGE,
        AddressState.PLACEHOLDER: Verdict.PLACEHOLDER,
        AddressState.PLACEHOLDER_SUSPECTED: Verdict.PLACEHOLDER,
        AddressState.CORRUPT: Verdict.CORRUPT,
        AddressState.UNSUPPORTED_HOST: Verdict.UNSUPPORTED_HOST,
        AddressState.DEAD_HOST: Verdict.GONE,
        AddressState.BLOCKED: Verdict.BLOCKED_ADDRESS,
        AddressState.OPTED_OUT: Verdict.OPTED_OUT,
        AddressState.ROBOTS: Verdict.ROBOTS,
        AddressState.TAKEN_DOWN: Verdict.TAKEN_DOWN,
    }
)
"""Published verdict of a link by the state of its address, or None if the comparison decides."""

_STATE_OF_REASON = MappingProxyType(
    {
        Verdict.GONE: AddressState.GONE,
        Verdict.NOT_AN_IMAGE: AddressState.NOT_IMAGE,
        Verdict.PLACEHOLDER: AddressState.PLACEHOLDER,
        Verdict.UNSUPPORTED_HOST: AddressState.UNSUPPORTED_HOST,
        Verdict.BLOCKED_ADDRESS: AddressState.BLOCKED,
        Verdict.ANIMATED: AddressState.VIDEO,
    }
)


def state_of_reason(reason: Verdict, kind: str) -> AddressState:
    """Return the state of an address that must not be requested, by the reason and kind of its target."""
    if kind == "video":
        return AddressState.VIDEO
    if kind == "dead":
        return AddressState.DEAD_HOST
    return _STATE_OF_REASON.get(reason, AddressState.NOT_IMAGE)


class Via(StrEnum):
    """Source of the bytes."""

    HOST = "host"
    WAYBACK = "wayback"
    PREVIEW = "preview"
    """Reddit's signed preview: a smaller copy."""
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class PictureLink:
    """Name one picture of a page or an album."""

    url: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold the result of fetching one address, as the ledger records it."""

    address: str
    state: AddressState
    detail: str = ""
    """A few words that explain the state."""
    http: int | None = None
    """The last HTTP status."""
    tries: int = 1
    etag: str | None = None
    sha256: str | None = None
    size: int | None = None
    """Bytes."""
    extension: str | None = None
    """By magic bytes, without a dot."""
    final: str | None = None
    """The address that answered, after redirects."""
    via: Via = Via.HOST
    retrieved: str | None = None
    """The Wayback Machine's timestamp of its copy."""
    pictures: tuple[PictureLink, ...] = ()
    """Pictures that a page, album or short link leads to, in order, by canonical address."""


class FetchError(Exception):
    """A request gave no usable answer."""

    def __init__(
        self,
        state: AddressState,
        detail: str,
        http: int | None = None,
        *,
        retry_after: float | None = None,
        final: str | None = None,
        is_retryable: bool = True,
    ) -> None:
        """Store the fields of an `Outcome`, and the seconds that the host asks to wait.

        With `is_retryable` False, the run does not try again, whatever the state.
        """
        super().__init__(detail)
        self.state, self.detail, self.http, self.retry_after, self.final = state, detail, http, retry_after, final
        self.is_retryable = is_retryable and state in RETRYABLE


def valid_utf8(text: str) -> str:
    """Replace lone surrogates by "?". Headers and JSON may hold them, but they cannot be written to files."""
    return text.encode("utf-8", "replace").decode()
