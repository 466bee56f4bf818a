"""Rate limits of a site, on a clock that only sleeping moves."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from servers.fetching import Clock

from photoshop_request.media.addresses.outcomes import AddressState, FetchError
from photoshop_request.media.http.rate_limits import (
    DEFAULT_RATES,
    MAX_SITE_LOSS,
    OTHER_SITES,
    Limiter,
    Limits,
    Rate,
    site_of,
)


def made_limiter(rate: Rate, clock: Clock, jitter: Callable[[], float] = lambda: 0.0) -> Limiter:
    return Limiter("x", rate, clock=clock, sleep=clock.sleep, jitter=jitter)


def starts(rate: Rate, count: int, jitter: float = 0.0) -> list[float]:
    clock, times = Clock(), []
    limiter = made_limiter(rate, clock, lambda: jitter)

    async def main() -> None:
        for _ in range(count):
            async with limiter.turn():
                times.append(clock.now)

    asyncio.run(main())
    return times


@pytest.mark.parametrize("per_second", [0.1, 0.2, 0.5, 1.0, 2.1, 4.0, 50.0])
@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_no_window_of_ten_seconds_exceeds_the_rate(per_second: float, jitter: float) -> None:
    """Start at most ten seconds' worth of requests in any window."""
    times = starts(Rate(per_second), int(40 * per_second) + 3, jitter)
    for start in times:
        assert sum(start <= time <= start + 10 for time in times) <= max(1, 10 * per_second)


def test_the_rate_is_used() -> None:
    """Space requests at most a sixth wider than the rate allows."""
    assert max(after - before for before, after in pairwise(starts(Rate(1), 20, 1.0))) <= 1.16


def test_no_limit_means_no_wait() -> None:
    """Never sleep at an infinite rate."""
    assert set(starts(Rate(float("inf")), 100)) == {0.0}


def test_concurrency_is_limited() -> None:
    """Make the third request wait until one of the first two is done."""
    inside, most = 0, 0
    limiter = made_limiter(Rate(float("inf"), 2), Clock())

    async def visit() -> None:
        nonlocal inside, most
        async with limiter.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def main() -> None:
        await asyncio.gather(*(visit() for _ in range(20)))

    asyncio.run(main())
    assert most == 2


def test_retry_after_pauses_the_site() -> None:
    """Delay the next request of all addresses."""
    limiter = made_limiter(Rate(100), Clock())
    assert limiter.back_off("a", 30.0, 1) == 30
    assert limiter.pause == pytest.approx(30)


def test_a_pause_is_reported_once() -> None:
    """Call `on_pause` with site and seconds, and not again for a shorter pause within it."""
    pauses: list[tuple[str, float]] = []
    clock = Clock()
    make = partial(Limiter, clock=clock, sleep=clock.sleep, on_pause=lambda *pause: pauses.append(pause))
    limits = Limits(make_limiter=make)
    limits.of("i.imgur.com").back_off("a", 90.0, 1)
    limits.of("i.imgur.com").back_off("b", 5.0, 1)
    assert pauses == [("imgur.com", 90.0)]


def test_backoff_doubles() -> None:
    """Wait 1, 2, 4 seconds without Retry-After."""
    limiter = made_limiter(Rate(100), Clock())
    assert [limiter.back_off("a", None, attempt) for attempt in (1, 2, 3)] == [1, 2, 4]


def test_the_circuit_opens_after_three_addresses_in_a_row() -> None:
    """Pause 10 minutes, then 20, up to an hour, and start over after a good answer."""
    limiter = made_limiter(Rate(100), Clock())

    def refuse_three() -> float:
        return [limiter.back_off(address, None, 1) for address in ("a", "b", "c")][-1]

    assert [refuse_three() for _ in range(5)] == [600, 1200, 2400, 3600, 3600]
    limiter.succeed()
    assert refuse_three() == 600


def test_one_bad_address_does_not_open_the_circuit() -> None:
    """Count an address once, and start over after a good answer."""
    limiter = made_limiter(Rate(100), Clock())
    assert [limiter.back_off("a", None, 1) for _ in range(5)] == [1] * 5
    limiter.back_off("b", None, 1)
    limiter.succeed()
    assert limiter.back_off("c", None, 1) == 1


@pytest.mark.parametrize("requested", [None, 1.0, 60.0, 600.0, 3599.0, 86400.0, 1e300])
def test_a_site_that_refuses_for_ever_is_given_up(requested: float | None) -> None:
    """Pause for at most an hour in total, whatever pauses the site asks for. Report it once."""
    clock = Clock()
    gone: list[tuple[str, str]] = []
    limiter = Limiter("x", Rate(4), clock=clock, sleep=clock.sleep, on_give_up=lambda *why: gone.append(why))

    async def main() -> None:
        for number in range(10_000):
            async with limiter.turn():
                limiter.back_off(f"address {number // 4}", requested, number % 4 + 1)

    with pytest.raises(FetchError) as caught:
        asyncio.run(main())
    assert (caught.value.state, caught.value.detail) == (AddressState.PENDING, limiter.given_up)
    assert clock.now <= MAX_SITE_LOSS + 2500  # the time of the requests themselves
    assert gone == [("x", limiter.given_up)]


def test_a_site_that_refuses_now_and_then_is_not_given_up() -> None:
    """Give back the time that answers take at the site's rate, but never save up more than one hour."""
    clock = Clock()
    limiter = made_limiter(Rate(4), clock)
    for number in range(1000):
        limiter.back_off(f"{number}", 60.0, 1)
        clock.now += 60
        for _ in range(240):
            limiter.succeed()
    assert limiter.given_up is None
    limiter.lose(MAX_SITE_LOSS + 1, "slow")
    assert limiter.given_up == "slow"


def test_overlapping_pauses_count_once() -> None:
    """Count the time that passes, not the sum of what each request was told."""
    limiter = made_limiter(Rate(4), Clock())
    for number in range(1000):
        limiter.back_off(f"{number // 500}", 600.0, 1)
    assert limiter.given_up is None


@pytest.mark.parametrize(("concurrency", "most"), [(16, 8), (4, 2), (1, 1)])
def test_one_site_has_at_most_half_of_all_requests(concurrency: int, most: int) -> None:
    """Keep requests for the other sites if one is slow."""
    limits = Limits({"a.org": Rate(100, 50)}, other=Rate(100, 50), concurrency=concurrency)
    assert [limits.rate(host).concurrency for host in ("a.org", "b.org")] == [most, most]


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
def test_hosts_of_one_site_share_a_limit(host: str, site: str) -> None:
    """Give hosts of the same servers one limiter."""
    assert site_of(host) == site
    limits = Limits()
    assert limits.of(host) is limits.of(site)
    assert limits.of(host).rate == DEFAULT_RATES.get(site, OTHER_SITES)


def test_a_rate_can_be_set_by_host_or_site() -> None:
    """Prefer the user's rates to the built-in ones."""
    limits = Limits({"imgur.com": Rate(9), "example.org": Rate(8)}, other=Rate(7))
    assert [limits.rate(host).per_second for host in ("i.imgur.com", "example.org", "a.org", "i.redd.it")] == [
        9,
        8,
        7,
        4,
    ]
