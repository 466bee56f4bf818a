"""Retry calls to a web service, with exponential backoff or after the wait that the service asks for."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")
MAX_WAIT = 900.0
"""Maximum wait in seconds. Reddit and the Hub count requests in windows of at most ten minutes."""
_FIRST_MOMENT = 1_000_000
"""Larger numbers are Unix times, smaller numbers are durations in seconds."""
_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?")
_SILENT = logging.NullHandler()


def retry(call: Callable[[], T], wait: Callable[[Exception], bool | float], *, attempts: int = 8) -> T:
    """Return the result of `call`, retrying it after the exceptions that `wait` accepts.

    `wait` returns False to give up, True for backoff, or the seconds that the service asks for (at most `MAX_WAIT`).
    Backoff takes 1, 2, 4 … 60 s, with up to 1 s of jitter. The last exception is raised unchanged.
    """
    import stamina  # as slow to import as the whole package, and only calls to services need it

    # stamina logs each retry as a warning without details, and Python prints warnings if no log is set up
    logging.getLogger("stamina").addHandler(_SILENT)
    caller = stamina.RetryingCaller(attempts=attempts, timeout=None, wait_initial=1.0, wait_max=60.0)
    return caller(lambda error: min(wait(error), MAX_WAIT), call)


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Return the seconds of a `Retry-After` header: a number or a date (RFC 9110, 10.2.3), or a Unix time.

    Return None if the header is absent or unreadable, and 0 if its time is past. `now` is in Unix seconds, by default
    the clock's.
    """
    value, now = (value or "").strip(), time.time() if now is None else now
    if _NUMBER.fullmatch(value):
        number = float(value)
        return max(0.0, number - now) if number > _FIRST_MOMENT else number
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


def requested_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a response asks to wait: `Retry-After`, else `X-RateLimit-Reset`, else None.

    `now` is in Unix seconds. `headers` must ignore case.
    """
    seconds = retry_after(headers.get("Retry-After"), now)
    return retry_after(headers.get("X-RateLimit-Reset"), now) if seconds is None else seconds


def is_spent(headers: Mapping[str, str]) -> bool:
    """Return True if `X-RateLimit-Remaining` says that no request is left in the current window."""
    try:
        return float(headers.get("X-RateLimit-Remaining", "1")) < 1
    except ValueError:
        return False
