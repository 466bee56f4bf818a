"""Count the pending addresses that the robots.txt of their hosts refuses. Only robots.txt files are requested."""

import asyncio
from collections.abc import Callable

from photoshop_request.media.addresses.outcomes import FetchError
from photoshop_request.media.http.robots import Robots
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings
from photoshop_request_builder.stages.fetching.web import open_web
from photoshop_request_builder.store.ledger import Ledger

_PAGE = 1000


def count_refused(
    ledger: Ledger,
    settings: FetchSettings,
    *,
    on_done: Callable[[str], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, int | None]:
    """Return the number of refused addresses of each selected host with pending ones, or None if nobody can tell.

    A robots.txt that is less than a day old is not requested again. `on_done` is called for each host as it ends.
    """
    if not settings.robots:
        return dict.fromkeys(filter(settings.selects, ledger.hosts()), 0)
    return asyncio.run(_count_all(ledger, settings, on_done, say))


async def _count_all(
    ledger: Ledger, settings: FetchSettings, on_done: Callable[[str], None], say: Callable[[str], None]
) -> dict[str, int | None]:
    hosts = list(filter(settings.selects, ledger.hosts()))

    async def count(robots: Robots, host: str) -> int | None:
        try:
            return await _count_host(ledger, robots, host)
        except FetchError:
            return None
        finally:
            on_done(host)

    async with open_web(settings, ledger, say) as web:
        counts = await asyncio.gather(*(count(web.robots, host) for host in hosts))
    return dict(zip(hosts, counts, strict=True))


async def _count_host(ledger: Ledger, robots: Robots, host: str) -> int:
    refused, last = 0, 0
    while page := ledger.pending(host, last, _PAGE):
        for _, entry in page:
            refused += not await robots.allows(entry.address)
        last = page[-1][0]
    return refused
