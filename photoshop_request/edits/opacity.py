"""Find a drawing in white or black of one opacity, such as a large translucent text, in the edges of an edit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.new_edges import NewEdges


_BIN, _BINS, _LOWEST = 0.02, 42, 0.16
"""Width, number and start of the bins of opacities."""
_RANGE = (0.26, 0.68)
"""Opacities of marks. Soft edges of opaque drawings lie above, weak edges of anything below."""
_TOLERANCE = 0.055
"""Departure of an edge's opacity from that of the drawing."""
_AGREE = 0.1
"""Spread of the three channels' opacities."""
_JOIN = 5
"""Pixels around an edge within which another one continues its outline. Thin edges have gaps where they turn."""
_LONG, _CURVED = 0.08, 0.03
"""Least length and breadth of a connected outline, as a fraction of the shorter side."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Hold how well one opacity explains the new edges of an edit."""

    level: float
    """The opacity, 0 to 1."""
    excess: float
    """Edges of this opacity beyond the smooth distribution around it, in standard deviations."""
    share: float
    """Fraction of all new edges that have this opacity."""
    above: float
    """Edges of a higher opacity, divided by those of this one. Large for an opaque drawing with soft edges."""
    near: float
    """Fraction of the new edges within 4 pixels of its long outlines that have this opacity."""
    ground: float
    """Standard deviation, in gray levels, of the darker side of these outlines. Near 0 on plain ground, where any
    drawing has one opacity."""
    mixed: float
    """Fraction of its edges in the rarer of the two directions, 0 to 0.5. Near 0 for rain."""
    outlined: float
    """Pixels of long outlines, divided by the shorter side of the frame."""
    pixels: "NDArray[np.bool_]"
    """Its long outlines. Shape (height, width) of the frame."""


def find_overlay(edges: "NewEdges") -> Overlay:
    """Return the overlay in white or in black, whichever explains more."""
    both = (_overlay(edges, white=white) for white in (True, False))
    return max(both, key=lambda overlay: overlay.outlined * overlay.near)


def _overlay(edges: "NewEdges", *, white: bool) -> Overlay:
    opacity, plausible = _opacities(edges, white=white)
    values = opacity[plausible]
    level, excess = _commonest(values)
    chosen = np.flatnonzero(plausible)[np.abs(values - level) < _TOLERANCE]
    outline, lies_on = _long_outlines(edges, chosen)
    members = chosen[lies_on]
    around = np.asarray(cv2.dilate(outline.view(np.uint8), np.ones((9, 9), np.uint8))).view(np.bool_)
    beside = int(around[edges.y, edges.x].sum())
    upright = int(edges.vertical[chosen].sum())
    return Overlay(
        level=level,
        excess=excess,
        share=len(chosen) / max(20, len(edges.y)),
        above=float((values > level + 0.12).sum()) / max(10, len(chosen)),
        near=len(members) / max(20, beside),
        ground=float(edges.low[members].mean(axis=1).std()) if len(members) else 0.0,
        mixed=min(upright, len(chosen) - upright) / max(10, len(chosen)),
        outlined=len(members) / min(edges.shape),
        pixels=outline,
    )


def _opacities(edges: "NewEdges", *, white: bool) -> "tuple[NDArray[np.float32], NDArray[np.bool_]]":
    """Return the opacity of white or black that explains each edge, and mark edges where the channels agree."""
    tells = edges.low < 215 if white else edges.high > 40
    room = np.maximum(255 - edges.low if white else edges.high, 30)
    opacity = (edges.high - edges.low) / room
    count = tells.sum(axis=1)
    mean = np.where(tells, opacity, 0).sum(axis=1) / np.maximum(count, 1)
    spread = np.where(tells, opacity, -9).max(axis=1) - np.where(tells, opacity, 9).min(axis=1)
    return np.asarray(mean, np.float32), edges.one_way & (count > 0) & (spread < _AGREE)


def _commonest(values: "NDArray[np.float32]") -> tuple[float, float]:
    """Return the opacity that stands out of the distribution most, and its excess in standard deviations."""
    counts = np.histogram(values, _BINS, (_LOWEST, _LOWEST + _BIN * _BINS))[0].astype(np.float64)
    peak = np.convolve(counts, np.ones(5), "same")
    around = np.convolve(np.pad(counts, 10, mode="reflect"), np.full(21, 5 / 21), "valid")
    levels = _LOWEST + _BIN * (np.arange(_BINS) + 0.5)
    excess = np.where((levels > _RANGE[0]) & (levels < _RANGE[1]), peak - around, -np.inf)
    best = int(np.argmax(excess))
    return float(levels[best]), max(0.0, float(excess[best] / np.sqrt(max(around[best], 4.0))))


def _long_outlines(edges: "NewEdges", chosen: "NDArray[np.intp]") -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
    """Return the long, curved outlines that edges make, and mark the edges that lie on them."""
    picture = np.zeros(edges.shape, np.uint8)
    y, x = edges.y[chosen], edges.x[chosen]
    picture[y, x] = 1
    joined = cv2.dilate(picture, np.ones((_JOIN, _JOIN), np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    width, height = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    side = min(edges.shape)
    large = (np.maximum(width, height) > _LONG * side) & (np.minimum(width, height) > _CURVED * side)
    large[0] = False
    return large[labels], large[labels[y, x]]
