"""What a sample shows: one rectangle of the source's frame, seen through source, edit and mask alike.

Maps are 2x3 matrices of pixels with corners at whole numbers, as `photoshop_request.edits.align` makes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.training.buckets import Shape

__all__ = ["Box", "View", "choose_view", "common_box", "edit_to_source", "onto_edit"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_LEAST = 32
"""Pixels of a side under which what an edit shows of its source is no picture to crop from."""


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the source's frame in whole pixels, and the shape at which it is shown."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom; width over height as in `shape`, but for rounding."""
    shape: "Shape"
    shrink: int
    """1, 2, 4 or 8: the source holds enough pixels at this part of its size; `box` is divisible by it."""

    @property
    def matrix(self) -> "NDArray[np.float64]":
        """From pixels of the view to pixels of the source."""
        left, top, right, bottom = self.box
        return np.array([[(right - left) / self.shape[1], 0, left], [0, (bottom - top) / self.shape[0], top]])


def edit_to_source(row: Mapping[str, Any]) -> "NDArray[np.float64]":
    """The stored alignment; without one, frame onto frame."""
    values = row.get("alignment_matrix")
    if values:
        return np.array(values, np.float64).reshape(2, 3)
    sizes = [float(row[f"{which}_{side}"]) for which in ("source", "edited") for side in ("width", "height")]
    return np.array([[sizes[0] / sizes[2], 0, 0], [0, sizes[1] / sizes[3], 0]])


def onto_edit(view: "NDArray[np.float64]", to_source: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """From pixels of the view, whose map into the source is given, to pixels of the edit."""
    back = np.linalg.inv(to_source[:, :2])
    return np.column_stack([back @ view[:, :2], back @ (view[:, 2] - to_source[:, 2])])


def common_box(to_source: "NDArray[np.float64]", edit: tuple[int, int], source: tuple[int, int]) -> Box:
    """Where the source's frame (width, height) is shown by the edit; all of it where hardly anything is."""
    width, height = edit
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ to_source[:, :2].T + to_source[:, 2]
    low, high = np.maximum(corners.min(axis=0), 0), np.minimum(corners.max(axis=0), source)
    if (high - low).min() < min(_LEAST, *source):
        return (0.0, 0.0, float(source[0]), float(source[1]))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def choose_view(
    within: Box,
    shape: "Shape",
    dice: np.random.Generator,
    *,
    min_crop: float,
    showing: tuple[float, float] | None,
) -> View:
    """A random rectangle inside `within` that has the shape's aspect ratio.

    Its sides are `min_crop` to 1 times the largest that fits, but not so small that pixels would be invented. With
    `showing`, a point of the source, it holds that point.
    """
    left, top, right, bottom = within
    aspect = shape[1] / shape[0]
    most = min(right - left, (bottom - top) * aspect)
    least = max(most * min_crop, min(most, shape[1]))
    width = float(dice.uniform(least, most))
    height = width / aspect
    shrink = next(each for each in (8, 4, 2, 1) if each == 1 or width >= each * shape[1])
    x = _begin(left, right - width, None if showing is None else (showing[0] - width, showing[0]), dice)
    y = _begin(top, bottom - height, None if showing is None else (showing[1] - height, showing[1]), dice)
    ends = [_rounded(x, x + width, shrink, left, right), _rounded(y, y + height, shrink, top, bottom)]
    return View((ends[0][0], ends[1][0], ends[0][1], ends[1][1]), shape, shrink)


def _begin(low: float, high: float, wanted: tuple[float, float] | None, dice: np.random.Generator) -> float:
    """Uniform between the bounds, and within the wanted ones where that can be."""
    if wanted is not None:
        low, high = min(max(low, wanted[0]), max(low, high)), max(min(high, wanted[1]), low)
    return float(dice.uniform(low, max(low, high)))


def _rounded(begin: float, end: float, step: int, low: float, high: float) -> tuple[int, int]:
    """To multiples of `step`, not outside the bounds by more than a pixel's rounding, and never empty."""
    first = round(begin / step) * step
    length = max(step, round((end - begin) / step) * step)
    last = first + length
    if last > high + 0.5 and first - step >= low - 0.5:
        first, last = first - step, last - step
    return max(0, first), last
