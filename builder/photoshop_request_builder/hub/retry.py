"""Asking the Hub again, since neither of its clients does so for a conflict or a repository call that fails."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx2
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

from photoshop_request.errors import CredentialsError, InputError, NetworkError, PhotoshopRequestError

__all__ = ["persist"]

R = TypeVar("R")

_TRIES = 8
_LONGEST = 60.0
"""Seconds; eight tries with doubling waits from one second last two minutes."""
_LONGEST_ASKED = 900.0
"""Seconds that a `Retry-After` may ask for; the Hub's rate limits are by five minutes."""
_AGAIN = frozenset({409, 412, 429})


def persist(
    attempt: Callable[[], R],
    *,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    when_cut: bool = True,
) -> R:
    """The result of `attempt`, tried again after a conflict (409, 412), a rate limit (429), a 5xx or a lost connection.

    With `when_cut=False` a lost connection is not tried again: for calls of which two are more than one.

    Raises:
        CredentialsError: no token, or one that may not do this.
        InputError: the Hub refuses what was asked, or does not know the repository.
        NetworkError: it does not answer, after every try.
    """
    tries = 0
    while True:
        try:
            return attempt()
        except (httpx2.HTTPError, LocalTokenNotFoundError, RuntimeError) as error:
            cause = _cause(error)
            if cause is None:
                raise
            tries += 1
            wait = _wait(cause, tries, when_cut=when_cut)
            if wait is None or tries == _TRIES:
                raise _explained(cause, tries) from error
            say(f"the Hub: {_words(cause)}; again in {wait:.0f} s")
            sleep(wait)


def _cause(error: Exception) -> httpx2.HTTPError | LocalTokenNotFoundError | None:
    """What went wrong on the way to the Hub; its client wraps that of an upload into a RuntimeError."""
    if isinstance(error, RuntimeError):
        inner = error.__cause__
        return inner if isinstance(inner, httpx2.HTTPError) else None
    return error if isinstance(error, httpx2.HTTPError | LocalTokenNotFoundError) else None


def _wait(error: Exception, tries: int, *, when_cut: bool) -> float | None:
    """Seconds until the next try; None where another one is useless."""
    backoff = min(2.0 ** (tries - 1), _LONGEST)
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if status not in _AGAIN and status < 500:
            return None
        asked = error.response.headers.get("Retry-After", "")
        return min(float(asked), _LONGEST_ASKED) if asked.isdecimal() else backoff
    return backoff if when_cut and isinstance(error, httpx2.TransportError) else None


def _words(error: Exception) -> str:
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return {409: "a conflict", 412: "somebody else changed the dataset", 429: "too many requests"}.get(
            status, f"error {status}"
        )
    return f"no connection ({type(error).__name__})"


def _explained(error: Exception, tries: int) -> PhotoshopRequestError:
    if isinstance(error, LocalTokenNotFoundError):
        return CredentialsError("The Hub needs a token: set HF_TOKEN, or run `hf auth login`.")
    if not isinstance(error, HfHubHTTPError):
        return NetworkError(
            f"The Hub does not answer ({type(error).__name__}, {tries} tries). What was sent is kept there; "
            "run the same command again."
        )
    status = error.response.status_code
    if status in {401, 403}:
        return CredentialsError(
            f"The Hub refuses the token ({status}). It needs write permission for this dataset: set HF_TOKEN, "
            "or run `hf auth login`."
        )
    if status in _AGAIN or status >= 500:
        return NetworkError(
            f"The Hub: {_words(error)}, {tries} tries. What was sent is kept there; run the same command again."
        )
    said = error.server_message or f"error {status}"
    return InputError(f"The Hub refuses: {said} (is the dataset's name right, and may this token see it?)")
