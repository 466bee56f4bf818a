"""Find a watermark that a solver laid over an edit: a drawing that repeats, a large translucent one, or a signature.

They show in the edges that the edit has and the source lacks, whatever else was edited. `watermark_rule` decides
together with what was written.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.new_edges import NewEdges, find_new_edges, new_edges
from photoshop_request.edits.opacity import Overlay, find_overlay
from photoshop_request.edits.repetition import Repetition, find_repetition, repeats_at
from photoshop_request.edits.signature import find_signature
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.watermark_rule import Prior, has_watermark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.evidence import Change, CommonFrame
    from photoshop_request.edits.figures import WatermarkKind


@dataclass(frozen=True, slots=True)
class WatermarkSign:
    """Hold the strongest sign of a watermark."""

    kind: "WatermarkKind"
    score: float
    """0 to 1, for `has_watermark`."""
    pixels: "NDArray[np.bool_]"
    """The drawing, shape (height, width) of the working frame."""


def find_watermark(frame: "CommonFrame", change: "Change") -> WatermarkSign | None:
    """Return the strongest sign of a watermark, or None if no words could make it one.

    A mark that the source bears too is none.
    """
    edges = find_new_edges(frame, change)
    found: WatermarkSign | None = None
    if edges.density >= thresholds().watermark.min_density:
        for look in (_repeated, _new_overlay):
            sign = look(edges, frame)
            if sign and (found is None or sign.score > found.score):
                found = sign
            if found and has_watermark(found.score):
                return found
    if signature := find_signature(frame, edges):
        return WatermarkSign("signature", *signature)
    return found


def _repeated(edges: NewEdges, frame: "CommonFrame") -> WatermarkSign | None:
    """Return a drawing that repeats in the edit and not in the source, or None."""
    limits = thresholds().watermark
    found = find_repetition(edges)
    if found.peak < limits.min_peak:
        return None
    score = _probability(
        limits.repeated_intercept
        + limits.peak * np.log(found.peak + 0.02)
        + limits.fraction * np.log(found.fraction + 0.0005)
        + limits.reach * found.reach
    )
    if not has_watermark(score, Prior.EXPECTED) or _source_repeats(frame, found):
        return None
    height, width = edges.shape
    grown = found.pixels.view(np.uint8).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    closed = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return WatermarkSign("repeated", score, np.asarray(closed).view(np.bool_))


def _source_repeats(frame: "CommonFrame", found: Repetition) -> bool:
    """Return True if the source repeats at the same shift: it bears the mark, or a pattern that the edit shows better."""
    return repeats_at(_own_edges(frame), found.shift) > thresholds().watermark.own_peak


def _own_edges(frame: "CommonFrame") -> NewEdges:
    """Return all edges of the source."""
    return new_edges(np.zeros_like(frame.source), frame.source, frame.inside)


def _new_overlay(edges: NewEdges, frame: "CommonFrame") -> WatermarkSign | None:
    """Return a translucent drawing that the edit bears and the source does not, or None."""
    found = find_overlay(edges)
    score = _overlay_score(found)
    if not has_watermark(score, Prior.EXPECTED) or _source_bears(found, frame):
        return None
    closed = cv2.morphologyEx(found.pixels.view(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return WatermarkSign("overlay", score, np.asarray(closed).view(np.bool_))


def _source_bears(found: Overlay, frame: "CommonFrame") -> bool:
    """Return True if the source has an overlay of the same opacity. Parts of its mark may be new where an edit moved them."""
    own = find_overlay(_own_edges(frame))
    return abs(own.level - found.level) < 0.06 and _overlay_score(own) > thresholds().watermark.own_overlay


def _overlay_score(found: Overlay) -> float:
    limits = thresholds().watermark
    return _probability(
        limits.overlay_intercept
        + limits.excess * np.log1p(found.excess)
        + limits.near * found.near
        + limits.above * np.log(found.above + 0.05)
        + limits.ground * np.log1p(found.ground)
        + limits.mixed * found.mixed
    )


def _probability(log_odds: float) -> float:
    """Return the probability, to 4 digits: the last digits of a sum depend on the memory layout."""
    return round(float(1 / (1 + np.exp(-log_odds))), 4)
