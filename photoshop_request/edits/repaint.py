"""Tell precise edits from repaints, in which a model drew the whole picture anew.

A precise edit keeps the source's pixels where nothing was asked for. A repaint keeps the structure, but draws other fine
detail and other grain. Compression and scaling lose fine detail too, so the result is often `unsure`.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import covered_blocks, deviation, high_pass, zncc
from photoshop_request.edits.compression import fine_detail_kept
from photoshop_request.edits.fine import fine_size, patch, stacked, tiles_of, view_of
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.warp import into_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.figures import EditKind
    from photoshop_request.edits.fine import FineView
    from photoshop_request.edits.prepare import PreparedPicture


_SIDE = 32
"""Side of a block in pixels."""
_TILE, _TILES, _FRAME = 128, 4, 1400
"""Side of a tile in pixels, number of tiles along each side, and maximum longer side of the frame."""
_FINE, _COARSE = 0.7, (1.4, 2.8)
"""Sigma, in pixels, of the high-pass filter for fine detail, and of the band-pass filter for coarse detail."""
_TEXTURED = 1.0
"""Gray levels of deviation of coarse detail from which a block is textured."""
_IN_PLACE = 0.9
"""Correlation of luminance from which a block shows the same structure."""
_GRAINY = 0.15
"""Gray levels of deviation of fine detail from which a block has grain."""
_MIN_FLAT = 4
"""Blocks in place from which a flattest third is measured."""


@dataclass(frozen=True, slots=True)
class Detail:
    """Hold the agreement of two pictures' detail, in 32x32 blocks whose structure agrees."""

    fine: float
    """Median correlation, -1 to 1, of the fine detail of textured blocks."""
    coarse: float
    """Median correlation, -1 to 1, of their coarse detail. Repaints and compressed edits keep it."""
    grain: float
    """90th percentile of the correlation, -1 to 1, of fine detail in the flattest third of the blocks."""
    slope: float
    """Logarithm of the ratio of coarse to fine detail in what the source does not explain. Compression leaves a fine
    difference, a repaint a coarse one."""
    softness: float
    """Median ratio of coarse detail, edit to source. Near 0 the edit is blurred."""
    blocks: int
    """Number of textured blocks."""


def measure_detail(source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment") -> Detail | None:
    """Measure the detail at the finest scale that both pictures have, or return None if too few blocks have any."""
    size = fine_size(source, alignment)
    shrink = min(1.0, _FRAME / max(size))
    size = (round(size[0] * shrink), round(size[1] * shrink))
    if min(size) < _SIDE:
        return None
    views = (
        view_of(source, into_frame(source, np.eye(2, 3), size)),
        view_of(edit, into_frame(source, alignment.matrix, size)),
    )
    blocks = _measured(views, size)
    in_place = blocks.structure > _IN_PLACE
    textured = in_place & (blocks.before > _TEXTURED)
    unmoved = in_place | ((blocks.flatness < 3) & (np.abs(blocks.light_shift) < 6))
    unmoved &= blocks.fine_before > _GRAINY
    if np.count_nonzero(textured) < thresholds().repaint.min_blocks or np.count_nonzero(unmoved) < _MIN_FLAT:
        return None
    flattest = unmoved & (blocks.flatness <= np.quantile(blocks.flatness[unmoved], 1 / 3))
    unexplained = [
        float(np.median(edit_detail[textured] * np.sqrt(1 - np.minimum(agreement[textured] ** 2, 1))))
        for agreement, edit_detail in ((blocks.coarse, blocks.after), (blocks.fine, blocks.fine_after))
    ]
    return Detail(
        fine=float(np.median(blocks.fine[textured])),
        coarse=float(np.median(blocks.coarse[textured])),
        grain=float(np.percentile(blocks.fine[flattest], 90)),
        slope=math.log((unexplained[0] + 0.1) / (unexplained[1] + 0.1)),
        softness=float(np.median(blocks.after[textured] / blocks.before[textured])),
        blocks=int(np.count_nonzero(textured)),
    )


def repaint_probability(detail: Detail | None) -> float | None:
    """Return the probability, 0 to 1, that the edit is a repaint, or None without detail in either picture."""
    limits = thresholds().repaint
    if detail is None or detail.softness < limits.min_softness:
        return None
    score = limits.intercept
    for name, value in repaint_features(detail).items():
        score += getattr(limits, name) * value
    return 1 / (1 + math.exp(-score))


def repaint_features(detail: Detail) -> dict[str, float]:
    """Return the features of the logistic rule by the names of their weights in `[repaint]`."""
    return {
        "fine": -math.log(1.02 - max(detail.fine, 0.0)),
        "coarse": -math.log(1.003 - max(detail.coarse, 0.0)),
        "grain": max(detail.grain, 0.0),
        "slope": detail.slope,
    }


def edit_kind(
    probability: float | None, detail: Detail | None, edit: "PreparedPicture", alignment: "Alignment"
) -> "EditKind":
    """Return the kind that the probability of a repaint and all other signals agree on, or `unsure`.

    Strong compression takes fine detail from precise edits too. So does a crop, which is aligned to a tenth of a pixel at
    best. In a thumbnail, a repaint looks precise.
    """
    limits = thresholds().repaint
    if detail is None or probability is None or detail.blocks < limits.enough_blocks:
        return "unsure"
    if probability <= limits.precise:
        return "precise"
    is_suspect = probability >= limits.repaint and detail.slope >= limits.min_slope and alignment.method == "identity"
    return "repaint" if is_suspect and fine_detail_kept(edit, _FINE) < limits.max_kept else "unsure"


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Hold one value per covered block in each array."""

    structure: "NDArray[np.float32]"
    """Correlation of luminance."""
    flatness: "NDArray[np.float32]"
    """Deviation of the source's luminance in gray levels."""
    light_shift: "NDArray[np.float32]"
    """Gray levels by which the edit is lighter."""
    fine: "NDArray[np.float32]"
    """Correlation of fine detail."""
    fine_before: "NDArray[np.float32]"
    """Deviation of the source's fine detail."""
    fine_after: "NDArray[np.float32]"
    """Deviation of the edit's fine detail."""
    coarse: "NDArray[np.float32]"
    """Correlation of coarse detail."""
    before: "NDArray[np.float32]"
    """Deviation of the source's coarse detail."""
    after: "NDArray[np.float32]"
    """Deviation of the edit's coarse detail."""


def _measured(views: "tuple[FineView, FineView]", size: tuple[int, int]) -> _Blocks:
    layers: tuple[list[NDArray[np.float32]], ...] = ([], [], [], [], [], [])
    inside = []
    for tile in tiles_of(size, _TILE, _TILES):
        rows, columns = tile[3] // _SIDE, tile[2] // _SIDE
        (source, _), (edit, covered) = (patch(view, tile) for view in views)
        fine, coarse = ([filtered(light) for light in (source, edit)] for filtered in (_fine_detail, _coarse_detail))
        for layer, pixels in zip(layers, (source, edit, *fine, *coarse), strict=True):
            layer.append(pixels[: rows * _SIDE, : columns * _SIDE])
        inside.append(np.ones((rows, columns), bool) if covered is None else covered_blocks(covered, _SIDE))
    a, b, fine_a, fine_b, coarse_a, coarse_b = (stacked(layer, _SIDE) for layer in layers)
    shift = b.mean - a.mean
    fields = (
        zncc(a, b),
        deviation(a),
        shift - np.median(shift),
        zncc(fine_a, fine_b),
        deviation(fine_a),
        deviation(fine_b),
        zncc(coarse_a, coarse_b),
        deviation(coarse_a),
        deviation(coarse_b),
    )
    return _Blocks(*(values[np.concatenate(inside)] for values in fields))


def _fine_detail(light: "NDArray[np.float32]") -> "NDArray[np.float32]":
    return high_pass(light, _FINE)


def _coarse_detail(light: "NDArray[np.float32]") -> "NDArray[np.float32]":
    low, high = (cv2.GaussianBlur(light, (0, 0), sigma) for sigma in _COARSE)
    return np.asarray(cv2.subtract(low, high), np.float32)
