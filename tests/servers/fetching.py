"""Fetch from the loopback hosts without waits: no rate limits, no sleep, short timeouts."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from servers.hosts import Hosts, hosts

from photoshop_request.media.http.body import Body
from photoshop_request.media.http.client import Client
from photoshop_request.media.http.fetch import Fetcher
from photoshop_request.media.http.network import open_session
from photoshop_request.media.http.rate_limits import Limiter, Limits, Rate

FREE = Rate(float("inf"), 16)


@dataclass
class Web:
    """The hosts, a fetcher of them, the files it saved and the seconds it would have slept."""

    hosts: Hosts
    fetcher: Fetcher
    kept: dict[str, bytes] = field(default_factory=dict)
    """`<sha256>.<extension>` -> bytes."""
    slept: list[float] = field(default_factory=list)
    scratch: Path = Path()


@asynccontextmanager
async def web(
    routes: Mapping[str, Any], *, seconds: float = 0.3, client_changes: Mapping[str, Any] | None = None, **changes: Any
) -> AsyncIterator[Web]:
    """Serve `routes` as a mirror and fetch from it. `changes` are fields of the fetcher and of its client."""
    kept: dict[str, bytes] = {}
    slept: list[float] = []

    async def keep(body: Body, extension: str) -> str:
        data = body.data if body.part is None else body.part.read_bytes()
        assert data is not None
        digest = body.sha256()
        kept[f"{digest}.{extension}"] = data
        if body.part:
            body.part.unlink()
        return digest

    async def sleep(wait: float) -> None:
        slept.append(wait)

    timeout = aiohttp.ClientTimeout(total=5 * seconds, sock_connect=seconds, sock_read=seconds)
    every = dict.fromkeys(("imgur.com", "i.redd.it", "drive.google.com"), FREE)
    clock = Clock()
    limits = Limits(every, other=FREE, make_limiter=partial(Limiter, clock=clock, sleep=clock.sleep))
    with tempfile.TemporaryDirectory() as folder:
        async with hosts(routes) as served, open_session(mirror=served.base, timeout=timeout) as session:
            client = replace(Client(session, limits, served.base, sleep), **client_changes or {})
            fetcher = Fetcher(client, keep, Path(folder), **changes)
            yield Web(served, fetcher, kept, slept, Path(folder))
            slept += clock.slept


class Clock:
    """Clock on which time passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the seconds since the start."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.slept.append(seconds)
        self.now += seconds
