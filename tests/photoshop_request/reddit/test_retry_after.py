"""How long a service asks to wait, in every shape it says so."""

import pytest
from requests.structures import CaseInsensitiveDict

from photoshop_request.reddit.retry_after import asked_wait, backoff, is_spent

NOW = 1_700_000_000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
        ({"x-ratelimit-reset": "4.5"}, 4.5),
        ({"X-RateLimit-Reset": str(NOW + 9)}, 9.0),
        ({"X-RateLimit-Reset": str(NOW - 9)}, 0.0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "2"}, 2.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_spans_dates_and_moments_are_understood(headers, seconds):
    assert asked_wait(CaseInsensitiveDict(headers), NOW) == seconds


@pytest.mark.parametrize(
    ("remaining", "spent"), [("0", True), ("0.0", True), ("1", False), ("many", False), (None, False)]
)
def test_a_window_is_spent_when_nothing_remains(remaining, spent):
    assert is_spent({"X-RateLimit-Remaining": remaining} if remaining else {}) is spent


def test_backoff_doubles_up_to_a_minute():
    assert [backoff(attempt) for attempt in (1, 2, 3, 10)] == [1, 2, 4, 60]
