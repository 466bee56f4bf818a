"""Find a drawing that repeats across a picture: tiled texts and emblems, crossed lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.new_edges import NewEdges


_SHRINK = 2
"""Factor by which edges are shrunk before they are compared with themselves: a quarter of the time, the same result."""
_LONGEST = 0.68
"""Longest shift, as a fraction of the frame. Beyond it too little overlaps."""
_NEAR = 15
"""Pixels of the mean that is subtracted, on each side: a dense area must not agree with another one."""
_RING = 5
"""Radius in pixels of the ring that an isolated peak towers above. Lines and rows of text make ridges instead."""
_SHORTEST = 10
"""Shortest shift in pixels. Strokes of one letter repeat below it."""
_LETTERS = 22
"""Shortest shift along a line of text: letters repeat below it."""
_CELLS = 8
"""Cells along a side of the frame, to measure how far the repeated drawing reaches."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Hold how well the new edges of an edit repeat at one shift."""

    peak: float
    """Correlation at the best shift, less the largest one on a ring around it. 0 to about 1."""
    fraction: float
    """Fraction of the frame within a pixel of edges that repeat."""
    reach: float
    """Fraction of the rows or the columns of 8x8 cells that hold repeated edges, the smaller one of both."""
    shift: tuple[int, int]
    """(across, down) of the best shift in pixels of the frame."""
    pixels: "NDArray[np.bool_]"
    """Edges that repeat, at half the frame's size."""


def find_repetition(edges: "NewEdges") -> Repetition:
    """Compare the new edges with themselves at all shifts, whatever their sign: marks may alternate or be of any color."""
    drawn = _levelled(edges)
    peaks = _isolated_peaks(_autocorrelation(drawn), 2)
    soft = np.asarray(cv2.GaussianBlur(drawn, (5, 5), 1.0), np.float32)
    pixels = np.zeros(drawn.shape[:2], bool)
    for _, across, down in peaks:
        pixels |= _repeated(soft, across, down)
    pixels &= soft.max(axis=2) > 0.2
    cells = cv2.resize(pixels.astype(np.float32), (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) > 0.004
    peak, across, down = peaks[0]
    reach = min(int(cells.any(axis=0).sum()), int(cells.any(axis=1).sum())) / _CELLS
    return Repetition(peak, float(pixels.mean()), reach, (across * _SHRINK, down * _SHRINK), pixels)


def repeats_at(edges: "NewEdges", shift: tuple[int, int]) -> float:
    """Return the isolated peak of the edges' correlation within 2 pixels of a shift of `find_repetition`."""
    drawn = _levelled(edges)
    heights = _heights(_autocorrelation(drawn))
    across, down = shift[0] // _SHRINK + heights.shape[1] // 2, shift[1] // _SHRINK
    return float(heights[max(0, down - 2) : down + 3, max(0, across - 2) : across + 3].max(initial=0))


def _levelled(edges: "NewEdges") -> "NDArray[np.float32]":
    """Return the drawn edges less their mean around each pixel."""
    drawn = edges.drawn(_SHRINK)
    drawn -= cv2.blur(drawn, (2 * _NEAR + 1, 2 * _NEAR + 1))
    return drawn


def _autocorrelation(drawn: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return the correlation, -1 to 1, at shifts down (rows from 0) and across (columns, 0 in the middle)."""
    height, width = drawn.shape[:2]
    down, across = int(height * _LONGEST), int(width * _LONGEST)
    padded = np.zeros((cv2.getOptimalDFTSize(height + down), cv2.getOptimalDFTSize(width + across), 2), np.float32)
    padded[:height, :width] = cv2.GaussianBlur(drawn, (3, 3), 0.8)
    spectrum = cv2.dft(
        padded, flags=cv2.DFT_COMPLEX_OUTPUT, nonzeroRows=height
    )  # both directions as one complex picture
    power = np.zeros_like(padded)
    power[..., 0] = (spectrum * spectrum).sum(axis=2)
    products = cv2.dft(power, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)[: down + 1, :, 0]
    halves = np.concatenate([products[:, -across:], products[:, : across + 1]], axis=1)
    overlap = np.outer(1 - np.arange(down + 1) / height, 1 - np.abs(np.arange(-across, across + 1)) / width)
    return np.asarray(halves / (max(float(products[0, 0]), 1e-6) * np.maximum(overlap, 0.2)), np.float32)


def _heights(correlation: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return by how much each correlation exceeds a ring around it. Zero at shifts that letters and strokes explain."""
    ring = cv2.circle(np.zeros((2 * _RING + 1, 2 * _RING + 1), np.uint8), (_RING, _RING), _RING, 1, 2)
    mirrored = cv2.copyMakeBorder(correlation, _RING, 0, 0, 0, cv2.BORDER_REFLECT_101)
    heights = np.maximum(mirrored - cv2.dilate(mirrored, ring), 0)[_RING:]
    middle = heights.shape[1] // 2
    heights[: _SHORTEST + 1, middle - _SHORTEST : middle + _SHORTEST + 1] = 0
    heights[:4, max(0, middle - _LETTERS) : middle + _LETTERS + 1] = 0
    return np.asarray(heights, np.float32)


def _isolated_peaks(correlation: "NDArray[np.float32]", count: int) -> list[tuple[float, int, int]]:
    """Return the highest peaks: height, shift across and shift down."""
    heights = _heights(correlation)
    peaks = []
    for _ in range(count):
        _, height, _, (x, y) = cv2.minMaxLoc(heights)
        peaks.append((height, x - heights.shape[1] // 2, y))
        heights[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5] = 0
    return peaks


def _repeated(soft: "NDArray[np.float32]", across: int, down: int) -> "NDArray[np.bool_]":
    """Mark the pixels with an edge of the same direction at the shift, on either side."""
    height, width = soft.shape[:2]
    left, right = max(0, across), max(0, -across)
    here, there = np.s_[down:, left : width - right], np.s_[: height - down, right : width - left]
    both = (soft[here] * soft[there]).sum(axis=2) > 0.02
    marked = np.zeros((height, width), bool)
    marked[here] |= both
    marked[there] |= both
    return marked
