"""Convert an opened Pillow image to upright, opaque 8-bit sRGB.

Images are converted in strips, because each step copies its input: an image of 100 megapixels would take gigabytes.
"""

import contextlib
import functools
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray


_WHITE_OF_16_BITS = 65_535.0
_STRIP = 2**20
"""Pixels of a strip."""
_CACHED_PROFILE = 2**20
"""Largest color profile in bytes of which 64 transforms are cached, or else one. A file may hold one of 40 MB."""


def upright_srgb(image: Image.Image) -> "tuple[NDArray[np.uint8], float]":
    """Return the opaque pixels, shape (height, width, 3), and the fraction that was less than half opaque."""
    width, height = image.size
    if width * height <= _STRIP:  # without the copy into a larger array
        plain, transparent = flatten(to_srgb(apply_orientation(image), _levels(image)))
        return np.asarray(plain), transparent / (width * height)
    orientation = orientation_of(image)
    turned = orientation in _TURNS and orientation >= _FIRST_SIDEWAYS
    pixels = np.empty((width, height, 3) if turned else (height, width, 3), np.uint8)
    stored = _as_stored(pixels, orientation)
    levels = _levels(image)
    transparent = 0
    for top, strip in strips(image):
        plain, count = flatten(to_srgb(strip, levels))
        stored[top : top + strip.height] = np.asarray(plain)
        transparent += count
    return pixels, transparent / (width * height)


def strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Yield parts of the image from top to bottom, each with its first row."""
    rows = max(1, _STRIP // image.width)
    if rows >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _as_stored(pixels: "NDArray[np.uint8]", orientation: int) -> "NDArray[np.uint8]":
    """Return a view of upright pixels in the order in which a file with this EXIF orientation stores them."""
    if orientation not in _TURNS:
        return pixels
    if orientation >= _FIRST_SIDEWAYS:
        pixels = pixels.transpose(1, 0, 2)
    return pixels[:: -1 if orientation in {3, 4, 6, 7} else 1, :: -1 if orientation in {2, 3, 7, 8} else 1]


def needs_no_conversion(image: Image.Image) -> bool:
    """Return True if `decode` keeps the stored pixels: RGB or gray, opaque, upright, sRGB."""
    profile = image.info.get("icc_profile")
    return (
        image.mode in {"RGB", "L"}
        and "transparency" not in image.info
        and orientation_of(image) not in _TURNS
        and (not profile or _srgb_transform(bytes(profile), image.mode) is None)
    )


def apply_orientation(image: Image.Image, source: Image.Image | None = None) -> Image.Image:
    """Turn an image upright by its EXIF orientation, or by that of its source. Damaged EXIF is ignored."""
    turn = _TURNS.get(orientation_of(source or image))
    return image if turn is None else image.transpose(turn)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8, or 1 if there is none. It may be another number in a damaged file."""
    with contextlib.suppress(Exception):
        return int(image.getexif().get(0x0112, 1))
    return 1


_FIRST_SIDEWAYS = 5
"""Orientation from which on width and height are exchanged."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def to_srgb(image: Image.Image, levels: tuple[float, float]) -> Image.Image:
    """Convert any mode and profile to RGB or RGBA in sRGB. `levels`: black and white of gray samples over 8 bits."""
    profile = image.info.get("icc_profile")
    if _may_be_transparent(image):
        image = _rgba(image, levels)
    elif _is_deep(image):
        image = _eight_bit(image, *levels)
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    transform = _srgb_transform(bytes(profile), colours.mode) if profile else None
    if transform is not None:
        colours = ImageCms.applyTransform(colours, transform) or colours
    elif colours.mode != "RGB":
        colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from an embedded profile to sRGB, or None if it is sRGB, damaged, or for another mode."""
    return (_transform if len(profile) <= _CACHED_PROFILE else _large_transform)(profile, mode)


def _read_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Do as `_srgb_transform`. sRGB has many names: compact profiles of image servers are called "c2" or "uRGB". So
    colors are compared, not names.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        return None if mode == "RGB" and _is_identity(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


_transform = functools.lru_cache(maxsize=64)(_read_transform)
_large_transform = functools.lru_cache(maxsize=1)(_read_transform)


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return True if no color of a 16x16x16 grid moves by more than two levels."""
    steps = np.linspace(0, 255, 16).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3)
    moved = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return moved is not None and int(np.abs(np.asarray(moved).astype(int) - cube).max()) <= 2


def _is_deep(image: Image.Image) -> bool:
    return image.mode in {"I", "F"} or image.mode.startswith("I;16")


def _levels(image: Image.Image) -> tuple[float, float]:
    """Return black and white of gray samples of 16 or 32 bits, or of floats. Meaningless for other modes.

    Integers use the range of 16 bits, or 8 bits if no value exceeds it. Floats use 0 to 1, or their own range.
    """
    if not _is_deep(image):
        return 0.0, 255.0
    low = high = 0.0
    for _, strip in strips(image):
        samples = np.asarray(strip, dtype=np.float32)
        finite = samples[np.isfinite(samples)]
        low, high = min(low, float(finite.min(initial=0))), max(high, float(finite.max(initial=0)))
    if image.mode == "F":
        return low, 1.0 if high <= 1 else high
    return 0.0, 255.0 if high <= 255 else _WHITE_OF_16_BITS


def _eight_bit(image: Image.Image, low: float, high: float) -> Image.Image:
    """Scale gray samples to 8 bits."""
    samples = np.asarray(image, dtype=np.float32)
    scaled = np.nan_to_num((samples - low) * (255.0 / max(high - low, 1e-9)))
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _may_be_transparent(image: Image.Image) -> bool:
    return image.mode in {"P", "PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in image.info


def _rgba(image: Image.Image, levels: tuple[float, float]) -> Image.Image:
    """Convert an image that may be transparent. Pillow clips gray samples of 16 bits to white."""
    if not _is_deep(image):
        return image.convert("RGBA")
    transparent = np.asarray(image) == image.info["transparency"]
    alpha = Image.fromarray(np.where(transparent, 0, 255).astype(np.uint8))
    return Image.merge("LA", (_eight_bit(image, *levels), alpha)).convert("RGBA")


def flatten(image: Image.Image) -> tuple[Image.Image, int]:
    """Lay a picture on white. Also return the number of its pixels that are less than half opaque."""
    if not _may_be_transparent(image):
        return image, 0
    image = _rgba(image, (0.0, _WHITE_OF_16_BITS))
    alpha = image.getchannel("A")
    transparent = sum(alpha.histogram()[:128])
    background = Image.new("RGB", image.size, "white")
    background.paste(image.convert("RGB"), mask=alpha)
    return background, transparent
