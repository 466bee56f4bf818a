"""Bringing one picture's pixels into another's frame.

Maps are 2x3 matrices of full-size pixels, corners at whole numbers (centres at +0.5).
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import BLOCK, Blocks, blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Prepared

__all__ = ["common_size", "into_frame", "overlap_mask", "scale_of", "warp", "warp_blocks"]


def warp(
    edit: "Prepared", matrix: "NDArray[np.float64]", size: tuple[int, int], *, grey: bool = False
) -> "NDArray[np.uint8]":
    """The edit's pixels, or their luminance, in a frame of (width, height); `matrix` maps there. Outside is black."""
    if _is_stretch(edit, matrix, size):
        return edit.scaled_grey(size) if grey else edit.scaled(size)
    scale = scale_of(matrix)
    small = (edit.width, edit.height)
    if scale < 0.75:  # linear interpolation would skip pixels: shrink first
        small = (max(1, round(edit.width * scale)), max(1, round(edit.height * scale)))
    pixels = edit.scaled_grey(small) if grey else edit.scaled(small)
    linear = matrix[:, :2] * [edit.width / small[0], edit.height / small[1]]
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    return np.asarray(cv2.warpAffine(pixels, centred, size, flags=cv2.INTER_LINEAR))


def warp_blocks(edit: "Prepared", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> Blocks:
    """Statistics of the blocks of the warped luminance."""
    if _is_stretch(edit, matrix, size):
        return edit.blocks_at(size)
    return blocks_of(warp(edit, matrix, size, grey=True))


def _is_stretch(edit: "Prepared", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> bool:
    """Whether a map takes a whole frame onto a whole frame, up to a tenth of a pixel."""
    corners = np.array([[0, 0], [edit.width, 0], [0, edit.height]]) @ matrix[:, :2].T + matrix[:, 2]
    return bool(np.abs(corners - [[0, 0], [size[0], 0], [0, size[1]]]).max() < 0.1)


def overlap_mask(edit: "Prepared", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.bool_]":
    """Shape (height, width): where the warped edit has pixels."""
    corners = np.array([[0, 0], [edit.width, 0], [edit.width, edit.height], [0, edit.height]], np.float64)
    polygon = np.rint((corners @ matrix[:, :2].T + matrix[:, 2] - 0.5) * 16).astype(np.int32)
    mask = np.zeros((size[1], size[0]), np.uint8)
    return np.asarray(cv2.fillConvexPoly(mask, polygon, 1, shift=4)).view(np.bool_)


def scale_of(matrix: "NDArray[np.float64]") -> float:
    """By how much a map enlarges lines."""
    return float(np.sqrt(abs(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0])))


def common_size(source: "Prepared", matrix: "NDArray[np.float64]") -> tuple[int, int]:
    """(width, height) of the source's frame at working size, or smaller where the edit holds less detail."""
    height, width = source.grey.shape
    shrink = min(1.0, source.width / width / max(scale_of(matrix), 1e-6))
    shrink = min(1.0, max(shrink, 6 * BLOCK / max(width, height)))
    return max(BLOCK, round(width * shrink)), max(BLOCK, round(height * shrink))


def into_frame(source: "Prepared", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.float64]":
    """The same map, ending in the source's frame at (width, height)."""
    return np.asarray(matrix * [[size[0] / source.width], [size[1] / source.height]])
