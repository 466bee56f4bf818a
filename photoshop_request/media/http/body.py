"""Read the body of an answer. Decompress and count it while it streams, and write a large body to a `.part` file."""

import asyncio
import hashlib
import time
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from photoshop_request.media.addresses.outcomes import AddressState, FetchError

_IN_MEMORY = 2 * 2**20
_CHUNK = 64 * 1024
_HEAD, _TAIL = 4096, 65536
_LEAST_RATE = 1000.0
"""Bytes per second of a body. Sixteen requests at this rate need a line of 128 kbit/s."""
_RATE_SECONDS = 10.0
"""Seconds of waiting over which the rate is measured."""
_WINDOWS = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 15}


@dataclass(frozen=True, slots=True)
class Body:
    """Hold a complete body."""

    data: bytes | None
    """All bytes of a small body."""
    part: Path | None
    """The file of a large body. The owner of the body removes or renames it."""
    size: int
    head: bytes
    """The first bytes, enough to recognize the format."""
    tail: bytes
    """The last bytes."""

    def sha256(self) -> str:
        """Return the digest in hex. Reads the whole file, so do not call it on the event loop."""
        if self.data is not None:
            return hashlib.sha256(self.data).hexdigest()
        assert self.part is not None
        with self.part.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


async def read_body(
    response: aiohttp.ClientResponse, limit: int, part: Path, *, clock: Callable[[], float] = time.monotonic
) -> Body:
    """Read a body of at most `limit` decompressed bytes. A large body goes into the file `part`.

    Raises:
        FetchError: the body is longer than `limit`, has an invalid encoding or one that was not requested, or comes
            slower than `_LEAST_RATE`.
        aiohttp.ClientError, TimeoutError: the connection fails, or the compressed body ends too early. `part` is
            removed.
    """
    _check_size(response.content_length or 0, limit)
    size, in_memory, chunks, on_disk = 0, 0, list[bytes](), False
    try:
        async for chunk in _decompressed(response, clock):
            size += len(chunk)
            in_memory += len(chunk)
            _check_size(size, limit)
            chunks.append(chunk)
            if in_memory > _IN_MEMORY:
                on_disk = True
                await asyncio.to_thread(_append, part, chunks)
                in_memory, chunks = 0, []
        if not on_disk:
            data = b"".join(chunks)
            return Body(data, None, size, data[:_HEAD], data[-_TAIL:])
        await asyncio.to_thread(_append, part, chunks)
        head, tail = await asyncio.to_thread(_ends, part)
        return Body(None, part, size, head, tail)
    except BaseException:
        if on_disk:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        raise


async def read_text(
    response: aiohttp.ClientResponse, limit: int, *, clock: Callable[[], float] = time.monotonic
) -> str:
    """Read the first `limit` bytes of a page. Bytes that are not UTF-8 become replacement characters.

    Raises:
        FetchError, aiohttp.ClientError, TimeoutError: see `read_body`.
    """
    page = bytearray()
    async for chunk in _decompressed(response, clock):
        page += chunk
        if len(page) >= limit:
            break
    return page[:limit].decode("utf-8", "replace")


async def _decompressed(response: aiohttp.ClientResponse, clock: Callable[[], float]) -> AsyncIterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _WINDOWS:
        raise FetchError(AddressState.NOT_IMAGE, f"packed as {encoding}, which was not asked for")
    window = _WINDOWS[encoding]
    if window is None:
        async for chunk in _paced(response.content, clock):
            yield chunk
        return
    decompressor = zlib.decompressobj(window)
    async for chunk in _paced(response.content, clock):
        compressed = chunk
        while compressed:  # a decompression bomb comes out in small blocks, each counted before the next
            try:
                block = decompressor.decompress(compressed, _CHUNK)
            except zlib.error as error:
                raise FetchError(AddressState.NOT_IMAGE, f"not {encoding}: {error}") from error
            compressed = decompressor.unconsumed_tail
            if block:
                yield block
            if decompressor.eof:
                return  # zlib would keep the bytes after the end in memory
    raise aiohttp.ClientPayloadError(f"{encoding} ends too early")  # truncated in transit, like a broken connection


async def _paced(content: aiohttp.StreamReader, clock: Callable[[], float]) -> AsyncIterator[bytes]:
    """Yield chunks as they arrive, and raise `FetchError` if they come slower than `_LEAST_RATE`.

    Only time of waiting counts, so a slow disk is not taken for a slow host.
    """
    waited, received = 0.0, 0
    while True:
        began = clock()
        chunk = await content.read(_CHUNK)
        if not chunk:
            return
        waited, received = waited + clock() - began, received + len(chunk)
        if waited >= _RATE_SECONDS:
            if received < _LEAST_RATE * waited:
                detail = f"slower than {_LEAST_RATE:,.0f} bytes per second"
                raise FetchError(AddressState.TIMEOUT, detail, is_retryable=False)
            waited, received = 0.0, 0
        yield chunk


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise FetchError(AddressState.TOO_LARGE, f"more than {limit} bytes")


def _append(part: Path, chunks: list[bytes]) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        file.writelines(chunks)


def _ends(part: Path) -> tuple[bytes, bytes]:
    with part.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, part.stat().st_size - _TAIL))
        return head, file.read()
