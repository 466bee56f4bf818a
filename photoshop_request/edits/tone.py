"""The global change of light and colour between two aligned pictures, apart from local change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.align import block_mean, covered_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Tone", "fit_tone", "toned"]

_SIDE = 8


@dataclass(frozen=True, slots=True)
class Tone:
    """edit = gain * source + offset in luminance; chroma times saturation."""

    gain: float
    """Factor on luminance: 1 is none."""
    offset: float
    """Grey levels added to luminance: 0 is none."""
    saturation: float
    """Factor on chroma: 1 is none, 0 is black and white; 1 too where the source has next to no colour."""
    misfit: float
    """Grey levels: median luminance error of 8x8 blocks that remains."""
    cast: float
    """Grey levels: median change of chroma (the larger of Cr and Cb) of 8x8 blocks: hue, saturation, black and white."""


def fit_tone(source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]") -> Tone:
    """Fit the tone on the means of blocks, trimmed to the best 70 %, so that local edits do not pull it.

    source, edit: shape (height, width, 3), aligned. inside: shape (height, width), where both have pixels.
    """
    a, b = _block_means(source, inside), _block_means(edit, inside)
    if len(a) < 8:
        return Tone(1.0, 0.0, 1.0, 0.0, 0.0)
    light_a, light_b = a[:, 0], b[:, 0]
    keep = np.ones(len(a), bool)
    gain, offset, error = 1.0, 0.0, np.abs(light_b - light_a)
    if np.quantile(error, 0.6) > 1:  # most blocks stand still: the tone is none, whatever the others do
        for _ in range(6):
            spread = float(np.var(light_a[keep]))
            gain = float(np.cov(light_a[keep], light_b[keep], bias=True)[0, 1]) / spread if spread > 25 else 1.0
            offset = float(np.median(light_b[keep] - gain * light_a[keep]))
            error = np.abs(light_b - gain * light_a - offset)
            keep = error <= max(1.0, float(np.quantile(error, 0.7)))
    else:
        keep = error <= 1
    chroma_a, chroma_b = a[keep, 1:].ravel() - 128, b[keep, 1:].ravel() - 128
    energy = float((chroma_a**2).sum())
    colourful = energy > 9 * len(chroma_a)
    saturation = float((chroma_a * chroma_b).sum()) / energy if colourful else 1.0
    cast = np.abs(b[:, 1:] - a[:, 1:]).max(axis=1)
    return Tone(gain, offset, saturation, float(np.median(error)), float(np.median(cast)))


def toned(source: "NDArray[np.uint8]", tone: Tone) -> "NDArray[np.uint8]":
    """The source with the luminance change applied to each channel: what a pure tone edit would look like."""
    if abs(tone.gain - 1) < 0.005 and abs(tone.offset) < 0.5:
        return source
    table = np.clip(np.arange(256) * tone.gain + tone.offset, 0, 255)
    return np.asarray(cv2.LUT(source, np.rint(table).astype(np.uint8)))


def _block_means(pixels: "NDArray[np.uint8]", inside: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """Shape (blocks, 3): mean Y, Cr, Cb of the 8x8 blocks that lie inside."""
    ycc = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)).astype(np.float32)
    return np.asarray(block_mean(ycc, _SIDE)[covered_blocks(inside, _SIDE)])
