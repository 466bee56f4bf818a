"""Ask each host for its robots.txt once a day, and refuse the addresses that it closes to this program (RFC 9309)."""

import asyncio
import re
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Protocol

from protego import Protego

from photoshop_request.media.addresses.outcomes import AddressState, FetchError
from photoshop_request.media.addresses.url import ascii_only, parse
from photoshop_request.media.http.body import read_text
from photoshop_request.media.http.client import Client, check_status, http_get, with_retries
from photoshop_request.media.http.opt_outs import OUR_NAME

_MAX_AGE = 24 * 3600
"""Seconds after which a robots.txt is requested again."""
_MAX_BYTES = 512 * 1024
"""RFC 9309 requires at least 500 KiB."""
_MAX_PARSED = 16
"""Parsed files in memory. The largest takes 20 MB."""
_HEADERS = {"Accept": "text/plain,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}
_TRIES = 4
_USER_AGENT = re.compile(r"user(?:-|\s*)agent(?=[\s:]|\Z)[\s:]*(.*)", re.IGNORECASE)
"""Every spelling of the line that protego accepts."""
_NO_ANSWER = frozenset(
    {AddressState.BLOCKED, AddressState.DNS, AddressState.TLS, AddressState.TIMEOUT, AddressState.UNREACHABLE}
)


class RobotsStore(Protocol):
    """Keep robots.txt files between runs."""

    def robots(self, origin: str) -> tuple[str, float] | None:
        """Return the file of a scheme and host, and the Unix time of its request, or None."""

    def keep_robots(self, origin: str, text: str, asked: float) -> None:
        """Store the file of a scheme and host."""


class Robots:
    """The robots.txt files of all hosts. `clock` returns Unix seconds."""

    def __init__(self, client: Client, store: RobotsStore, *, clock: Callable[[], float] = time.time) -> None:
        self._client, self._store, self._clock = client, store, clock
        self._parsed: OrderedDict[str, tuple[Protego, float]] = OrderedDict()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.failures: dict[str, str] = {}
        """Reason by host whose robots.txt could not be read for an error of its server. This run requests nothing
        from it.
        """

    async def check(self, address: str) -> None:
        """Return if the host allows this program to request `address`.

        Raises:
            FetchError: robots.txt refuses it (`robots`). Or the host answers with an error of its server, which means
                that it may be closed (`pending`). Or the host does not answer at all, as for the address itself.
        """
        if not await self.allows(address):
            raise FetchError(AddressState.ROBOTS, f"refused by {_origin(address)}/robots.txt", final=address)

    async def allows(self, address: str) -> bool:
        """Return True if robots.txt allows `address`. Raise `FetchError` as `check` does if nobody can tell."""
        origin = _origin(address)
        async with self._locks[origin]:
            parsed, asked = self._parsed.pop(origin, (None, 0.0))
            if parsed is None or not self._is_fresh(asked):
                parsed, asked = await self._load(origin)
            self._parsed[origin] = parsed, asked
            if len(self._parsed) > _MAX_PARSED:
                self._parsed.popitem(last=False)
        return parsed.can_fetch(ascii_only(address), OUR_NAME)

    def _is_fresh(self, asked: float) -> bool:
        return 0 <= self._clock() - asked < _MAX_AGE

    async def _load(self, origin: str) -> tuple[Protego, float]:
        stored = self._store.robots(origin)
        text, asked = stored or ("", 0.0)
        if not self._is_fresh(asked):
            asked = self._clock()
            try:
                text = await self._request(origin)
            except FetchError as error:
                if stored is None:
                    if error.state is AddressState.PENDING:
                        self.failures[origin.rpartition("/")[2]] = error.detail
                    raise
                # RFC 9309, 2.4: an older copy holds while the host does not answer
            else:
                self._store.keep_robots(origin, text, asked)
        return await asyncio.to_thread(parse_robots, text), asked

    async def _request(self, origin: str) -> str:
        if why := self.failures.get(origin.rpartition("/")[2]):
            raise FetchError(AddressState.PENDING, why)

        async def request(client: Client) -> str:
            async with http_get(client, f"{origin}/robots.txt", _HEADERS, heed_opt_outs=False) as answer:
                check_status(answer)
                return await read_text(answer.response, _MAX_BYTES, clock=client.clock)

        result, _ = await with_retries(self._client, origin, request, tries=_TRIES)
        if isinstance(result, str):
            return result
        if result.state is AddressState.PENDING or result.http == 429 or (result.http or 0) >= 500:
            raise FetchError(AddressState.PENDING, f"{origin}/robots.txt: {result.detail}", result.http)
        if result.state in _NO_ANSWER:
            raise FetchError(result.state, f"robots.txt: {result.detail}", is_retryable=False)
        return ""  # RFC 9309, 2.3.1.3: without a robots.txt everything is allowed


def parse_robots(text: str) -> Protego:
    """Return the rules of an untrusted robots.txt."""
    return Protego.parse("\n".join(_relevant(text)))


def _relevant(text: str) -> Iterator[str]:
    """Yield the lines, with one name for all other programs: rules would multiply with the programs they are for."""
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.partition("#")[0].strip()
        if found := _USER_AGENT.match(stripped):
            name = found[1].partition("/")[0].strip().lower()
            yield f"User-agent: {name if name in {OUR_NAME, '*'} else 'another'}"
        else:
            yield stripped


def _origin(address: str) -> str:
    url = parse(address)
    assert url is not None, "the policy allowed it"
    return f"{address.partition(':')[0].lower()}://{url.host}"
