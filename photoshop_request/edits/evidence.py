"""Measure two aligned pictures: structure, detail, tone and local change, each as a number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.blocks import (
    AGREES,
    BLOCK,
    TEXTURED,
    BlockGrid,
    block_mean,
    covered_blocks,
    detail_grid,
    deviation,
    zncc,
)
from photoshop_request.edits.grain import UNMEASURED, Grain
from photoshop_request.edits.resize import halved
from photoshop_request.edits.shared import SharedContent, shared_content
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.tone import Tone, apply_curve, fit_tone, luma_chroma
from photoshop_request.edits.warp import common_size, into_frame, overlap_mask, warp, warp_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.prepare import PreparedPicture


_STRONGEST = 20
"""Number of 5x5 spots whose mean is the peak."""
_SURE = 0.8
"""Alignment quality from which the angle is exact to 0.1 degrees."""


@dataclass(frozen=True, slots=True)
class CommonFrame:
    """Hold both pictures in the source's frame, at the coarser resolution of the two."""

    source: "NDArray[np.uint8]"
    """RGB, shape (height, width, 3)."""
    edit: "NDArray[np.uint8]"
    """Aligned RGB, same shape. Undefined where `inside` is False."""
    inside: "NDArray[np.bool_]"
    """True where both have pixels, except for a border of two pixels. Shape (height, width)."""
    half: "tuple[NDArray[np.uint8], NDArray[np.uint8]]"
    """Source and edit at half size. Block means need no more pixels."""
    light: tuple[BlockGrid, BlockGrid]
    """Luminance of source and edit."""
    detail: tuple[BlockGrid, BlockGrid]
    """Fine detail of source and edit."""
    textured: "NDArray[np.bool_]"
    """Blocks that both pictures cover and that have texture in either."""
    structure: "NDArray[np.float32]"
    """Correlation of each block's luminance, -1 to 1."""


@dataclass(frozen=True, slots=True)
class Change:
    """Hold the difference that remains after compensating the global tone."""

    tone: Tone
    target: "NDArray[np.uint8]"
    """Source with that tone, shape (height, width, 3)."""
    half: "NDArray[np.uint8]"
    """`target` at half size."""
    difference: "NDArray[np.uint8]"
    """Gray levels by which each pixel differs, shape (height, width)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold the measurements that decide a verdict. Fractions are 0 to 1, correlations -1 to 1, blocks 16x16 pixels."""

    structure: float
    """Fraction of textured blocks with a correlation over 0.75."""
    detail: float
    """Fraction of detailed blocks whose fine detail (high-pass, sigma 2) has a correlation over 0.5."""
    exact_detail: float
    """Same fraction for a correlation over 0.95."""
    shared: SharedContent
    """Content that agrees apart from a flat surround."""
    grain: Grain
    texture: float | None
    """Median correlation of fine texture, or None. Measured only for suspected second shots."""
    bit_close: float
    """Fraction of the overlap's blocks that differ by less than 3 gray levels on average, without compensation."""
    sharpness: float
    """Median ratio of fine detail in detailed blocks, edit to source. Under 1 is softer."""
    uneven_sharpness: float
    """Fraction of agreeing blocks whose ratio is under half or over twice that median: local blur or sharpening."""
    overlap: float
    """Fraction of the source's frame that the edit covers."""
    added: float
    """Fraction of the edit with new content beyond the source's frame. Plain borders and bars do not count."""
    uncovered: float
    """Fraction of the edit beyond the source's frame, with any content."""
    tilt: float
    """Degrees, 0 to 45, that the edit is off the nearest quarter turn, or 0 if the alignment is uncertain."""
    tone: Tone
    peak: float
    """Gray levels: mean of the 20 strongest 5x5 spots of `Change.difference`."""
    spot_contrast: float
    """`peak` divided by s + 2, where 0.5 % of the overlap's spots exceed s gray levels. A small retouched spot is
    faint, but stands out in an otherwise untouched picture."""
    block_change: float
    """Gray levels: mean of the 3 largest changes of a block's mean (Y, Cr or Cb) after compensating the tone.
    Re-encoding keeps block means."""


def common_frame(source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment") -> CommonFrame:
    """Warp both pictures into the source's frame at working size, or smaller if the edit has less detail."""
    size = common_size(source, alignment.matrix)
    into = into_frame(source, alignment.matrix, size)
    covering = overlap_mask(edit, into, size).view(np.uint8)
    shrunk = cv2.erode(covering, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_REPLICATE)
    light = (source.blocks_at(size), warp_blocks(edit, into, size))
    detail = (
        source.detail if light[0] is source.blocks else detail_grid(light[0]),
        edit.detail if light[1] is edit.blocks else detail_grid(light[1]),
    )
    source_pixels, edit_pixels = source.scaled(size), warp(edit, into, size)
    half = (halved(source_pixels), halved(edit_pixels))
    inside = np.asarray(shrunk).view(np.bool_)
    textured = (deviation(*light) > TEXTURED) & covered_blocks(inside)
    return CommonFrame(source_pixels, edit_pixels, inside, half, light, detail, textured, zncc(*light))


def find_change(frame: CommonFrame) -> Change:
    """Fit the global tone and return the difference that remains."""
    tone, curve = fit_tone(*frame.half, frame.inside, _standing(frame))
    target = apply_curve(frame.source, curve)
    return Change(tone, target, apply_curve(frame.half[0], curve), _difference(target, frame.edit, frame.inside))


def _standing(frame: CommonFrame) -> "NDArray[np.bool_]":
    """Mark textured blocks of the same structure, except beside blocks that are flat in both pictures.

    There the outline of a subject agrees, whatever happened on either side of it.
    """
    flat = (deviation(*frame.light) < thresholds().tone.flat).view(np.uint8)
    beside_flat = np.asarray(cv2.dilate(flat, np.ones((3, 3), np.uint8))).view(np.bool_)
    return frame.textured & (frame.structure > AGREES) & ~beside_flat


def measure(
    source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment", frame: CommonFrame, change: Change
) -> Evidence:
    """Measure everything but grain and texture, which are slow and decide few verdicts (`verdict.needs_grain`)."""
    covered = covered_blocks(frame.inside)
    structure, textured, detail = frame.structure, frame.textured, zncc(*frame.detail)
    detailed = (deviation(*frame.detail) > 1.5) & covered
    difference = worst_channel(cv2.absdiff(frame.source, frame.edit))
    sharpness, uneven_sharpness = _sharpness(frame.detail, detailed, textured & (structure > AGREES))
    added, uncovered = _beyond(source, edit, alignment)
    area = cv2.countNonZero(frame.inside.view(np.uint8))
    peak, spot_contrast = _peak(change.difference, area)
    return Evidence(
        structure=_fraction(structure[textured] > AGREES),
        detail=_fraction(detail[detailed] > 0.5),
        exact_detail=_fraction(detail[detailed] > 0.95),
        shared=shared_content(frame.light, textured, structure, detailed, detail),
        grain=UNMEASURED,
        texture=None,
        bit_close=_fraction(block_mean(difference.astype(np.float32))[covered] < 3),
        sharpness=sharpness,
        uneven_sharpness=uneven_sharpness,
        overlap=area / frame.inside.size,
        added=added,
        uncovered=uncovered,
        tilt=alignment.tilt if alignment.quality >= _SURE else 0.0,
        tone=change.tone,
        peak=peak,
        spot_contrast=spot_contrast,
        block_change=_block_change(change.half, frame.half[1], covered),
    )


def _difference(
    source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]"
) -> "NDArray[np.uint8]":
    """Return the gray levels by which the edit leaves the range of the source's 3x3 neighborhood, or 0 outside.

    Resampling, compression and half a pixel of misalignment stay in that range. Both pictures are smoothed over 3x3
    first. The worst of the three channels counts.
    """
    kernel = np.ones((3, 3), np.uint8)
    soft_a, soft_b = cv2.blur(source, (3, 3)), cv2.blur(edit, (3, 3))
    above = cv2.subtract(soft_b, cv2.dilate(soft_a, kernel))  # OpenCV clips uint8 at 0
    below = cv2.subtract(cv2.erode(soft_a, kernel), soft_b)
    return np.asarray(worst_channel(cv2.max(above, below)) * inside.view(np.uint8))


def worst_channel(x: "NDArray[Any]") -> "NDArray[Any]":
    """Return the largest of three channels. NumPy's max over such a short axis takes ten times as long."""
    first, second, third = cv2.split(x)
    return np.asarray(cv2.max(cv2.max(first, second), third))


def _fraction(flags: "NDArray[np.bool_]") -> float:
    return float(flags.mean()) if flags.size else 0.0


def _sharpness(
    detail: tuple[BlockGrid, BlockGrid], detailed: "NDArray[np.bool_]", agreeing: "NDArray[np.bool_]"
) -> tuple[float, float]:
    """Return `Evidence.sharpness` and `Evidence.uneven_sharpness`."""
    if not detailed.any():
        return 1.0, 0.0
    before, after = (deviation(grid) for grid in detail)
    ratio = np.maximum(after, 0.1) / np.maximum(before, 0.1)
    median = float(np.median(ratio[detailed]))
    ratios = ratio[agreeing & (before > 2.5)]
    return median, float(((ratios < median / 2) | (ratios > median * 2)).mean()) if ratios.size else 0.0


def _block_change(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", covered: "NDArray[np.bool_]") -> float:
    """Return `Evidence.block_change` from pictures at half size.

    The effect of 0.7 pixels of misalignment on each block's own gradient is subtracted.
    """
    before, after = luma_chroma(a), luma_chroma(b)
    side = BLOCK // 2
    across, down = (np.abs(block_mean(slope, side)) for slope in slopes(before))
    change = np.abs(block_mean(after, side) - block_mean(before, side)) - 0.35 * (across + down)
    rows, columns = covered.shape
    strongest = np.sort(worst_channel(change)[:rows, :columns][covered])[-3:]
    return max(0.0, float(strongest.mean())) if strongest.size else 0.0


def slopes(x: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Return the change per pixel across and down, by channel: the effect of one pixel of misalignment."""
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    return np.asarray(cv2.filter2D(x, -1, kernel), np.float32), np.asarray(cv2.filter2D(x, -1, kernel.T), np.float32)


def _beyond(source: "PreparedPicture", edit: "PreparedPicture", alignment: "Alignment") -> tuple[float, float]:
    """Return `Evidence.added` and `Evidence.uncovered`."""
    height, width = edit.grey.shape
    back = np.asarray(cv2.invertAffineTransform(alignment.matrix), np.float64)
    into = into_frame(edit, back, (width, height))
    if _fills(source, into, (width, height)):
        return 0.0, 0.0
    within = cv2.dilate(overlap_mask(source, into, (width, height)).view(np.uint8), np.ones((5, 5), np.uint8))
    beyond = covered_blocks(np.asarray(within == 0))
    if not beyond.any():
        return 0.0, 0.0
    return float((beyond & (deviation(edit.blocks) > TEXTURED)).mean()), float(beyond.mean())


def _fills(source: "PreparedPicture", into: "NDArray[np.float64]", size: tuple[int, int]) -> bool:
    """Return True if the source fills the frame of `size` up to half a block at each corner."""
    corners = np.array([[0, 0], [source.width, 0], [0, source.height], [source.width, source.height]])
    apart = corners @ into[:, :2].T + into[:, 2] - corners * [size[0] / source.width, size[1] / source.height]
    return bool(np.abs(apart).max() < BLOCK / 2)


def _peak(difference: "NDArray[np.uint8]", area: int) -> tuple[float, float]:
    """Return `Evidence.peak` and `Evidence.spot_contrast`. `area`: pixels of the overlap."""
    sums = np.asarray(cv2.boxFilter(difference, cv2.CV_16U, (5, 5), normalize=False))
    counts = np.bincount(sums.ravel())
    counts[0] -= min(int(counts[0]), sums.size - area)  # pixels outside the overlap
    from_top = np.cumsum(counts[::-1])
    values = np.arange(len(counts))[::-1]
    top = np.repeat(values, np.diff(np.minimum(from_top, _STRONGEST), prepend=0))
    peak = float(top.mean()) / 25 if top.size else 0.0
    usual = float(values[min(int(np.searchsorted(from_top, 0.005 * area)), len(values) - 1)]) / 25
    return peak, peak / (usual + 2)
