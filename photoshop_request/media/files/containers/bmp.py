"""Strip BMP: everything between and after header, palette, pixels and color profile."""

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError, blank_except

_UNCOMPRESSED = frozenset({0, 3, 6})
_MAX_PALETTE = 4 * 256 + 16
"""Bytes between header and pixels that are used: a palette and color masks."""
_V5_HEADER, _EMBEDDED = 124, b"DEBM"


def strip(data: bytes, exif: bytes = b"") -> Stripped:  # noqa: ARG001 - BMP has no EXIF
    """Return the file without other bytes, and the bytes after it.

    Raises:
        UnreadableContainerError: the pixels are compressed or cut off.
    """
    offset, header = (int.from_bytes(data[at : at + 4], "little") for at in (10, 14))
    if header == 12:
        width, height, bits = (int.from_bytes(data[at : at + 2], "little") for at in (18, 20, 24))
    else:
        width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
        bits = int.from_bytes(data[28:30], "little")
        if int.from_bytes(data[30:34], "little") not in _UNCOMPRESSED:
            raise UnreadableContainerError("compressed BMP")
    end = offset + (width * bits + 31) // 32 * 4 * abs(height)
    if not 14 + header <= offset < end <= len(data):
        raise UnreadableContainerError("cut BMP")
    ranges = [(0, min(offset, 14 + header + _MAX_PALETTE)), (offset, end)]
    if header == _V5_HEADER and data[70:74] == _EMBEDDED:
        start, size = 14 + int.from_bytes(data[126:130], "little"), int.from_bytes(data[130:134], "little")
        ranges += [(start, start + size)] * (end <= start <= len(data) - size)
    kept = bytes(blank_except(data, ranges))
    return (data, []) if kept == data else (kept, [data[len(kept) :]])
