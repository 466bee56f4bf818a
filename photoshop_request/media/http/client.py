"""HTTP requests with retries: each redirect is checked by the policy and waits for its host's rate limit."""

import asyncio
import math
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import aiohttp

from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.outcomes import RETRYABLE, AddressState, FetchError
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import join, parse
from photoshop_request.media.http.network import BlockedConnectionError, route
from photoshop_request.media.http.opt_outs import header_opt_out
from photoshop_request.media.http.rate_limits import Limits
from photoshop_request.retry import retry_after
from photoshop_request.verdicts import Verdict

T = TypeVar("T")
MAX_REDIRECTS = 5
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


@dataclass(slots=True)
class Budget:
    """Hold the seconds that the requests for one address may still be open, over all tries and redirects."""

    left: float = math.inf


@dataclass(frozen=True, slots=True)
class Client:
    """Hold the session, rate limits, mirror, clocks and time limits of all requests."""

    session: aiohttp.ClientSession
    limits: Limits
    mirror: str | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    header_seconds: float = 20.0
    """Seconds from the start of a request to the end of the answer's headers."""
    address_seconds: float = 180.0
    """Seconds that the requests for one address may be open, over all tries and redirects (40 MB at 230 kB/s)."""
    budget: Budget = field(default_factory=Budget)
    """The budget of the address in work. `with_retries` gives each address its own."""
    check: Callable[[str], Awaitable[None]] | None = None
    """Raise `FetchError` if an address must not be requested, also after a redirect (`Robots.check`)."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Hold an answer whose body is not read yet."""

    address: str
    """The address that answered, after redirects."""
    response: aiohttp.ClientResponse


@asynccontextmanager
async def http_get(
    client: Client, address: str, headers: Mapping[str, str], *, follow: bool = True, heed_opt_outs: bool = True
) -> AsyncIterator[HttpAnswer]:
    """Request `address` and yield the first answer that is not a redirect, or the first answer without `follow`.

    Raises:
        FetchError: the policy or `client.check` refuses an address, the headers of an answer forbid training, a redirect
            leads to a placeholder, a login or a closed host, or the time for headers or address is over.
        aiohttp.ClientError, TimeoutError, OSError: see `failure_of`.
    """
    hops: list[str] = []
    while True:
        _check_hop(address, hops)
        hops.append(address)
        if client.check:
            await client.check(address)
        limiter = client.limits.of(host_of(address))
        async with (
            limiter.turn(),
            client.limits.all_sites,
            _limited_time(client) as allow_body,
            client.session.get(
                route(address, client.mirror), allow_redirects=False, headers=_headers_for(hops, headers)
            ) as response,
        ):
            allow_body()
            if heed_opt_outs and response.status < 400 and (tag := header_opt_out(response.headers)):
                raise FetchError(AddressState.OPTED_OUT, tag, response.status, final=address)
            location = response.headers.get("Location")
            if not follow or response.status not in _REDIRECTS or not location:
                yield HttpAnswer(address, response)
                return
            limiter.succeed()
        address = join(address, location)


@asynccontextmanager
async def _limited_time(client: Client) -> AsyncIterator[Callable[[], None]]:
    """Take the time of the block from the address's budget, and end the block when time is over.

    Yield a function to call after the headers: the body may take the remaining budget.

    Raises:
        FetchError: the headers take longer than `header_seconds`, or the budget is used up.
    """
    end = asyncio.get_running_loop().time() + client.budget.left
    began = client.clock()
    try:
        async with asyncio.timeout(min(client.header_seconds, client.budget.left)) as deadline:
            yield lambda: deadline.reschedule(end)
    except TimeoutError:
        if deadline.expired():
            raise FetchError(AddressState.TIMEOUT, "too slow for its time limit", is_retryable=False) from None
        raise
    finally:
        client.budget.left -= client.clock() - began


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
    client: Client, address: str, call: Callable[[Client], Awaitable[T]], *, tries: int
) -> tuple[T | FetchError, int]:
    """Return the result of `call`, or why it failed, with the number of tries. Report each try to the host's limiter.

    `call` gets the client with the budget of this address. Timeouts, 5xx, 429, broken connections and corrupt files are
    retried with exponential backoff. Final and slow answers are not retried. The address stays pending if its site is
    given up. Exceptions that are not failures of the host are raised.
    """
    client = replace(client, budget=Budget(client.address_seconds))
    for attempt in range(1, tries + 1):
        result: T | FetchError
        before = client.budget.left
        try:
            result = await call(client)
        except Exception as error:  # noqa: BLE001 - failure_of raises unknown ones again
            result = failure_of(error).with_traceback(None)  # a traceback would keep the body in memory
        limiter = client.limits.of(host_of(getattr(result, "final", None) or address))
        if not isinstance(result, FetchError) or result.state not in {*RETRYABLE, AddressState.PENDING}:
            limiter.succeed()
            return result, attempt
        limiter.lose(before - client.budget.left, "too much time lost on requests without an answer")
        if result.http in {429, 503}:
            limiter.back_off(address, result.retry_after, attempt)  # the next try waits in the limiter
        if limiter.given_up:
            return FetchError(AddressState.PENDING, limiter.given_up, result.http, final=result.final), attempt
        if not result.is_retryable or attempt == tries or client.budget.left <= 0:
            return result, attempt
        if result.http not in {429, 503}:
            await client.sleep(2.0 ** (attempt - 1))
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
