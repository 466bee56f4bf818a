"""Image hosts on loopback that behave, misbehave and attack, each address as a test says. One event loop, raw sockets.

Reached as a mirror: `https://HOST/PATH?QUERY` is asked for as `http://127.0.0.1:PORT/HOST/PATH?QUERY`.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request as the server saw it."""

    url: str
    method: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Hosts:
    """Addresses and what they answer: bytes to send as they are, or a script. A list answers each time with the next."""

    routes: dict[str, bytes | Script | Sequence[bytes | Script]] = field(default_factory=dict)
    base: str = ""
    requests: list[Request] = field(default_factory=list)

    def asked(self, url: str | None = None) -> list[Request]:
        """The requests that came for an address, or all."""
        return [request for request in self.requests if url in {None, request.url}]

    def urls(self) -> list[str]:
        """Every address that was asked for, in order."""
        return [request.url for request in self.requests]

    def times(self) -> dict[str, list[float]]:
        """Host -> times of its requests."""
        found: dict[str, list[float]] = defaultdict(list)
        for request in self.requests:
            found[request.url.split("/")[2]].append(request.at)
        return found


@asynccontextmanager
async def hosts(routes: Mapping[str, bytes | Script | Sequence[bytes | Script]]) -> AsyncIterator[Hosts]:
    """Serve `routes` until the block ends."""
    state = Hosts(dict(routes))
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while await _answer(state, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    state.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(state: Hosts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.rstrip().split("\r\n")
    method, target, _ = line.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    request = Request(f"https:/{target}", method, headers, time.monotonic())
    turn = len(state.asked(request.url))
    state.requests.append(request)
    found = state.routes.get(request.url, state.routes.get(request.url.split("?")[0], status(404)))
    if isinstance(found, list | tuple):
        found = found[min(turn, len(found) - 1)]
    if isinstance(found, bytes):
        writer.write(found)
        await writer.drain()
        return True
    await found(request, writer)
    return False


def reply(body: bytes, kind: str = "image/jpeg", code: int = 200, **headers: str) -> bytes:
    """A whole answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {code} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def page(text: str, code: int = 200) -> bytes:
    """A page of HTML."""
    return reply(text.encode(), "text/html; charset=utf-8", code)


def status(code: int, **headers: str) -> bytes:
    """An empty answer."""
    return reply(b"", "text/html", code, **headers)


def redirect(to: str, code: int = 302) -> bytes:
    """An answer that leads elsewhere."""
    return status(code, Location=to)


async def reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Hangs up without a word."""
    writer.transport.abort()


async def stall(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Promises a body and sends nothing."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(60)


async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Sends a byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n\xff\xd8\xff")
    while True:
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"\0")


async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Sends a picture that never ends, in chunks, without saying how long it is."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n\xff\xd8\xff\xe0")
    while True:
        await writer.drain()
        writer.write(b"\0" * 100_000)


def cut(body: bytes, promised: int) -> Script:
    """Hangs up before the promised length."""

    async def send(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {promised}\r\n\r\n".encode() + body
        )
        await writer.drain()

    return send
