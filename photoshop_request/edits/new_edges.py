"""Find the edges of an edit that its source lacks. What was laid over a picture shows in them, whatever else changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.evidence import worst_channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.evidence import Change, CommonFrame


_REACH = 3
"""Pixels between an edge and the two sides that are compared."""
_MIN_STEP = 10
"""Gray levels between both sides. Noise and compression stay below."""


@dataclass(frozen=True, slots=True)
class NewEdges:
    """Hold the pixels where the edit has an edge, and the source has none of half the height within a pixel."""

    y: "NDArray[np.intp]"
    x: "NDArray[np.intp]"
    vertical: "NDArray[np.bool_]"
    """True for a step from left to right, False for one from top to bottom."""
    low: "NDArray[np.float32]"
    """RGB of the darker side by channel, shape (edges, 3)."""
    high: "NDArray[np.float32]"
    """RGB of the lighter side by channel."""
    one_way: "NDArray[np.bool_]"
    """True if no channel steps against the others."""
    shape: tuple[int, int]
    """(height, width) of the frame."""
    area: int
    """Pixels of the overlap."""

    @property
    def density(self) -> float:
        """Return the edges per pixel of the overlap."""
        return len(self.y) / max(1, self.area)

    def drawn(self, shrink: int) -> "NDArray[np.float32]":
        """Return the edges as two pictures of ones, one for each direction, shrunk by a whole factor."""
        height, width = -(-self.shape[0] // shrink), -(-self.shape[1] // shrink)
        picture = np.zeros((height, width, 2), np.float32)
        picture[self.y // shrink, self.x // shrink, self.vertical.astype(np.intp)] = 1
        return picture


def find_new_edges(frame: "CommonFrame", change: "Change") -> NewEdges:
    """Return the edges of the edit that the source, in the edit's tone, lacks."""
    return new_edges(change.target, frame.edit, frame.inside)


def new_edges(source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]") -> NewEdges:
    """Return the edges of `edit` that `source` lacks. Both are RGB of shape (height, width, 3)."""
    before, after = (np.asarray(cv2.blur(pixels, (3, 3)), np.uint8) for pixels in (source, edit))
    side = 2 * _REACH + 3
    flags = inside.view(np.uint8)
    covered = cv2.erode(flags, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    found = [_steps(before, after, np.asarray(covered).view(np.bool_), vertical=vertical) for vertical in (False, True)]
    y, x, first, second = (np.concatenate(parts) for parts in zip(*found, strict=True))
    steps = second - first
    return NewEdges(
        y=y,
        x=x,
        vertical=np.repeat([False, True], [len(part[0]) for part in found]),
        low=np.minimum(first, second),
        high=np.maximum(first, second),
        one_way=(steps.min(axis=1, initial=256) >= 0) | (steps.max(axis=1, initial=-256) <= 0),
        shape=(inside.shape[0], inside.shape[1]),
        area=cv2.countNonZero(flags),
    )


def _steps(
    before: "NDArray[np.uint8]", after: "NDArray[np.uint8]", covered: "NDArray[np.bool_]", *, vertical: bool
) -> "tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]":
    """Return y, x and the RGB of both sides of each new edge of one direction. Edges are one pixel thin."""
    reach = 2 * _REACH
    first, second = (np.s_[:, :-reach], np.s_[:, reach:]) if vertical else (np.s_[:-reach], np.s_[reach:])
    middle = np.s_[:, _REACH:-_REACH] if vertical else np.s_[_REACH:-_REACH]
    step = worst_channel(cv2.absdiff(after[first], after[second]))
    had = np.asarray(cv2.dilate(worst_channel(cv2.absdiff(before[first], before[second])), np.ones((3, 3), np.uint8)))
    across = np.ones((1, 5) if vertical else (5, 1), np.uint8)
    new = (step > _MIN_STEP) & (step >= np.asarray(cv2.add(had, had))) & (step >= np.asarray(cv2.dilate(step, across)))
    y, x = np.nonzero(new & covered[middle])
    sides = after[first][y, x].astype(np.float32), after[second][y, x].astype(np.float32)
    return (y, x + _REACH, *sides) if vertical else (y + _REACH, x, *sides)
