"""Collect the hosts whose addresses a run leaves pending, with counts and reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photoshop_request.errors import PendingError
from photoshop_request.media.addresses.hosts import host_of
from photoshop_request.media.addresses.outcomes import AddressState, Outcome

_NAMED = 10
"""Hosts that a message names."""


@dataclass(frozen=True, slots=True)
class LeftHost:
    """A host with addresses that a run leaves pending."""

    host: str
    addresses: int
    why: str


class Postponed:
    """The addresses and hosts that a run postpones to a later one."""

    def __init__(self) -> None:
        self._closed: dict[str, str] = {}
        self._outcomes: Counter[str] = Counter()
        self._details: dict[str, str] = {}

    def note(self, outcome: Outcome) -> None:
        """Count an outcome if it leaves its address pending."""
        if outcome.state is AddressState.PENDING:
            host = host_of(outcome.address)
            self._outcomes[host] += 1
            self._details[host] = outcome.detail

    def is_closed(self, host: str, why: str | None) -> bool:
        """Return True and keep the reason if there is one. All pending addresses of the host count then."""
        if why:
            self._closed[host] = why
        return bool(why)

    def hosts(self, pending: Mapping[str, int]) -> tuple[LeftHost, ...]:
        """Return the hosts with postponed addresses, the most first. `pending` counts the pending ones by host."""
        left = [LeftHost(host, pending[host], why) for host, why in self._closed.items() if host in pending]
        left += [
            LeftHost(host, count, self._details[host])
            for host, count in self._outcomes.items()
            if host not in self._closed
        ]
        return tuple(sorted(left, key=lambda each: (-each.addresses, each.host)))


def pending_error(left: Sequence[LeftHost]) -> PendingError:
    """Return the error that names the hosts with pending addresses."""
    named = "; ".join(f"{each.host} {each.addresses:,} ({each.why})" for each in left[:_NAMED])
    more = f"; and {len(left) - _NAMED:,} more hosts" if len(left) > _NAMED else ""
    count = sum(each.addresses for each in left)
    return PendingError(
        f"Addresses left pending: {count:,}. {named}{more}. Everything else is done. Run the same command again later."
    )
