"""The change mask: where an edit leaves its source, in the source's frame."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from photoshop_request.edits.evidence import Change, Frame, slopes, worst_channel
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
    limits = thresholds().mask
    sharp = change.apart.astype(np.float32)
    soft = _smooth_shift(change.target, frame.edit, sharp <= limits.level)
    soft[~frame.inside] = 0
    seed = (sharp > limits.level) | (soft > limits.shade)
    grown = (cv2.blur(sharp, (3, 3)) > limits.level / 2) | (soft > limits.shade * 0.7)
    near = cv2.dilate(seed.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    found = (seed | (grown & near)).astype(np.uint8)
    closed = cv2.morphologyEx(found, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return _without_specks(np.asarray(closed, np.uint8), sharp)


def _smooth_shift(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", calm: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Mean step from a to b over 9x9, less what 0.4 px of misalignment make; pixels of sharp change do not count, so that
    thin marks do not spread.
    """
    size = (a.shape[1] // 2, a.shape[0] // 2)  # nothing finer than the window is asked for: half the size will do
    half_a, half_b, weight = (
        cv2.resize(x, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        for x in (a, b, calm.astype(np.uint8) * 255)
    )
    weight /= 255
    step = (half_b - half_a) * weight[..., None]
    mean = np.abs(cv2.blur(step, (5, 5)) / np.maximum(cv2.blur(weight, (5, 5)), 0.2)[..., None])
    across, down = slopes(np.asarray(cv2.blur(half_a, (5, 5)), np.float32))
    shift = worst_channel(mean - 0.2 * (np.abs(across) + np.abs(down)))
    return np.asarray(cv2.resize(shift, (a.shape[1], a.shape[0]), interpolation=cv2.INTER_LINEAR))


def _without_specks(found: "NDArray[np.uint8]", sharp: "NDArray[np.float32]") -> ChangeMask:
    limits = thresholds()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    strongest = np.zeros(count, np.float32)
    np.maximum.at(strongest, labels.ravel().astype(np.intp), cv2.blur(sharp, (3, 3)).ravel())
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (area >= max(6, limits.mask.speck * found.size)) | ((strongest > limits.changed.peak) & (area >= 6))
    keep[0] = False
    return ChangeMask(keep[labels], int(np.count_nonzero(keep)))


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
