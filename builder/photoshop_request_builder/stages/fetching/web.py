"""Open the HTTP client of a fetch run: session, rate limits and robots.txt files."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from photoshop_request.media.http.client import Client
from photoshop_request.media.http.network import open_session
from photoshop_request.media.http.rate_limits import Limiter, Limits
from photoshop_request.media.http.robots import Robots, RobotsStore
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings

_MIN_REPORTED_PAUSE = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Web:
    """The hosts as one run sees them."""

    client: Client
    """Client that honors robots.txt if the settings ask for it."""
    robots: Robots

    def why_closed(self, host: str) -> str | None:
        """Return why this run requests nothing more from a host, or None."""
        return self.client.limits.of(host).given_up or self.robots.failures.get(host)


@asynccontextmanager
async def open_web(settings: FetchSettings, store: RobotsStore, say: Callable[[str], None]) -> AsyncIterator[Web]:
    """Open the client for the length of the block. Long pauses and hosts that are given up are said."""
    async with open_session(
        mirror=settings.mirror, contact=settings.contact, concurrency=settings.concurrency
    ) as session:
        client = Client(session, make_limits(settings, say), settings.mirror)
        robots = Robots(client, store)
        yield Web(replace(client, check=robots.check if settings.robots else None), robots)


def make_limits(settings: FetchSettings, say: Callable[[str], None] = lambda _: None) -> Limits:
    """Return the rate limiters of these settings."""
    return Limits(
        settings.rates,
        other=settings.other,
        concurrency=settings.concurrency,
        make_limiter=partial(
            Limiter,
            on_pause=partial(_say_pause, say),
            on_give_up=lambda site, why: say(f"{site}: {why}. Its addresses stay pending for a later run."),
        ),
    )


def _say_pause(say: Callable[[str], None], site: str, seconds: float) -> None:
    if seconds >= _MIN_REPORTED_PAUSE:
        say(f"{site} is busy: pausing for {seconds / 60:.0f} min. Other hosts continue.")
