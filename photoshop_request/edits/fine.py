"""Read tiles of two aligned pictures in the fine frame: the source at the coarser resolution of the two pictures."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import BlockGrid, block_grid
from photoshop_request.edits.warp import scale_of

if TYPE_CHECKING:
    from cv2.typing import MatLike as Mat
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.prepare import PreparedPicture


Tile = tuple[int, int, int, int]
"""(left, top, width, height) in the fine frame."""


def fine_size(source: "PreparedPicture", alignment: "Alignment") -> tuple[int, int]:
    """Return (width, height) of the fine frame."""
    scale = min(1.0, 1 / max(alignment.scale, 1e-6))
    return max(1, round(source.width * scale)), max(1, round(source.height * scale))


def tiles_of(size: tuple[int, int], side: int, count: int) -> list[Tile]:
    """Return a grid of `count` tiles along each side, or one tile for a small picture."""
    if size[0] * size[1] <= (side * count) ** 2:
        return [(0, 0, size[0], size[1])]
    spans = [min(side, length) for length in size]
    lefts = np.linspace(0, size[0] - spans[0], count).astype(int)
    tops = np.linspace(0, size[1] - spans[1], count).astype(int)
    return [(int(left), int(top), spans[0], spans[1]) for top in tops for left in lefts]


@dataclass(frozen=True, slots=True)
class FineView:
    """Hold the smallest pyramid level of a picture that suffices for the fine frame, and its map into that frame."""

    pixels: "NDArray[np.uint8]"
    """Shape (height, width, 3)."""
    into: "NDArray[np.float64]"
    """Map from pixels of the level to the fine frame, shape (2, 3)."""
    back: "NDArray[np.float64]"
    """Inverse of `into`."""
    factor: int
    """Enlargement of a tile before its areas are averaged, as in `resize`. It gives a picture and its smaller copy the
    same grain."""


def view_of(picture: "PreparedPicture", into: "NDArray[np.float64]") -> FineView:
    """Choose the level. `into` maps the picture at full size into the fine frame."""
    levels = picture.levels
    depth = int(np.clip(np.floor(np.log2(1 / max(scale_of(into), 1e-6)) + 0.01), 0, len(levels) - 1))
    fine = into * [2**depth, 2**depth, 1]
    back = np.asarray(cv2.invertAffineTransform(fine), np.float64)
    return FineView(levels[depth], fine, back, 1 if scale_of(fine) > 0.9 else 2)


def patch(view: FineView, tile: Tile) -> "tuple[NDArray[np.float32], NDArray[np.bool_] | None]":
    """Return the luminance in a tile, and the pixels that the picture covers, or None for all."""
    left, top, width, height = tile
    corners = np.array(
        [[left, top, 1], [left + width, top, 1], [left, top + height, 1], [left + width, top + height, 1]]
    )
    corners_in_level = corners @ view.back.T
    (low_x, low_y), (high_x, high_y) = (edge(corners_in_level, axis=0).tolist() for edge in (np.min, np.max))
    rows, columns = view.pixels.shape[:2]
    is_full = low_x > -0.1 and low_y > -0.1 and high_x < columns + 0.1 and high_y < rows + 0.1
    x, y = max(0, math.floor(low_x) - 2), max(0, math.floor(low_y) - 2)
    part = view.pixels[y : max(y, math.ceil(high_y) + 2), x : max(x, math.ceil(high_x) + 2)]
    if not part.size:
        return np.zeros((height, width), np.float32), np.zeros((height, width), bool)
    into = view.into.copy()
    into[:, 2] += view.into[:, :2] @ [x, y] - [left, top]
    pixels = _resampled(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), into, (width, height), view.factor)
    if is_full:
        return pixels, None
    ones = np.full(part.shape[:2], 255, np.uint8)
    return pixels, np.asarray(_resampled(ones, into, (width, height), view.factor) > 254)


def _resampled(
    part: "Mat | NDArray[np.uint8]", into: "NDArray[np.float64]", size: tuple[int, int], factor: int
) -> "NDArray[np.float32]":
    centred = into * factor
    centred[:, 2] += centred[:, :2] @ [0.5, 0.5] - 0.5
    whole = np.rint(centred)
    is_shift = (np.abs(centred - whole) * [*size, 1]).sum(axis=1).max() < 0.05
    if is_shift:  # by whole pixels: no interpolation
        centred = whole
        cut = _cut(part, whole, size)
        if cut is not None and factor == 1:
            return cut
    grown = cv2.warpAffine(part, centred, (size[0] * factor, size[1] * factor), flags=cv2.INTER_LINEAR)
    small = grown if factor == 1 else cv2.resize(grown, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _cut(
    part: "Mat | NDArray[np.uint8]", into: "NDArray[np.float64]", size: tuple[int, int]
) -> "NDArray[np.float32] | None":
    """Cut the tile out of the part, if it lies inside and is only shifted by whole pixels. Else return None."""
    left, top = -int(into[0, 2]), -int(into[1, 2])
    inside = left >= 0 and top >= 0 and left + size[0] <= part.shape[1] and top + size[1] <= part.shape[0]
    if not inside or not np.array_equal(into[:, :2], np.eye(2)):
        return None
    return np.asarray(part[top : top + size[1], left : left + size[0]], np.float32)


def stacked(tiles: "list[NDArray[np.float32]]", side: int) -> BlockGrid:
    """Return the statistics of the blocks of all tiles, one below the other. Their sides are multiples of `side`."""
    return block_grid(tiles[0] if len(tiles) == 1 else np.concatenate(tiles), side)
