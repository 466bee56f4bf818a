"""Bound the memory and the time of decoding one file, from its bytes and its header alone.

The limits count pixels, scans and reads, never seconds. So a file has the same result on every machine.
"""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 65_535
"""Longest side in pixels, the limit of JPEG. A longer strip would take gigabytes when it is scaled to a small frame."""

MAX_MEMORY = 770_000_000
"""Bytes that hold the pixels of one file while it is decoded: 110 megapixels as 4 bytes, and the result as 3."""

MAX_SCANNED = 2_000_000_000
"""Scans of a JPEG times its pixels: 18 scans of 110 megapixels. Encoders write 10, and a scan takes 0.1 to 1.4 ns per
pixel."""

MAX_READS = 400_000
"""Reads of a file by its reader. A usual PNG of 40 MB takes 20,000, and a GIF of 40 MB 320,000."""

_MIN_SCAN = 4_096
"""Pixels that take as long as the start of a scan."""
_RESULT = 3
_IMAGE = 4
"""Bytes of a pixel in the result, and in a Pillow image."""
_READER = {"WEBP": 16, "AVIF": 15, "HEIF": 10, "TIFF": 12}
"""Bytes of a pixel that other readers than those of JPEG and PNG hold, measured, with 10-bit planes for AVIF."""
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Segments with the components of a JPEG. The others of that range are tables."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
"""A JPEG marker that starts a segment or ends the image."""


class CountedFile(io.BytesIO):
    """A file in memory that ends a reader after `MAX_READS` reads.

    Millions of empty chunks, segments or comments otherwise take minutes and gigabytes before the first pixel.
    """

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as `io.BytesIO` does.

        Raises:
            ValueError: the reader has read too often.
        """
        self.reads += 1
        if self.reads > MAX_READS:
            raise ValueError(f"more than {MAX_READS:,} blocks")
        return super().read(size)


def over_budget(image: "Image.Image", kind: str, data: bytes) -> str | None:
    """Return the limit that decoding the file would exceed, or None. `image`: the opened file, not decoded yet.

    kind: format as `decode.sniff` names it.
    """
    if kind != "JPEG" or _has_one_scan(image, data):
        return _excess(image, kind, 1)
    # the fast count includes the scans of thumbnails and of appended files
    return _excess(image, kind, data.count(_SCAN)) and _excess(image, kind, count_scans(data))


def _excess(image: "Image.Image", kind: str, scans: int) -> str | None:
    width, height = image.size
    if max(width, height) > MAX_SIDE:
        return f"{width}x{height} pixels"
    if max(width * height, _MIN_SCAN) * scans > MAX_SCANNED:
        return f"{scans:,} scans of {width}x{height} pixels"
    memory = _memory(image, kind, scans)
    return f"{width}x{height} pixels take {memory / 1e6:.0f} MB to decode" if memory > MAX_MEMORY else None


def _memory(image: "Image.Image", kind: str, scans: int) -> int:
    """Return the bytes of pixels that `decode` holds at its peak."""
    width, height = image.size
    if kind == "TIFF":  # a tile may be far larger than the picture
        tags = getattr(image, "tag_v2", {})
        tile = int(tags.get(_TILE_WIDTH, 0)) * int(tags.get(_TILE_LENGTH, 0))
        return max(width * height, tile) * _READER[kind]
    reader = _coefficients(image) if scans > 1 else 0.0
    return round(width * height * max(_IMAGE + max(_RESULT, reader), _READER.get(kind, 0)))


def _coefficients(image: "Image.Image") -> float:
    """Return the bytes of a pixel in the coefficients, 2 bytes each. libjpeg holds them if there are several scans."""
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    # a damaged file may state 0
    across = max((layer[1] for layer in layers), default=1) or 1
    down = max((layer[2] for layer in layers), default=1) or 1
    return sum(2 * layer[1] * layer[2] for layer in layers) / (across * down)


def _has_one_scan(image: "Image.Image", data: bytes) -> bool:
    """Return True for a baseline JPEG with all components in its first scan. libjpeg then ignores further scans."""
    scan = next((start for code, start in _segments(data) if code == _SCAN[1]), len(data))
    return "progressive" not in image.info and data[scan + 2 : scan + 3] == bytes([getattr(image, "layers", 0)])


def count_scans(data: bytes) -> int:
    """Return the scans of the first image in a JPEG file."""
    return sum(code == _SCAN[1] for code, _ in _segments(data))


def has_end(data: bytes) -> bool:
    """Return True if the first image in a JPEG file has its end marker."""
    return data.endswith(_END) or any(code == _END[1] for code, _ in _segments(data))


def has_all_scans(data: bytes) -> bool:
    """Return True if the scans of a JPEG file hold every coefficient of every component to its last bit."""
    left: dict[int, set[int]] = {}
    for code, start in _segments(data):
        if code in _FRAMES:
            left = {number: set(range(64)) for number in data[start + 8 : start + 8 + 3 * data[start + 7] : 3]}
        elif code == _SCAN[1]:
            after = start + 3 + 2 * data[start + 2]
            first, last, bits = data[after : after + 3]
            for number in data[start + 3 : after : 2]:
                left.get(number, set()).difference_update(range(first, last + 1) if bits % 16 == 0 else ())
    return not any(left.values())


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the code of each segment of the first image in a JPEG file, and the position of its length. The last code
    is that of the end marker, if there is one.
    """
    position = 2
    while marker := _MARKER.search(data, position):
        start = marker.end()
        yield data[start - 1], start
        if data[start - 1] == _END[1]:
            return
        position = start + max(2, int.from_bytes(data[start : start + 2], "big"))
