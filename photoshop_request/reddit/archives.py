"""Read dumps as streams of lines: `.zst` with a long window, `.zst_blocks`, `.gz`, `.bz2`, `.xz`, text and Parquet mirrors.

The first bytes of the file decide its format, not its name. UTF-16 becomes UTF-8. A truncated or corrupt file gives everything before the
fault, and `Archive.status` reports it.

Archives are untrusted: a few kB can decompress to many GB. Memory is bounded in every format of lines, at 2 GiB for
the window and 400 MB for everything else. The longest line is `newlines.MAX_LINE` bytes.
"""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import IO, Protocol

import fsspec

from photoshop_request.errors import EmptyInputError, InputError
from photoshop_request.reddit.encodings import to_utf8
from photoshop_request.reddit.json_documents import read_documents
from photoshop_request.reddit.newlines import LineBatch, split_lines
from photoshop_request.reddit.scan import BlockMatches
from photoshop_request.reddit.zst_blocks import is_zst_blocks, read_zst_blocks

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_WINDOW_LOG = 31
"""The monthly files need a window of 2**31 bytes. zstd's default refuses them ("Frame requires too much memory")."""
_FEED = 24 << 10
"""Compressed bytes per step, about 12 times as many decompressed. Small blocks stay in the CPU cache (benchmarks/scan)."""
_BLOCK = 512 << 10
"""Maximum bytes of a decompressed block."""
_MAGIC = 8


class ArchiveStatus(StrEnum):
    """Condition of an archive, known after reading it."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    """The file stops in the middle of a compressed frame. The bytes before it were read."""
    CORRUPT = "corrupt"
    """The compressed bytes are damaged. The bytes before the damage were read."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /, max_length: int) -> bytes: ...


class Archive:
    """Read one dump, once from start to end.

    `size` and `consumed` count stored bytes, for progress. `status` and `detail` are final after the last block.
    """

    def __init__(self, path: str | Path) -> None:
        """Open `path`, a local path or any fsspec address.

        Raises:
            InputError: the file is missing, a folder, or unreadable.
            EmptyInputError: the file is empty.
        """
        self.path = str(path)
        try:
            self._fs, self._name = fsspec.core.url_to_fs(self.path)
            if self._fs.isdir(self._name):
                raise InputError(f"{self.path}: is a folder, not an archive.")
            self.size = int(self._fs.size(self._name) or 0)
            with self._fs.open(self._name, "rb") as file:
                self._magic = file.read(_MAGIC)
        except (OSError, ValueError, ImportError) as error:
            raise InputError(f"{self.path}: cannot be read ({_reason(error)}). Check the path.") from error
        if not self._magic:
            raise EmptyInputError(f"{self.path}: is empty. Download it again.")
        self.consumed = 0
        self.status = ArchiveStatus.COMPLETE
        self.detail = ""
        self._last_blocks = (b"", b"")

    @property
    def is_parquet(self) -> bool:
        """Return True if it is a Parquet file, which has rows instead of lines."""
        return bytes(self._magic[:4]) == b"PAR1"

    def batches(self, blocks: Iterable[bytes] | None = None) -> Iterator[LineBatch]:
        """Yield every line, in batches of about a block. `blocks` are those of `blocks()`, if they were opened before."""
        if not self.is_parquet:
            yield from split_lines(self.blocks() if blocks is None else blocks)
            return
        for matches in self.rows():
            if matches.lines:
                yield LineBatch([line for line, *_ in matches.lines], matches.lines[0][1], 0)

    def blocks(self) -> Iterator[bytes]:
        """Yield the decompressed bytes in blocks, mostly of at most 512 KiB. Not for Parquet."""
        with self._fs.open(self._name, "rb") as file:
            for block in to_utf8(self._stored(file)):
                self._last_blocks = (self._last_blocks[1], block)
                yield block

    def documents(self, blocks: Iterable[bytes]) -> Iterator[BlockMatches]:
        """Yield the posts of JSON documents as lines. A document that is not closed is truncated."""
        is_cut = yield from read_documents(blocks)
        if is_cut and self.status is ArchiveStatus.COMPLETE:
            self.status, self.detail = ArchiveStatus.TRUNCATED, "the JSON document stops before its end"

    @property
    def unfinished_line(self) -> bytes:
        """Return the bytes after the last newline. Only the end of them if the line spans several blocks."""
        return b"".join(self._last_blocks).rpartition(b"\n")[2]

    def rows(self, subreddits: Sequence[str] | None = None) -> Iterator[BlockMatches]:
        """Yield the rows of a Parquet file as lines: those of `subreddits`, and a count of the others. None wants all."""
        from photoshop_request.reddit import parquet_mirror  # imports pyarrow and duckdb, which are slow

        try:
            for matches, fraction in parquet_mirror.matching_rows(self._fs, self._name, subreddits):
                self.consumed = int(self.size * fraction)
                yield matches
        except parquet_mirror.DAMAGED as error:
            self.status, self.detail = ArchiveStatus.CORRUPT, f"after {self.consumed:,} bytes: {error}"

    def _stored(self, file: IO[bytes]) -> Iterator[bytes]:
        if is_zst_blocks(self._magic):
            return self._zst_blocks(file)
        make = _format_of(self._magic)
        return self._decompressed(file, make) if make else self._plain(file)

    def _zst_blocks(self, file: IO[bytes]) -> Iterator[bytes]:
        try:
            for block in read_zst_blocks(file):
                self.consumed = file.tell()
                yield block
            self.consumed = self.size
        except EOFError:
            self._truncate()
        except ValueError as error:
            self.status, self.detail = ArchiveStatus.CORRUPT, f"after {self.consumed:,} bytes: {error}"

    def _plain(self, file: IO[bytes]) -> Iterator[bytes]:
        while block := file.read(_BLOCK):
            self.consumed += len(block)
            yield block

    def _decompressed(self, file: IO[bytes], make: Callable[[], _Decompressor]) -> Iterator[bytes]:
        frame: _Decompressor | None = None
        while data := file.read(_FEED):
            self.consumed += len(data)
            while data or frame:
                if frame is None:
                    data = data.lstrip(b"\0")  # padding between and after frames
                    if not data:
                        break
                    frame = make()
                try:
                    block = frame.decompress(data, max_length=_BLOCK)
                except (zstd.ZstdError, zlib.error, lzma.LZMAError, OSError, EOFError) as error:
                    self.status, self.detail = ArchiveStatus.CORRUPT, f"near compressed byte {self.consumed:,}: {error}"
                    return
                if block:
                    yield block
                if frame.eof:
                    data, frame = frame.unused_data, None
                    continue
                data = b""
                if not block:  # everything in these bytes has come
                    break
        if frame is not None:
            self._truncate()

    def _truncate(self) -> None:
        self.status = ArchiveStatus.TRUNCATED
        self.detail = f"stops in the middle of a frame after {self.consumed:,} bytes"


class _Gzip:
    """`zlib.decompressobj` that keeps the input beyond `max_length`, as the other decompressors do."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


_zstd = partial(zstd.ZstdDecompressor, options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
_xz = partial(lzma.LZMADecompressor, memlimit=2**_WINDOW_LOG)


def _format_of(magic: bytes) -> Callable[[], _Decompressor] | None:
    # a skippable frame (0x184D2A50 to 5F) opens the files of parallel zstd compressors
    if magic.startswith(b"\x28\xb5\x2f\xfd") or (magic[1:4] == b"\x2a\x4d\x18" and magic[0] & 0xF0 == 0x50):
        return _zstd
    if magic.startswith(b"\x1f\x8b"):
        return _Gzip
    if magic.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if magic.startswith(b"\xfd7zXZ\x00"):
        return _xz
    return None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
