"""Shrink published pictures if the arguments of the builder request it."""

import io
from collections.abc import Callable
from functools import partial
from numbers import Integral
from typing import Any

from photoshop_request.errors import InputError

_QUALITY = 95
"""JPEG quality. Differences from the original stay below the threshold of the change masks."""
_FORMATS = ("jpeg", "png")


def shrinker(max_side: Any, reencode: Any) -> Callable[[bytes], bytes] | None:
    """Return `shrink` with these arguments of the builder. None if both are None.

    Raises:
        InputError: a value is not allowed, or one is given without the other.
    """
    if max_side is None and reencode is None:
        return None
    if max_side is not None and (isinstance(max_side, bool) or not isinstance(max_side, Integral) or max_side < 1):
        raise InputError(f"max_side: {max_side!r} is not a number of pixels (an integer, 1 or more).")
    if reencode not in (None, *_FORMATS):
        raise InputError(f"reencode: {reencode!r} is not one of {', '.join(_FORMATS)}.")
    if reencode is None:
        raise InputError('max_side: smaller pictures are new files. Name their format: reencode="jpeg" or "png".')
    if max_side is None:
        raise InputError("reencode: only pictures larger than max_side are re-encoded. Give max_side, in pixels.")
    return partial(shrink, max_side=int(max_side), form=reencode)


def shrink(data: bytes, max_side: int, form: str) -> bytes:
    """Return a smaller file in `form` if the longer side exceeds `max_side` pixels, otherwise `data` itself.

    The colour profile is kept. Colours become sRGB if `form` cannot hold them: CMYK in PNG, more than 8 bits.
    """
    from PIL import Image, ImageOps  # imported only if pictures are shrunk

    from photoshop_request.media.files.decode import Picture, decode

    with Image.open(io.BytesIO(data)) as image:
        if max(image.size) <= max_side:
            return data
        upright = ImageOps.exif_transpose(image)
        profile = upright.info.get("icc_profile")
        if upright.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK" if form == "jpeg" else None}:
            picture = decode(data)
            assert isinstance(picture, Picture), "a published picture decodes"
            upright, profile = Image.fromarray(picture.pixels), None
        upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        if form == "jpeg" and upright.mode not in {"L", "RGB", "CMYK"}:
            upright = upright.convert("RGB")
        out = io.BytesIO()
        upright.save(out, form, quality=_QUALITY, icc_profile=profile)
        return out.getvalue()
