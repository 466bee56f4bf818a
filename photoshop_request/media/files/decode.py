"""Decode picture files safely to upright 8-bit sRGB.

Magic bytes choose the reader, never a file name. Limits are checked on the header, before any pixel is decoded.
"""

import contextlib
import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "EXTENSIONS",
    "MAX_PIXELS",
    "MIN_SIDE",
    "Picture",
    "Rejected",
    "apply_orientation",
    "decode",
    "flatten",
    "needs_no_conversion",
    "open_checked",
    "sniff",
    "to_picture",
]

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
    """A key of `EXTENSIONS`; empty if the pixels did not come from a file."""
    transparent: float
    """Fraction of the area, 0 to 1, that was less than half opaque before it was laid on white."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Hold the reason why a file is no usable picture."""

    verdict: Verdict
    """`not_an_image`, `corrupt`, `animated`, `too_large` or `too_small`."""
    detail: str
    """Explanation for people."""


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
    """Return the picture format by the first bytes, a key of `EXTENSIONS`; None for others (HTML, SVG, video)."""
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
    """Return AVIF or HEIF by the brands of the first ISO media box; None for MP4, MOV and others."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIF" if brands & _HEIF_BRANDS else None


def decode(
    data: bytes, *, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE, sufficient_side: int | None = None
) -> Picture | Rejected:
    """Decode a whole file to one upright, opaque sRGB picture, or return the reason why not.

    Every pixel is decoded at full size, so a truncated file is `corrupt`. EXIF orientation is applied and colour
    profiles are converted to sRGB. CMYK, palettes and 16-bit samples become 8-bit RGB; transparency is laid on white.
    Animations are rejected; from several pages or camera frames the first is taken.

    sufficient_side: pixels of the shorter side that suffice. A JPEG may then come at 1/2, 1/4 or 1/8 of its size, many
    times faster. Default: full size.
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
    plain, transparent = flatten(_to_srgb(apply_orientation(image)))
    pixels = np.asarray(plain)
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
        image = reader(io.BytesIO(data))
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
    return image


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


def needs_no_conversion(image: Image.Image) -> bool:
    """Return True if `decode` keeps the stored pixels: RGB or grey, opaque, upright, sRGB."""
    profile = image.info.get("icc_profile")
    return (
        image.mode in {"RGB", "L"}
        and "transparency" not in image.info
        and _orientation(image) not in _TURNS
        and (not profile or _to_srgb_transform(bytes(profile), image.mode) is None)
    )


def apply_orientation(image: Image.Image) -> Image.Image:
    """Turn an image upright by its EXIF orientation. Damaged EXIF is ignored."""
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    with contextlib.suppress(Exception):
        return int(image.getexif().get(0x0112, 1))
    return 1


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert any mode and profile to RGB or RGBA in sRGB."""
    profile = image.info.get("icc_profile")
    if _may_be_transparent(image):
        image = image.convert("RGBA")
    elif image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = _eight_bit(image)
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    transform = _to_srgb_transform(bytes(profile), colours.mode) if profile else None
    if transform is not None:
        colours = ImageCms.applyTransform(colours, transform) or colours
    elif colours.mode != "RGB":
        colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


@functools.lru_cache(maxsize=64)
def _to_srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from an embedded profile to sRGB; None if it is sRGB, damaged, or for another mode.

    sRGB has many names: compact profiles of image servers are called "c2" or "uRGB". Colours are therefore tested.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        return None if mode == "RGB" and _is_identity(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return True if no colour of a 16x16x16 grid moves by more than two levels."""
    steps = np.linspace(0, 255, 16).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3)
    moved = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return moved is not None and int(np.abs(np.asarray(moved).astype(int) - cube).max()) <= 2


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale grey samples of 16 or 32 bits, or floats, to 8 bits.

    Integers use the range of 16 bits, or 8 bits if no value exceeds it. Floats use 0 to 1, or their own range.
    """
    samples = np.asarray(image, dtype=np.float32)
    low, high = 0.0, 65535.0
    if image.mode == "F":
        finite = samples[np.isfinite(samples)]
        low, high = min(0.0, float(finite.min(initial=0))), float(finite.max(initial=0))
        high = 1.0 if high <= 1 else high
    elif samples.max(initial=0) <= 255:
        high = 255.0
    scaled = np.nan_to_num((samples - low) * (255.0 / max(high - low, 1e-9)))
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _may_be_transparent(image: Image.Image) -> bool:
    return image.mode in {"P", "PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in image.info


def flatten(image: Image.Image) -> tuple[Image.Image, float]:
    """Lay a picture on white. Also return the fraction of its area that is less than half opaque."""
    if not _may_be_transparent(image):
        return image, 0.0
    image = image.convert("RGBA")
    alpha = image.getchannel("A")
    transparent = sum(alpha.histogram()[:128]) / (image.width * image.height)
    background = Image.new("RGB", image.size, "white")
    background.paste(image.convert("RGB"), mask=alpha)
    return background, transparent
