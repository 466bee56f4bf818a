"""Map one picture's pixels into another picture's frame.

A map is a 2x3 matrix of full-size pixels. The top left corner of a picture is (0, 0), so pixel centers lie at +0.5.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import BLOCK, BlockGrid, block_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import PreparedPicture


def warp(
    edit: "PreparedPicture", matrix: "NDArray[np.float64]", size: tuple[int, int], *, grey: bool = False
) -> "NDArray[np.uint8]":
    """Return the edit's pixels, or its luminance, in a frame of `size` (width, height). Outside the edit is black."""
    if _is_stretch(edit, matrix, size):
        return edit.scaled(size, grey=grey)
    scale = scale_of(matrix)
    small = (edit.width, edit.height)
    if scale < 0.75:  # linear interpolation would skip pixels: shrink first
        small = (max(1, round(edit.width * scale)), max(1, round(edit.height * scale)))
    pixels = edit.scaled(small, grey=grey)
    linear = matrix[:, :2] * [edit.width / small[0], edit.height / small[1]]
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    return np.asarray(cv2.warpAffine(pixels, centred, size, flags=cv2.INTER_LINEAR))


def warp_blocks(edit: "PreparedPicture", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> BlockGrid:
    """Return the block statistics of the warped luminance."""
    if _is_stretch(edit, matrix, size):
        return edit.blocks_at(size)
    return block_grid(warp(edit, matrix, size, grey=True))


def _is_stretch(edit: "PreparedPicture", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> bool:
    """Return True if the map takes the edit's frame onto the whole target frame, within 0.1 pixel."""
    corners = np.array([[0, 0], [edit.width, 0], [0, edit.height]]) @ matrix[:, :2].T + matrix[:, 2]
    return bool(np.abs(corners - [[0, 0], [size[0], 0], [0, size[1]]]).max() < 0.1)


def overlap_mask(edit: "PreparedPicture", matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.bool_]":
    """Mark the pixels of a frame of `size` (width, height) that the warped edit covers. Shape (height, width)."""
    corners = np.array([[0, 0], [edit.width, 0], [edit.width, edit.height], [0, edit.height]], np.float64)
    polygon = np.rint((corners @ matrix[:, :2].T + matrix[:, 2] - 0.5) * 16).astype(np.int32)
    mask = np.zeros((size[1], size[0]), np.uint8)
    return np.asarray(cv2.fillConvexPoly(mask, polygon, 1, shift=4)).view(np.bool_)


def scale_of(matrix: "NDArray[np.float64]") -> float:
    """Return the factor by which a map enlarges lengths."""
    return float(np.sqrt(abs(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0])))


def common_size(source: "PreparedPicture", matrix: "NDArray[np.float64]") -> tuple[int, int]:
    """Return (width, height) of the source at working size, or less if the edit has less detail."""
    height, width = source.grey.shape
    shrink = min(1.0, source.width / width / max(scale_of(matrix), 1e-6))
    shrink = min(1.0, max(shrink, 6 * BLOCK / max(width, height)))
    return max(BLOCK, round(width * shrink)), max(BLOCK, round(height * shrink))


def into_frame(
    source: "PreparedPicture", matrix: "NDArray[np.float64]", size: tuple[int, int]
) -> "NDArray[np.float64]":
    """Rescale a map that ends in the full-size source so that it ends in the source at `size` (width, height)."""
    return np.asarray(matrix * [[size[0] / source.width], [size[1] / source.height]])
