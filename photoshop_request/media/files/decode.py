"""Decode picture files safely to upright 8-bit sRGB.

Magic bytes choose the reader, never a file name. Limits are checked on the header, before any pixel is decoded.
"""

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from photoshop_request.media.files.budget import CountedFile, over_budget
from photoshop_request.media.files.conversion import upright_srgb
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


MAX_PIXELS = 100_000_000
"""Largest width times height that is decoded: three times a large phone camera, or 300 MB of pixels."""

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
    """`not_an_image`, `corrupt`, `animated`, `too_large` or `too_small`."""
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

    Every pixel is decoded at full size, so a truncated file is `corrupt`. EXIF orientation is applied and color
    profiles are converted to sRGB. CMYK, palettes and 16-bit samples become 8-bit RGB. Transparency is laid on white.
    Animations are rejected. Of several pages or camera frames the first is decoded.

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
        return Rejected(Verdict.CORRUPT, f"{kind}: {error}"[:200])


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
    reader = _heif_reader() if kind == "HEIF" else _READERS.get(kind)
    try:
        if reader is None:
            return Rejected(Verdict.NOT_AN_IMAGE, f"{kind}: no reader here; pip install 'photoshop-request[heif]'")
        image = reader(CountedFile(data))
        animated = kind in _ANIMATED_FORMATS and bool(getattr(image, "is_animated", False))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - readers raise nearly anything on damaged files
        return Rejected(Verdict.CORRUPT, f"{kind}: {error}"[:200])
    if animated:
        return Rejected(Verdict.ANIMATED, kind)
    width, height = image.size
    if width * height > max_pixels or min(width, height) < min_side:
        verdict = Verdict.TOO_SMALL if min(width, height) < min_side else Verdict.TOO_LARGE
        return Rejected(verdict, f"{width}x{height} pixels")
    excess = over_budget(image, kind, data)
    return Rejected(Verdict.TOO_LARGE, excess) if excess else image


_ANIMATED_FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
"""Formats whose frames are an animation. In JPEG (MPO), TIFF and HEIF they are previews, depth maps or pages."""


_READERS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "JPEG": JpegImagePlugin.jpeg_factory,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
} | ({"AVIF": AvifImagePlugin.AvifImageFile} if AvifImagePlugin.SUPPORTED else {})
"""Pillow's reader of each format. `Image.open` would try all formats."""


@functools.cache
def _heif_reader() -> Callable[[io.BytesIO], Image.Image] | None:
    try:
        from pillow_heif import HeifImageFile  # extra `heif`
    except ImportError:
        return None
    reader: Callable[[io.BytesIO], Image.Image] = HeifImageFile
    return reader
