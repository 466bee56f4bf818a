"""The global change of light and colour between two aligned pictures, apart from local change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import block_mean, covered_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tone", "colours", "fit_tone", "toned"]

_SIDE = 8
"""Pixels of a block's side in the frame."""


@dataclass(frozen=True, slots=True)
class Tone:
    """edit = gain * source + offset in luminance; chroma times saturation."""

    gain: float
    """Factor on luminance: 1 is none."""
    offset: float
    """Grey levels added to luminance: 0 is none."""
    saturation: float
    """Factor on chroma: 1 is none, 0 is black and white; 1 too where the source has next to no colour."""
    cast: float
    """Grey levels: median change of chroma (the larger of Cr and Cb) of 8x8 blocks: hue, saturation, black and white."""


def fit_tone(source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]") -> Tone:
    """Fit the tone on the means of blocks, trimmed to the best 70 %, so that local edits do not pull it.

    source, edit: shape (height, width, 3), aligned, at half the size of `inside`, which tells where both have pixels.
    """
    covered = covered_blocks(inside, _SIDE)
    rows, columns = covered.shape
    a, b = (block_mean(colours(one), _SIDE // 2)[:rows, :columns][covered] for one in (source, edit))
    if len(a) < 8:
        return Tone(1.0, 0.0, 1.0, 0.0)
    light_a, light_b = a[:, 0], b[:, 0]
    keep = np.ones(len(a), bool)
    gain, offset, error = 1.0, 0.0, np.abs(light_b - light_a)
    if np.quantile(error, 0.6) > 1:  # most blocks stand still: the tone is none, whatever the others do
        for _ in range(6):
            kept_a, kept_b = light_a[keep], light_b[keep]
            steps = kept_a - kept_a.mean()
            spread = float(np.mean(steps * steps))
            gain = float(np.mean(steps * kept_b)) / spread if spread > 25 else 1.0
            offset = float(np.median(kept_b - gain * kept_a))
            error = np.abs(light_b - gain * light_a - offset)
            last, keep = keep, error <= max(1.0, float(np.quantile(error, 0.7)))
            if np.array_equal(last, keep):
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


def colours(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Y, Cr, Cb of RGB, both of shape (height, width, 3)."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)).astype(np.float32)


def toned(source: "NDArray[np.uint8]", tone: Tone) -> "NDArray[np.uint8]":
    """The source with the luminance change applied to each channel: what a pure tone edit would look like."""
    if abs(tone.gain - 1) < 0.005 and abs(tone.offset) < 0.5:
        return source
    table = np.clip(np.arange(256) * tone.gain + tone.offset, 0, 255)
    return np.asarray(cv2.LUT(source, np.rint(table).astype(np.uint8)))
