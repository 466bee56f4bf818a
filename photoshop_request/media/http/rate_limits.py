"""How often and how many at once: one limiter a site, with Retry-After, back-off and a circuit that opens and cools."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["DEFAULT_RATES", "Limiter", "Limits", "Rate", "site_of"]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one site is asked at most."""

    per_second: float
    """Requests started a second; `inf` lifts the limit."""
    at_once: int = 1


DEFAULT_RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "i.redd.it": Rate(4, 4),
        "imgur.com": Rate(1, 2),
        "drive.google.com": Rate(0.2, 1),
    }
)
OTHER_SITES = Rate(0.5, 1)
"""The rate of every site not named in `DEFAULT_RATES`."""

# Names that one machine park answers: they share one limit.
_SITES = (
    ("imgur.com", ("imgur.com", "imgur.io")),
    (
        "drive.google.com",
        ("drive.google.com", "docs.google.com", "drive.usercontent.google.com", "googleusercontent.com"),
    ),
    ("dropbox.com", ("dropbox.com", "dropboxusercontent.com")),
    ("postimg.cc", ("postimg.cc", "postimg.org", "postimages.org", "postimage.org")),
    ("ibb.co", ("ibb.co", "imgbb.com")),
    ("flickr.com", ("flickr.com", "staticflickr.com", "flic.kr")),
)
_MARGIN = 1.05  # spacing beyond the rate, so that no window ever holds more, however packets bunch up
_JITTER = 0.10
_OPENS_AFTER = 3  # different addresses in a row that were told 429 or 503
_LONGEST_COOLING = 3600.0


def site_of(host: str) -> str:
    """The name under which a host's limit is kept: its own, or that of the family it belongs to."""
    for site, domains in _SITES:
        if any(host == domain or host.endswith(f".{domain}") for domain in domains):
            return site
    return host


class Limiter:
    """The gate of one site. Times are seconds of `clock`."""

    def __init__(
        self,
        site: str,
        rate: Rate,
        *,
        cool_down: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        on_rest: Callable[[str, float], None] = lambda _site, _seconds: None,
    ) -> None:
        self.site = site
        self._on_rest = on_rest
        self.rate = rate
        self._cool_down = cool_down
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._places = asyncio.Semaphore(rate.at_once)
        self._next = 0.0
        self._busy: list[str] = []
        self._openings = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a turn and hold one of the places at once until left."""
        async with self._places:
            while (wait := self._next - self._clock()) > 0:
                await self._sleep(wait)
            self._next = self._clock() + (_MARGIN + _JITTER * self._chance()) / self.rate.per_second
            yield

    @property
    def resting(self) -> float:
        """Seconds until the site may be asked again."""
        return max(0.0, self._next - self._clock())

    def answered(self) -> None:
        """Note an answer that says nothing of overload."""
        self._busy.clear()
        self._openings = 0

    def overloaded(self, address: str, retry_after: float | None, attempt: int) -> float:
        """Note a 429 or 503 for `address` at its try number `attempt` (from 1); returns the seconds that the site now rests.

        The rest is what the host asks for, else it doubles with each attempt. When different addresses in a row are
        refused, the circuit opens: the site rests for the cool-down, twice as long each time it opens again.
        """
        if address not in self._busy:
            self._busy.append(address)
        rest = retry_after if retry_after is not None else 2.0 ** (attempt - 1) * (1 + _JITTER * self._chance())
        if len(self._busy) >= _OPENS_AFTER:
            self._busy.clear()
            rest = max(rest, min(self._cool_down * 2**self._openings, _LONGEST_COOLING))
            self._openings += 1
        if self._clock() + rest > self._next:
            self._next = self._clock() + rest
            self._on_rest(self.site, rest)
        return rest


class Limits:
    """The limiters of all sites, made when first asked for, and the number of requests at once over all.

    `on_rest` is told the site and the seconds whenever one is to rest after a 429 or 503.
    """

    def __init__(
        self,
        rates: Mapping[str, Rate] = DEFAULT_RATES,
        *,
        other: Rate = OTHER_SITES,
        at_once: int = 16,
        cool_down: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_rest: Callable[[str, float], None] = lambda _site, _seconds: None,
    ) -> None:
        self._on_rest = on_rest
        self._rates = {**DEFAULT_RATES, **rates}
        self._other = other
        self._cool_down = cool_down
        self._clock, self._sleep = clock, sleep
        self._limiters: dict[str, Limiter] = {}
        self._by_host: dict[str, Limiter] = {}
        self.all = asyncio.Semaphore(at_once)

    def rate(self, host: str) -> Rate:
        """The rate that holds for a host."""
        return self._rates.get(host) or self._rates.get(site_of(host)) or self._other

    def of(self, host: str) -> Limiter:
        """The limiter of a host's site."""
        if host not in self._by_host:
            site = site_of(host)
            if site not in self._limiters:
                self._limiters[site] = Limiter(
                    site,
                    self.rate(host),
                    cool_down=self._cool_down,
                    clock=self._clock,
                    sleep=self._sleep,
                    on_rest=self._on_rest,
                )
            self._by_host[host] = self._limiters[site]
        return self._by_host[host]
