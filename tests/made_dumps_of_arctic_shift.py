"""Write `.zst_blocks`, as Arctic Shift did."""

import struct

import zstandard


def zst_blocks(rows: list[bytes], rows_per_block: int = 256) -> bytes:
    """Return a file with `rows`."""
    return b"".join(_block(rows[at : at + rows_per_block]) for at in range(0, len(rows), rows_per_block))


def block_of(content: bytes) -> bytes:
    """Return a block that decompresses to `content`."""
    frame = zstandard.compress(content)
    return struct.pack("<I", len(frame)) + frame


def _block(rows: list[bytes]) -> bytes:
    spans, offset = b"", 0
    for row in rows:
        spans += struct.pack("<II", offset, len(row))
        offset += len(row)
    return block_of(struct.pack("<I", len(rows)) + spans + b"".join(rows))
