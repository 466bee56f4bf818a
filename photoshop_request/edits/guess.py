"""Guesses at an alignment: by phase correlation, and by key points."""

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Features, Prepared

__all__ = ["from_features", "phase_shift"]

_FRAME = (256, 256)
_FEWEST = 4  # matches that agree: two make a similarity, and a third falls in by chance
_ASKED = 600  # of the edit's points, the strongest: more of them cost time and find no more
_WINDOW = cv2.createHanningWindow(_FRAME, cv2.CV_32F)


def phase_shift(source: "Prepared", edit: "Prepared") -> "NDArray[np.float64] | None":
    """A translation at the scale that fits the frames' widths onto each other, by phase correlation; None without a peak."""
    scale = 256 / max(source.width, source.height)
    fit = source.width / edit.width
    picture = cv2.warpAffine(source.grey, _scaling(scale * source.width / source.grey.shape[1]), _FRAME)
    other = cv2.warpAffine(edit.grey, _scaling(fit * scale * edit.width / edit.grey.shape[1]), _FRAME)
    (dx, dy), response = cv2.phaseCorrelate(other.astype(np.float32), picture.astype(np.float32), _WINDOW)
    if response < 0.05:
        return None
    return np.array([[fit, 0, dx / scale], [0, fit, dy / scale]], np.float64)


def _scaling(factor: float) -> "NDArray[np.float64]":
    return np.array([[factor, 0, 0], [0, factor, 0]], np.float64)


def from_features(
    source: "Prepared", edit: "Prepared", of_source: "Features", of_edit: "Features"
) -> "NDArray[np.float64] | None":
    """The similarity that most ratio-tested matches agree on; None where too few do."""
    if min(len(of_source.points), len(of_edit.points)) < 8:
        return None
    start, end = _matches(of_source, of_edit)
    if len(start) < 6:
        return None
    cv2.setRNGSeed(0)
    found = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=3, maxIters=2000)
    small = cast("NDArray[np.float64] | None", found[0])
    if (
        small is None
        or np.count_nonzero(found[1]) < _FEWEST
        or not 0.1 < np.sqrt(abs(np.linalg.det(small[:, :2]))) < 10
    ):
        return None
    up = source.width / source.grey.shape[1]
    down = edit.grey.shape[1] / edit.width
    corner = small[:, 2] + 0.5 - small[:, :2] @ [0.5, 0.5]
    return np.column_stack([small[:, :2] * up * down, corner * up])


def _matches(of_source: "Features", of_edit: "Features") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Points of the edit and of the source whose descriptors are nearest, and clearly nearer than the second best."""
    a, b = of_edit.descriptors[:_ASKED], of_source.descriptors
    if a.dtype == np.uint8:
        far, found = cv2.batchDistance(a, b, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2)
        nearest, clear = found[:, 0], far[:, 0] < 0.8 * far[:, 1]
    else:
        nearest, clear = _nearest(np.asarray(a, np.float32), np.asarray(b, np.float32))
    return of_edit.points[:_ASKED][clear], of_source.points[nearest[clear]]


def _nearest(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> "tuple[NDArray[np.intp], NDArray[np.bool_]]":
    """For each row of a the nearest of b, and whether that is clear; a product of matrices, five times as fast as pairs.

    Exact: descriptors are whole numbers of norm 512. OpenCV's product, whose threads are limited (`prepare`).
    """
    apart = np.asarray(cv2.gemm(a, b, -2, np.empty(0, np.float32), 0, flags=cv2.GEMM_2_T))
    apart += np.einsum("ij,ij->i", a, a)[:, None]
    apart += np.einsum("ij,ij->i", b, b)
    rows, nearest = np.arange(len(a)), apart.argmin(axis=1)
    first = apart[rows, nearest]
    apart[rows, nearest] = np.inf
    return nearest, first < 0.64 * apart.min(axis=1)
