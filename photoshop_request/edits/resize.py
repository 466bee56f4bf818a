"""Shrink pictures by any factor as an area average does, but faster.

OpenCV averages areas fast only if the factor is a whole number: 0.7 ms instead of 16 ms for 3 megapixels. A picture is
therefore first enlarged a little, to a multiple of the requested size, and then averaged.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_LINEAR_IS_FINE = 0.84
"""Down to this factor, linear interpolation skips almost no pixel."""


def halved(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Average each 2x2 pixels. The last row or column of an odd side is repeated first."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.asarray(cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE), np.uint8)
        height, width = pixels.shape[:2]
    return np.asarray(cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA))


def resized(
    pixels: "NDArray[np.uint8]", size: tuple[int, int], extent: tuple[float, float] | None = None
) -> "NDArray[np.uint8]":
    """Scale a picture to `size`, (width, height).

    `extent`: (width, height) of the part of `pixels` that holds the picture, from the top left corner. Default: all.
    """
    width, height = extent or (pixels.shape[1], pixels.shape[0])
    across, down = size[0] / width, size[1] / height
    if (pixels.shape[1], pixels.shape[0]) == size == (width, height):
        return pixels
    factor = 1
    if min(across, down) < _LINEAR_IS_FINE and max(across, down) <= 1:
        while min(factor * across, factor * down) < 1 - 1e-9:
            factor *= 2
    large = (size[0] * factor, size[1] * factor)
    if (pixels.shape[1], pixels.shape[0]) != large or large != (width, height):
        grown = cv2.resize(pixels, None, fx=across * factor, fy=down * factor, interpolation=cv2.INTER_LINEAR)
        pixels = np.asarray(grown[: large[1], : large[0]])
    if factor == 1:
        return np.ascontiguousarray(pixels)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
