"""Whose noise is it? What an edit left alone carries the source's own grain; a second shot of the scene has its own."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import Blocks, blocks_of, covered_blocks, deviation, high_pass, zncc
from photoshop_request.edits.warp import into_frame, scale_of

if TYPE_CHECKING:
    from cv2.typing import MatLike as Mat
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.prepare import Prepared

__all__ = ["UNMEASURED", "Noise", "measure_noise"]

_SIDE = 32

_LOOK, _MEASURE = (128, 3), (128, 5)
"""Side of the tiles and how many along each side of a large picture: 0.15 Mpx for a look, and where that leaves a
doubt 0.4 Mpx, which tell what the whole tells."""

_PLAIN = 0.75
_PLAIN_BLOCKS = 12
"""Correlation, and the blocks that it was measured on, from which a look will do: real second shots stay under 0.5."""


_Tile = tuple[int, int, int, int]
"""(left, top, width, height) in the fine frame."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Correlation of the high-pass residuals (sigma 1.2, full size) in the flattest third of the standing blocks."""

    high: float
    """90th percentile, -1 to 1; 0 where there is nothing to measure."""
    ratio: float
    """Residual deviation of the edit over the source's: under 1 is smoother."""
    blocks: int
    """32x32 blocks that it was measured on; the fewer, the less it says."""


UNMEASURED = Noise(0.0, 1.0, 0)
"""Nothing was measured, or there is nothing to measure."""


def measure_noise(source: "Prepared", edit: "Prepared", alignment: "Alignment") -> Noise:
    """Measure at the finest scale that both pictures have."""
    size = _fine_size(source, alignment)
    if min(size) < _SIDE:
        return UNMEASURED
    look = _measured(source, edit, alignment, size, _tiles(size, *_LOOK))
    if (look.high > _PLAIN and look.blocks >= _PLAIN_BLOCKS) or size[0] * size[1] <= (_LOOK[0] * _LOOK[1]) ** 2:
        return look
    return _measured(source, edit, alignment, size, _tiles(size, *_MEASURE))


def _measured(
    source: "Prepared", edit: "Prepared", alignment: "Alignment", size: tuple[int, int], tiles: list[_Tile]
) -> Noise:
    here = _view(source, into_frame(source, np.eye(2, 3), size))
    there = _view(edit, into_frame(source, alignment.matrix, size))
    table = _table([_patches(here, there, tile) for tile in tiles])
    if not len(table):
        return UNMEASURED
    agreement, flatness, noise_a, noise_b, shift, match = table.T
    moved = np.minimum(np.abs(shift), np.abs(shift - np.median(shift)))
    standing = (match > 0.9) | ((flatness < 3) & (moved < 6))
    usable = standing & (noise_a > 0.3)
    if np.count_nonzero(usable) < 4:
        return UNMEASURED
    chosen = usable & (flatness <= np.quantile(flatness[usable], 1 / 3))
    return Noise(
        high=float(np.percentile(agreement[chosen], 90)),
        ratio=float(np.median(noise_b[chosen] / noise_a[chosen])),
        blocks=int(np.count_nonzero(chosen)),
    )


def _fine_size(source: "Prepared", alignment: "Alignment") -> tuple[int, int]:
    """(width, height) of the source's frame at the coarser of the two resolutions."""
    scale = min(1.0, 1 / max(alignment.scale, 1e-6))
    return max(1, round(source.width * scale)), max(1, round(source.height * scale))


def _tiles(size: tuple[int, int], side: int, count: int) -> list[_Tile]:
    """A grid of so many tiles along each side; everything when that is no more."""
    if size[0] * size[1] <= (side * count) ** 2:
        return [(0, 0, size[0], size[1])]
    spans = [min(side, each) for each in size]
    lefts = np.linspace(0, size[0] - spans[0], count).astype(int)
    tops = np.linspace(0, size[1] - spans[1], count).astype(int)
    return [(int(left), int(top), spans[0], spans[1]) for top in tops for left in lefts]


@dataclass(frozen=True, slots=True)
class _View:
    """A picture seen in the fine frame."""

    pixels: "NDArray[np.uint8]"
    """The level of it that is just fine enough, shape (height, width, 3)."""
    into: "NDArray[np.float64]"
    """Shape (2, 3): pixels of that level to pixels of the fine frame."""
    back: "NDArray[np.float64]"
    """The inverse."""
    factor: int
    """By which a tile is enlarged before its areas are averaged, as `scaling` does: then a picture and its smaller copy
    carry the same noise."""


def _view(picture: "Prepared", into: "NDArray[np.float64]") -> _View:
    """`into` takes the picture at full size into the fine frame."""
    depth = int(np.clip(np.floor(np.log2(1 / max(scale_of(into), 1e-6)) + 0.01), 0, len(picture.levels) - 1))
    fine = into * [2**depth, 2**depth, 1]
    back = np.asarray(cv2.invertAffineTransform(fine), np.float64)
    return _View(picture.levels[depth], fine, back, 1 if scale_of(fine) > 0.9 else 2)


@dataclass(frozen=True, slots=True)
class _Patches:
    """One tile of both pictures, whole blocks only, in grey levels."""

    source: "NDArray[np.float32]"
    edit: "NDArray[np.float32]"
    residual_source: "NDArray[np.float32]"
    residual_edit: "NDArray[np.float32]"
    inside: "NDArray[np.bool_]"
    """By block: whether the edit covers it."""


def _patches(here: _View, there: _View, tile: _Tile) -> _Patches:
    rows, columns = tile[3] // _SIDE, tile[2] // _SIDE
    whole = (slice(rows * _SIDE), slice(columns * _SIDE))
    a, _ = _patch(here, tile)
    b, covered = _patch(there, tile)
    inside = np.ones((rows, columns), bool) if covered is None else covered_blocks(covered, _SIDE)
    return _Patches(a[whole], b[whole], high_pass(a, 1.2)[whole], high_pass(b, 1.2)[whole], inside)


def _patch(view: _View, tile: _Tile) -> "tuple[NDArray[np.float32], NDArray[np.bool_] | None]":
    """Luminance in a tile, and where the picture covers it; None for everywhere."""
    left, top, width, height = tile
    corners = np.array(
        [[left, top, 1], [left + width, top, 1], [left, top + height, 1], [left + width, top + height, 1]]
    )
    found = corners @ view.back.T
    (low_x, low_y), (high_x, high_y) = found.min(axis=0).tolist(), found.max(axis=0).tolist()
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
    if (np.abs(centred - whole) * [*size, 1]).sum(axis=1).max() < 0.05:  # whole pixels: nothing to interpolate
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
    """The tile as it lies in the part, where it is but moved by whole pixels and wholly inside."""
    left, top = -int(into[0, 2]), -int(into[1, 2])
    inside = left >= 0 and top >= 0 and left + size[0] <= part.shape[1] and top + size[1] <= part.shape[0]
    if not inside or not np.array_equal(into[:, :2], np.eye(2)):
        return None
    return np.asarray(part[top : top + size[1], left : left + size[0]], np.float32)


def _table(tiles: list[_Patches]) -> "NDArray[np.float32]":
    """Shape (blocks, 6): residual ZNCC, flatness, noise of each picture, shift of light, structure ZNCC."""
    a = _stacked([tile.source for tile in tiles])
    b = _stacked([tile.edit for tile in tiles])
    rest_a = _stacked([tile.residual_source for tile in tiles])
    rest_b = _stacked([tile.residual_edit for tile in tiles])
    columns = (zncc(rest_a, rest_b), deviation(a), deviation(rest_a), deviation(rest_b), b.mean - a.mean, zncc(a, b))
    inside = np.concatenate([tile.inside for tile in tiles])
    return np.asarray(np.stack(columns, axis=-1)[inside], np.float32)


def _stacked(tiles: "list[NDArray[np.float32]]") -> Blocks:
    return blocks_of(tiles[0] if len(tiles) == 1 else np.concatenate(tiles), _SIDE)
