"""Convert an opened Pillow image to upright, opaque 8-bit sRGB."""

import contextlib
import functools
import io

import numpy as np
from PIL import Image, ImageCms


def needs_no_conversion(image: Image.Image) -> bool:
    """Return True if `decode` keeps the stored pixels: RGB or gray, opaque, upright, sRGB."""
    profile = image.info.get("icc_profile")
    return (
        image.mode in {"RGB", "L"}
        and "transparency" not in image.info
        and _orientation(image) not in _TURNS
        and (not profile or _srgb_transform(bytes(profile), image.mode) is None)
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


def to_srgb(image: Image.Image) -> Image.Image:
    """Convert any mode and profile to RGB or RGBA in sRGB."""
    profile = image.info.get("icc_profile")
    if _may_be_transparent(image):
        image = image.convert("RGBA")
    elif image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = _eight_bit(image)
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


@functools.lru_cache(maxsize=64)
def _srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from an embedded profile to sRGB, or None if it is sRGB, damaged, or for another mode.

    sRGB has many names: compact profiles of image servers are called "c2" or "uRGB". So colors are compared, not names.
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
    """Return True if no color of a 16x16x16 grid moves by more than two levels."""
    steps = np.linspace(0, 255, 16).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3)
    moved = ImageCms.applyTransform(Image.fromarray(cube), transform)
    return moved is not None and int(np.abs(np.asarray(moved).astype(int) - cube).max()) <= 2


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale gray samples of 16 or 32 bits, or floats, to 8 bits.

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
