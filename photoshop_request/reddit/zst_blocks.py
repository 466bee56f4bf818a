"""Read `.zst_blocks`, a format of Arctic Shift: blocks of rows, each compressed on its own.

A block is its compressed size, then a zstd frame. The frame holds the number of rows, the offset and size of each row,
and the rows (https://github.com/ArthurHeitmann/zst_blocks_format). Numbers are little-endian, with 32 bits.
"""

import struct
import sys
from collections.abc import Iterator
from typing import IO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MAX_BLOCK = 64 << 20
"""Bytes of the largest accepted block, before and after decompression. The writer makes blocks of 256 rows."""
_FRAME = b"\x28\xb5\x2f\xfd"
_HEADER = 8
"""Bytes that tell the format: the size of a block and the first bytes of its frame."""


def is_zst_blocks(head: bytes) -> bool:
    """Return True if a file starts with a block. `head` has at least 8 bytes, or is the whole file."""
    return len(head) >= _HEADER and head[4:8] == _FRAME and 0 < int.from_bytes(head[:4], "little") <= _MAX_BLOCK


def read_zst_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the rows of each block, each row with a newline.

    Raises:
        EOFError: the file stops in the middle of a block.
        ValueError: a block is damaged.
    """
    while size := file.read(4):
        if not size.strip(b"\0"):  # padding
            continue
        (length,) = struct.unpack("<I", size.ljust(4, b"\0"))
        if length > _MAX_BLOCK:
            raise ValueError(f"a block of {length:,} bytes")
        if len(frame := file.read(length)) < length:
            raise EOFError
        yield _rows(frame)


def _rows(frame: bytes) -> bytes:
    decompressor = zstd.ZstdDecompressor()
    try:
        block = memoryview(decompressor.decompress(frame, max_length=_MAX_BLOCK))
        if not decompressor.eof:
            raise ValueError(f"a block of more than {_MAX_BLOCK:,} bytes")
        (count,) = struct.unpack_from("<I", block)
        spans = list(struct.iter_unpack("<II", block[4 : 4 + 8 * count]))
    except (zstd.ZstdError, struct.error) as error:
        raise ValueError(str(error)) from error
    data = block[4 + 8 * count :]
    if any(offset + size > len(data) for offset, size in spans) or len(spans) != count:
        raise ValueError("a row lies outside of its block")
    return b"".join(bytes(data[offset : offset + size]).rstrip(b"\n") + b"\n" for offset, size in spans)
