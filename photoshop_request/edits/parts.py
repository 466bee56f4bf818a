"""Find the parts of a source that an edit shows elsewhere: cut-outs, composites, swapped faces.

The frames of such a pair do not align. SIFT features of a part still agree on one similarity. The few features that the
alignment has found decide if a search at working size is worth its time: 0.7 % of unrelated photos pass them.

A caption, an interface, a logo or a watermark also agrees on a similarity. Its windows have two gray levels or border on
a flat area, and between its strokes nothing agrees. So a part must also agree in windows of many levels, and in faint
texture beside strong edges.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.blocks import high_pass
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.votes import Votes, agreeing_votes, mirrored
from photoshop_request.edits.warp import common_size, into_frame, overlap_mask, warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Features, PreparedPicture


_FEW, _MANY = 150, 400
"""Matches that vote before and in the search."""
_WINDOW = 13
"""Side in pixels of the windows that are compared, in the source's frame at working size."""
_FLAT_MARGIN = 33
"""Pixels around a flat area in which its outline may agree, whatever lies beyond it."""
_STRONG_EDGE = 20
"""Gray levels per pixel. The outline of letters and shapes is stronger, faint texture is weaker."""


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one part that both pictures show."""

    matrix: "NDArray[np.float64]"
    """Edit pixels to source pixels at full size, as in `Alignment`."""
    in_source: "NDArray[np.bool_]"
    """Pixels of the working source that agree. Shape (height, width)."""
    in_edit: "NDArray[np.bool_]"
    """Pixels of the working edit that agree. Shape (height, width)."""
    windows: float
    """Windows of many gray levels that agree, in multiples of a window's area."""

    @property
    def confidence(self) -> float:
        """Return 0.6 for a part that just passes, up to 0.95 for a large one."""
        return min(0.95, 1 / (1 + math.exp(-0.4 - math.log2(self.windows / thresholds().part.min_windows) / 2)))


def find_parts(source: "PreparedPicture", edit: "PreparedPicture") -> tuple[Part, ...]:
    """Return the parts of the source that the edit shows, largest first. Use it where the frames do not align."""
    limits = thresholds().part
    votes = _votes(edit, source.sift, edit.sift, _FEW, 1)
    if not votes or len(votes[0][0].start) < limits.min_few_votes:
        return ()
    candidates = _votes(edit, source.fine_sift, edit.fine_sift, _MANY, 2)
    checked = (_part(source, edit, *one) for one in candidates if len(one[0].start) >= limits.min_votes)
    found: list[Part] = []
    for part in sorted(filter(None, checked), key=lambda one: -one.windows):
        known = np.any([each.in_edit for each in found], axis=0) if found else np.False_
        if np.count_nonzero(part.in_edit & ~known) > part.in_edit.sum() / 2:
            found.append(part)
    return tuple(found)


def covered(masks: "list[NDArray[np.bool_]]") -> float:
    """Return the fraction of a picture that any of the masks covers."""
    return float(np.any(masks, axis=0).mean())


def _votes(
    edit: "PreparedPicture",
    of_source: "Features",
    of_edit: "Features",
    most: int,
    groups: int,
) -> list[tuple[Votes, bool]]:
    """Return votes with True for those of the mirrored edit, the most votes first."""
    found = [(votes, False) for votes in agreeing_votes(of_source, of_edit, most, groups)]
    of_mirrored = mirrored(of_edit, edit.grey.shape[1])
    found += [(votes, True) for votes in agreeing_votes(of_source, of_mirrored, most, groups)]
    return sorted(found, key=lambda one: -len(one[0].start))


def _part(source: "PreparedPicture", edit: "PreparedPicture", votes: Votes, is_mirrored: bool) -> Part | None:
    """Compare the pixels around the votes. Return None if they are no part of a photo."""
    limits = thresholds().part
    matrix = _at_full_size(source, edit, votes.matrix, is_mirrored)
    size = common_size(source, matrix)
    into = into_frame(source, matrix, size)
    points = votes.end * [size[0] / source.grey.shape[1], size[1] / source.grey.shape[0]]
    box = _box(points, size)
    before = source.scaled(size, grey=True).astype(np.float32)[box]
    after = warp(edit, into, size, grey=True).astype(np.float32)[box]
    inside = overlap_mask(edit, into, size)[box]
    if min(before.shape) < _WINDOW:
        return None
    points = points - [box[1].start, box[0].start]
    fix = _correction(before, after, points)
    after = _moved(after, fix)
    agrees, correlation = _agreement(before, after, inside, points)
    if correlation < limits.min_correlation or not agrees.any():
        return None
    levels = np.minimum(_two_levels(before), _two_levels(after))
    many = agrees & (levels < limits.two_levels) & ~(_beside_flat(before) & _beside_flat(after))
    windows = np.count_nonzero(many) / _WINDOW**2
    is_drawn = windows < limits.min_windows or float(np.median(levels[agrees])) > limits.max_two_levels
    if is_drawn or _faint_correlation(before, after, agrees, inside) < limits.min_faint:
        return None
    whole = np.zeros((size[1], size[0]), np.uint8)
    whole[box] = cv2.morphologyEx(agrees.view(np.uint8), cv2.MORPH_CLOSE, np.ones((_WINDOW, _WINDOW), np.uint8))
    matrix = _fixed(source, matrix, fix, box, size)
    return Part(
        matrix,
        _in_work(whole, source, np.eye(2, 3), source, size),
        _in_work(whole, edit, matrix, source, size),
        windows,
    )


def _at_full_size(
    source: "PreparedPicture", edit: "PreparedPicture", small: "NDArray[np.float64]", is_mirrored: bool
) -> "NDArray[np.float64]":
    """Return the map of working pixels as a map of full-size pixels, whose centers lie at +0.5."""
    up, down = source.width / source.grey.shape[1], edit.grey.shape[1] / edit.width
    corner = small[:, 2] + 0.5 - small[:, :2] @ [0.5, 0.5]
    matrix = np.column_stack([small[:, :2] * up * down, corner * up])
    return matrix @ np.array([[-1.0, 0, edit.width], [0, 1, 0], [0, 0, 1]]) if is_mirrored else matrix


def _box(points: "NDArray[np.float64]", size: tuple[int, int]) -> tuple[slice, slice]:
    """Return rows and columns around the points, grown by three quarters of their extent."""
    low, high = points.min(axis=0), points.max(axis=0)
    grown = 0.75 * float((high - low).max()) + 24
    left, top = np.maximum(0, np.floor(low - grown)).astype(int).tolist()
    right, bottom = np.minimum(size, np.ceil(high + grown)).astype(int).tolist()
    return slice(top, bottom), slice(left, right)


def _correction(
    before: "NDArray[np.float32]", after: "NDArray[np.float32]", points: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """Return the affine map from pixels of `before` to the same content in `after`, which moves the points little."""
    hull = np.zeros(before.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.rint(points).astype(np.int32)), 1)
    start = np.eye(2, 3, dtype=np.float32)
    try:
        _, found = cv2.findTransformECC(
            before,
            after,
            start.copy(),
            cv2.MOTION_AFFINE,
            (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 12, 1e-3),
            cv2.dilate(hull, np.ones((9, 9), np.uint8)),
            3,
        )
    except cv2.error:  # it does not converge: the votes are all there is
        return np.eye(2, 3)
    center = points.mean(axis=0)
    moved = found[:, :2] @ center + found[:, 2] - center
    return np.asarray(found if float(np.hypot(*moved)) < 5 else start, np.float64)


def _moved(after: "NDArray[np.float32]", fix: "NDArray[np.float64]") -> "NDArray[np.float32]":
    size, how = (after.shape[1], after.shape[0]), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(after, fix, size, flags=how, borderMode=cv2.BORDER_REFLECT), np.float32)


def _agreement(
    before: "NDArray[np.float32]",
    after: "NDArray[np.float32]",
    inside: "NDArray[np.bool_]",
    points: "NDArray[np.float64]",
) -> "tuple[NDArray[np.bool_], float]":
    """Return the pixels whose windows agree, connected to the points, and the median correlation at the points."""
    light, light_a, light_b = _correlations(before, after)
    fine, fine_a, fine_b = _correlations(high_pass(before, 2.5), high_pass(after, 2.5))
    columns, rows = np.clip(np.rint(points).astype(int), 0, np.array(before.shape[::-1]) - 1).T
    close = inside & (light_a > 5) & (light_b > 5) & (light > 0.8)
    _, labels = cv2.connectedComponents(close.view(np.uint8))
    touched = set(labels[rows, columns].tolist()) - {0}
    agrees = np.isin(labels, sorted(touched)) & (fine_a > 1.5) & (fine_b > 1.5) & (fine > 0.6)
    return agrees, float(np.median(light[rows, columns]))


def _correlations(a: "NDArray[np.float32]", b: "NDArray[np.float32]") -> "tuple[NDArray[np.float32], ...]":
    """Return the correlation of each pair of windows, and the deviation of each window of both."""
    mean_a, mean_b = _mean(a), _mean(b)
    variances = [np.maximum(_mean(x * x) - mean * mean, 0) for x, mean in ((a, mean_a), (b, mean_b))]
    covariance = _mean(a * b) - mean_a * mean_b
    correlation = covariance / np.sqrt(np.maximum(variances[0] * variances[1], 1e-3))
    return np.asarray(correlation), np.sqrt(variances[0]), np.sqrt(variances[1])


def _mean(x: "NDArray[Any]") -> "NDArray[np.float32]":
    return np.asarray(cv2.blur(x, (_WINDOW, _WINDOW)), np.float32)


def _two_levels(x: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return the fraction of each window's variance that two gray levels explain: 1 for letters, 0.64 for noise."""
    mean = _mean(x)
    above = (x > mean).astype(np.float32)
    part = _mean(above)
    high = _mean(x * above) / np.maximum(part, 1e-3)
    low = _mean(x * (1 - above)) / np.maximum(1 - part, 1e-3)
    return np.asarray(part * (1 - part) * (high - low) ** 2 / np.maximum(_mean(x * x) - mean * mean, 1))


def _beside_flat(x: "NDArray[np.float32]") -> "NDArray[np.bool_]":
    """Mark what lies within `_FLAT_MARGIN` / 2 pixels of a flat area."""
    around = np.ones((7, 7), np.uint8)
    flat = (cv2.dilate(x, around) - cv2.erode(x, around) < 8).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(flat)
    large = stats[:, cv2.CC_STAT_AREA] >= 250
    large[0] = False
    margin = np.ones((_FLAT_MARGIN, _FLAT_MARGIN), np.uint8)
    return np.asarray(cv2.dilate(large[labels].view(np.uint8), margin)).view(np.bool_)


def _faint_correlation(
    before: "NDArray[np.float32]",
    after: "NDArray[np.float32]",
    agrees: "NDArray[np.bool_]",
    inside: "NDArray[np.bool_]",
) -> float:
    """Return the correlation of the texture beside strong edges, in and between the windows that agree, or 0."""
    slopes = [cv2.Sobel(x, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(x, cv2.CV_32F, 0, 1) ** 2 for x in (before, after)]
    strong = np.asarray(np.maximum(*slopes) > (4 * _STRONG_EDGE) ** 2).view(np.uint8)
    beside = cv2.dilate(strong, np.ones((5, 5), np.uint8)) == 0
    where = (cv2.dilate(agrees.view(np.uint8), np.ones((7, 7), np.uint8)) > 0) & beside & inside
    a, b = (high_pass(x, 2.0)[where].astype(np.float64) for x in (before, after))
    if len(a) < 60 or min(a.std(), b.std()) < 0.3:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std()))


def _fixed(
    source: "PreparedPicture",
    matrix: "NDArray[np.float64]",
    fix: "NDArray[np.float64]",
    box: tuple[slice, slice],
    size: tuple[int, int],
) -> "NDArray[np.float64]":
    """Return the map with the correction of its pixels in the box of the frame."""
    back = np.asarray(cv2.invertAffineTransform(fix), np.float64)
    origin = np.array([box[1].start + 0.5, box[0].start + 0.5])
    up = np.array([source.width / size[0], source.height / size[1]])
    linear = up[:, None] * back[:, :2] / up
    shift = up * (back[:, 2] + origin - back[:, :2] @ origin)
    return np.column_stack([linear @ matrix[:, :2], linear @ matrix[:, 2] + shift])


def _in_work(
    whole: "NDArray[np.uint8]",
    picture: "PreparedPicture",
    into_source: "NDArray[np.float64]",
    source: "PreparedPicture",
    size: tuple[int, int],
) -> "NDArray[np.bool_]":
    """Return a mask of the source's frame of `size` in the working pixels of a picture that the map takes there."""
    height, width = picture.grey.shape
    into = into_frame(source, into_source, size) @ np.diag([picture.width / width, picture.height / height, 1])
    into[:, 2] += into[:, :2] @ [0.5, 0.5] - 0.5
    how = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(whole, into, (width, height), flags=how)).view(np.bool_)
