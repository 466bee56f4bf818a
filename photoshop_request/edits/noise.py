"""Whose noise is it? What an edit left alone carries the source's own grain; a second shot of the scene has its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.align import (
    Alignment,
    block_agreement,
    block_deviation,
    block_mean,
    covered_blocks,
    into_frame,
    overlap_mask,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Prepared

__all__ = ["Noise", "measure_noise"]

_SIDE = 32
_TILE = 128
_TILES = 5
"""Tiles along each side of a large picture: 0.4 Mpx tell what the whole tells."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Correlation of the high-pass residuals (sigma 1.2, full size) in the flattest third of the standing blocks."""

    median: float
    """-1 to 1; 0 where there is nothing to measure."""
    high: float
    """90th percentile, -1 to 1."""
    ratio: float
    """Residual deviation of the edit over the source's: under 1 is smoother."""
    blocks: int
    """32x32 blocks that it was measured on; the fewer, the less it says."""
    standing: float
    """Share of blocks whose light and structure are the same in both pictures."""


def measure_noise(source: "Prepared", edit: "Prepared", alignment: Alignment) -> Noise:
    """Measure at the finest scale that both pictures have."""
    rows = [
        _blocks(source, edit, alignment, tile)
        for tile in _tiles(_fine_size(source, alignment), inside=(source.width, source.height))
    ]
    table = np.concatenate(rows) if rows else np.zeros((0, 6), np.float32)
    if not len(table):
        return Noise(0.0, 0.0, 1.0, 0, 0.0)
    zncc, flatness, noise_a, noise_b, shift, match = table.T
    moved = np.minimum(np.abs(shift), np.abs(shift - np.median(shift)))
    standing = (match > 0.9) | ((flatness < 3) & (moved < 6))
    usable = standing & (noise_a > 0.3)
    if np.count_nonzero(usable) < 4:
        return Noise(0.0, 0.0, 1.0, 0, float(standing.mean()))
    chosen = usable & (flatness <= np.quantile(flatness[usable], 1 / 3))
    return Noise(
        median=float(np.median(zncc[chosen])),
        high=float(np.percentile(zncc[chosen], 90)),
        ratio=float(np.median(noise_b[chosen] / noise_a[chosen])),
        blocks=int(np.count_nonzero(chosen)),
        standing=float(standing.mean()),
    )


def _fine_size(source: "Prepared", alignment: Alignment) -> tuple[int, int]:
    """(width, height) of the source's frame at the coarser of the two resolutions."""
    scale = min(1.0, 1 / max(alignment.scale, 1e-6))
    return max(1, round(source.width * scale)), max(1, round(source.height * scale))


def _tiles(size: tuple[int, int], inside: tuple[int, int]) -> "list[tuple[int, int, int, int, float]]":
    """(left, top, width, height) in the fine frame, with its scale; everything when small, else a 5x5 grid."""
    scale = size[0] / inside[0]
    if size[0] * size[1] <= (_TILE * _TILES) ** 2:
        return [(0, 0, size[0], size[1], scale)]
    spans = [min(_TILE, side) for side in size]
    lefts = np.linspace(0, size[0] - spans[0], _TILES).astype(int)
    tops = np.linspace(0, size[1] - spans[1], _TILES).astype(int)
    return [(int(left), int(top), spans[0], spans[1], scale) for top in tops for left in lefts]


def _blocks(
    source: "Prepared", edit: "Prepared", alignment: Alignment, tile: tuple[int, int, int, int, float]
) -> "NDArray[np.float32]":
    """Shape (blocks, 6): residual ZNCC, flatness, noise of each picture, shift of light, structure ZNCC."""
    left, top, width, height, scale = tile
    size = (round(source.width * scale), round(source.height * scale))
    into = into_frame(source, alignment.matrix, size) - [[0, 0, left], [0, 0, top]]
    a = _luminance(_crop(source, tile))
    b = _luminance(_warp_fine(edit, into, (width, height)))
    residual_a, residual_b = (one - cv2.GaussianBlur(one, (0, 0), 1.2) for one in (a, b))
    zncc, _ = block_agreement(residual_a, residual_b, _SIDE)
    match, _ = block_agreement(a, b, _SIDE)
    flatness = block_deviation(a, _SIDE)
    noise_a, noise_b = block_deviation(residual_a, _SIDE), block_deviation(residual_b, _SIDE)
    shift = block_mean(b - a, _SIDE)
    inside = covered_blocks(overlap_mask(edit, into, (width, height)), _SIDE)
    return np.stack([zncc, flatness, noise_a, noise_b, shift, match], axis=-1)[inside].astype(np.float32)


def _crop(source: "Prepared", tile: tuple[int, int, int, int, float]) -> "NDArray[np.uint8]":
    left, top, width, height, scale = tile
    pixels = source.picture.pixels
    if scale == 1.0:
        return pixels[top : top + height, left : left + width]
    size = (round(source.width * scale), round(source.height * scale))
    if (width, height) == size:
        return source.scaled(size)
    across, down = source.width / size[0], source.height / size[1]
    rough = pixels[
        round(top * down) : round((top + height) * down), round(left * across) : round((left + width) * across)
    ]
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_AREA))


def _warp_fine(edit: "Prepared", into: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.uint8]":
    """The edit's pixels in a tile, from the level that is just fine enough."""
    scale = float(np.sqrt(abs(np.linalg.det(into[:, :2]))))
    depth = int(np.clip(np.round(np.log2(1 / max(scale, 1e-6))), 0, len(edit.levels) - 1))
    level = edit.levels[depth]
    linear = into[:, :2] * [edit.width / level.shape[1], edit.height / level.shape[0]]
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + into[:, 2] - 0.5])
    if np.abs(centred - np.rint(centred)).max() < 0.02:  # whole pixels: nothing to interpolate
        centred = np.rint(centred)
    return np.asarray(cv2.warpAffine(level, centred, size, flags=cv2.INTER_LINEAR))


def _luminance(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)).astype(np.float32)
