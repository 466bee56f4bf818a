"""The body of an answer: unpacked and counted while it streams, in memory when small, in a `.part` file when not."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

__all__ = ["Body", "TooLargeError", "UnreadableError", "read_body", "read_text"]

_IN_MEMORY = 2 * 2**20
_CHUNK = 64 * 1024
_WINDOWS = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 15}


class TooLargeError(Exception):
    """The body is longer than the limit; it was not read further."""


class UnreadableError(Exception):
    """The body is packed in a way that was not asked for, or not unpackable."""


@dataclass(frozen=True, slots=True)
class Body:
    """A whole body."""

    data: bytes | None
    """All of it, when small."""
    part: Path | None
    """Where it lies otherwise; whoever has the body removes or renames the file."""
    size: int
    sha256: str
    head: bytes
    """The first bytes, enough to tell the format."""
    tail: bytes
    """The last bytes."""


async def read_body(response: aiohttp.ClientResponse, limit: int, part: Path) -> Body:
    """Read a body of at most `limit` bytes (unpacked), spilling into the file `part` when it is not small.

    Raises:
        TooLargeError: longer than `limit`, by its header or while reading.
        UnreadableError: an encoding that was not asked for, or broken.
        aiohttp.ClientError, TimeoutError: the connection fails; `part` is removed.
    """
    _check_size(response.content_length or 0, limit)
    digest, size, kept, spilled = hashlib.sha256(), 0, bytearray(), False
    try:
        async for chunk in _unpacked(response):
            size += len(chunk)
            _check_size(size, limit)
            kept += chunk
            if len(kept) > _IN_MEMORY:
                await asyncio.to_thread(_spill, part, bytes(kept), digest)
                spilled, kept = True, bytearray()
        if not spilled:
            data = bytes(kept)
            return Body(data, None, size, hashlib.sha256(data).hexdigest(), data[:4096], data[-65536:])
        await asyncio.to_thread(_spill, part, bytes(kept), digest)
        head, tail = await asyncio.to_thread(_ends, part)
        return Body(None, part, size, digest.hexdigest(), head, tail)
    except BaseException:
        if spilled:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        raise


async def read_text(response: aiohttp.ClientResponse, limit: int) -> str:
    """Read a page of at most `limit` bytes; what is beyond is cut off. Undecodable bytes become marks."""
    kept = bytearray()
    async for chunk in _unpacked(response):
        kept += chunk
        if len(kept) >= limit:
            break
    return kept[:limit].decode("utf-8", "replace")


async def _unpacked(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _WINDOWS:
        raise UnreadableError(f"packed as {encoding}, which was not asked for")
    window = _WINDOWS[encoding]
    if window is None:
        async for chunk in response.content.iter_chunked(_CHUNK):
            yield chunk
        return
    unpacker = zlib.decompressobj(window)
    async for chunk in response.content.iter_chunked(_CHUNK):
        rest = chunk
        while rest:  # a bomb comes out in small pieces, each counted before the next
            try:
                piece = unpacker.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise UnreadableError(f"not {encoding}: {error}") from error
            rest = unpacker.unconsumed_tail
            if piece:
                yield piece
    if not unpacker.eof:
        raise UnreadableError(f"{encoding} ends too early")


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"more than {limit} bytes")


def _spill(part: Path, data: bytes, digest: "hashlib._Hash") -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    digest.update(data)
    with part.open("ab") as file:
        file.write(data)


def _ends(part: Path) -> tuple[bytes, bytes]:
    with part.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, part.stat().st_size - 65536))
        return head, file.read()
