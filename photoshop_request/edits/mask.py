"""Compute the change mask: the pixels of the source's frame that an edit changed."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from photoshop_request.edits.evidence import Change, CommonFrame, slopes, worst_channel
from photoshop_request.edits.resize import halved
from photoshop_request.edits.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ChangeMask:
    """Mark the changed pixels of the common frame."""

    pixels: "NDArray[np.bool_]"
    """Shape (height, width) of the frame, False outside the edit."""
    regions: int
    """Number of connected regions."""


def change_mask(frame: CommonFrame, change: Change) -> ChangeMask:
    """Mark the pixels that differ after compensating the global tone.

    Sharp changes are found by pixel, soft ones by neighborhood. Regions grow outwards to half the threshold. Holes of
    a few pixels are closed, and specks are dropped.
    """
    limits, peak = thresholds().mask, thresholds().changed.peak
    sharp = change.difference
    soft = _soft_difference(change.half, frame.half[1], sharp <= limits.sharp_level)
    soft *= frame.inside.view(np.uint8)
    seed = (sharp > limits.sharp_level) | (soft > limits.soft_level)
    if not seed.any():
        return ChangeMask(seed, 0)
    around = np.asarray(cv2.boxFilter(sharp, cv2.CV_16U, (3, 3), normalize=False))
    grown = (around > 9 * limits.sharp_level / 2) | (soft > limits.soft_level * 0.7)
    near = np.asarray(cv2.dilate(seed.view(np.uint8), np.ones((5, 5), np.uint8))).view(np.bool_)
    marked = (seed | (grown & near)).view(np.uint8)
    closed = cv2.morphologyEx(marked, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return _without_specks(np.asarray(closed, np.uint8), around > 9 * peak)


def _soft_difference(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", use: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Return the mean difference over 9x9 pixels, less the effect of 0.4 pixels of misalignment.

    a, b: pictures at half size. use: pixels at full size that count. Sharp changes are left out, so that thin marks do
    not spread.
    """
    half_a, half_b = (x.astype(np.float32) for x in (a, b))
    step = half_b - half_a
    if use.all():
        mean = np.abs(cv2.blur(step, (5, 5)))
    else:
        weight = halved(use.view(np.uint8) * np.uint8(255)).astype(np.float32) / 255
        step *= weight[..., None]
        mean = np.abs(cv2.blur(step, (5, 5)) / np.maximum(cv2.blur(weight, (5, 5)), 0.2)[..., None])
    across, down = slopes(np.asarray(cv2.blur(half_a, (5, 5)), np.float32))
    difference = worst_channel(mean - 0.2 * (np.abs(across) + np.abs(down)))
    grown = cv2.resize(difference, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown[: use.shape[0], : use.shape[1]])


def _without_specks(marked: "NDArray[np.uint8]", strong: "NDArray[np.bool_]") -> ChangeMask:
    """Drop small regions without a strong pixel."""
    left, top, width, height = cv2.boundingRect(marked)
    box = (slice(top, top + height), slice(left, left + width))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked[box], connectivity=8)
    holds_strong = np.zeros(count, bool)
    holds_strong[labels[strong[box]]] = True
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (area >= max(6, thresholds().mask.min_area * marked.size)) | (holds_strong & (area >= 6))
    keep[0] = False
    regions = int(np.count_nonzero(keep))
    pixels = marked.astype(bool)
    if regions < count - 1:
        pixels[box] = keep[labels]
    return ChangeMask(pixels, regions)


def to_png(pixels: "NDArray[np.bool_]", size: tuple[int, int]) -> bytes:
    """Encode a mask as a 1-bit PNG of `size` (width, height). White is changed."""
    picture = Image.fromarray(pixels.astype(np.uint8) * 255)
    out = io.BytesIO()
    grown = picture.resize(size, Image.Resampling.BILINEAR).point(lambda value: 255 * (value > 127))
    grown.convert("1", dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
