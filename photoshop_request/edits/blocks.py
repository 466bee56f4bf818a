"""Pictures as grids of square blocks: the means, deviations and correlations that comparisons are made of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "AGREES",
    "BLOCK",
    "TEXTURED",
    "Blocks",
    "block_mean",
    "blocks_of",
    "covered_blocks",
    "deviation",
    "fine_blocks",
    "high_pass",
    "zncc",
]

BLOCK = 16
"""Pixels of a block's side, at working size."""

AGREES = 0.75
"""ZNCC above which a textured block counts as the same structure (perf.md's cascade: AUC .9997)."""

TEXTURED = 4.0
"""Standard deviation, in grey levels, from which a block has structure to compare."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A picture with the statistics of its blocks, computed once: one picture meets many guesses."""

    light: "NDArray[np.float32]"
    """The picture, shape (height, width)."""
    mean: "NDArray[np.float32]"
    """Shape (height // side, width // side)."""
    variance: "NDArray[np.float32]"
    """The same shape."""
    side: int


def blocks_of(light: "NDArray[np.float32] | NDArray[np.uint8]", side: int = BLOCK) -> Blocks:
    """Mean and variance of each block."""
    exact = np.asarray(light, np.float32)
    mean = block_mean(exact, side)
    return Blocks(exact, mean, np.maximum(block_mean(exact * exact, side) - mean**2, 0), side)


def fine_blocks(whole: Blocks) -> Blocks:
    """The same of the fine detail alone: what is left of the picture without its blur by sigma 2."""
    return blocks_of(high_pass(whole.light, 2), whole.side)


def high_pass(light: "NDArray[np.float32]", sigma: float) -> "NDArray[np.float32]":
    """What a Gaussian blur takes away."""
    return np.asarray(cv2.subtract(light, cv2.GaussianBlur(light, (0, 0), sigma)), np.float32)


def deviation(a: Blocks, b: Blocks | None = None) -> "NDArray[np.float32]":
    """Standard deviation within each block; the larger one of two pictures."""
    return np.asarray(np.sqrt(a.variance if b is None else np.maximum(a.variance, b.variance)))


def zncc(a: Blocks, b: Blocks) -> "NDArray[np.float32]":
    """Zero-mean normalised cross-correlation by block, -1 to 1."""
    covariance = block_mean(a.light * b.light, a.side) - a.mean * b.mean
    return np.asarray(covariance / np.sqrt(np.maximum(a.variance * b.variance, 1e-4)))


def block_mean(x: "NDArray[np.float32]", side: int = BLOCK) -> "NDArray[np.float32]":
    """Mean of each block; shape (height // side, width // side), channels kept."""
    rows, columns = x.shape[0] // side, x.shape[1] // side
    return np.asarray(cv2.resize(x[: rows * side, : columns * side], (columns, rows), interpolation=cv2.INTER_AREA))


def covered_blocks(inside: "NDArray[np.bool_]", side: int = BLOCK) -> "NDArray[np.bool_]":
    """Shape (height // side, width // side): blocks of which 99 % lie inside."""
    flags = inside.view(np.uint8)
    if cv2.countNonZero(flags) == flags.size:
        return np.ones((flags.shape[0] // side, flags.shape[1] // side), bool)
    return np.asarray(block_mean(flags * np.float32(1), side) > 0.99)
