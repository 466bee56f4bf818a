"""What two aligned pictures say of each other: structure, detail, noise, tone and local change, each as a number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.blocks import (
    AGREES,
    BLOCK,
    TEXTURED,
    Blocks,
    block_mean,
    covered_blocks,
    deviation,
    fine_blocks,
    zncc,
)
from photoshop_request.edits.grain import UNMEASURED, Noise
from photoshop_request.edits.resize import halved
from photoshop_request.edits.tone import Tone, colours, fit_tone, toned
from photoshop_request.edits.warp import common_size, into_frame, overlap_mask, warp, warp_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.align import Alignment
    from photoshop_request.edits.prepare import Prepared

__all__ = ["Change", "Evidence", "Frame", "common_frame", "find_change", "measure", "slopes", "worst_channel"]

_STRONGEST = 20

_SURE = 0.8
"""Quality of an alignment from which its angle is known to a tenth of a degree."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Both pictures in the source's frame, at the resolution that both of them have."""

    source: "NDArray[np.uint8]"
    """Shape (height, width, 3)."""
    edit: "NDArray[np.uint8]"
    """The same shape, aligned; meaningless where `inside` is False."""
    inside: "NDArray[np.bool_]"
    """Shape (height, width): where both have pixels, two pixels of border left out."""
    half: "tuple[NDArray[np.uint8], NDArray[np.uint8]]"
    """Source and edit at half that size: for means of blocks, a quarter of the pixels tells as much."""
    light: tuple[Blocks, Blocks]
    """Luminance of source and edit."""
    fine: tuple[Blocks, Blocks]
    """Its fine detail."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in a frame once the global tone is compensated."""

    tone: Tone
    target: "NDArray[np.uint8]"
    """The source with that tone, shape (height, width, 3)."""
    half: "NDArray[np.uint8]"
    """The same at half the size."""
    apart: "NDArray[np.uint8]"
    """Grey levels, shape (height, width): see `_difference`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figures that verdicts are made of; shares are 0 to 1, correlations -1 to 1."""

    structure: float
    """Share of textured 16x16 blocks with ZNCC over 0.75."""
    detail: float
    """Share of detailed 16x16 blocks whose high-pass content (sigma 2) has ZNCC over 0.5."""
    exact_detail: float
    """The same over 0.95."""
    exact_blocks: int
    """How many blocks that is."""
    outline: float
    """Correlation of the gradient magnitudes at a quarter of the working size: survives filters and colouring."""
    noise: Noise
    bit_close: float
    """Share of blocks of the overlap that differ by under 3 grey levels on average, nothing compensated."""
    sharpness: float
    """Median ratio, edit to source, of high-pass deviation in detailed blocks: under 1 is softer."""
    uneven: float
    """Share of blocks of agreeing structure whose sharpness changed by over a factor 2 against that median: local blur."""
    overlap: float
    """Share of the source's frame that the edit covers."""
    added: float
    """Share of the edit's area that is new content beyond the source's frame; plain borders and bars do not count."""
    uncovered: float
    """Share of the edit's area that lies beyond the source's frame, whatever is there."""
    tilt: float
    """Degrees, 0 to 45, by which the edit is turned off the nearest quarter turn; 0 where the alignment is not sure."""
    tone: Tone
    peak: float
    """Grey levels: mean of the 20 strongest 5x5 means of what differs once the tone is compensated."""
    lone: float
    """How often that is what the strongest half percent of the overlap reaches, plus 2 grey levels: a small spot, retouched
    in a picture that is else untouched, stands out though it is faint."""
    shade: float
    """Grey levels: mean of the 3 largest changes of a 16x16 block's mean (Y, Cr or Cb), tone compensated; re-encoding
    keeps means."""


def common_frame(source: "Prepared", edit: "Prepared", alignment: "Alignment") -> Frame:
    """Bring both pictures into the source's frame at working size, or smaller where the edit holds less detail."""
    size = common_size(source, alignment.matrix)
    into = into_frame(source, alignment.matrix, size)
    inside = overlap_mask(edit, into, size).view(np.uint8)
    shrunk = cv2.erode(inside, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_REPLICATE)
    light = (source.blocks_at(size), warp_blocks(edit, into, size))
    fine = (
        source.fine if light[0] is source.blocks else fine_blocks(light[0]),
        edit.fine if light[1] is edit.blocks else fine_blocks(light[1]),
    )
    here, there = source.scaled(size), warp(edit, into, size)
    half = (halved(here), halved(there))
    return Frame(here, there, np.asarray(shrunk).view(np.bool_), half, light, fine)


def find_change(frame: Frame) -> Change:
    """Fit the tone and take the difference that it leaves."""
    tone = fit_tone(*frame.half, frame.inside)
    target = toned(frame.source, tone)
    return Change(tone, target, toned(frame.half[0], tone), _difference(target, frame.edit, frame.inside))


def measure(source: "Prepared", edit: "Prepared", alignment: "Alignment", frame: Frame, change: Change) -> Evidence:
    """Take all measures of an aligned pair but that of the noise, which few verdicts hang on (`judge.hangs_on_noise`)."""
    covered = covered_blocks(frame.inside)
    structure, detail = zncc(*frame.light), zncc(*frame.fine)
    textured = (deviation(*frame.light) > TEXTURED) & covered
    detailed = (deviation(*frame.fine) > 1.5) & covered
    apart = worst_channel(cv2.absdiff(frame.source, frame.edit))
    sharpness, uneven = _sharpness(frame.fine, detailed, textured & (structure > AGREES))
    added, uncovered = _beyond(source, edit, alignment)
    area = cv2.countNonZero(frame.inside.view(np.uint8))
    peak, lone = _peaks(change.apart, area)
    return Evidence(
        structure=_share(structure[textured] > AGREES),
        detail=_share(detail[detailed] > 0.5),
        exact_detail=_share(detail[detailed] > 0.95),
        exact_blocks=int(np.count_nonzero(detail[detailed] > 0.95)),
        outline=_outline(frame.light[0].light, frame.light[1].light),
        noise=UNMEASURED,
        bit_close=_share(block_mean(apart.astype(np.float32))[covered] < 3),
        sharpness=sharpness,
        uneven=uneven,
        overlap=area / frame.inside.size,
        added=added,
        uncovered=uncovered,
        tilt=alignment.tilt if alignment.quality >= _SURE else 0.0,
        tone=change.tone,
        peak=peak,
        lone=lone,
        shade=_shade(change.half, frame.half[1], covered),
    )


def _difference(
    source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]"
) -> "NDArray[np.uint8]":
    """Grey levels, shape (height, width), by which an edit leaves what its 3x3 neighbourhood in the source spans.

    Resampling, compression and half a pixel of misalignment stay within that span; an edit does not. Both pictures are
    smoothed over 3x3 first; the worst of the three channels counts; outside is 0.
    """
    kernel = np.ones((3, 3), np.uint8)
    soft_a, soft_b = cv2.blur(source, (3, 3)), cv2.blur(edit, (3, 3))
    above = cv2.subtract(soft_b, cv2.dilate(soft_a, kernel))  # cut off at 0, as uint8 is in OpenCV
    below = cv2.subtract(cv2.erode(soft_a, kernel), soft_b)
    return np.asarray(worst_channel(cv2.max(above, below)) * inside.view(np.uint8))


def worst_channel(x: "NDArray[Any]") -> "NDArray[Any]":
    """The largest of three channels; numpy's max over a short axis takes ten times as long."""
    one, other, third = cv2.split(x)
    return np.asarray(cv2.max(cv2.max(one, other), third))


def _share(flags: "NDArray[np.bool_]") -> float:
    return float(flags.mean()) if flags.size else 0.0


def _outline(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> float:
    size = (max(8, a.shape[1] // 4), max(8, a.shape[0] // 4))
    slopes = []
    for one in (a, b):
        small = cv2.resize(one, size, interpolation=cv2.INTER_AREA)
        across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
        slope = np.sqrt(across * across + down * down)  # cv2.magnitude rounds by where its result lies in memory
        slopes.append(slope - slope.mean())
    energy = float(np.sqrt((slopes[0] ** 2).sum() * (slopes[1] ** 2).sum()))
    return float((slopes[0] * slopes[1]).sum()) / energy if energy > 0 else 0.0


def _sharpness(
    fine: tuple[Blocks, Blocks], detailed: "NDArray[np.bool_]", textured: "NDArray[np.bool_]"
) -> tuple[float, float]:
    """Median ratio of the deviation of detail, and the share of blocks far from it."""
    if not detailed.any():
        return 1.0, 0.0
    before, after = (deviation(one) for one in fine)
    ratio = np.maximum(after, 0.1) / np.maximum(before, 0.1)
    median = float(np.median(ratio[detailed]))
    judged = ratio[textured & (before > 2.5)]
    return median, float(((judged < median / 2) | (judged > median * 2)).mean()) if judged.size else 0.0


def _shade(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", covered: "NDArray[np.bool_]") -> float:
    """The largest changes of block means, less what 0.7 px of misalignment make of the block's own slope; at half size."""
    one, other = colours(a), colours(b)
    side = BLOCK // 2
    across, down = (np.abs(block_mean(slope, side)) for slope in slopes(one))
    apart = np.abs(block_mean(other, side) - block_mean(one, side)) - 0.35 * (across + down)
    rows, columns = covered.shape
    strongest = np.sort(worst_channel(apart)[:rows, :columns][covered])[-3:]
    return max(0.0, float(strongest.mean())) if strongest.size else 0.0


def slopes(x: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Change per pixel across and down, channels kept: what one pixel of misalignment makes."""
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    return np.asarray(cv2.filter2D(x, -1, kernel), np.float32), np.asarray(cv2.filter2D(x, -1, kernel.T), np.float32)


def _beyond(source: "Prepared", edit: "Prepared", alignment: "Alignment") -> tuple[float, float]:
    """Shares of the edit beyond the source's frame: with texture, and at all."""
    height, width = edit.grey.shape
    back = np.asarray(cv2.invertAffineTransform(alignment.matrix), np.float64)
    into = into_frame(edit, back, (width, height))
    if _covers(source, into, (width, height)):
        return 0.0, 0.0
    within = cv2.dilate(overlap_mask(source, into, (width, height)).view(np.uint8), np.ones((5, 5), np.uint8))
    beyond = covered_blocks(np.asarray(within == 0))
    if not beyond.any():
        return 0.0, 0.0
    return float((beyond & (deviation(edit.blocks) > TEXTURED)).mean()), float(beyond.mean())


def _covers(source: "Prepared", into: "NDArray[np.float64]", size: tuple[int, int]) -> bool:
    """Whether a frame that a picture is stretched to shows less than a block's width of anything else."""
    corners = np.array([[0, 0], [source.width, 0], [0, source.height], [source.width, source.height]])
    apart = corners @ into[:, :2].T + into[:, 2] - corners * [size[0] / source.width, size[1] / source.height]
    return bool(np.abs(apart).max() < BLOCK / 2)


def _peaks(change: "NDArray[np.uint8]", area: int) -> tuple[float, float]:
    """The strongest 5x5 means of a difference, and how far they stand out from the strongest half percent of the area."""
    sums = np.asarray(cv2.boxFilter(change, cv2.CV_16U, (5, 5), normalize=False))
    counts = np.bincount(sums.ravel())
    counts[0] -= min(int(counts[0]), sums.size - area)  # what lies outside
    from_top = np.cumsum(counts[::-1])
    values = np.arange(len(counts))[::-1]
    top = np.repeat(values, np.diff(np.minimum(from_top, _STRONGEST), prepend=0))
    peak = float(top.mean()) / 25 if top.size else 0.0
    usual = float(values[min(int(np.searchsorted(from_top, 0.005 * area)), len(values) - 1)]) / 25
    return peak, peak / (usual + 2)
