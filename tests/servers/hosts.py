"""Image hosts on loopback, well-behaved, faulty and hostile, as each test sets their addresses.

Use them as a mirror: `https://HOST/PATH?QUERY` is requested as `http://127.0.0.1:PORT/HOST/PATH?QUERY`.
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
    """One request as received."""

    url: str
    method: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Hosts:
    """Answers by address: raw bytes or a script. A list gives one answer per request."""

    routes: dict[str, bytes | Script | Sequence[bytes | Script]] = field(default_factory=dict)
    base: str = ""
    requests: list[Request] = field(default_factory=list)

    def requests_for(self, url: str | None = None) -> list[Request]:
        """Return the requests for an address, or all."""
        return [request for request in self.requests if url in {None, request.url}]

    def urls(self) -> list[str]:
        """Return the address of every request, in order."""
        return [request.url for request in self.requests]

    def times(self) -> dict[str, list[float]]:
        """Return the times of the requests by host."""
        response: dict[str, list[float]] = defaultdict(list)
        for request in self.requests:
            response[request.url.split("/")[2]].append(request.at)
        return response


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
    turn = len(state.requests_for(request.url))
    state.requests.append(request)
    response = state.routes.get(request.url, state.routes.get(request.url.split("?")[0], status(404)))
    if isinstance(response, list | tuple):
        response = response[min(turn, len(response) - 1)]
    if isinstance(response, bytes):
        writer.write(response)
        await writer.drain()
        return True
    await response(request, writer)
    return False


def reply(body: bytes, kind: str = "image/jpeg", code: int = 200, **headers: str) -> bytes:
    """Return a complete answer. Header names have underscores for hyphens."""
    lines = [f"HTTP/1.1 {code} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def page(text: str, code: int = 200) -> bytes:
    """Return an HTML page."""
    return reply(text.encode(), "text/html; charset=utf-8", code)


def status(code: int, **headers: str) -> bytes:
    """Return an empty answer."""
    return reply(b"", "text/html", code, **headers)


def redirect(to: str, code: int = 302) -> bytes:
    """Return a redirect."""
    return status(code, Location=to)


async def reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Close the connection without an answer."""
    writer.transport.abort()


async def stall(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Promise a body and send nothing."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(60)


async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send a byte at a time for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n\xff\xd8\xff")
    while True:
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"\0")


async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send a picture without end or length in chunks."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n\xff\xd8\xff\xe0")
    while True:
        await writer.drain()
        writer.write(b"\0" * 100_000)


def cut(body: bytes, promised: int) -> Script:
    """Close the connection before the promised length."""

    async def send(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {promised}\r\n\r\n".encode() + body
        )
        await writer.drain()

    return send
