"""Find where an edit lies in its source.

Guesses are tried from the cheapest to the most expensive: same frame, mirrored frame, a shift (phase correlation). Then
follow similarities from ORB key points, from SIFT, and from mirrored ORB. The score of a guess is the fraction of
blocks that agree under it. The number of inlier matches is no score: unrelated pictures reach 98. The best guess is
refined on small tiles. Homographies were less accurate than similarities.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from photoshop_request.edits.blocks import AGREES, TEXTURED, block_mean, covered_blocks, deviation, zncc
from photoshop_request.edits.warp import common_size, into_frame, overlap_mask, scale_of, warp, warp_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from photoshop_request.edits.figures import Method
    from photoshop_request.edits.prepare import Features, PreparedPicture


# Qualities, 0 to 1, that end the search. They fall as the next guess gets more expensive.
_SURE = 0.6
_LIKELY = 0.45  # from here on, refinement gains as much as SIFT would
FOUND = 0.25
"""Quality from which the frames align. Below it, only a part of them may."""
_EXACT = 0.25
"""Fraction of blocks that agree almost to the pixel. Above it, no other guess can be right."""
_MIN_GAIN = 0.02
"""Quality that a more expensive guess must add. Any free parameter gains a little from noise alone."""
_MAX_POINTS = 600
"""Maximum key points of the edit to match, strongest first. More take time and align no more pairs."""
_MIN_INLIERS = 4
"""Matches that must agree on a similarity. Two define it, and a third may agree by chance."""
_PHASE_FRAME = (256, 256)
_PHASE_WINDOW = cv2.createHanningWindow(_PHASE_FRAME, cv2.CV_32F)
_TILE = 64
_TILE_WINDOW = cv2.createHanningWindow((_TILE, _TILE), cv2.CV_32F)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Map the edit's frame into the source's frame."""

    matrix: "NDArray[np.float64]"
    """Edit pixels to source pixels at full size, shape (2, 3). Corners lie at whole numbers, pixel centers at +0.5."""
    method: "Method"
    """Cheapest transform that fits. `identity` maps frame onto frame, even if the sizes differ."""
    quality: float
    """Fraction, 0 to 1, of textured 16x16 blocks of the overlap whose structure agrees."""

    @property
    def mirrored(self) -> bool:
        """Return True if the edit is a mirror image of the source."""
        return bool(np.linalg.det(self.matrix[:, :2]) < 0)

    @property
    def scale(self) -> float:
        """Return source pixels per edit pixel along a line."""
        return scale_of(self.matrix)

    @property
    def rotation(self) -> float:
        """Return the edit's clockwise rotation in degrees, -180 to 180, measured after unmirroring."""
        a = self.matrix[:, :2] @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        return float(-np.degrees(np.arctan2(a[1, 0] - a[0, 1], a[0, 0] + a[1, 1])))

    @property
    def tilt(self) -> float:
        """Return the degrees, 0 to 45, that both axes are off a quarter turn, or 0 if they disagree (a skew)."""
        a, b, c, d = (self.matrix[:, :2] @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])).ravel()
        axes = [math.degrees(math.atan2(c, a)), math.degrees(math.atan2(-b, d))]
        off = [angle - 90 * round(angle / 90) for angle in axes]
        return min(map(abs, off)) if off[0] * off[1] > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Agreement:
    """Hold fractions, 0 to 1, of the textured blocks that agree under a guess."""

    structure: float
    """Blocks with a correlation over `AGREES`."""
    exact: float
    """Blocks with a correlation over 0.95."""
    unchanged: float
    """Blocks whose pixels differ by less than 2 gray levels on average."""


def align(source: "PreparedPicture", edit: "PreparedPicture") -> Alignment:
    """Return the best alignment. A `quality` below 0.1 means that none fits."""
    best: Alignment | None = None
    agreement_of_best = _Agreement(0.0, 0.0, 0.0)
    for sufficient, method, matrix in _guesses(source, edit):
        if matrix is not None:
            agreement = _agreement(source, edit, matrix)
            if best is None or agreement.structure > best.quality + _MIN_GAIN:
                best, agreement_of_best = Alignment(matrix, method, agreement.structure), agreement
        if best is not None and (best.quality >= sufficient or agreement_of_best.exact >= _EXACT):
            break
    assert best is not None
    is_exact = agreement_of_best.unchanged > 0.5 or (best.method == "identity" and agreement_of_best.exact > 0.5)
    return best if best.quality < FOUND or is_exact else _refined(source, edit, best)


def _guesses(
    source: "PreparedPicture", edit: "PreparedPicture"
) -> "Iterator[tuple[float, Method, NDArray[np.float64] | None]]":
    """Yield guesses, each with the quality that ends the search there."""
    stretch = np.array([[source.width / edit.width, 0, 0], [0, source.height / edit.height, 0]], np.float64)
    flip = np.array([[-1.0, 0, edit.width], [0, 1, 0], [0, 0, 1]])
    yield _SURE, "identity", stretch
    yield _SURE, "identity", stretch @ flip
    yield _SURE, "shift", _shift(source, edit)
    yield _LIKELY, "similarity", _similarity(source, edit, source.orb, edit.orb)
    yield FOUND, "similarity", _similarity(source, edit, source.sift, edit.sift)
    mirrored = _similarity(source, edit, source.orb, edit.orb_mirrored)
    yield FOUND, "similarity", None if mirrored is None else mirrored @ flip


def _agreement(source: "PreparedPicture", edit: "PreparedPicture", matrix: "NDArray[np.float64]") -> _Agreement:
    """Score a guess. All fractions are 0 if the overlap is too small to compare."""
    size = common_size(source, matrix)
    into = into_frame(source, matrix, size)
    inside = overlap_mask(edit, into, size)
    covered = cv2.countNonZero(inside.view(np.uint8))
    if covered < 0.25 * min(edit.width * edit.height * scale_of(into) ** 2, inside.size):
        return _Agreement(0.0, 0.0, 0.0)
    source_blocks, edit_blocks = source.blocks_at(size), warp_blocks(edit, into, size)
    textured = deviation(source_blocks, edit_blocks) > TEXTURED
    if covered < inside.size:
        textured &= covered_blocks(inside)
    correlations = zncc(source_blocks, edit_blocks)[textured]
    if len(correlations) < 6:
        return _Agreement(0.0, 0.0, 0.0)
    unchanged = block_mean(np.abs(source_blocks.light - edit_blocks.light))[textured] < 2
    structure, exact = (float((correlations > limit).mean()) for limit in (AGREES, 0.95))
    return _Agreement(structure, exact, float(unchanged.mean()))


def _shift(source: "PreparedPicture", edit: "PreparedPicture") -> "NDArray[np.float64] | None":
    """Find a translation by phase correlation, after scaling to equal widths. Return None if there is none."""
    scale = 256 / max(source.width, source.height)
    fit = source.width / edit.width
    picture = cv2.warpAffine(source.grey, _scaling(scale * source.width / source.grey.shape[1]), _PHASE_FRAME)
    other = cv2.warpAffine(edit.grey, _scaling(fit * scale * edit.width / edit.grey.shape[1]), _PHASE_FRAME)
    (dx, dy), response = cv2.phaseCorrelate(other.astype(np.float32), picture.astype(np.float32), _PHASE_WINDOW)
    if response < 0.05:
        return None
    return np.array([[fit, 0, dx / scale], [0, fit, dy / scale]], np.float64)


def _scaling(factor: float) -> "NDArray[np.float64]":
    return np.array([[factor, 0, 0], [0, factor, 0]], np.float64)


def _similarity(
    source: "PreparedPicture", edit: "PreparedPicture", of_source: "Features", of_edit: "Features"
) -> "NDArray[np.float64] | None":
    """Find the similarity that most key point matches agree on. Return None if too few agree."""
    if min(len(of_source.points), len(of_edit.points)) < 8:
        return None
    start, end = _matches(of_source, of_edit)
    if len(start) < 6:
        return None
    cv2.setRNGSeed(0)
    estimate, inliers = cv2.estimateAffinePartial2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=3, maxIters=2000
    )
    small = cast("NDArray[np.float64] | None", estimate)
    if small is None or np.count_nonzero(inliers) < _MIN_INLIERS or not 0.1 < scale_of(small) < 10:
        return None
    up = source.width / source.grey.shape[1]
    down = edit.grey.shape[1] / edit.width
    corner = small[:, 2] + 0.5 - small[:, :2] @ [0.5, 0.5]
    return np.column_stack([small[:, :2] * up * down, corner * up])


def _matches(of_source: "Features", of_edit: "Features") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Return points of the edit and of the source whose descriptors pass Lowe's ratio test (0.8)."""
    a, b = of_edit.descriptors[:_MAX_POINTS], of_source.descriptors
    if a.dtype == np.uint8:
        distances, indices = cv2.batchDistance(a, b, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2)
        nearest, is_clear = indices[:, 0], distances[:, 0] < 0.8 * distances[:, 1]
    else:
        nearest, is_clear = _nearest(np.asarray(a, np.float32), np.asarray(b, np.float32))
    return of_edit.points[:_MAX_POINTS][is_clear], of_source.points[nearest[is_clear]]


def _nearest(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> "tuple[NDArray[np.intp], NDArray[np.bool_]]":
    """Return the nearest row of b for each row of a, and True where it passes the ratio test.

    One matrix product is five times as fast as computing the distance of each pair. It is exact, because descriptors
    are whole numbers of norm 512.
    """
    squares = np.asarray(cv2.gemm(a, b, -2, np.empty(0, np.float32), 0, flags=cv2.GEMM_2_T))
    squares += np.einsum("ij,ij->i", a, a)[:, None]
    squares += np.einsum("ij,ij->i", b, b)
    rows, nearest = np.arange(len(a)), squares.argmin(axis=1)
    first = squares[rows, nearest]
    squares[rows, nearest] = np.inf
    return nearest, first < 0.64 * squares.min(axis=1)


def _refined(source: "PreparedPicture", edit: "PreparedPicture", rough: Alignment) -> Alignment:
    """Correct an alignment by the shifts of small tiles. Keep the result if at least as many blocks agree."""
    height, width = source.grey.shape
    warped = warp(edit, into_frame(source, rough.matrix, (width, height)), (width, height), grey=True)
    fix = _correction(source.blocks.light, warped.astype(np.float32))
    if fix is None:
        return rough
    up = np.array([source.width / width, source.height / height])
    full = np.column_stack([np.diag(up) @ fix[:, :2] @ np.diag(1 / up), fix[:, 2] * up])
    matrix: NDArray[np.float64] = full[:, :2] @ rough.matrix + np.column_stack([np.zeros((2, 2)), full[:, 2]])
    quality = _agreement(source, edit, matrix).structure
    return Alignment(matrix, rough.method, quality) if quality >= rough.quality else rough


def _correction(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> "NDArray[np.float64] | None":
    """Return the affine map, shape (2, 3), from b's pixels to the same content in a.

    Return None if fewer than 4 tiles were found, no tile moves by 0.05 pixels, or the map turns or scales too far.
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
    """Return the centers of tiles in b, and where phase correlation finds their content in a."""
    start, end = [], []
    height, width = a.shape
    for top in range(0, height - _TILE + 1, max(1, (height - _TILE) // 3)):
        for left in range(0, width - _TILE + 1, max(1, (width - _TILE) // 3)):
            window = (slice(top, top + _TILE), slice(left, left + _TILE))
            one, other = a[window].copy(), b[window].copy()  # phaseCorrelate writes windowed pixels into its arguments
            if min(float(cv2.meanStdDev(tile)[1][0, 0]) for tile in (one, other)) < TEXTURED:
                continue
            (dx, dy), response = cv2.phaseCorrelate(other, one, _TILE_WINDOW)
            if response > 0.2 and max(abs(dx), abs(dy)) < 6:
                centre = (left + _TILE / 2, top + _TILE / 2)
                start.append(centre)
                end.append((centre[0] + dx, centre[1] + dy))
    return np.array(start).reshape(-1, 2), np.array(end).reshape(-1, 2)
