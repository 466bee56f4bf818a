"""Split pictures into square blocks and compute the mean, deviation and correlation of each block."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


BLOCK = 16
"""Side of a block in pixels, at working size."""

AGREES = 0.75
"""Correlation (`zncc`) above which two textured blocks show the same structure (AUC on pairs: 0.9997)."""

TEXTURED = 4.0
"""Standard deviation, in gray levels, above which a block has enough texture to compare."""


@dataclass(frozen=True, slots=True)
class BlockGrid:
    """Hold a picture's luminance and the statistics of its blocks, computed once for many comparisons."""

    light: "NDArray[np.float32]"
    """Luminance, 0 to 255, or its fine detail. Shape (height, width)."""
    mean: "NDArray[np.float32]"
    """Mean of each block. Shape (height // side, width // side)."""
    variance: "NDArray[np.float32]"
    """Variance of each block, same shape."""
    side: int
    """Side of a block in pixels."""


def block_grid(light: "NDArray[np.float32] | NDArray[np.uint8]", side: int = BLOCK) -> BlockGrid:
    """Compute mean and variance of each block."""
    exact = np.asarray(light, np.float32)
    mean = block_mean(exact, side)
    return BlockGrid(exact, mean, np.maximum(block_mean(exact * exact, side) - mean**2, 0), side)


def detail_grid(grid: BlockGrid) -> BlockGrid:
    """Return the grid of the fine detail: the picture minus its Gaussian blur (sigma 2)."""
    return block_grid(high_pass(grid.light, 2), grid.side)


def high_pass(light: "NDArray[np.float32]", sigma: float) -> "NDArray[np.float32]":
    """Subtract a Gaussian blur from the picture."""
    return np.asarray(cv2.subtract(light, cv2.GaussianBlur(light, (0, 0), sigma)), np.float32)


def deviation(a: BlockGrid, b: BlockGrid | None = None) -> "NDArray[np.float32]":
    """Return the standard deviation of each block, or the larger one of two pictures."""
    return np.asarray(np.sqrt(a.variance if b is None else np.maximum(a.variance, b.variance)))


def zncc(a: BlockGrid, b: BlockGrid) -> "NDArray[np.float32]":
    """Return the zero-mean normalized cross-correlation of each pair of blocks, -1 to 1."""
    covariance = block_mean(a.light * b.light, a.side) - a.mean * b.mean
    return np.asarray(covariance / np.sqrt(np.maximum(a.variance * b.variance, 1e-4)))


def block_mean(x: "NDArray[np.float32]", side: int = BLOCK) -> "NDArray[np.float32]":
    """Return the mean of each block and channel. Shape (height // side, width // side) or (…, channels)."""
    rows, columns = x.shape[0] // side, x.shape[1] // side
    return np.asarray(cv2.resize(x[: rows * side, : columns * side], (columns, rows), interpolation=cv2.INTER_AREA))


def covered_blocks(inside: "NDArray[np.bool_]", side: int = BLOCK) -> "NDArray[np.bool_]":
    """Mark the blocks of which at least 99 % lie inside. Shape (height // side, width // side)."""
    flags = inside.view(np.uint8)
    if cv2.countNonZero(flags) == flags.size:
        return np.ones((flags.shape[0] // side, flags.shape[1] // side), bool)
    return np.asarray(block_mean(flags * np.float32(1), side) > 0.99)
