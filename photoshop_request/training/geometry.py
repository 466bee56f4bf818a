"""Choose the rectangle of the source's frame that a sample shows, and map it to source, edit and mask.

Maps are 2x3 matrices of pixels with corners at whole numbers, as in `photoshop_request.edits.align`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.training.batch_plan import Shape


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_MIN_SIDE = 32
"""Pixels. Crops ignore the common part of source and edit if one of its sides is smaller."""


@dataclass(frozen=True, slots=True)
class View:
    """Hold a rectangle of the source's frame in whole pixels, and the shape of the sample."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom. The aspect ratio is that of `shape`, up to rounding."""
    shape: "Shape"
    shrink: int
    """1, 2, 4 or 8. The source has enough pixels after shrinking by this factor, which divides `box`."""

    @property
    def matrix(self) -> "NDArray[np.float64]":
        """Return the map from pixels of the view to pixels of the source."""
        left, top, right, bottom = self.box
        return np.array([[(right - left) / self.shape[1], 0, left], [0, (bottom - top) / self.shape[0], top]])


def edit_to_source(row: Mapping[str, Any]) -> "NDArray[np.float64]":
    """Return the stored alignment, or the map of frame onto frame without one."""
    values = row.get("alignment_matrix")
    if values:
        return np.array(values, np.float64).reshape(2, 3)
    sizes = [float(row[f"{which}_{side}"]) for which in ("source", "edited") for side in ("width", "height")]
    return np.array([[sizes[0] / sizes[2], 0, 0], [0, sizes[1] / sizes[3], 0]])


def view_to_edit(view: "NDArray[np.float64]", to_source: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the map from pixels of the view to pixels of the edit. Both arguments map into the source."""
    back = np.linalg.inv(to_source[:, :2])
    return np.column_stack([back @ view[:, :2], back @ (view[:, 2] - to_source[:, 2])])


def common_box(to_source: "NDArray[np.float64]", edit: tuple[int, int], source: tuple[int, int]) -> Box:
    """Return the part of the source's frame that the edit shows, or the whole frame if that part is tiny.

    Sizes are (width, height).
    """
    width, height = edit
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ to_source[:, :2].T + to_source[:, 2]
    low, high = np.maximum(corners.min(axis=0), 0), np.minimum(corners.max(axis=0), source)
    if (high - low).min() < min(_MIN_SIDE, *source):
        return (0.0, 0.0, float(source[0]), float(source[1]))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def choose_view(
    within: Box,
    shape: "Shape",
    rng: np.random.Generator,
    *,
    min_crop: float,
    showing: tuple[float, float] | None,
) -> View:
    """Return a random rectangle inside `within` that has the shape's aspect ratio.

    Its sides are `min_crop` to 1 times the largest that fits, and not smaller than the shape if possible. It holds the
    point `showing` of the source, if given.
    """
    left, top, right, bottom = within
    aspect = shape[1] / shape[0]
    widest = min(right - left, (bottom - top) * aspect)
    narrowest = max(widest * min_crop, min(widest, shape[1]))
    width = float(rng.uniform(narrowest, widest))
    height = width / aspect
    shrink = next(factor for factor in (8, 4, 2, 1) if factor == 1 or width >= factor * shape[1])
    x = _begin(left, right - width, None if showing is None else (showing[0] - width, showing[0]), rng)
    y = _begin(top, bottom - height, None if showing is None else (showing[1] - height, showing[1]), rng)
    ends = [_rounded(x, x + width, shrink, left, right), _rounded(y, y + height, shrink, top, bottom)]
    return View((ends[0][0], ends[1][0], ends[0][1], ends[1][1]), shape, shrink)


def _begin(low: float, high: float, within: tuple[float, float] | None, rng: np.random.Generator) -> float:
    """Draw uniformly between the bounds, and inside `within` if possible."""
    if within is not None:
        low, high = min(max(low, within[0]), max(low, high)), max(min(high, within[1]), low)
    return float(rng.uniform(low, max(low, high)))


def _rounded(begin: float, end: float, step: int, low: float, high: float) -> tuple[int, int]:
    """Round to multiples of `step`, never empty, and outside the bounds by at most a pixel's rounding."""
    first = round(begin / step) * step
    length = max(step, round((end - begin) / step) * step)
    last = first + length
    if last > high + 0.5 and first - step >= low - 0.5:
        first, last = first - step, last - step
    return max(0, first), last
