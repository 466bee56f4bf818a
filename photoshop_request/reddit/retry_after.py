"""How long a service asks to be left alone, and how often it is asked again."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST = 900.0
"""Seconds. Reddit's window is ten minutes; a service that asks for more has closed for the day."""
_EPOCH = 1_000_000
"""A reset above this is a moment (Unix seconds), below it a span."""


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait as a response asks: `Retry-After`, else `X-RateLimit-Reset`; None where it asks nothing.

    Spans, HTTP dates and Unix times are understood; the past is 0. `headers` ignores case, as those of requests do.
    """
    for name in ("Retry-After", "X-RateLimit-Reset"):
        value = headers.get(name)
        seconds = _seconds(value, now) if value else None
        if seconds is not None:
            return max(0.0, seconds)
    return None


def is_spent(headers: Mapping[str, str]) -> bool:
    """Whether a response says that no request is left in its window (`X-RateLimit-Remaining`)."""
    try:
        return float(headers.get("X-RateLimit-Remaining", "1")) < 1
    except ValueError:
        return False


def backoff(attempt: int) -> float:
    """Seconds before attempt number `attempt` (the second is 1): 1, 2, 4 … 60."""
    return float(min(60, 2 ** (attempt - 1)))


def _seconds(value: str, now: float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        try:
            return parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return number - now if number > _EPOCH else number
