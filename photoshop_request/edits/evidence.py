"""What two aligned pictures say of each other: structure, detail, noise, tone and local change, each as a number."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.align import (
    AGREES,
    TEXTURED,
    Alignment,
    block_agreement,
    block_deviation,
    block_mean,
    common_size,
    covered_blocks,
    into_frame,
    overlap_mask,
    warp,
)
from photoshop_request.edits.noise import Noise, measure_noise
from photoshop_request.edits.tone import Tone, fit_tone, toned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Prepared

__all__ = ["Change", "Evidence", "Frame", "common_frame", "difference", "find_change", "measure", "worst_channel"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Both pictures in the source's frame, at the resolution that both of them have."""

    source: "NDArray[np.uint8]"
    """Shape (height, width, 3)."""
    edit: "NDArray[np.uint8]"
    """The same shape, aligned; meaningless where `inside` is False."""
    inside: "NDArray[np.bool_]"
    """Shape (height, width): where both have pixels, two pixels of border left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in a frame once the global tone is compensated."""

    tone: Tone
    target: "NDArray[np.uint8]"
    """The source with that tone, shape (height, width, 3)."""
    apart: "NDArray[np.int16]"
    """Grey levels, shape (height, width): see `difference`."""


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
    tone: Tone
    changed: float
    """Share of the overlap that differs by more than 12 grey levels once the tone is compensated."""
    peak: float
    """Grey levels: mean of the 20 strongest 5x5 means of that difference."""
    shade: float
    """Grey levels: mean of the 3 largest changes of a 16x16 block's mean (Y, Cr or Cb), tone compensated; re-encoding
    keeps means."""


def common_frame(source: "Prepared", edit: "Prepared", alignment: Alignment) -> Frame:
    """Bring both pictures into the source's frame at working size, or smaller where the edit holds less detail."""
    size = common_size(source, alignment.matrix)
    into = into_frame(source, alignment.matrix, size)
    inside = overlap_mask(edit, into, size).astype(np.uint8)
    shrunk = cv2.erode(inside, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return Frame(source.scaled(size), warp(edit, into, size), shrunk.astype(bool))


def find_change(frame: Frame) -> Change:
    """Fit the tone and take the difference that it leaves."""
    tone = fit_tone(frame.source, frame.edit, frame.inside)
    target = toned(frame.source, tone)
    return Change(tone, target, difference(target, frame.edit, frame.inside))


def measure(source: "Prepared", edit: "Prepared", alignment: Alignment, frame: Frame, change: Change) -> Evidence:
    """Take all measures of an aligned pair."""
    a, b = _luminance(frame.source), _luminance(frame.edit)
    covered = covered_blocks(frame.inside)
    zncc, deviation = block_agreement(a, b)
    textured = (deviation > TEXTURED) & covered
    detail_a, detail_b = a - cv2.GaussianBlur(a, (0, 0), 2), b - cv2.GaussianBlur(b, (0, 0), 2)
    fine, depth = block_agreement(detail_a, detail_b)
    detailed = (depth > 1.5) & covered
    apart = worst_channel(cv2.absdiff(frame.source, frame.edit))
    sharpness, uneven = _sharpness(detail_a, detail_b, detailed, textured & (zncc > AGREES))
    added, uncovered = _beyond(source, edit, alignment)
    return Evidence(
        structure=_share(zncc[textured] > AGREES),
        detail=_share(fine[detailed] > 0.5),
        exact_detail=_share(fine[detailed] > 0.95),
        exact_blocks=int(np.count_nonzero(fine[detailed] > 0.95)),
        outline=_outline(a, b),
        noise=measure_noise(source, edit, alignment),
        bit_close=_share(block_mean(apart.astype(np.float32))[covered] < 3),
        sharpness=sharpness,
        uneven=uneven,
        overlap=float(frame.inside.mean()),
        added=added,
        uncovered=uncovered,
        tone=change.tone,
        changed=_share(change.apart[frame.inside] > 12),
        peak=_peak(change.apart),
        shade=_shade(change.target, frame.edit, covered),
    )


def difference(
    source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]"
) -> "NDArray[np.int16]":
    """Grey levels, shape (height, width), by which an edit leaves what its 3x3 neighbourhood in the source spans.

    Resampling, compression and half a pixel of misalignment stay within that span; an edit does not. Both pictures are
    smoothed over 3x3 first; the worst of the three channels counts; outside is 0.
    """
    kernel = np.ones((3, 3), np.uint8)
    soft_a, soft_b = cv2.blur(source, (3, 3)), cv2.blur(edit, (3, 3)).astype(np.int16)
    above = soft_b - cv2.dilate(soft_a, kernel)
    below = cv2.erode(soft_a, kernel) - soft_b
    apart = np.maximum(worst_channel(np.maximum(above, below)), 0)
    apart[~inside] = 0
    return np.asarray(apart, dtype=np.int16)


def worst_channel(x: "NDArray[Any]") -> "NDArray[Any]":
    """The largest of three channels; numpy's max over a short axis takes ten times as long."""
    return np.asarray(np.maximum(np.maximum(x[..., 0], x[..., 1]), x[..., 2]))


def _luminance(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)).astype(np.float32)


def _share(flags: "NDArray[np.bool_]") -> float:
    return float(flags.mean()) if flags.size else 0.0


def _outline(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> float:
    size = (max(8, a.shape[1] // 4), max(8, a.shape[0] // 4))
    slopes = []
    for one in (a, b):
        small = cv2.resize(one, size, interpolation=cv2.INTER_AREA)
        slope = cv2.magnitude(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1))
        slopes.append(slope - slope.mean())
    energy = float(np.sqrt((slopes[0] ** 2).sum() * (slopes[1] ** 2).sum()))
    return float((slopes[0] * slopes[1]).sum()) / energy if energy > 0 else 0.0


def _sharpness(
    a: "NDArray[np.float32]",
    b: "NDArray[np.float32]",
    detailed: "NDArray[np.bool_]",
    textured: "NDArray[np.bool_]",
) -> tuple[float, float]:
    """Median ratio of detail, and the share of blocks far from it."""
    if not detailed.any():
        return 1.0, 0.0
    before, after = block_deviation(a), np.maximum(block_deviation(b), 0.1)
    ratio = after / np.maximum(before, 0.1)
    median = float(np.median(ratio[detailed]))
    judged = ratio[textured & (before > 2.5)]
    return median, float(((judged < median / 2) | (judged > median * 2)).mean()) if judged.size else 0.0


def _shade(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", covered: "NDArray[np.bool_]") -> float:
    """The largest changes of block means, less what 0.7 px of misalignment make of the block's own slope."""
    one, other = (np.asarray(cv2.cvtColor(x, cv2.COLOR_RGB2YCrCb)).astype(np.float32) for x in (a, b))
    across, down = (np.abs(block_mean(slope)) for slope in slopes(one))
    apart = np.abs(block_mean(other) - block_mean(one)) - 0.7 * (across + down)
    strongest = np.sort(worst_channel(apart)[covered])[-3:]
    return max(0.0, float(strongest.mean())) if strongest.size else 0.0


def slopes(x: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Change per pixel across and down, channels kept: what one pixel of misalignment makes."""
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    return np.asarray(cv2.filter2D(x, -1, kernel), np.float32), np.asarray(cv2.filter2D(x, -1, kernel.T), np.float32)


def _beyond(source: "Prepared", edit: "Prepared", alignment: Alignment) -> tuple[float, float]:
    """Shares of the edit beyond the source's frame: with texture, and at all."""
    height, width = edit.grey.shape
    back = np.asarray(cv2.invertAffineTransform(alignment.matrix), np.float64)
    into = np.diag([width / edit.width, height / edit.height]) @ back
    within = cv2.dilate(overlap_mask(source, into, (width, height)).astype(np.uint8), np.ones((5, 5), np.uint8))
    beyond = covered_blocks(within == 0)
    if not beyond.any():
        return 0.0, 0.0
    deviation = block_deviation(edit.grey.astype(np.float32))
    return float((beyond & (deviation > TEXTURED)).mean()), float(beyond.mean())


def _peak(change: "NDArray[np.int16]") -> float:
    means = cv2.blur(change.astype(np.float32), (5, 5))
    strong = means[means > means.max() / 4]
    means = strong if strong.size >= 20 else means.ravel()
    count = min(20, means.size)
    return float(np.partition(means, means.size - count)[-count:].mean())
