"""Limit the rate of requests per site, with Retry-After, exponential backoff, a circuit breaker and a time budget."""

import asyncio
import functools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

from photoshop_request.media.addresses.outcomes import AddressState, FetchError


@dataclass(frozen=True, slots=True)
class Rate:
    """Hold the maximum rate of requests to one site."""

    per_second: float
    """Requests started per second, or `inf` for no limit."""
    concurrency: int = 1
    """Requests open at the same time."""


DEFAULT_RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "i.redd.it": Rate(4, 4),
        "imgur.com": Rate(1, 2),
        "drive.google.com": Rate(0.2, 1),
    }
)
OTHER_SITES = Rate(0.5, 1)
"""The rate of every site not named in `DEFAULT_RATES`."""

# Host names that share the servers of one site share its limit.
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
_MARGIN = 1.05  # keeps the rate in every window of time, even if packets arrive in bursts
_JITTER = 0.10
_OPENS_AFTER = 3  # different addresses in a row that got HTTP 429 or 503
_MAX_COOL_DOWN = 3600.0
MAX_SITE_LOSS = 3600.0
"""Seconds that a run loses on one site: pauses after HTTP 429 and 503, and requests that failed. Each answer gives back
the time that the site's rate takes for it. So a site takes at most twice the time of its plan, and an hour."""


@functools.lru_cache(maxsize=4096)
def site_of(host: str) -> str:
    """Return the site whose limit a host shares, by default the host itself."""
    for site, domains in _SITES:
        if any(host == domain or host.endswith(f".{domain}") for domain in domains):
            return site
    return host


class Limiter:
    """Limit the rate of requests to one site. Times are seconds of `clock`.

    `on_pause` is called with site and seconds when the site pauses after HTTP 429 or 503. `on_give_up` is called once
    with site and reason, when the run has lost more than `MAX_SITE_LOSS` seconds on the site.
    """

    def __init__(
        self,
        site: str,
        rate: Rate,
        *,
        cool_down: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        on_pause: Callable[[str, float], None] = lambda _site, _seconds: None,
        on_give_up: Callable[[str, str], None] = lambda _site, _reason: None,
    ) -> None:
        self.site = site
        self.given_up: str | None = None
        """The reason why this run requests nothing more from the site, or None."""
        self.rate, self._cool_down, self._on_pause, self._on_give_up = rate, cool_down, on_pause, on_give_up
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._open = asyncio.Semaphore(rate.concurrency)
        self._next = 0.0
        self._refused: list[str] = []
        self._openings = 0
        self._lost = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a request may start, and count it as open within the block.

        Raises:
            FetchError: the site is given up. The address stays pending.
        """
        async with self._open:
            while not self.given_up and (wait := self._next - self._clock()) > 0:
                await self._sleep(wait)
            if self.given_up:
                raise FetchError(AddressState.PENDING, self.given_up)
            self._next = self._clock() + (_MARGIN + _JITTER * self._jitter()) / self.rate.per_second
            yield

    @property
    def pause(self) -> float:
        """Return the seconds until the next request may start."""
        return max(0.0, self._next - self._clock())

    def succeed(self) -> None:
        """Record an answer other than 429 and 503, and close the circuit."""
        self._refused.clear()
        self._openings = 0
        self._lost = max(0.0, self._lost - 1 / self.rate.per_second)

    def lose(self, seconds: float, why: str) -> None:
        """Record time that a failed request or a pause takes. Give the site up when there was too much of it."""
        self._lost += seconds
        if self._lost > MAX_SITE_LOSS and not self.given_up:
            self.given_up = why
            self._on_give_up(self.site, why)

    def back_off(self, address: str, retry_after: float | None, attempt: int) -> float:
        """Record a 429 or 503 for `address` at attempt `attempt` (from 1). Return the seconds of the site's pause.

        The pause is `retry_after`, else it doubles with each attempt. When different addresses in a row are refused,
        the circuit opens: the site pauses for the cool-down, which doubles with each opening up to an hour.
        """
        if address not in self._refused:
            self._refused.append(address)
        pause = retry_after if retry_after is not None else 2.0 ** (attempt - 1) * (1 + _JITTER * self._jitter())
        if len(self._refused) >= _OPENS_AFTER:
            self._refused.clear()
            pause = max(pause, min(self._cool_down * 2**self._openings, _MAX_COOL_DOWN))
            self._openings += 1
        now = self._clock()
        if now + pause > self._next:
            self.lose(now + pause - max(now, self._next), f"no answers, and a pause of {pause / 60:,.0f} min is due")
            self._next = now + pause
            if not self.given_up:
                self._on_pause(self.site, pause)
        return pause


class Limits:
    """Hold the limiters of all sites, and limit the open requests over all of them (`all_sites`).

    `rates` by site override `DEFAULT_RATES`. Other sites have the rate `other`. One site has at most half of the open
    requests, so that others continue if it is slow.
    """

    def __init__(
        self,
        rates: Mapping[str, Rate] = DEFAULT_RATES,
        *,
        other: Rate = OTHER_SITES,
        concurrency: int = 16,
        make_limiter: Callable[[str, Rate], Limiter] = Limiter,
    ) -> None:
        self._rates = {**DEFAULT_RATES, **rates}
        self._other = other
        self._make_limiter = make_limiter
        self._limiters: dict[str, Limiter] = {}
        self._places = max(1, concurrency // 2)
        self.all_sites = asyncio.Semaphore(concurrency)

    def rate(self, host: str) -> Rate:
        """Return the rate of a host."""
        rate = self._rates.get(host) or self._rates.get(site_of(host)) or self._other
        return replace(rate, concurrency=min(rate.concurrency, self._places))

    def of(self, host: str) -> Limiter:
        """Return the limiter of a host's site."""
        site = site_of(host)
        if site not in self._limiters:
            self._limiters[site] = self._make_limiter(site, self.rate(host))
        return self._limiters[site]
