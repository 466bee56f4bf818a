"""What can become of an address: the closed list of states in the ledger, and the verdict each one means."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from photoshop_request.verdicts import Verdict

__all__ = ["RETRIED", "VERDICTS", "State", "state_of_reason"]


class State(StrEnum):
    """Of one address. All but `pending` are final: they are tried again only when somebody asks."""

    PENDING = "pending"
    OK = "ok"
    """The bytes lie in `images/`."""
    RESOLVED = "resolved"
    """A page, an album or a short link that told its pictures; each has a row of its own."""
    GONE = "gone"
    """404, 410, 451, or a page that says so."""
    FORBIDDEN = "forbidden"
    NEEDS_AUTH = "needs_auth"
    RATE_LIMITED = "rate_limited"
    """Still 429 after every try."""
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    UNREACHABLE = "unreachable"
    """Connections fail or the host answers 5xx, after every try."""
    TOO_LARGE = "too_large"
    NOT_IMAGE = "not_image"
    VIDEO = "video"
    PLACEHOLDER = "placeholder"
    PLACEHOLDER_SUSPECTED = "placeholder_suspected"
    """The same bytes came for unrelated addresses of one host: held back until somebody looks."""
    CORRUPT = "corrupt"
    UNSUPPORTED_HOST = "unsupported_host"
    DEAD_HOST = "dead_host"
    BLOCKED = "blocked_by_policy"
    OPTED_OUT = "opted_out"
    """`X-Robots-Tag: noai` or `noimageai`."""
    TAKEN_DOWN = "taken_down"
    """Somebody asked for it: the bytes were erased, and the address is not asked again."""


RETRIED = frozenset({State.RATE_LIMITED, State.TIMEOUT, State.UNREACHABLE, State.CORRUPT})
"""States of one try after which another try is worth its request."""

VERDICTS: Mapping[State, Verdict | None] = MappingProxyType(
    {
        State.PENDING: Verdict.UNREACHABLE,
        State.OK: None,
        State.RESOLVED: None,
        State.GONE: Verdict.GONE,
        State.FORBIDDEN: Verdict.GONE,
        State.NEEDS_AUTH: Verdict.GONE,
        State.RATE_LIMITED: Verdict.UNREACHABLE,
        State.TIMEOUT: Verdict.UNREACHABLE,
        State.DNS: Verdict.UNREACHABLE,
        State.TLS: Verdict.UNREACHABLE,
        State.UNREACHABLE: Verdict.UNREACHABLE,
        State.TOO_LARGE: Verdict.TOO_LARGE,
        State.NOT_IMAGE: Verdict.NOT_AN_IMAGE,
        State.VIDEO: Verdict.NOT_AN_IMAGE,
        State.PLACEHOLDER: Verdict.PLACEHOLDER,
        State.PLACEHOLDER_SUSPECTED: Verdict.PLACEHOLDER,
        State.CORRUPT: Verdict.CORRUPT,
        State.UNSUPPORTED_HOST: Verdict.UNSUPPORTED_HOST,
        State.DEAD_HOST: Verdict.GONE,
        State.BLOCKED: Verdict.BLOCKED_ADDRESS,
        State.OPTED_OUT: Verdict.GONE,
        State.TAKEN_DOWN: Verdict.TAKEN_DOWN,
    }
)
"""The published verdict of a link whose address ended so; None where a picture is there to be judged."""

_OF_REASON = MappingProxyType(
    {
        Verdict.GONE: State.GONE,
        Verdict.NOT_AN_IMAGE: State.NOT_IMAGE,
        Verdict.PLACEHOLDER: State.PLACEHOLDER,
        Verdict.UNSUPPORTED_HOST: State.UNSUPPORTED_HOST,
        Verdict.BLOCKED_ADDRESS: State.BLOCKED,
        Verdict.ANIMATED: State.VIDEO,
    }
)


def state_of_reason(reason: Verdict, kind: str) -> State:
    """The state of an address that is not to be requested, by why it is not (`Target.reason`, `Link.reason`)."""
    if kind == "video":
        return State.VIDEO
    if kind == "dead":
        return State.DEAD_HOST
    return _OF_REASON.get(reason, State.NOT_IMAGE)
