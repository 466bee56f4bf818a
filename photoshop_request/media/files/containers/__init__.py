"""Rewrite the container of a picture file without its metadata. No compressed pixel is read or changed.

Each module has one function, `strip(data, exif=b"")`. It copies the parts that a decoder needs and the color profile,
and leaves out everything else: known metadata, unknown parts, and bytes after the end of the picture. Returns the new
file and the parts left out, of which none means that the file is unchanged. `exif`, a TIFF structure, is written into
the new file. A damaged file is copied up to the damage. Time and memory grow linearly with the file.
"""

from typing import TypeAlias

Stripped: TypeAlias = tuple[bytes, list[bytes]]
"""The new file, and the parts left out."""


class UnreadableContainerError(ValueError):
    """Raised for a file that cannot be rewritten. Its pixels must be encoded again."""


def blank_except(data: bytes, ranges: list[tuple[int, int]]) -> bytearray:
    """Return zeros up to the last range, with the bytes of `ranges` (start, end) copied from `data`."""
    kept = bytearray(max((end for _, end in ranges), default=0))
    for start, end in ranges:
        kept[start:end] = data[start:end]
    return kept
