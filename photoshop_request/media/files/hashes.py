"""Perceptual hashes with ImageHash's bits, made from a scaled decode: one versioned path, values as plain integers.

A hash depends on the path of the pixels (decoder, scaling), so values of different `HASH_VERSION`s are never mixed
and near-equality is a distance, never `==`. Version 1: sniffed file, Pillow's JPEG draft to at least 128 px, upright,
transparency on white, luminance, box reduction to at least 128 px, Lanczos to the hash's grid. Mean distance to
`imagehash.phash` on a full decode is 0.3 of 64 bits (a re-upload drifts by 0.65), at a third of its time or less. Colour profiles are not applied: they move
luminance smoothly, which the hash does not see.
"""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photoshop_request.media.files.decode import MAX_PIXELS, MIN_SIDE, Picture, Rejected, open_checked, upright
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HASH_VERSION", "PictureHash", "distance", "from_hex", "hash_file", "hash_picture", "to_hex"]

HASH_VERSION = 1
"""Stored beside every hash; a change of the path is a new version."""

_DRAFT = (128, 128)
"""At 256 px the drift is 0.15 bits and hashing 20 % slower; at 96 px the drift passes 0.5."""

_NEAR = 32.0
"""Distance from the median, in the DCT's units, that re-encoding covers (half a grey level of noise in the 32x32 grid)."""

_NEAR_BITS = 6
"""Coefficients that near before a hash counts as flat: 0 to 5 in 572 of 575 real pictures, whose re-uploads drift by at
most 4 bits; 7 to 17 in the others, a picture symmetric about its middle, which drifts by 16 to 22."""


@dataclass(frozen=True, slots=True)
class PictureHash:
    """The perceptual hashes of one picture, most significant bit first, as ImageHash prints them in hex."""

    phash: int
    """64-bit pHash (low frequencies of a DCT), 0 to 2**64 - 1."""
    dhash: int
    """64-bit horizontal difference hash, 0 to 2**64 - 1."""
    flat: bool
    """True where contrast is so low, or symmetry so high, that many bits are noise: trust no distance then."""


def hash_file(data: bytes, *, max_pixels: int = MAX_PIXELS, min_side: int = MIN_SIDE) -> PictureHash | Rejected:
    """Hash a file from its bytes by the versioned path, or say why not, with the reasons of `media.decode.decode`."""
    image = open_checked(data, max_pixels=max_pixels, min_side=min_side)
    if isinstance(image, Rejected):
        return image
    try:
        image.draft("L", _DRAFT)
        image.load()
        grey = _luminance(upright(image))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - readers raise nearly anything on damaged files
        return Rejected(Verdict.CORRUPT, str(error)[:200])
    return _hash(grey)


def hash_picture(picture: Picture) -> PictureHash:
    """Hash pixels that are decoded already; equal to `hash_file` up to the JPEG draft's drift of under a bit."""
    return _hash(Image.fromarray(picture.pixels).convert("L"))


def distance(a: int, b: int) -> int:
    """Number of differing bits, 0 to 64."""
    return (a ^ b).bit_count()


def to_hex(value: int) -> str:
    """Sixteen hex digits, the form in which ImageHash prints and reads a hash."""
    return f"{value:016x}"


def from_hex(text: str) -> int:
    """The inverse of `to_hex`."""
    return int(text, 16)


def _luminance(image: Image.Image) -> Image.Image:
    if image.mode in {"P", "PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
        image = paper
    if image.mode.startswith("I;16"):  # convert("L") would clip at 255 instead of scaling
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("L")


def _hash(grey: Image.Image) -> PictureHash:
    factor = min(grey.size) // _DRAFT[0]
    if factor > 1:
        grey = grey.reduce(factor)
    small = np.asarray(grey.resize((32, 32), Image.Resampling.LANCZOS), dtype=np.float64)
    basis = _cosines()
    low = basis @ small @ basis.T
    steps = np.asarray(grey.resize((9, 8), Image.Resampling.LANCZOS))
    above = low - np.median(low)
    return PictureHash(
        phash=_pack(above > 0),
        dhash=_pack(steps[:, 1:] > steps[:, :-1]),
        flat=bool(np.count_nonzero(np.abs(above) < _NEAR) > _NEAR_BITS),
    )


@functools.cache
def _cosines() -> "NDArray[np.float64]":
    """The first 8 of 32 rows of the type-2 DCT: all that the hash reads, so that a product of matrices does it."""
    k, n = np.mgrid[:8, :32]
    return np.asarray(2 * np.cos(np.pi * k * (2 * n + 1) / 64))


def _pack(bits: "NDArray[np.bool_]") -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
