"""Where an edit lies in its source: a cascade from the cheapest guess to the dearest, each checked on the pixels.

Same frame, mirrored frame, a shift (phase correlation), a similarity from ORB, from SIFT, from mirrored ORB. A guess
counts for what it brings into agreement, never for its number of inliers: unrelated pictures reach 98 of those. A
homography did worse than a similarity.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import AGREES, TEXTURED, block_mean, covered_blocks, deviation, zncc
from photoshop_request.edits.figures import Method
from photoshop_request.edits.guess import from_features, phase_shift
from photoshop_request.edits.refine import correction
from photoshop_request.edits.warp import common_size, into_frame, overlap_mask, scale_of, warp, warp_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Prepared

__all__ = ["Alignment", "align"]

_SURE = 0.6
_LIKELY = 0.45  # a similarity this good ends the search: what SIFT would add is refined anyway
_FOUND = 0.25
_EXACT = 0.25  # share of blocks that agree almost to the pixel: no other guess can lie right then
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
        return scale_of(self.matrix)

    @property
    def rotation(self) -> float:
        """Degrees by which the edit is turned clockwise against the source, -180 to 180; after unmirroring."""
        a = self.matrix[:, :2] @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        return float(-np.degrees(np.arctan2(a[1, 0] - a[0, 1], a[0, 0] + a[1, 1])))

    @property
    def tilt(self) -> float:
        """Degrees, 0 to 45, by which both axes are turned the same way off the nearest quarter turn; 0 for a skew."""
        a, b, c, d = (self.matrix[:, :2] @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])).ravel()
        axes = [math.degrees(math.atan2(c, a)), math.degrees(math.atan2(-b, d))]
        off = [angle - 90 * round(angle / 90) for angle in axes]
        return min(map(abs, off)) if off[0] * off[1] > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Agreement:
    """What a guess brings into agreement: shares of textured blocks."""

    structure: float
    """Over `AGREES`."""
    exact: float
    """Over 0.95."""
    still: float
    """Those whose pixels differ by under 2 grey levels on average."""


def align(source: "Prepared", edit: "Prepared") -> Alignment:
    """The best of the cascade's guesses; a low `quality` means that none held."""
    best: Alignment | None = None
    seen = _Agreement(0.0, 0.0, 0.0)
    for enough, method, matrix in _guesses(source, edit):
        if matrix is not None:
            agreement = _agreement(source, edit, matrix)
            if best is None or agreement.structure > best.quality + _MARGIN:
                best, seen = Alignment(matrix, method, agreement.structure), agreement
        if best is not None and (best.quality >= enough or seen.exact >= _EXACT):
            break
    assert best is not None
    if best.quality < _FOUND or seen.still > 0.5 or (best.method == "identity" and seen.exact > 0.5):
        return best  # not found, or found to a fraction of a pixel
    return _refined(source, edit, best)


def _guesses(source: "Prepared", edit: "Prepared") -> "Iterator[tuple[float, Method, NDArray[np.float64] | None]]":
    """Each with the quality that ends the search there: the dearer what comes next, the lower."""
    stretch = np.array([[source.width / edit.width, 0, 0], [0, source.height / edit.height, 0]], np.float64)
    flip = np.array([[-1.0, 0, edit.width], [0, 1, 0], [0, 0, 1]])
    yield _SURE, "identity", stretch
    yield _SURE, "identity", stretch @ flip
    yield _SURE, "shift", phase_shift(source, edit)
    yield _LIKELY, "similarity", from_features(source, edit, source.orb, edit.orb)
    yield _FOUND, "similarity", from_features(source, edit, source.sift, edit.sift)
    mirrored = from_features(source, edit, source.orb, edit.orb_mirrored)
    yield _FOUND, "similarity", None if mirrored is None else mirrored @ flip


def _agreement(source: "Prepared", edit: "Prepared", matrix: "NDArray[np.float64]") -> _Agreement:
    """Shares of textured blocks that agree; nothing where the overlap is too small to tell."""
    size = common_size(source, matrix)
    into = into_frame(source, matrix, size)
    inside = overlap_mask(edit, into, size)
    covered = cv2.countNonZero(inside.view(np.uint8))
    if covered < 0.25 * min(edit.width * edit.height * scale_of(into) ** 2, inside.size):
        return _Agreement(0.0, 0.0, 0.0)
    here, there = source.blocks_at(size), warp_blocks(edit, into, size)
    textured = deviation(here, there) > TEXTURED
    if covered < inside.size:
        textured &= covered_blocks(inside)
    agreeing = zncc(here, there)[textured]
    if len(agreeing) < 6:
        return _Agreement(0.0, 0.0, 0.0)
    still = block_mean(np.abs(here.light - there.light))[textured] < 2
    return _Agreement(float((agreeing > AGREES).mean()), float((agreeing > 0.95).mean()), float(still.mean()))


def _refined(source: "Prepared", edit: "Prepared", rough: Alignment) -> Alignment:
    """Correct a guess by where small tiles really lie; kept when the pixels agree at least as well."""
    height, width = source.grey.shape
    warped = warp(edit, into_frame(source, rough.matrix, (width, height)), (width, height), grey=True)
    fix = correction(source.blocks.light, warped.astype(np.float32))
    if fix is None:
        return rough
    up = np.array([source.width / width, source.height / height])
    full = np.column_stack([np.diag(up) @ fix[:, :2] @ np.diag(1 / up), fix[:, 2] * up])
    matrix: NDArray[np.float64] = full[:, :2] @ rough.matrix + np.column_stack([np.zeros((2, 2)), full[:, 2]])
    quality = _agreement(source, edit, matrix).structure
    return Alignment(matrix, rough.method, quality) if quality >= rough.quality else rough
