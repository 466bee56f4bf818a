"""HTTP requests with retries: each redirect is checked by the policy and waits for its host's rate limit."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.outcomes import RETRYABLE, AddressState, FetchError
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import join, parse
from photoshop_request.media.http.network import BlockedConnectionError, route
from photoshop_request.media.http.rate_limits import Limits
from photoshop_request.retry import retry_after
from photoshop_request.verdicts import Verdict

T = TypeVar("T")
MAX_REDIRECTS = 5
MAX_SITE_WAIT = 3600.0
"""Seconds that a run waits for one site. A site that asks for more is left for a later run."""
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
# image/ first makes i.redd.it and others send the bytes instead of a page.
PICTURE_HEADERS = {"Accept": "image/avif,image/webp,image/*;q=0.9,*/*;q=0.5", "Accept-Encoding": "identity"}
PAGE_HEADERS = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class Client:
    """Hold the session, rate limits, mirror and sleep function of all requests."""

    session: aiohttp.ClientSession
    limits: Limits
    mirror: str | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Hold an answer whose body is not read yet."""

    address: str
    """The address that answered, after redirects."""
    response: aiohttp.ClientResponse


@asynccontextmanager
async def http_get(
    client: Client, address: str, headers: Mapping[str, str], *, follow: bool = True
) -> AsyncIterator[HttpAnswer]:
    """Request `address` and yield the first answer that is not a redirect, or the first answer without `follow`.

    Raises:
        FetchError: the policy refuses an address, or a redirect leads to a placeholder, a login or a closed host.
        aiohttp.ClientError, TimeoutError, OSError: see `failure_of`.
    """
    hops: list[str] = []
    while True:
        _check_hop(address, hops)
        hops.append(address)
        limiter = client.limits.of(host_of(address))
        async with (
            limiter.turn(),
            client.limits.all_sites,
            client.session.get(
                route(address, client.mirror), allow_redirects=False, headers=_headers_for(hops, headers)
            ) as response,
        ):
            location = response.headers.get("Location")
            if not follow or response.status not in _REDIRECTS or not location:
                yield HttpAnswer(address, response)
                return
            limiter.succeed()
        address = join(address, location)


def _check_hop(address: str, hops: list[str]) -> None:
    if reason := refusal(address):
        raise FetchError(AddressState.BLOCKED, f"{'leads to ' if hops else ''}{address[:200]}: {reason}")
    if len(hops) > MAX_REDIRECTS:
        raise FetchError(AddressState.GONE, f"more than {MAX_REDIRECTS} redirects")
    if hops:
        target = classify(address)
        if target.reason is Verdict.PLACEHOLDER:
            raise FetchError(AddressState.PLACEHOLDER, f"leads to {address}", final=address)
        url = parse(address)
        if url and (url.host in _LOGINS or url.path.startswith("/login")):
            raise FetchError(AddressState.NEEDS_AUTH, f"leads to a login at {host_of(address)}", final=address)
        if target.kind is AddressKind.DEAD:
            raise FetchError(AddressState.DEAD_HOST, f"leads to {address}", final=address)


def _headers_for(hops: list[str], headers: Mapping[str, str]) -> Mapping[str, str]:
    # a key for one host must not reach another
    if host_of(hops[0]) == host_of(hops[-1]):
        return headers
    return {name: value for name, value in headers.items() if name != "Authorization"}


def check_status(answer: HttpAnswer) -> None:
    """Raise `FetchError` with the state that the HTTP status means, unless it is 200."""
    status = answer.response.status
    if status == 200:
        return
    wait = retry_after(answer.response.headers.get("Retry-After"))
    state = _STATES.get(status, AddressState.UNREACHABLE if status >= 500 else AddressState.GONE)
    raise FetchError(state, f"HTTP {status}", status, retry_after=wait, final=answer.address)


async def with_retries(
    client: Client, address: str, call: Callable[[], Awaitable[T]], *, tries: int
) -> tuple[T | FetchError, int]:
    """Return the result of `call`, or why it failed, with the number of tries. Report each try to the host's limiter.

    Timeouts, 5xx, 429, broken connections and corrupt files are retried with exponential backoff. Final answers are not
    retried. Exceptions that are not failures of the host are raised.
    """
    for attempt in range(1, tries + 1):
        result: T | FetchError
        try:
            result = await call()
        except Exception as error:  # noqa: BLE001 - failure_of raises unknown ones again
            result = failure_of(error).with_traceback(None)  # a traceback would keep the body in memory
        limiter = client.limits.of(host_of(getattr(result, "final", None) or address))
        if isinstance(result, FetchError) and result.http in {429, 503}:
            limiter.back_off(address, result.retry_after, attempt)  # the next try waits in the limiter
            if limiter.pause > MAX_SITE_WAIT:
                detail = f"{limiter.site} asks to be left alone for {limiter.pause:.0f} s"
                return FetchError(AddressState.PENDING, detail, result.http, final=result.final), attempt
        elif not isinstance(result, FetchError) or result.state not in RETRYABLE:
            limiter.succeed()
        elif attempt < tries:
            await client.sleep(2.0 ** (attempt - 1))
        if not isinstance(result, FetchError) or result.state not in RETRYABLE or attempt == tries:
            return result, attempt
    raise ValueError("tries must be at least 1")


def failure_of(error: BaseException) -> FetchError:  # noqa: PLR0911 - one return per state
    """Return the `FetchError` that an exception of a request means. Unknown exceptions are raised again: they are bugs."""
    if isinstance(error, FetchError):
        return error
    chain = _causes(error)
    if blocked := next((cause for cause in chain if isinstance(cause, BlockedConnectionError)), None):
        return FetchError(AddressState.BLOCKED, str(blocked))
    if isinstance(error, TimeoutError):
        return FetchError(AddressState.TIMEOUT, "no answer in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError(AddressState.DNS, "the host's name is not known")
    if any(isinstance(cause, ssl.SSLError | ssl.CertificateError | aiohttp.ClientSSLError) for cause in chain):
        return FetchError(AddressState.TLS, "no safe connection")
    if isinstance(error, aiohttp.InvalidURL):
        return FetchError(AddressState.BLOCKED, "not an address")
    if isinstance(error, aiohttp.ClientError | ConnectionError):
        return FetchError(AddressState.UNREACHABLE, f"connection failed: {type(error).__name__}")
    raise error


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception, its causes and their causes. aiohttp also stores causes in `os_error` and `exceptions`."""
    chain: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(chain) < 20:
        cause = waiting.pop()
        if cause is not None and cause not in chain:
            chain.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "os_error", None)]
            waiting += getattr(cause, "exceptions", ())
    return chain
