"""Decode picture files safely to upright 8-bit sRGB.

Magic bytes choose the reader, never a file name. Limits are checked on the header, before any pixel is decoded.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from photoshop_request.media.files.budget import has_end, over_budget
from photoshop_request.media.files.conversion import upright_srgb
from photoshop_request.media.files.readers import jpeg_with_end, open_image
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


MAX_PIXELS = 110_000_000
"""Largest width times height that is decoded: a phone camera of 108 megapixels (12,032x9,024), or 330 MB of pixels."""

MIN_SIDE = 64
"""Smallest shorter side in pixels. Smaller pictures are thumbnails or icons."""

EXTENSIONS = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "GIF": "gif",
    "BMP": "bmp",
    "TIFF": "tiff",
    "AVIF": "avif",
    "HEIF": "heic",
}
"""File extension of each format that `sniff` returns."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Hold one decoded picture: upright, opaque, 8-bit sRGB."""

    pixels: "NDArray[np.uint8]"
    """Shape (height, width, 3), read-only. Transparent areas are white."""
    format: str
    """A key of `EXTENSIONS`, or empty if the pixels did not come from a file."""
    transparent: float
    """Fraction of the area, 0 to 1, that was less than half opaque before it was laid on white."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Hold the reason why a file is not a usable picture."""

    verdict: Verdict
    """`not_an_image`, `corrupt`, `unsupported`, `animated`, `too_large` or `too_small`."""
    detail: str
    """Explanation in words."""


_MAGIC = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}


def sniff(data: bytes) -> str | None:
    """Return the picture format by the first bytes, a key of `EXTENSIONS`, or None for others (HTML, SVG, video)."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return _sniff_boxes(data) if data[4:8] == b"ftyp" else None


_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def _sniff_boxes(data: bytes) -> str | None:
    """Return AVIF or HEIF by the brands of the first ISO media box, or None for MP4, MOV and others."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIF" if brands & _HEIF_BRANDS else None


def decode(
    data: bytes, *, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE, sufficient_side: int | None = None
) -> Picture | Rejected:
    """Decode a whole file to one upright, opaque sRGB picture, or return the reason why not.

    Every pixel is decoded at full size, so a truncated file is `corrupt`. A file that lacks no pixel is not: damage to
    metadata or to the end of the file is ignored. EXIF orientation is applied and color profiles are converted to sRGB.
    CMYK, palettes and 16-bit samples become 8-bit RGB. Transparency is laid on white. Animations are rejected. Of
    several pages or camera frames the first is decoded.

    sufficient_side: pixels of the shorter side that suffice. A JPEG may then be decoded at 1/2, 1/4 or 1/8 of its size,
    many times faster. Default: full size.
    """
    image = open_checked(data, max_pixels=max_pixels, min_side=min_side)
    if isinstance(image, Rejected):
        return image
    kind = sniff(data) or ""
    try:
        if sufficient_side:
            image.draft(None, (sufficient_side, sufficient_side))
        image.load()
        return to_picture(image, kind)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - readers raise nearly anything on damaged files
        return _refused(kind, error)


def to_picture(image: Image.Image, kind: str = "") -> Picture:
    """Convert a Pillow image to an upright, opaque sRGB picture. `kind`: format of its file."""
    pixels, transparent = upright_srgb(image)
    pixels.flags.writeable = False
    return Picture(pixels, kind, transparent)


def open_checked(data: bytes, *, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE) -> Image.Image | Rejected:
    """Read and check the header. The pixels of the returned Pillow image are not decoded yet."""
    kind = sniff(data)
    if kind is None:
        return Rejected(Verdict.NOT_AN_IMAGE, f"starts with {data[:12]!r}" if data else "empty")
    try:
        image = open_image(kind, data)
        rejected = _outside_limits(image, kind, data, max_pixels, min_side)
        if rejected is None and kind == "JPEG" and not has_end(data):
            image = jpeg_with_end(data)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - readers raise nearly anything on damaged files
        return _refused(kind, error)
    return rejected or image


def _outside_limits(image: Image.Image, kind: str, data: bytes, max_pixels: int, min_side: int) -> Rejected | None:
    if kind in _ANIMATED_FORMATS and getattr(image, "is_animated", False):
        return Rejected(Verdict.ANIMATED, kind)
    width, height = image.size
    if min(width, height) < min_side:
        return Rejected(Verdict.TOO_SMALL, f"{width}x{height} pixels")
    excess = f"{width}x{height} pixels" if width * height > max_pixels else over_budget(image, kind, data)
    return Rejected(Verdict.TOO_LARGE, excess) if excess else None


_ANIMATED_FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Formats whose frames are an animation. In JPEG (MPO), TIFF and HEIF they are previews, depth maps or pages."""


def _refused(kind: str, error: Exception) -> Rejected:
    detail = f"{kind}: {error}"[:200]
    return Rejected(Verdict.UNSUPPORTED if _UNSUPPORTED.search(detail) else Verdict.CORRUPT, detail)


_UNSUPPORTED = re.compile(
    # the reader of TIFF names combinations of samples so, and a compression by its number
    r"unsupported|cannot handle|not yet supported|no reader here|\ATIFF: (?:unknown pixel mode|\d{5}\Z)",
    re.IGNORECASE,
)
"""Messages of readers about sound files that they cannot read."""
