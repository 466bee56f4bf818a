"""Fit the global change of light and color between two aligned pictures, ignoring local changes.

The tone is fitted on blocks whose structure stands, because a replaced background can cover most of the frame.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import block_mean, covered_blocks
from photoshop_request.edits.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SIDE = 8
"""Side of a block in pixels of the common frame."""
_LEVELS = np.arange(256, dtype=np.float64)
_MIN_SPREAD = 25.0
"""Variance of luminance from which a gain can be told from an offset."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Hold the fitted tone: luminance = gain * source luminance + offset, chroma = saturation * source chroma."""

    gain: float
    """Factor on luminance. 1 is unchanged."""
    offset: float
    """Gray levels added to luminance. 0 is unchanged."""
    saturation: float
    """Factor on chroma. 1 is unchanged, 0 is black and white. Also 1 if the source has almost no color."""
    cast: float
    """Median change of chroma (the larger of Cr and Cb) of 8x8 blocks, in gray levels. A change of hue shows here."""


def fit_tone(
    source: "NDArray[np.uint8]",
    edit: "NDArray[np.uint8]",
    inside: "NDArray[np.bool_]",
    standing: "NDArray[np.bool_]",
) -> "tuple[Tone, NDArray[np.float64]]":
    """Return the tone, and its curve: the edit's level for each of the 256 levels of the source.

    Either the light is unchanged, or it follows a line through the standing blocks. The candidate that explains more of
    the standing and of the unchanged blocks wins. The curve bends that line to the blocks near it.

    source, edit: aligned RGB at half the size of `inside`, shape (height, width, 3).
    inside: True where both pictures have pixels.
    standing: 16x16 blocks with texture whose structure is the same in both pictures.
    """
    covered = covered_blocks(inside, _SIDE)
    if np.count_nonzero(covered) < 8:
        return Tone(1.0, 0.0, 1.0, 0.0), _LEVELS
    before, after = (_means(luma_chroma(pixels), covered) for pixels in (source, edit))
    stands = _halved_blocks(standing, covered.shape)[covered]
    gain, offset = _line(before[:, 0], after[:, 0], stands, _unchanged(before, after))
    curve = _LEVELS
    if (gain, offset) != (1.0, 0.0):
        rgb, rgb_after = (_means(pixels.astype(np.float32), covered).ravel() for pixels in (source, edit))
        curve = _bent(np.clip(gain * _LEVELS + offset, 0, 255), rgb, rgb_after, stands.repeat(3))
    error = np.abs(after[:, 0] - np.interp(before[:, 0], _LEVELS, curve))
    held = stands if stands.any() else np.ones(len(error), bool)
    explained = held & (error <= max(1.0, float(np.quantile(error[held], 0.7))))
    saturation = _saturation(before[explained, 1:].ravel(), after[explained, 1:].ravel())
    cast = np.abs(after - before)[:, 1:].max(axis=1)
    return Tone(gain, offset, saturation, float(np.median(cast))), curve


def _means(pixels: "NDArray[np.float32]", covered: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Return the mean of each covered block, shape (blocks, 3)."""
    rows, columns = covered.shape
    return block_mean(pixels, _SIDE // 2)[:rows, :columns][covered]


def _halved_blocks(flags: "NDArray[np.bool_]", shape: tuple[int, ...]) -> "NDArray[np.bool_]":
    """Return the flags of 16x16 blocks for the 8x8 blocks of a grid of `shape`."""
    whole = np.zeros(shape, bool)
    parts = flags.repeat(2, axis=0).repeat(2, axis=1)
    whole[: parts.shape[0], : parts.shape[1]] = parts
    return whole


def _unchanged(before: "NDArray[np.float32]", after: "NDArray[np.float32]") -> "NDArray[np.bool_]":
    """Mark blocks of unchanged color, except for black and white, which many tones leave as they are."""
    unchanged = np.abs(after - before).max(axis=1) <= 2
    return np.asarray(unchanged & (before[:, 0] > 8) & (before[:, 0] < 247))


def _line(
    before: "NDArray[np.float32]",
    after: "NDArray[np.float32]",
    stands: "NDArray[np.bool_]",
    unchanged: "NDArray[np.bool_]",
) -> tuple[float, float]:
    """Return gain and offset, or (1, 0) if no tone explains more blocks than none."""
    limits = thresholds().tone
    steps, held = np.abs(after - before), stands | unchanged
    if np.count_nonzero(stands) < limits.min_blocks or np.quantile(steps[held], 0.6) <= 1:
        return 1.0, 0.0
    gain, offset = _fitted(before[stands], after[stands])
    middle = gain * 128 + offset - 128
    if not limits.gain[0] <= gain <= limits.gain[1] or abs(middle) > limits.shift:
        return 1.0, 0.0
    errors = np.abs(after - np.clip(gain * before + offset, 0, 255))
    if np.count_nonzero(errors[held] <= limits.close) <= np.count_nonzero(steps[held] <= limits.close):
        return 1.0, 0.0
    left = errors > thresholds().mask.sharp_level
    inverted = left.any() and steps[~left].mean() > max(limits.inverted, 2 * steps[left].mean())
    return (1.0, 0.0) if inverted else (gain, offset)  # inverted: only the unchanged blocks would be masked


def _fitted(before: "NDArray[np.float32]", after: "NDArray[np.float32]") -> tuple[float, float]:
    """Return gain and offset by least squares, trimmed to the best 70 % so that local edits do not bias them."""
    keep = np.ones(len(before), bool)
    gain, offset = 1.0, 0.0
    for _ in range(6):
        kept_before, kept_after = before[keep], after[keep]
        steps = kept_before - kept_before.mean()
        spread = float(np.mean(steps * steps))
        gain = float(np.mean(steps * kept_after)) / spread if spread > _MIN_SPREAD else 1.0
        offset = float(np.median(kept_after - gain * kept_before))
        error = np.abs(after - gain * before - offset)
        previous, keep = keep, error <= max(1.0, float(np.quantile(error, 0.7)))
        if np.array_equal(previous, keep):
            break
    return gain, offset


def _bent(
    curve: "NDArray[np.float64]",
    before: "NDArray[np.float32]",
    after: "NDArray[np.float32]",
    stands: "NDArray[np.bool_]",
) -> "NDArray[np.float64]":
    """Move the curve to the median of the levels near it, in steps of 16 levels. It stays monotone."""
    far, near = thresholds().tone.far, thresholds().mask.sharp_level
    for _ in range(2):
        rest = after - np.interp(before, _LEVELS, curve)
        use = np.abs(rest) <= np.where(stands, far, near)
        level, rest = before[use], rest[use]
        step = (level / 16).astype(int)
        groups = [step == one for one in range(16) if np.count_nonzero(step == one) >= 8]
        if not groups:
            return curve
        knots, moves = ([float(np.median(values[group])) for group in groups] for values in (level, rest))
        curve = np.maximum.accumulate(np.clip(curve + np.interp(_LEVELS, knots, moves), 0, 255))
    return curve


def _saturation(before: "NDArray[np.float32]", after: "NDArray[np.float32]") -> float:
    """Return the factor on chroma, or 1 if the source has almost no color."""
    chroma_before, chroma_after = before - 128, after - 128
    energy = float((chroma_before**2).sum())
    return float((chroma_before * chroma_after).sum()) / energy if energy > 9 * len(before) else 1.0


def luma_chroma(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Convert RGB to Y, Cr, Cb, shape (height, width, 3)."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)).astype(np.float32)


def apply_curve(source: "NDArray[np.uint8]", curve: "NDArray[np.float64]") -> "NDArray[np.uint8]":
    """Apply the change of light to each channel of the source."""
    return source if curve is _LEVELS else np.asarray(cv2.LUT(source, np.rint(curve).astype(np.uint8)))
