"""Correct a rough alignment by where small tiles really lie."""

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from photoshop_request.edits.blocks import TEXTURED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["correction"]

_SIDE = 64
_WINDOW = cv2.createHanningWindow((_SIDE, _SIDE), cv2.CV_32F)


def correction(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> "NDArray[np.float64] | None":
    """The affine map, shape (2, 3), from b's pixels to where a has the same content, both of one shape.

    None where it is none, up to a twentieth of a pixel, or where too few tiles tell.
    """
    start, end = _tile_shifts(a, b)
    if len(start) < 4 or np.abs(start - end).max() < 0.05:
        return None
    cv2.setRNGSeed(0)
    estimate = cv2.estimateAffinePartial2D if len(start) < 8 else cv2.estimateAffine2D
    fix = cast("NDArray[np.float64] | None", estimate(start, end, method=cv2.RANSAC, ransacReprojThreshold=0.5)[0])
    return None if fix is None or np.abs(fix[:, :2] - np.eye(2)).max() > 0.1 else fix


def _tile_shifts(
    a: "NDArray[np.float32]", b: "NDArray[np.float32]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Centres of tiles in b and where phase correlation finds their content in a."""
    start, end = [], []
    height, width = a.shape
    for top in range(0, height - _SIDE + 1, max(1, (height - _SIDE) // 3)):
        for left in range(0, width - _SIDE + 1, max(1, (width - _SIDE) // 3)):
            here = (slice(top, top + _SIDE), slice(left, left + _SIDE))
            one, other = a[here].copy(), b[here].copy()  # OpenCV multiplies the window into what it is given
            if min(_deviation(one), _deviation(other)) < TEXTURED:
                continue
            (dx, dy), response = cv2.phaseCorrelate(other, one, _WINDOW)
            if response > 0.2 and max(abs(dx), abs(dy)) < 6:
                centre = (left + _SIDE / 2, top + _SIDE / 2)
                start.append(centre)
                end.append((centre[0] + dx, centre[1] + dy))
    return np.array(start).reshape(-1, 2), np.array(end).reshape(-1, 2)


def _deviation(tile: "NDArray[np.float32]") -> float:
    return float(cv2.meanStdDev(tile)[1][0, 0])
