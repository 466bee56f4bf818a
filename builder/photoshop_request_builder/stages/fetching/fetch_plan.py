"""Compute tables by host from the ledger: the plan of a fetch, and the states of the addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.http.rate_limits import Rate, site_of

PAGE_KINDS = frozenset({AddressKind.PAGE, AddressKind.ALBUM, AddressKind.SHORTLINK})
"""Kinds of addresses that lead to pictures."""


@dataclass(frozen=True, slots=True)
class HostPlan:
    """The plan of one host for a fetch."""

    host: str
    site: str
    """Hosts of one site share its rate limit."""
    addresses: int
    refused: int | None
    """Addresses that robots.txt refuses, or None if it could not be read."""
    extra_requests: int
    """Pages, albums and short links. Each leads to at least one more request, to this host or another."""
    per_second: float
    minutes: float
    """Minimum time at this rate, if no other host of the site has addresses."""


@dataclass(frozen=True, slots=True)
class HostStates:
    """The addresses of one host by state."""

    host: str
    addresses: int
    states: Mapping[AddressState, int]


def host_plans(
    pending: Mapping[tuple[str, str], int], rate: Callable[[str], Rate], refused: Mapping[str, int | None]
) -> list[HostPlan]:
    """Return the plan of each host, the longest first.

    `pending` is `Ledger.pending_kinds()`, `rate` is `Limits.rate`, `refused` is from `robots_plan.count_refused`.
    """
    plans = []
    for host in {host for host, _ in pending}:
        kinds = {kind: count for (name, kind), count in pending.items() if name == host}
        addresses = sum(kinds.values())
        extra = sum(count for kind, count in kinds.items() if kind in PAGE_KINDS)
        per_second = rate(host).per_second
        minutes = (addresses - (refused[host] or 0)) / per_second / 60
        plans.append(HostPlan(host, site_of(host), addresses, refused[host], extra, per_second, minutes))
    return sorted(plans, key=lambda plan: (-plan.minutes, plan.host))


def minutes_in_all(plans: list[HostPlan]) -> float:
    """Return the minutes of the slowest site. Sites are fetched in parallel, hosts of one site one after another."""
    by_site: dict[str, float] = {}
    for plan in plans:
        by_site[plan.site] = by_site.get(plan.site, 0.0) + plan.minutes
    return max(by_site.values(), default=0.0)


def host_states(by_host: Mapping[str, Mapping[AddressState, int]]) -> list[HostStates]:
    """Return the states of each host, the largest first. `by_host` is `Ledger.states_by_host()`."""
    rows = [HostStates(host, sum(states.values()), dict(sorted(states.items()))) for host, states in by_host.items()]
    return sorted(rows, key=lambda row: (-row.addresses, row.host))
