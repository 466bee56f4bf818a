"""Strip TIFF: all tags but those of the first page's pixels, and all bytes that these tags do not use.

Offsets stay valid, because kept bytes keep their place. Specifications: TIFF 6.0, EXIF 3.0.
"""

import struct

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError, blank_except

_PIXELS = frozenset(
    {254, 255, *range(256, 260), 262, 263, 266, 277, 278, 280, 281, 284, *range(290, 294), *range(317, 322)}
)
"""Tags of size, samples, compression and palette."""
_COLORS = frozenset({301, 318, 319, 332, 334, 336, *range(338, 342), *range(529, 533)})
"""Tags of the meaning of samples."""
_VIEW = frozenset({274, 282, 283, 296})
"""Tags of orientation and resolution."""
_PARTS = {273: 279, 324: 325}
"""Tag with offsets of strips or tiles -> tag with their sizes."""
_NEEDED = _PIXELS | _COLORS | _VIEW | {*_PARTS, *_PARTS.values()}
_PROFILE, _CREDITS = 34675, frozenset({315, 33432})
_NUMBERS = frozenset({1, 3, 4, 5, 8, 9, 10, 11, 12})
"""Types of numbers. No other type is needed, but for profile and credits."""
_COMPRESSION, _COMPRESSIONS = 259, frozenset({1, 2, 3, 4, 5, 8, 32773, 32946})
"""None, fax, LZW, deflate and PackBits. Other methods, such as JPEG, have metadata of their own."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Type -> bytes of one value."""


def strip(data: bytes, *, keep_credit_lines: bool = False) -> Stripped:
    """Return the file without metadata, and the bytes of the tags left out.

    Raises:
        UnreadableContainerError: BigTIFF, another compression, or a damaged directory.
    """
    if data[2:4] not in {b"*\0", b"\0*"}:
        raise UnreadableContainerError("BigTIFF")
    try:
        return _strip(data, "<" if data[:2] == b"II" else ">", {_PROFILE, *(_CREDITS if keep_credit_lines else ())})
    except struct.error:
        raise UnreadableContainerError("cut TIFF") from None


def _strip(data: bytes, order: str, needed_of_any_type: set[int]) -> Stripped:
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    end = start + 2 + 12 * count + 4
    entries, ranges, dropped, numbers = [], [(0, 8), (start, end)], [], {}
    budget = 2 * len(data)
    for at in range(start + 2, end - 4, 12):
        tag, kind, values, offset = struct.unpack_from(f"{order}HHII", data, at)
        size = _SIZES.get(kind, 0) * values
        budget -= size
        first = at + 8 if size <= 4 else offset
        if first + size > len(data) or budget < 0:
            raise UnreadableContainerError("overlapping or cut tags in TIFF")
        if tag in needed_of_any_type or (tag in _NEEDED and kind in _NUMBERS):
            entries.append(data[at : at + 12])
            ranges.append((first, first + size))
            if kind in {3, 4}:
                numbers[tag] = struct.unpack_from(f"{order}{values}{'HI'[kind - 3]}", data, first)
        else:
            dropped.append(data[at : at + 8] + data[first : first + size])
    for offsets, sizes in _PARTS.items():
        parts = zip(numbers.get(offsets, ()), numbers.get(sizes, ()), strict=False)
        ranges += [(first, first + size) for first, size in parts]
    if not _COMPRESSIONS.issuperset(numbers.get(_COMPRESSION, (1,))) or max(stop for _, stop in ranges) > len(data):
        raise UnreadableContainerError("cut TIFF, or another compression")
    if sum(stop - first for first, stop in ranges) > 3 * len(data):
        raise UnreadableContainerError("overlapping parts in TIFF")
    kept = blank_except(data, ranges)
    kept[start:end] = (struct.pack(f"{order}H", len(entries)) + b"".join(entries)).ljust(end - start, b"\0")
    return (data, []) if kept == data else (bytes(kept), [*dropped, b""])
