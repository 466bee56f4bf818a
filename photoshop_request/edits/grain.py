"""Compare the grain (sensor noise) of two aligned pictures.

An edit keeps the source's grain wherever it left the picture alone. A second photo of the same scene has other grain.
"""

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.blocks import covered_blocks, deviation, high_pass, zncc
from photoshop_request.edits.fine import FineView, Tile, fine_size, patch, stacked, tiles_of, view_of
from photoshop_request.edits.warp import into_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.prepare import PreparedPicture


_SIDE = 32
"""Side of a block in pixels."""
_FEW_TILES, _MORE_TILES = (128, 3), (128, 5)
"""Side of a tile in pixels, and number of tiles along each side of a large picture. The first set covers 0.15
megapixels. If its result is unclear, the second covers 0.4 megapixels, enough for the verdict of the whole picture."""
_CLEAR = 0.75
"""Correlation from which the first set is enough. Real second shots stay below 0.5."""
_CLEAR_BLOCKS = 12
"""Blocks from which the first set is enough."""

_TEXTURE_SIDE, _TEXTURE_TILES, _TEXTURE_FRAME = 64, 10, 1400
"""Side in pixels and maximum number of tiles along each side for texture, and the longest side of their frame."""
_TEXTURE_WINDOW = cv2.createHanningWindow((_TEXTURE_SIDE, _TEXTURE_SIDE), cv2.CV_32F)
_CORE = np.s_[_TEXTURE_SIDE // 4 : -_TEXTURE_SIDE // 4, _TEXTURE_SIDE // 4 : -_TEXTURE_SIDE // 4]
"""Center of a tile, which stays inside while the tile moves by up to 4 pixels."""
_MIN_TEXTURED = 6
"""Tiles that make a median."""


@dataclass(frozen=True, slots=True)
class Grain:
    """Hold the agreement of two pictures' grain, measured in the flattest third of the blocks that did not move.

    Grain is the residual of a high-pass filter (sigma 1.2) at full size.
    """

    correlation: float
    """90th percentile of the blocks' correlations, -1 to 1, or 0 if nothing could be measured."""
    ratio: float
    """Median ratio of the grain's deviation, edit to source. Under 1 the edit is smoother."""
    blocks: int
    """Number of 32x32 blocks measured."""


UNMEASURED = Grain(0.0, 1.0, 0)
"""Grain that was not measured, or could not be."""


def measure_grain(source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment") -> Grain:
    """Measure the grain at the finest scale that both pictures have."""
    size = fine_size(source, alignment)
    if min(size) < _SIDE:
        return UNMEASURED
    grain = _measured(source, edit, alignment, size, tiles_of(size, *_FEW_TILES))
    is_clear = grain.correlation > _CLEAR and grain.blocks >= _CLEAR_BLOCKS
    if is_clear or size[0] * size[1] <= (_FEW_TILES[0] * _FEW_TILES[1]) ** 2:
        return grain
    return _measured(source, edit, alignment, size, tiles_of(size, *_MORE_TILES))


def measure_texture(source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment") -> float | None:
    """Return the median correlation, -1 to 1, of fine texture where coarse structure stands, or None if it shows nowhere.

    Texture is the residual of a high-pass filter (sigma 1.2) in the centers of textured tiles. Each tile is first moved by
    up to 4 pixels. An edit that lost its grain keeps texture. Another exposure has neither. It takes 50 ms.
    """
    size = fine_size(source, alignment)
    shrink = min(1.0, _TEXTURE_FRAME / max(size))
    size = (round(size[0] * shrink), round(size[1] * shrink))
    counts = [min(_TEXTURE_TILES, length // _TEXTURE_SIDE) for length in size]
    lefts, tops = (np.linspace(0, s - _TEXTURE_SIDE, n).astype(int).tolist() for s, n in zip(size, counts, strict=True))
    views = [
        view_of(source, into_frame(source, np.eye(2, 3), size)),
        view_of(edit, into_frame(source, alignment.matrix, size)),
    ]
    found = []
    for left, top in itertools.product(lefts, tops):
        (a, _), (b, covered) = (patch(view, (left, top, _TEXTURE_SIDE, _TEXTURE_SIDE)) for view in views)
        texture = high_pass(a, 1.2)[_CORE]
        if (covered is not None and not covered.all()) or texture.std() <= 1:
            continue
        coarse_a, coarse_b = (cv2.GaussianBlur(light, (0, 0), 3)[_CORE] for light in (a, b))
        if _correlation(coarse_a, coarse_b) > 0.9:
            found.append(max(_correlation(texture, high_pass(light, 1.2)[_CORE]) for light in (b, _moved(b, a))))
    return float(np.median(found)) if len(found) >= _MIN_TEXTURED else None


def _moved(light: "NDArray[np.float32]", onto: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return a tile moved by the fraction of a pixel, up to 4 pixels, that phase correlation finds."""
    (dx, dy), response = cv2.phaseCorrelate(high_pass(onto, 2.5), high_pass(light, 2.5), _TEXTURE_WINDOW)
    if response <= 0.05 or math.hypot(dx, dy) >= 4:
        return light
    back = np.array([[1, 0, -dx], [0, 1, -dy]])
    size = (light.shape[1], light.shape[0])
    return np.asarray(
        cv2.warpAffine(light, back, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def _correlation(a: "NDArray[Any]", b: "NDArray[Any]") -> float:
    a, b = a - a.mean(), b - b.mean()
    energy = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / energy if energy > 1e-6 else 0.0


def _measured(
    source: "PreparedPicture",
    edit: "PreparedPicture",
    alignment: "Alignment",
    size: tuple[int, int],
    tiles: list[Tile],
) -> Grain:
    source_view = view_of(source, into_frame(source, np.eye(2, 3), size))
    edit_view = view_of(edit, into_frame(source, alignment.matrix, size))
    table = _table(source_view, edit_view, tiles)
    if not len(table):
        return UNMEASURED
    agreement, flatness, grain_a, grain_b, light_shift, structure = table.T
    moved = np.minimum(np.abs(light_shift), np.abs(light_shift - np.median(light_shift)))
    in_place = (structure > 0.9) | ((flatness < 3) & (moved < 6))
    usable = in_place & (grain_a > 0.3)
    if np.count_nonzero(usable) < 4:
        return UNMEASURED
    flattest = usable & (flatness <= np.quantile(flatness[usable], 1 / 3))
    return Grain(
        correlation=float(np.percentile(agreement[flattest], 90)),
        ratio=float(np.median(grain_b[flattest] / grain_a[flattest])),
        blocks=int(np.count_nonzero(flattest)),
    )


def _table(source_view: FineView, edit_view: FineView, tiles: list[Tile]) -> "NDArray[np.float32]":
    """Return one row per block: grain ZNCC, flatness, grain of source and edit, shift of light, structure ZNCC."""
    layers: tuple[list[NDArray[np.float32]], ...] = ([], [], [], [])
    inside = []
    for tile in tiles:
        rows, columns = tile[3] // _SIDE, tile[2] // _SIDE
        source, _ = patch(source_view, tile)
        edit, covered = patch(edit_view, tile)
        for layer, pixels in zip(layers, (source, edit, high_pass(source, 1.2), high_pass(edit, 1.2)), strict=True):
            layer.append(pixels[: rows * _SIDE, : columns * _SIDE])
        inside.append(np.ones((rows, columns), bool) if covered is None else covered_blocks(covered, _SIDE))
    a, b, grain_a, grain_b = (stacked(layer, _SIDE) for layer in layers)
    agreement, structure = zncc(grain_a, grain_b), zncc(a, b)
    columns_of_table = (agreement, deviation(a), deviation(grain_a), deviation(grain_b), b.mean - a.mean, structure)
    return np.asarray(np.stack(columns_of_table, axis=-1)[np.concatenate(inside)], np.float32)
