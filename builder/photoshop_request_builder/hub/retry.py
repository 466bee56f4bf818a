"""Retry calls to the Hub. Its clients retry neither conflicts nor failed repository calls."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx2
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

from photoshop_request.errors import CredentialsError, InputError, NetworkError, PhotoshopRequestError
from photoshop_request.retry import requested_wait, retry

R = TypeVar("R")

_ATTEMPTS = 8
"""All attempts take about two minutes: waits double from 1 s to at most 60 s."""
_RETRIED = frozenset({409, 412, 429})


def call_hub(call: Callable[[], R], *, say: Callable[[str], None], retry_lost_connection: bool = True) -> R:
    """Return the result of `call`. Retry a conflict (409, 412), a rate limit (429), a 5xx and a lost connection.

    A `Retry-After` header sets the wait. Pass `retry_lost_connection=False` for calls that must not run twice.

    Raises:
        CredentialsError: the token is missing or lacks permission.
        InputError: the Hub refuses the call or does not know the repository.
        NetworkError: the Hub still fails after the last attempt.
    """
    failures = 0

    def wait_after(error: Exception) -> bool | float:
        nonlocal failures
        failures += 1
        cause = _cause(error)
        if cause is None or not _is_retried(cause, retry_lost_connection=retry_lost_connection):
            return False
        headers = cause.response.headers if isinstance(cause, HfHubHTTPError) else {}
        wait = requested_wait(headers, time.time())
        if failures < _ATTEMPTS:
            delay = "" if wait is None else f" in {wait:.0f} s"
            say(f"Hub: {_describe(cause)}; retry {failures} of {_ATTEMPTS - 1}{delay}")
        return True if wait is None else wait

    try:
        return retry(call, wait_after, attempts=_ATTEMPTS)
    except (httpx2.HTTPError, LocalTokenNotFoundError, RuntimeError) as error:
        cause = _cause(error)
        if cause is None:
            raise
        raise _explain(cause, failures) from error


def _cause(error: BaseException) -> httpx2.HTTPError | LocalTokenNotFoundError | None:
    """Return the Hub's own error. The client wraps a failed upload in a RuntimeError."""
    if isinstance(error, RuntimeError):
        error = error.__cause__ or error
    return error if isinstance(error, httpx2.HTTPError | LocalTokenNotFoundError) else None


def _is_retried(error: Exception, *, retry_lost_connection: bool) -> bool:
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in _RETRIED or error.response.status_code >= 500
    return retry_lost_connection and isinstance(error, httpx2.TransportError)


def _describe(error: Exception) -> str:
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        known = {409: "conflict", 412: "somebody else changed the dataset", 429: "rate limit reached"}
        return known.get(status, f"error {status}")
    return f"no connection ({type(error).__name__})"


def _explain(error: Exception, attempts: int) -> PhotoshopRequestError:
    if isinstance(error, LocalTokenNotFoundError):
        return CredentialsError("The Hub needs a token. Set HF_TOKEN, or run `hf auth login`.")
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if status in {401, 403}:
            return CredentialsError(
                f"The Hub refuses the token ({status}). It needs write permission for this dataset. Set HF_TOKEN, "
                "or run `hf auth login`."
            )
        if not _is_retried(error, retry_lost_connection=True):
            reason = error.server_message or f"error {status}"
            return InputError(f"The Hub refuses: {reason}. Check the dataset's name and the token's permissions.")
    return NetworkError(
        f"The Hub fails: {_describe(error)}, {attempts} attempts. Uploaded files are kept there. "
        "Run the same command again."
    )
