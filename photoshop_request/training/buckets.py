"""Aspect-ratio buckets: the few shapes that batches come in, so that no picture is squashed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Shape", "bucket_shapes", "nearest_shape"]

Shape = tuple[int, int]
"""Height and width in pixels."""

_ASPECTS = (1 / 2, 9 / 16, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 16 / 9, 2.0)
"""Width over height of what cameras and screens make; a source between two of them loses a margin."""


def bucket_shapes(resolution: int, *, multiple: int = 16) -> list[Shape]:
    """Shapes from 1:2 to 2:1 with about `resolution` squared pixels, sides divisible by `multiple`, tallest first.

    16 suits latent models that patch by two after an autoencoder that shrinks by eight.

    Raises:
        ValueError: the resolution is smaller than the multiple.
    """
    if resolution < multiple:
        raise ValueError(f"resolution: at least {multiple} pixels, not {resolution}")
    found: list[Shape] = []
    for aspect in _ASPECTS:
        height, width = (
            max(multiple, round(resolution * factor / multiple) * multiple)
            for factor in (1 / math.sqrt(aspect), math.sqrt(aspect))
        )
        if (height, width) not in found:
            found.append((height, width))
    return found


def nearest_shape(
    widths: "NDArray[np.float64]", heights: "NDArray[np.float64]", shapes: Sequence[Shape]
) -> "NDArray[np.int64]":
    """The number of the shape that crops least of each picture: nearest by the ratio of aspect ratios."""
    aspects = np.log(np.maximum(widths, 1) / np.maximum(heights, 1))
    offered = np.log([width / height for height, width in shapes])
    return np.asarray(np.abs(aspects[:, None] - offered[None, :]).argmin(axis=1), np.int64)
