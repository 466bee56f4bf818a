"""Define the settings of a fetch run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from photoshop_request.media.addresses.hosts.family import Secrets
from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.http.rate_limits import DEFAULT_RATES, OTHER_SITES, Rate


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Settings of a fetch run. The defaults are fair to every host."""

    mirror: str | None = None
    contact: str | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """By site (`rate_limits.site_of`), instead of the built-in rate of that site."""
    other: Rate = OTHER_SITES
    """Rate of each other site."""
    concurrency: int = 16
    """Simultaneous requests over all hosts."""
    secrets: Secrets = field(default_factory=Secrets)
    robots: bool = True
    """Honor robots.txt of every host."""
    only_host: str | None = None
    """Fetch from this host and its sub-domains only. Other addresses stay pending."""
    limit: int | None = None
    """Maximum addresses to fetch in this run."""
    retry: tuple[AddressState, ...] = ()
    """States that become pending again. With `ok`, pictures are requested again by their ETag."""
    archive_fallback: bool = False
    """Request dead addresses from the Wayback Machine, but never those of removed or deleted posts."""
    preview_fallback: bool = False
    """Use Reddit's signed preview for dead addresses, but never for those of removed or deleted posts."""
    external_resolver: tuple[str, ...] = ()
    """Command that prints the pictures of an address of an unsupported host (`fallbacks.from_external_resolver`)."""

    def selects(self, host: str) -> bool:
        """Return True if the host may be requested: all, or `only_host` and its sub-domains."""
        return self.only_host is None or f".{host}".endswith(f".{self.only_host}")


def site_rates(by_host: Mapping[str, float]) -> tuple[dict[str, Rate], Rate]:
    """Return the rates by site and the rate of all other sites, from requests per second. `*` means all other sites."""
    known = {**DEFAULT_RATES, "*": OTHER_SITES}
    rates = {
        host: Rate(per_second, max(known.get(host, OTHER_SITES).concurrency, math.ceil(min(per_second / 2, 16))))
        for host, per_second in by_host.items()
    }
    other = rates.pop("*", OTHER_SITES)
    return rates, other
