"""Retries: backoff, and the waits that services ask for."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from requests.structures import CaseInsensitiveDict

from photoshop_request.retry import MAX_WAIT, is_spent, requested_wait, retry, retry_after

NOW = 1_700_000_000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 -0000"}, 30.0),
        ({"x-ratelimit-reset": "4.5"}, 4.5),
        ({"X-RateLimit-Reset": str(NOW + 9)}, 9.0),
        ({"X-RateLimit-Reset": str(NOW - 9)}, 0.0),
        ({"Retry-After": str(NOW + 7)}, 7.0),
        ({"X-RateLimit-Reset": "Tue, 28 Nov 2023 22:13:20 GMT"}, 14 * 86_400.0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "2"}, 2.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_seconds_dates_and_moments_are_read(headers, seconds):
    assert requested_wait(CaseInsensitiveDict(headers), NOW) == seconds


def test_retry_after_is_seconds_or_a_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after("120") == 120
    assert retry_after(later) == pytest.approx(90, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", time.time()) == 0
    assert [retry_after(value) for value in (None, "", "soon", "-5", "\u00b2")] == [None] * 5


@pytest.mark.parametrize(
    ("remaining", "spent"), [("0", True), ("0.0", True), ("1", False), ("many", False), (None, False)]
)
def test_a_window_is_spent_when_nothing_remains(remaining, spent):
    assert is_spent({"X-RateLimit-Remaining": remaining} if remaining else {}) is spent


def _failing(errors):
    def call():
        if errors:
            raise errors.pop(0)
        return "done"

    return call


def test_backoff_doubles_up_to_a_minute(waits):
    assert retry(_failing([OSError()] * 7), lambda _: True) == "done"
    assert all(least <= wait <= least + 1 for wait, least in zip(waits, (1, 2, 4, 8, 16, 32, 60), strict=True))


def test_the_wait_of_the_service_replaces_the_backoff_up_to_a_limit(waits):
    requested = iter([3.0, 1e9, 0.0])
    assert retry(_failing([OSError()] * 3), lambda _: next(requested)) == "done"
    assert waits == [3.0, MAX_WAIT, 0.0]


def test_the_last_exception_is_raised_when_attempts_end(waits):
    with pytest.raises(OSError, match="third"):
        retry(_failing([OSError("first"), OSError("second"), OSError("third")]), lambda _: 1.0, attempts=3)
    assert waits == [1.0, 1.0]


def test_a_refused_exception_is_not_retried(waits):
    with pytest.raises(OSError, match="first"):
        retry(_failing([OSError("first"), OSError("second")]), lambda _: False)
    assert waits == []
