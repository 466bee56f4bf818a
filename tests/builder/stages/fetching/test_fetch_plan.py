"""Tables by host: the plan of a fetch, and the states of addresses."""

import pytest

from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.http.rate_limits import Limits
from photoshop_request_builder.stages.fetching.fetch_plan import HostPlan, host_plans, host_states, minutes_in_all


def test_a_plan_counts_addresses_extra_requests_and_minutes() -> None:
    """Add up the hosts of one site, and fetch sites in parallel."""
    pending = {
        ("i.imgur.com", "image"): 600,
        ("imgur.com", "album"): 60,
        ("i.redd.it", "image"): 2400,
        ("bit.ly", "shortlink"): 3,
        ("drive.google.com", "file"): 12,
    }
    refused: dict[str, int | None] = {
        "i.imgur.com": 60,
        "imgur.com": 0,
        "i.redd.it": 0,
        "bit.ly": None,
        "drive.google.com": 0,
    }
    plans = host_plans(pending, Limits().rate, refused)
    assert plans == [
        HostPlan("i.redd.it", "i.redd.it", 2400, 0, 0, 4, 10),
        HostPlan("i.imgur.com", "imgur.com", 600, 60, 0, 1, 9),
        HostPlan("drive.google.com", "drive.google.com", 12, 0, 0, 0.2, 1),
        HostPlan("imgur.com", "imgur.com", 60, 0, 60, 1, 1),
        HostPlan("bit.ly", "bit.ly", 3, None, 3, 0.5, pytest.approx(0.1)),
    ]
    assert minutes_in_all(plans) == 10
    assert minutes_in_all([]) == 0


def test_states_are_listed_by_host_largest_first() -> None:
    """List dead and unsupported hosts like all others."""
    rows = host_states(
        {"b.org": {AddressState.OK: 1}, "tinypic.com": {AddressState.DEAD_HOST: 5}, "a.org": {AddressState.GONE: 1}}
    )
    assert [(row.host, row.addresses, dict(row.states)) for row in rows] == [
        ("tinypic.com", 5, {AddressState.DEAD_HOST: 5}),
        ("a.org", 1, {AddressState.GONE: 1}),
        ("b.org", 1, {AddressState.OK: 1}),
    ]
