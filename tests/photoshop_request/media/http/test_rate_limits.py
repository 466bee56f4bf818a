"""How often a site is asked, on a clock that only sleeping moves."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from servers.fetching import Clock

from photoshop_request.media.http.rate_limits import DEFAULT_RATES, OTHER_SITES, Limiter, Limits, Rate, site_of


def limiter(rate: Rate, clock: Clock, chance: Callable[[], float] = lambda: 0.0) -> Limiter:
    return Limiter("x", rate, clock=clock, sleep=clock.sleep, chance=chance)


def starts(rate: Rate, count: int, chance: float = 0.0) -> list[float]:
    clock, times = Clock(), []
    gate = limiter(rate, clock, lambda: chance)

    async def main() -> None:
        for _ in range(count):
            async with gate.place():
                times.append(clock.now)

    asyncio.run(main())
    return times


@pytest.mark.parametrize("per_second", [0.1, 0.2, 0.5, 1.0, 2.1, 4.0, 50.0])
@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_no_window_of_ten_seconds_holds_more_than_the_rate(per_second: float, chance: float) -> None:
    """However the window lies, at most ten seconds' worth of requests start in it."""
    times = starts(Rate(per_second), int(40 * per_second) + 3, chance)
    for start in times:
        assert sum(start <= time <= start + 10 for time in times) <= max(1, 10 * per_second)


def test_the_rate_is_used() -> None:
    """Spacing is no wider than a sixth above what the rate allows."""
    assert max(after - before for before, after in pairwise(starts(Rate(1), 20, 1.0))) <= 1.16


def test_no_limit_means_no_wait() -> None:
    """An infinite rate never sleeps."""
    assert set(starts(Rate(float("inf")), 100)) == {0.0}


def test_no_more_at_once_than_allowed() -> None:
    """The third waits until one of the two is done."""
    inside, most = 0, 0
    gate = limiter(Rate(float("inf"), 2), Clock())

    async def visit() -> None:
        nonlocal inside, most
        async with gate.place():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def main() -> None:
        await asyncio.gather(*(visit() for _ in range(20)))

    asyncio.run(main())
    assert most == 2


def test_a_site_rests_when_told() -> None:
    """Retry-After moves everybody's next turn."""
    gate = limiter(Rate(100), Clock())
    assert gate.overloaded("a", 30.0, 1) == 30
    assert gate.resting == pytest.approx(30)


def test_a_rest_is_told() -> None:
    """Whoever watches learns which site rests and for how long, once a rest."""
    told: list[tuple[str, float]] = []
    clock = Clock()
    limits = Limits(clock=clock, sleep=clock.sleep, on_rest=lambda site, seconds: told.append((site, seconds)))
    limits.of("i.imgur.com").overloaded("a", 90.0, 1)
    limits.of("i.imgur.com").overloaded("b", 5.0, 1)
    assert told == [("imgur.com", 90.0)]


def test_back_off_doubles() -> None:
    """Without Retry-After: 1, 2, 4 seconds."""
    gate = limiter(Rate(100), Clock())
    assert [gate.overloaded("a", None, attempt) for attempt in (1, 2, 3)] == [1, 2, 4]


def test_the_circuit_opens_after_three_addresses_in_a_row_and_cools() -> None:
    """Ten minutes, then twenty, at most an hour; a good answer resets it."""
    gate = limiter(Rate(100), Clock())

    def refuse_three() -> float:
        return [gate.overloaded(address, None, 1) for address in ("a", "b", "c")][-1]

    assert [refuse_three() for _ in range(5)] == [600, 1200, 2400, 3600, 3600]
    gate.answered()
    assert refuse_three() == 600


def test_one_bad_address_does_not_close_a_site() -> None:
    """The same address three times is that address's fault; a good answer in between starts the count again."""
    gate = limiter(Rate(100), Clock())
    assert [gate.overloaded("a", None, 1) for _ in range(5)] == [1] * 5
    gate.overloaded("b", None, 1)
    gate.answered()
    assert gate.overloaded("c", None, 1) == 1


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("i.imgur.com", "imgur.com"),
        ("api.imgur.com", "imgur.com"),
        ("i.imgur.io", "imgur.com"),
        ("i.redd.it", "i.redd.it"),
        ("preview.redd.it", "preview.redd.it"),
        ("drive.usercontent.google.com", "drive.google.com"),
        ("notimgur.com", "notimgur.com"),
        ("example.org", "example.org"),
    ],
)
def test_hosts_of_one_family_share_a_limit(host: str, site: str) -> None:
    """One machine park, one limit."""
    assert site_of(host) == site
    limits = Limits()
    assert limits.of(host) is limits.of(site)
    assert limits.of(host).rate == DEFAULT_RATES.get(site, OTHER_SITES)


def test_a_rate_can_be_set_by_host_or_site() -> None:
    """What the user sets goes before what is built in."""
    limits = Limits({"imgur.com": Rate(9), "example.org": Rate(8)}, other=Rate(7))
    assert [limits.rate(host).per_second for host in ("i.imgur.com", "example.org", "a.org", "i.redd.it")] == [
        9,
        8,
        7,
        4,
    ]
