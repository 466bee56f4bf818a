"""Fit the global change of light and color between two aligned pictures, ignoring local changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import block_mean, covered_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SIDE = 8
"""Side of a block in pixels of the common frame."""


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


def fit_tone(source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]") -> Tone:
    """Fit the tone on block means, trimmed to the best 70 % so that local edits do not bias it.

    source, edit: aligned RGB at half the size of `inside`, shape (height, width, 3).
    inside: True where both pictures have pixels.
    """
    covered = covered_blocks(inside, _SIDE)
    rows, columns = covered.shape
    a, b = (block_mean(luma_chroma(pixels), _SIDE // 2)[:rows, :columns][covered] for pixels in (source, edit))
    if len(a) < 8:
        return Tone(1.0, 0.0, 1.0, 0.0)
    light_a, light_b = a[:, 0], b[:, 0]
    keep = np.ones(len(a), bool)
    gain, offset, error = 1.0, 0.0, np.abs(light_b - light_a)
    # if most blocks kept their luminance, there is no global tone: the changes of all other blocks are local
    if np.quantile(error, 0.6) > 1:
        for _ in range(6):
            kept_a, kept_b = light_a[keep], light_b[keep]
            steps = kept_a - kept_a.mean()
            spread = float(np.mean(steps * steps))
            gain = float(np.mean(steps * kept_b)) / spread if spread > 25 else 1.0
            offset = float(np.median(kept_b - gain * kept_a))
            error = np.abs(light_b - gain * light_a - offset)
            previous, keep = keep, error <= max(1.0, float(np.quantile(error, 0.7)))
            if np.array_equal(previous, keep):
                break
    else:
        keep = error <= 1
    chroma_a, chroma_b = a[keep, 1:].ravel() - 128, b[keep, 1:].ravel() - 128
    energy = float((chroma_a**2).sum())
    colourful = energy > 9 * len(chroma_a)
    saturation = float((chroma_a * chroma_b).sum()) / energy if colourful else 1.0
    turned = np.abs(b - a)
    cast = np.maximum(turned[:, 1], turned[:, 2])
    return Tone(gain, offset, saturation, float(np.median(cast)))


def luma_chroma(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Convert RGB to Y, Cr, Cb, shape (height, width, 3)."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)).astype(np.float32)


def apply_tone(source: "NDArray[np.uint8]", tone: Tone) -> "NDArray[np.uint8]":
    """Apply the change of luminance to each channel of the source."""
    if abs(tone.gain - 1) < 0.005 and abs(tone.offset) < 0.5:
        return source
    table = np.clip(np.arange(256) * tone.gain + tone.offset, 0, 255)
    return np.asarray(cv2.LUT(source, np.rint(table).astype(np.uint8)))
