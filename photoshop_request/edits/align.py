"""Where an edit lies in its source: a cascade from the cheapest guess to the dearest, each checked on the pixels.

Same frame, mirrored frame, a shift (phase correlation), a similarity from ORB, mirrored ORB, then SIFT. A guess counts for what it brings into agreement, never for its number of inliers: unrelated pictures reach 98 of those. A
homography did worse than a similarity.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import cv2
import numpy as np

from photoshop_request.edits.prepare import Features, Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Alignment", "Method", "align", "block_agreement", "block_deviation", "block_mean", "warp"]

Method = Literal["identity", "shift", "similarity"]

BLOCK = 16
"""Pixels of a block's side, at working size."""

AGREES = 0.75
"""ZNCC above which a textured block counts as the same structure (perf.md's cascade: AUC .9997)."""

TEXTURED = 4.0
"""Standard deviation, in grey levels, from which a block has structure to compare."""

_SURE = 0.6
_FOUND = 0.25
_MARGIN = 0.02  # a dearer guess must gain this much: noise alone gains a little from any free parameter


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the edit's frame maps into the source's."""

    matrix: "NDArray[np.float64]"
    """Shape (2, 3): edit pixels to source pixels at full size, corners at whole numbers (centres at +0.5)."""
    method: Method
    """The cheapest guess that held; `identity` maps frame onto frame, whatever the two sizes."""
    quality: float
    """Share, 0 to 1, of textured 16x16 blocks of the overlap whose structure agrees."""

    @property
    def mirrored(self) -> bool:
        """Whether the edit is flipped against the source."""
        return bool(np.linalg.det(self.matrix[:, :2]) < 0)

    @property
    def scale(self) -> float:
        """Source pixels per edit pixel."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def rotation(self) -> float:
        """Degrees by which the edit is turned clockwise against the source, -180 to 180; after unmirroring."""
        a = self.matrix[:, :2] @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        return float(-np.degrees(np.arctan2(a[1, 0] - a[0, 1], a[0, 0] + a[1, 1])))


def align(source: Prepared, edit: Prepared) -> Alignment:
    """The best of the cascade's guesses; a low `quality` means that none held."""
    best: Alignment | None = None
    for method, matrix in _guesses(source, edit):
        quality = _quality(source, edit, matrix)
        if best is None or quality > best.quality + _MARGIN:
            best = Alignment(matrix, method, quality)
        if best.quality >= _SURE:
            break
    assert best is not None
    return _refined(source, edit, best) if best.quality >= _FOUND else best


def warp(edit: Prepared, matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.uint8]":
    """The edit's pixels in a frame of (width, height); `matrix` maps full-size edit pixels there. Outside is black."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    depth = int(np.clip(np.floor(np.log2(1 / max(scale, 1e-6)) + 0.3), 0, len(edit.levels) - 1))
    level = edit.levels[depth]
    shrink = np.array([edit.width / level.shape[1], edit.height / level.shape[0]])
    linear = matrix[:, :2] * shrink
    if _is_stretch(linear, matrix[:, 2], level.shape, size):
        return edit.scaled(size)
    if scale < 0.75:  # linear interpolation would skip pixels: shrink first
        level = edit.scaled((max(1, round(edit.width * scale)), max(1, round(edit.height * scale))))
        shrink = np.array([edit.width / level.shape[1], edit.height / level.shape[0]])
        linear = matrix[:, :2] * shrink
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    return np.asarray(cv2.warpAffine(level, centred, size, flags=cv2.INTER_LINEAR))


def _is_stretch(
    linear: "NDArray[np.float64]", offset: "NDArray[np.float64]", shape: tuple[int, ...], size: tuple[int, int]
) -> bool:
    """Whether a map takes a whole frame onto a whole frame, up to a tenth of a pixel."""
    corners = np.array([[0, 0], [shape[1], 0], [0, shape[0]]]) @ linear.T + offset
    return bool(np.abs(corners - [[0, 0], [size[0], 0], [0, size[1]]]).max() < 0.1)


def overlap_mask(edit: Prepared, matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.bool_]":
    """Shape (height, width): where the warped edit has pixels."""
    corners = np.array([[0, 0], [edit.width, 0], [edit.width, edit.height], [0, edit.height]], np.float64)
    polygon = np.rint((corners @ matrix[:, :2].T + matrix[:, 2] - 0.5) * 16).astype(np.int32)
    mask = np.zeros((size[1], size[0]), np.uint8)
    return np.asarray(cv2.fillConvexPoly(mask, polygon, 1, shift=4), dtype=bool)


def block_agreement(
    a: "NDArray[np.float32]", b: "NDArray[np.float32]", side: int = BLOCK
) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Per block: ZNCC, -1 to 1, and the larger standard deviation of the two; shape (height // side, width // side)."""
    mean_a, mean_b = block_mean(a, side), block_mean(b, side)
    var_a = np.maximum(block_mean(a * a, side) - mean_a**2, 0)
    var_b = np.maximum(block_mean(b * b, side) - mean_b**2, 0)
    covariance = block_mean(a * b, side) - mean_a * mean_b
    return covariance / np.sqrt(np.maximum(var_a * var_b, 1e-4)), np.sqrt(np.maximum(var_a, var_b))


def block_mean(x: "NDArray[np.float32]", side: int = BLOCK) -> "NDArray[np.float32]":
    """Mean of each block; shape (height // side, width // side), channels kept."""
    rows, columns = x.shape[0] // side, x.shape[1] // side
    return np.asarray(cv2.resize(x[: rows * side, : columns * side], (columns, rows), interpolation=cv2.INTER_AREA))


def block_deviation(x: "NDArray[np.float32]", side: int = BLOCK) -> "NDArray[np.float32]":
    """Standard deviation within each block."""
    return np.asarray(np.sqrt(np.maximum(block_mean(x * x, side) - block_mean(x, side) ** 2, 0)))


def covered_blocks(inside: "NDArray[np.bool_]", side: int = BLOCK) -> "NDArray[np.bool_]":
    """Shape (height // side, width // side): blocks that lie wholly inside."""
    return np.asarray(block_mean(inside.astype(np.float32), side) > 0.99)


def common_size(source: Prepared, matrix: "NDArray[np.float64]") -> tuple[int, int]:
    """(width, height) of the source's frame at working size, or smaller where the edit holds less detail."""
    height, width = source.grey.shape
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    shrink = min(1.0, source.width / width / max(scale, 1e-6))
    shrink = min(1.0, max(shrink, 6 * BLOCK / max(width, height)))
    return max(BLOCK, round(width * shrink)), max(BLOCK, round(height * shrink))


def into_frame(source: Prepared, matrix: "NDArray[np.float64]", size: tuple[int, int]) -> "NDArray[np.float64]":
    """The same map, ending in the source's frame at (width, height)."""
    return np.asarray(np.diag([size[0] / source.width, size[1] / source.height]) @ matrix)


def _quality(source: Prepared, edit: Prepared, matrix: "NDArray[np.float64]") -> float:
    """Share of textured blocks that agree; 0 where the overlap is too small to tell."""
    size = common_size(source, matrix)
    into = into_frame(source, matrix, size)
    inside = overlap_mask(edit, into, size)
    edit_area = edit.width * edit.height * abs(np.linalg.det(into[:, :2]))
    if inside.sum() < 0.25 * min(edit_area, inside.size):
        return 0.0
    here = source.grey if size == source.grey.shape[::-1] else _grey(source.scaled(size))
    zncc, deviation = block_agreement(here.astype(np.float32), _grey(warp(edit, into, size)).astype(np.float32))
    textured = (deviation > TEXTURED) & covered_blocks(inside)
    return float((zncc[textured] > AGREES).mean()) if textured.sum() >= 6 else 0.0


def _grey(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _guesses(source: Prepared, edit: Prepared) -> "Iterator[tuple[Method, NDArray[np.float64]]]":
    stretch = np.array([[source.width / edit.width, 0, 0], [0, source.height / edit.height, 0]], np.float64)
    flip = np.array([[-1.0, 0, edit.width], [0, 1, 0], [0, 0, 1]])
    yield "identity", stretch
    yield "identity", stretch @ flip
    shift = _shift(source, edit)
    if shift is not None:
        yield "shift", shift
    orb = _from_features(source, edit, source.orb, edit.orb, cv2.NORM_HAMMING)
    if orb is not None:
        yield "similarity", orb
    mirrored = _from_features(source, edit, source.orb, edit.orb_mirrored, cv2.NORM_HAMMING)
    if mirrored is not None:
        yield "similarity", mirrored @ flip
    sift = _from_features(source, edit, source.sift, edit.sift, cv2.NORM_L2)
    if sift is not None:
        yield "similarity", sift


def _shift(source: Prepared, edit: Prepared) -> "NDArray[np.float64] | None":
    """A translation at the scale that fits one side of the frames onto the other's, by phase correlation."""
    scale = 256 / max(source.width, source.height)
    fit = source.width / edit.width
    frame = (256, 256)
    picture = cv2.warpAffine(source.grey, _scaling(scale * source.width / source.grey.shape[1]), frame)
    other = cv2.warpAffine(edit.grey, _scaling(fit * scale * edit.width / edit.grey.shape[1]), frame)
    window = cv2.createHanningWindow(frame, cv2.CV_32F)
    (dx, dy), response = cv2.phaseCorrelate(other.astype(np.float32), picture.astype(np.float32), window)
    if response < 0.05:
        return None
    return np.array([[fit, 0, dx / scale], [0, fit, dy / scale]], np.float64)


def _scaling(factor: float) -> "NDArray[np.float64]":
    return np.array([[factor, 0, 0], [0, factor, 0]], np.float64)


def _from_features(
    source: Prepared, edit: Prepared, of_source: Features, of_edit: Features, norm: int
) -> "NDArray[np.float64] | None":
    """The similarity that most ratio-tested matches agree on."""
    if min(len(of_source.points), len(of_edit.points)) < 8:
        return None
    pairs = cv2.BFMatcher(norm).knnMatch(of_edit.descriptors, of_source.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < 6:
        return None
    start = of_edit.points[[match.queryIdx for match in good]]
    end = of_source.points[[match.trainIdx for match in good]]
    cv2.setRNGSeed(0)
    found = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=3, maxIters=2000)
    small = cast("NDArray[np.float64] | None", found[0])
    if small is None or not 0.1 < np.sqrt(abs(np.linalg.det(small[:, :2]))) < 10:
        return None
    up = source.width / source.grey.shape[1]
    down = edit.grey.shape[1] / edit.width
    corner = small[:, 2] + 0.5 - small[:, :2] @ [0.5, 0.5]
    return np.column_stack([small[:, :2] * up * down, corner * up])


def _refined(source: Prepared, edit: Prepared, rough: Alignment) -> Alignment:
    """Correct a guess by where small tiles really lie; kept when the pixels agree at least as well."""
    height, width = source.grey.shape
    warped = _grey(warp(edit, into_frame(source, rough.matrix, (width, height)), (width, height)))
    start, end = _tile_shifts(source.grey.astype(np.float32), warped.astype(np.float32))
    if len(start) < 4 or np.abs(start - end).max() < 0.05:
        return rough
    cv2.setRNGSeed(0)
    few = len(start) < 8
    estimate = cv2.estimateAffinePartial2D if few else cv2.estimateAffine2D
    fix = cast("NDArray[np.float64] | None", estimate(start, end, method=cv2.RANSAC, ransacReprojThreshold=0.5)[0])
    if fix is None or np.abs(fix[:, :2] - np.eye(2)).max() > 0.1:
        return rough
    up = np.array([source.width / width, source.height / height])
    full = np.column_stack([np.diag(up) @ fix[:, :2] @ np.diag(1 / up), fix[:, 2] * up])
    matrix: NDArray[np.float64] = full[:, :2] @ rough.matrix + np.column_stack([np.zeros((2, 2)), full[:, 2]])
    quality = _quality(source, edit, matrix)
    return Alignment(matrix, rough.method, quality) if quality >= rough.quality else rough


def _tile_shifts(
    a: "NDArray[np.float32]", b: "NDArray[np.float32]", side: int = 64
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Centres of tiles in b and where phase correlation finds their content in a."""
    window = cv2.createHanningWindow((side, side), cv2.CV_32F)
    start, end = [], []
    height, width = a.shape
    for top in range(0, height - side + 1, max(1, (height - side) // 3)):
        for left in range(0, width - side + 1, max(1, (width - side) // 3)):
            one, other = a[top : top + side, left : left + side], b[top : top + side, left : left + side]
            if min(one.std(), other.std()) < TEXTURED:
                continue
            (dx, dy), response = cv2.phaseCorrelate(other, one, window)
            if response > 0.2 and max(abs(dx), abs(dy)) < 6:
                centre = (left + side / 2, top + side / 2)
                start.append(centre)
                end.append((centre[0] + dx, centre[1] + dy))
    return np.array(start).reshape(-1, 2), np.array(end).reshape(-1, 2)
