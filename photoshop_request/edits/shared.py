"""Measure the content that two aligned pictures share, apart from a flat surround: bars, a frame, a page, an interface.

Edges beside areas that are flat in both pictures agree whatever the pictures show. So each figure is computed twice:
once with all blocks alike, once with almost no weight for blocks that border a flat area. The lower figure counts.
Drawings and pages consist of such blocks. There, all blocks count in both.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import AGREES, BlockGrid, block_mean, deviation
from photoshop_request.edits.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


_STEP = 3
"""Pixels at a quarter of the working size by which the outlines are moved to see what agrees by chance."""
_STRONG = 64
"""Magnitude of a Sobel gradient that counts half as much as the strongest."""


@dataclass(frozen=True, slots=True)
class SharedContent:
    """Hold what agrees in two pictures."""

    structure: float
    """Fraction, 0 to 1, of textured blocks whose structure agrees."""
    detail: float
    """Fraction, 0 to 1, of detailed blocks whose fine detail has a correlation over 0.5."""
    outline: float
    """Correlation of gradients at a quarter of the working size, minus the largest one after a small shift, times the
    fraction of blocks that border no flat area.

    It survives filters and colorization. Pictures with a similar layout lose nothing by the shift, so they have about
    0 or less.
    """


def shared_content(
    light: tuple[BlockGrid, BlockGrid],
    textured: "NDArray[np.bool_]",
    structure: "NDArray[np.float32]",
    detailed: "NDArray[np.bool_]",
    detail: "NDArray[np.float32]",
) -> SharedContent:
    """Return the shared content of two aligned pictures.

    light: luminance of both. The other arrays have one value per block: `textured` and `detailed` mark the blocks to
    compare, `structure` and `detail` are their correlations.
    """
    bordering = _bordering(light)
    alike = np.ones(bordering.shape, np.float32)
    weighted = np.where(bordering, np.float32(thresholds().surround.weight), alike)
    ways = (alike,) if bordering[textured].all() else (alike, weighted)
    gradients = (_gradient(light[0].light), _gradient(light[1].light))
    return SharedContent(
        structure=min(_fraction(structure > AGREES, textured, way) for way in ways),
        detail=min(_fraction(detail > 0.5, detailed, way) for way in ways),
        outline=min(_outline(*gradients, way) for way in ways) * float(1 - bordering.mean()),
    )


def _bordering(light: tuple[BlockGrid, BlockGrid]) -> "NDArray[np.bool_]":
    """Mark blocks that border an area that is flat in both pictures, or contain one."""
    limits = thresholds().surround
    flat = (deviation(*light) < limits.flat).view(np.uint8)
    beside_flat = np.asarray(cv2.dilate(flat, np.ones((3, 3), np.uint8))).view(np.bool_)
    plain = cv2.max(*(_range(grid.light) for grid in light)) <= limits.plain_range
    return np.asarray(beside_flat | (block_mean(plain.astype(np.float32)) > limits.plain_fraction))


def _range(light: "NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Return the gray levels between the lightest and the darkest pixel of each 3x3 neighborhood."""
    levels, kernel = np.rint(light).astype(np.uint8), np.ones((3, 3), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(levels, kernel), cv2.erode(levels, kernel)))


def _fraction(agrees: "NDArray[np.bool_]", compared: "NDArray[np.bool_]", weights: "NDArray[np.float32]") -> float:
    """Return the weighted fraction of the compared blocks that agree. A few blocks alone are no evidence."""
    total = float(weights[compared].sum()) + thresholds().surround.prior_blocks
    return float(weights[compared & agrees].sum()) / total


def _outline(first: "NDArray[np.float32]", second: "NDArray[np.float32]", weights: "NDArray[np.float32]") -> float:
    """Return `SharedContent.outline` from the gradients."""
    height, width = first.shape
    pixel_weights = cv2.resize(weights, (width, height), interpolation=cv2.INTER_NEAREST)
    inner = (slice(_STEP, height - _STEP), slice(_STEP, width - _STEP))
    weight = pixel_weights[inner] / pixel_weights[inner].sum()
    centred = first[inner] - (weight * first[inner]).sum()
    weighted = weight * centred
    energy = float((weighted * centred).sum())

    def correlation(down: int, across: int) -> float:
        moved = second[_STEP + down : height - _STEP + down, _STEP + across : width - _STEP + across]
        variance = float((weight * moved * moved).sum()) - float((weight * moved).sum()) ** 2
        product = energy * variance
        return float((weighted * moved).sum()) / float(np.sqrt(product)) if product > 1e-6 else 0.0

    steps = (-_STEP, 0, _STEP)
    by_chance = max(correlation(down, across) for down in steps for across in steps if down or across)
    return correlation(0, 0) - by_chance


def _gradient(light: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return gradient magnitudes at a quarter of the size, 0 to 1. No strong edge outweighs all others."""
    size = (max(8, light.shape[1] // 4), max(8, light.shape[0] // 4))
    small = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    gradient = np.sqrt(across * across + down * down)  # the rounding of cv2.magnitude depends on memory addresses
    return np.asarray(gradient / (gradient + _STRONG), np.float32)
