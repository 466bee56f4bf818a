"""Arctic Shift: a public archive of Reddit over HTTP, without an account, for the months after the newest dump.

Objects are given as they were sent, byte for byte, so that they go the way of every archived line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from photoshop_request.errors import NetworkError
from photoshop_request.reddit.retry_after import LONGEST, asked_wait, backoff, is_spent

if TYPE_CHECKING:
    import requests

BASE = "https://arctic-shift.photon-reddit.com"
AGENT = "photoshop-request (research dataset builder)"
_ATTEMPTS = 8
_TIMEOUT = 60
"""Seconds."""

Kind: TypeAlias = Literal["posts", "comments"]
Fetch: TypeAlias = Callable[[str, Mapping[str, str]], list[bytes]]
"""Asks a path with parameters; gives the objects of the answer's `data`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, without what earlier answers had."""

    lines: tuple[bytes, ...]
    reached: int
    """Everything created before this second has been given (Unix seconds)."""


class _Answer(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    error: str | None = None


class _Key(msgspec.Struct):
    id: str
    created_utc: float


def search(kind: Kind, subreddit: str, since: int, until: int, fetch: Fetch) -> Iterator[Page]:
    """Everything of `subreddit` created from `since` (inclusive) to `until` (exclusive), oldest first.

    Pages are asked for from one second before the last object on, and repetitions at the seam are left out: so it does
    not matter whether the service counts `after` in, and objects of one second are never torn apart.

    Raises:
        NetworkError: the service does not answer, or not as described, after every retry.
    """
    after, known = since - 1, set[str]()
    while after < until:
        rows = fetch(
            f"/api/{kind}/search",
            {"subreddit": subreddit, "after": str(after), "before": str(until + 1), "limit": "auto", "sort": "asc"},
        )
        keys = [_key(row) for row in rows]
        new = [
            (row, created)
            for row, (thing_id, created) in zip(rows, keys, strict=True)
            if thing_id not in known and since <= created < until
        ]
        if not rows:
            break
        last = max(created for _, created in keys)
        if new:
            yield Page(tuple(row for row, _ in new), min(max(last, since), until))
        # no news: the end, or only the seam again; one second on tells which
        after = max(last - 1, after) if new else max(last, after + 1)
        known = {thing_id for thing_id, created in keys if created >= after}
    yield Page((), until)


def make_fetch(
    session: "requests.Session", *, base: str = BASE, sleep: Callable[[float], None], clock: Callable[[], float]
) -> Fetch:
    """A `Fetch` over HTTP that waits as the service asks (429, rate headers) and retries what may pass (5xx, no answer).

    Raises, when called:
        NetworkError: it refuses, or does not answer after every retry.
    """

    def fetch(path: str, parameters: Mapping[str, str]) -> list[bytes]:
        address = base.rstrip("/") + path
        trouble = ""
        for attempt in range(1, _ATTEMPTS + 1):
            trouble, wait, rows = _ask(session, address, parameters, clock())
            if rows is not None:
                if wait:
                    sleep(wait)
                return rows
            if attempt < _ATTEMPTS:
                sleep(min(wait if wait is not None else backoff(attempt), LONGEST))
        raise NetworkError(
            f"{address}: {trouble}, {_ATTEMPTS} times. Everything so far is kept; run the same command again later."
        )

    return fetch


def _ask(
    session: "requests.Session", address: str, parameters: Mapping[str, str], now: float
) -> tuple[str, float | None, list[bytes] | None]:
    """One attempt: what is wrong, seconds to wait, and the objects (None where it should be tried again)."""
    import requests  # only those who ask a service pay for it

    try:
        answer = session.get(address, params=dict(parameters), timeout=_TIMEOUT, headers={"User-Agent": AGENT})
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})", None, None
    wait = asked_wait(answer.headers, now)
    if answer.status_code == requests.codes.too_many_requests:
        return "too many requests (429)", wait, None
    try:
        found = msgspec.json.decode(answer.content, type=_Answer)
    except msgspec.DecodeError:
        found = _Answer(error=f"status {answer.status_code}, not the JSON that was expected")
    if answer.status_code == requests.codes.ok and found.data is not None:
        pause = wait if is_spent(answer.headers) else None
        return "", min(pause, LONGEST) if pause is not None else None, [bytes(row) for row in found.data]
    trouble = found.error or f"status {answer.status_code}"
    if requests.codes.bad_request <= answer.status_code < requests.codes.internal_server_error:
        raise NetworkError(f"{answer.url}: refused ({answer.status_code}: {trouble}). Check the address and the dates.")
    return trouble, wait, None


def _key(row: bytes) -> tuple[str, int]:
    try:
        key = msgspec.json.decode(row, type=_Key, strict=False)
    except msgspec.DecodeError as error:
        raise NetworkError(
            f"Arctic Shift sent an object without id or time ({error}). Is the base address right?"
        ) from error
    return key.id, int(key.created_utc)
