"""One request as a polite and careful client makes it: every hop checked, in its turn, under its host's limits."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from photoshop_request.media.addresses.hosts import AddressKind, classify, host_of
from photoshop_request.media.addresses.outcomes import RETRYABLE, AddressState
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import join, parse
from photoshop_request.media.http.body import TooLargeError, UnreadableError
from photoshop_request.media.http.network import BlockedConnectionError, route
from photoshop_request.media.http.rate_limits import Limits
from photoshop_request.retry import retry_after
from photoshop_request.verdicts import Verdict

__all__ = [
    "MAX_REDIRECTS",
    "MAX_SITE_WAIT",
    "PAGE_HEADERS",
    "PICTURE_HEADERS",
    "Client",
    "Failure",
    "FailureError",
    "HttpAnswer",
    "check_status",
    "failure_of",
    "http_get",
    "with_retries",
]

T = TypeVar("T")
MAX_REDIRECTS = 5
MAX_SITE_WAIT = 3600.0
"""Seconds that a run waits for one site; a site that asks for more is left for a later run."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STATES = {
    401: AddressState.NEEDS_AUTH,
    403: AddressState.FORBIDDEN,
    404: AddressState.GONE,
    410: AddressState.GONE,
    429: AddressState.RATE_LIMITED,
    451: AddressState.GONE,
}
_LOGINS = frozenset({"accounts.google.com", "login.live.com", "login.microsoftonline.com"})
# Starting with image/ makes i.redd.it and others send the bytes, not a page about them.
PICTURE_HEADERS = {"Accept": "image/avif,image/webp,image/*;q=0.9,*/*;q=0.5", "Accept-Encoding": "identity"}

PAGE_HEADERS = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class Client:
    """What requests need, passed in so that tests replace any of it."""

    session: aiohttp.ClientSession
    limits: Limits
    mirror: str | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer that can be used."""

    state: AddressState
    detail: str
    http: int | None = None
    retry_after: float | None = None
    final: str | None = None


class FailureError(Exception):
    """Carries a `Failure` out of a request."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that is no redirect; its body is not read yet."""

    address: str
    """That answered, after redirects."""
    response: aiohttp.ClientResponse


@asynccontextmanager
async def http_get(
    client: Client, address: str, headers: Mapping[str, str], *, follow: bool = True
) -> AsyncIterator[HttpAnswer]:
    """The first answer to `address` that is not a redirect; each hop passes the policy and waits its host's turn.

    Without `follow`, the first answer whatever it is.

    Raises:
        FailureError: refused by the policy, too many redirects, a redirect to a placeholder, or a status that is final.
        aiohttp.ClientError, TimeoutError, OSError: see `failure_of`.
    """
    hops: list[str] = []
    while True:
        _check(address, hops)
        hops.append(address)
        limiter = client.limits.of(host_of(address))
        asked = route(address, client.mirror)
        shown = _for_host(headers, hops)
        async with (
            limiter.place(),
            client.limits.all,
            client.session.get(asked, allow_redirects=False, headers=shown) as response,
        ):
            location = response.headers.get("Location")
            if not follow or response.status not in _REDIRECTS or not location:
                yield HttpAnswer(address, response)
                return
            limiter.answered()
        address = join(address, location)


def _check(address: str, hops: list[str]) -> None:
    if why := refusal(address):
        raise FailureError(Failure(AddressState.BLOCKED, f"{'leads to ' if hops else ''}{address[:200]}: {why}"))
    if len(hops) > MAX_REDIRECTS:
        raise FailureError(Failure(AddressState.GONE, f"more than {MAX_REDIRECTS} redirects"))
    if hops:
        target = classify(address)
        if target.reason is Verdict.PLACEHOLDER:
            raise FailureError(Failure(AddressState.PLACEHOLDER, f"leads to {address}", final=address))
        url = parse(address)
        if url and (url.host in _LOGINS or url.path.startswith("/login")):
            raise FailureError(
                Failure(AddressState.NEEDS_AUTH, f"leads to a login at {host_of(address)}", final=address)
            )
        if target.kind is AddressKind.DEAD:
            raise FailureError(Failure(AddressState.DEAD_HOST, f"leads to {address}", final=address))


def _for_host(headers: Mapping[str, str], hops: list[str]) -> Mapping[str, str]:
    """A key for one host is not shown to the next."""
    if host_of(hops[0]) == host_of(hops[-1]):
        return headers
    return {name: value for name, value in headers.items() if name != "Authorization"}


def check_status(found: HttpAnswer) -> None:
    """Let only a 200 pass.

    Raises:
        FailureError: any other status; `failure.state` says what it means.
    """
    status = found.response.status
    if status == 200:
        return
    rest = retry_after(found.response.headers.get("Retry-After"))
    state = _STATES.get(status, AddressState.UNREACHABLE if status >= 500 else AddressState.GONE)
    raise FailureError(Failure(state, f"HTTP {status}", status, rest, found.address))


async def with_retries(
    client: Client, address: str, call: Callable[[], Awaitable[T]], *, tries: int
) -> tuple[T | Failure, int]:
    """What `call` gives, or why it failed for good, and the number of tries; the host's limiter learns of each.

    Tries again after time-outs, 5xx, 429, broken connections and files that came broken, waiting twice as long each
    time; never after an answer that is final. Exceptions that are no host's doing pass through.
    """
    for attempt in range(1, tries + 1):
        result: T | Failure
        try:
            result = await call()
        except Exception as error:  # noqa: BLE001 - failure_of raises again what is not the host's doing
            result = failure_of(error)
        limiter = client.limits.of(host_of(getattr(result, "final", None) or address))
        if isinstance(result, Failure) and result.http in {429, 503}:
            limiter.overloaded(address, result.retry_after, attempt)  # the next try waits in the limiter
            if limiter.resting > MAX_SITE_WAIT:
                detail = f"{limiter.site} asks to be left alone for {limiter.resting:.0f} s"
                return Failure(AddressState.PENDING, detail, result.http, final=result.final), attempt
        elif not isinstance(result, Failure) or result.state not in RETRYABLE:
            limiter.answered()
        elif attempt < tries:
            await client.sleep(2.0 ** (attempt - 1))
        if not isinstance(result, Failure) or result.state not in RETRYABLE or attempt == tries:
            return result, attempt
    raise ValueError("tries must be at least 1")


def failure_of(error: BaseException) -> Failure:  # noqa: PLR0911 - one return a state
    """What an exception of a request means. Unknown ones are raised again: they are faults of this program."""
    if isinstance(error, FailureError):
        return error.failure
    if isinstance(error, TooLargeError):
        return Failure(AddressState.TOO_LARGE, str(error))
    if isinstance(error, UnreadableError):
        return Failure(AddressState.NOT_IMAGE, str(error))
    chain = [error, *_causes(error)]
    if blocked := next((each for each in chain if isinstance(each, BlockedConnectionError)), None):
        return Failure(AddressState.BLOCKED, str(blocked))
    if isinstance(error, TimeoutError):
        return Failure(AddressState.TIMEOUT, "no answer in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failure(AddressState.DNS, "the host's name is not known")
    if any(isinstance(each, ssl.SSLError | ssl.CertificateError) for each in chain) or isinstance(
        error, aiohttp.ClientSSLError
    ):
        return Failure(AddressState.TLS, "no safe connection")
    if isinstance(error, aiohttp.InvalidURL):
        return Failure(AddressState.BLOCKED, "not an address")
    if isinstance(error, aiohttp.ClientError | ConnectionError):
        return Failure(AddressState.UNREACHABLE, f"connection failed: {type(error).__name__}")
    raise error


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [getattr(error, "os_error", None), error.__cause__, error.__context__]
    while waiting and len(found) < 20:
        each = waiting.pop()
        if each is not None and each not in found:
            found.append(each)
            waiting.extend((each.__cause__, each.__context__, *getattr(each, "exceptions", ())))
    return found
