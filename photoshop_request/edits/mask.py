"""The change mask: where an edit leaves its source, in the source's frame."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from photoshop_request.edits.evidence import Change, Frame, slopes, worst_channel
from photoshop_request.edits.resize import halved
from photoshop_request.edits.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ChangeMask", "change_mask", "iou", "read_png", "to_png"]


@dataclass(frozen=True, slots=True)
class ChangeMask:
    """Which pixels of the common frame changed."""

    pixels: "NDArray[np.bool_]"
    """Shape (height, width) of the frame; False where the edit does not reach."""
    regions: int
    """Connected regions."""


def change_mask(frame: Frame, change: Change) -> ChangeMask:
    """Mark what differs once the global tone is compensated: sharp changes by pixel, soft ones by neighbourhood.

    Specks go, holes of a few pixels close, soft edges are followed outwards to half the threshold.
    """
    limits, peak = thresholds().mask, thresholds().changed.peak
    sharp = change.apart
    soft = _smooth_shift(change.half, frame.half[1], sharp <= limits.level)
    soft *= frame.inside.view(np.uint8)
    seed = (sharp > limits.level) | (soft > limits.shade)
    if not seed.any():
        return ChangeMask(seed, 0)
    around = np.asarray(cv2.boxFilter(sharp, cv2.CV_16U, (3, 3), normalize=False))
    grown = (around > 9 * limits.level / 2) | (soft > limits.shade * 0.7)
    near = np.asarray(cv2.dilate(seed.view(np.uint8), np.ones((5, 5), np.uint8))).view(np.bool_)
    found = (seed | (grown & near)).view(np.uint8)
    closed = cv2.morphologyEx(found, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return _without_specks(np.asarray(closed, np.uint8), around > 9 * peak)


def _smooth_shift(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", calm: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Mean step from a to b over 9x9, less what 0.4 px of misalignment make, at the size of `calm`, twice that of a and b.

    Pixels of sharp change, which are not calm, do not count, so that thin marks do not spread.
    """
    half_a, half_b = (x.astype(np.float32) for x in (a, b))
    step = half_b - half_a
    if calm.all():
        mean = np.abs(cv2.blur(step, (5, 5)))
    else:
        weight = halved(calm.view(np.uint8) * np.uint8(255)).astype(np.float32) / 255
        step *= weight[..., None]
        mean = np.abs(cv2.blur(step, (5, 5)) / np.maximum(cv2.blur(weight, (5, 5)), 0.2)[..., None])
    across, down = slopes(np.asarray(cv2.blur(half_a, (5, 5)), np.float32))
    shift = worst_channel(mean - 0.2 * (np.abs(across) + np.abs(down)))
    grown = cv2.resize(shift, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown[: calm.shape[0], : calm.shape[1]])


def _without_specks(found: "NDArray[np.uint8]", strong: "NDArray[np.bool_]") -> ChangeMask:
    """`strong` is where even a speck counts."""
    left, top, width, height = cv2.boundingRect(found)
    box = (slice(top, top + height), slice(left, left + width))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found[box], connectivity=8)
    holds_strong = np.zeros(count, bool)
    holds_strong[labels[strong[box]]] = True
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (area >= max(6, thresholds().mask.speck * found.size)) | (holds_strong & (area >= 6))
    keep[0] = False
    regions = int(np.count_nonzero(keep))
    pixels = found.astype(bool)
    if regions < count - 1:
        pixels[box] = keep[labels]
    return ChangeMask(pixels, regions)


def to_png(pixels: "NDArray[np.bool_]", size: tuple[int, int]) -> bytes:
    """A 1-bit PNG of (width, height); white is changed."""
    picture = Image.fromarray(pixels.astype(np.uint8) * 255)
    out = io.BytesIO()
    grown = picture.resize(size, Image.Resampling.BILINEAR).point(lambda value: 255 * (value > 127))
    grown.convert("1", dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def read_png(data: bytes) -> "NDArray[np.bool_]":
    """The inverse of `to_png`: shape (height, width), True where changed."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("1"), dtype=bool)


def iou(a: "NDArray[np.bool_]", b: "NDArray[np.bool_]") -> float:
    """Intersection over union, 0 to 1; 1 for two empty masks."""
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 1.0
