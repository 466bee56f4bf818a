"""Client of Arctic Shift, a public HTTP archive of Reddit, for the months after the newest dump. It needs no account.

Objects are returned byte for byte as sent, and parsed like archived lines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from photoshop_request.errors import NetworkError
from photoshop_request.retry import MAX_WAIT, is_spent, requested_wait, retry

if TYPE_CHECKING:
    import requests

BASE = "https://arctic-shift.photon-reddit.com"
AGENT = "photoshop-request (research dataset builder)"
_ATTEMPTS = 8
_TIMEOUT = 60
"""Seconds."""

RecordKind: TypeAlias = Literal["posts", "comments"]
FetchRows: TypeAlias = Callable[[str, Mapping[str, str]], list[bytes]]
"""Request a path with parameters, and return the objects of the answer's `data`."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one answer, without the objects of earlier answers."""

    lines: tuple[bytes, ...]
    reached: int
    """Unix second before which all objects were returned."""


class _SearchResponse(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    error: str | None = None


class _RecordKey(msgspec.Struct):
    id: str
    created_utc: float


def search(kind: RecordKind, subreddit: str, since: int, until: int, fetch: FetchRows) -> Iterator[Page]:
    """Yield the objects of `subreddit` created from `since` (inclusive) to `until` (exclusive), oldest first.

    Each page starts one second before the last object and skips repeated objects. This works whether `after` is
    inclusive or exclusive, and if a page ends within a second.

    Raises:
        NetworkError: the service does not answer after every retry, or its answer is not as documented.
    """
    after, known = since - 1, set[str]()
    while after < until:
        rows = fetch(
            f"/api/{kind}/search",
            {"subreddit": subreddit, "after": str(after), "before": str(until + 1), "limit": "auto", "sort": "asc"},
        )
        if not rows:
            break
        keys = [_key(row) for row in rows]
        new = [
            row
            for row, (record_id, created) in zip(rows, keys, strict=True)
            if record_id not in known and since <= created < until
        ]
        last = max(created for _, created in keys)
        if new:
            yield Page(tuple(new), min(max(last, since), until))
        # a page without new objects may be the end, or only repeated objects: request the next second to find out
        after = max(last - 1, after) if new else max(last, after + 1)
        known = {record_id for record_id, created in keys if created >= after}
    yield Page((), until)


def make_fetch(
    session: "requests.Session", *, base: str = BASE, sleep: Callable[[float], None], clock: Callable[[], float]
) -> FetchRows:
    """Return a `FetchRows` over HTTP that keeps the service's rate limits and retries 429, 5xx and lost connections.

    Raises, when called:
        NetworkError: the service refuses, or does not answer after every retry.
    """

    def fetch(path: str, parameters: Mapping[str, str]) -> list[bytes]:
        address = base.rstrip("/") + path
        try:
            rows, pause = retry(
                lambda: _request(session, address, parameters, clock()), _requested_wait, attempts=_ATTEMPTS
            )
        except _PassingError as error:
            raise NetworkError(
                f"{address}: {error}, {_ATTEMPTS} times. Everything so far is kept; run the same command again later."
            ) from error
        if pause:
            sleep(pause)
        return rows

    return fetch


class _PassingError(Exception):
    """A failure that a retry may overcome."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait
        """Seconds that the service asks for."""


def _requested_wait(error: Exception) -> bool | float:
    if not isinstance(error, _PassingError):
        return False
    return True if error.wait is None else error.wait


def _request(
    session: "requests.Session", address: str, parameters: Mapping[str, str], now: float
) -> tuple[list[bytes], float]:
    """Request `address` once. Return the objects, and the seconds to wait before the next request.

    Raises:
        _PassingError: a retry may succeed.
        NetworkError: the service refuses.
    """
    import requests  # slow to import

    try:
        response = session.get(address, params=dict(parameters), timeout=_TIMEOUT, headers={"User-Agent": AGENT})
    except requests.RequestException as error:
        raise _PassingError(f"no answer ({type(error).__name__})") from error
    wait, status = requested_wait(response.headers, now), response.status_code
    if status == requests.codes.too_many_requests:
        raise _PassingError("too many requests (429)", wait)
    try:
        body = msgspec.json.decode(response.content, type=_SearchResponse)
    except msgspec.DecodeError:
        body = _SearchResponse(error=f"status {status}, not the JSON that was expected")
    if status == requests.codes.ok and body.data is not None:
        pause = min(wait or 0.0, MAX_WAIT) if is_spent(response.headers) else 0.0
        return [bytes(row) for row in body.data], pause
    message = body.error or f"status {status}"
    if requests.codes.bad_request <= status < requests.codes.internal_server_error:
        raise NetworkError(f"{response.url}: refused ({status}: {message}). Check the address and the dates.")
    raise _PassingError(message, wait)


def _key(row: bytes) -> tuple[str, int]:
    try:
        key = msgspec.json.decode(row, type=_RecordKey, strict=False)
    except msgspec.DecodeError as error:
        raise NetworkError(
            f"Arctic Shift sent an object without id or time ({error}). Is the base address right?"
        ) from error
    return key.id, int(key.created_utc)
