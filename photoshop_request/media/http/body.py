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
_HEAD, _TAIL = 4096, 65536
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
    head: bytes
    """The first bytes, enough to tell the format."""
    tail: bytes
    """The last bytes."""

    def sha256(self) -> str:
        """The digest; reads the file, so call it where waiting does no harm."""
        if self.data is not None:
            return hashlib.sha256(self.data).hexdigest()
        assert self.part is not None
        with self.part.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


async def read_body(response: aiohttp.ClientResponse, limit: int, part: Path) -> Body:
    """Read a body of at most `limit` bytes (unpacked), spilling into the file `part` when it is not small.

    Raises:
        TooLargeError: longer than `limit`, by its header or while reading.
        UnreadableError: an encoding that was not asked for, or broken.
        aiohttp.ClientError, TimeoutError: the connection fails, or what is packed ends too early; `part` is removed.
    """
    _check_size(response.content_length or 0, limit)
    size, held, chunks, spilled = 0, 0, list[bytes](), False
    try:
        async for chunk in _unpacked(response):
            size += len(chunk)
            held += len(chunk)
            _check_size(size, limit)
            chunks.append(chunk)
            if held > _IN_MEMORY:
                spilled = True
                await asyncio.to_thread(_spill, part, chunks)
                held, chunks = 0, []
        if not spilled:
            data = b"".join(chunks)
            return Body(data, None, size, data[:_HEAD], data[-_TAIL:])
        await asyncio.to_thread(_spill, part, chunks)
        head, tail = await asyncio.to_thread(_ends, part)
        return Body(None, part, size, head, tail)
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
        async for chunk in response.content.iter_any():
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
            if unpacker.eof:
                return  # zlib would gather whatever follows
    raise aiohttp.ClientPayloadError(f"{encoding} ends too early")  # cut on its way, like a connection that breaks


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TooLargeError(f"more than {limit} bytes")


def _spill(part: Path, chunks: list[bytes]) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        file.writelines(chunks)


def _ends(part: Path) -> tuple[bytes, bytes]:
    with part.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, part.stat().st_size - _TAIL))
        return head, file.read()
