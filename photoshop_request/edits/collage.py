"""Before and after in one picture: the source found in one panel, and once more in what lies beside it."""

import numpy as np

from photoshop_request.edits.align import Alignment, align
from photoshop_request.edits.evidence import Evidence, common_frame, find_change, measure
from photoshop_request.edits.prepare import Prepared, prepare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.verdict import change_score, related_probability

__all__ = ["Box", "second_panel"]

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels."""


def second_panel(source: Prepared, edit: Prepared, alignment: Alignment, evidence: Evidence) -> Box | None:
    """The edited panel of a collage in the candidate's pixels; None when it is no collage."""
    limits = thresholds().collage
    if evidence.added < limits.added:
        return None
    first = _footprint(source, edit, alignment)
    for rest in _beside(first, edit):
        panel = prepare(np.ascontiguousarray(edit.picture.pixels[rest[1] : rest[3], rest[0] : rest[2]]))
        found = align(source, panel)
        frame = common_frame(source, panel, found)
        seen = measure(source, panel, found, frame, find_change(frame))
        if seen.overlap >= limits.panel and seen.structure > 0.3 and related_probability(seen) > 0.9:
            return rest if change_score(seen) >= change_score(evidence) else first
    return None


def _footprint(source: Prepared, edit: Prepared, alignment: Alignment) -> Box:
    """Where the source lies in the candidate."""
    linear = np.linalg.inv(alignment.matrix[:, :2])
    corners = np.array([[0, 0], [source.width, 0], [source.width, source.height], [0, source.height]])
    found = (corners - alignment.matrix[:, 2]) @ linear.T
    low = np.clip(np.rint(found.min(axis=0)), 0, [edit.width, edit.height]).astype(int)
    high = np.clip(np.rint(found.max(axis=0)), 0, [edit.width, edit.height]).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _beside(box: Box, edit: Prepared) -> list[Box]:
    """What is left of the candidate on each side of a panel, largest first, if it could be a panel itself."""
    left, top, right, bottom = box
    rests = [(0, 0, left, edit.height), (right, 0, edit.width, edit.height)]
    rests += [(0, 0, edit.width, top), (0, bottom, edit.width, edit.height)]
    fits = [r for r in rests if r[2] - r[0] >= max(64, 0.2 * edit.width) and r[3] - r[1] >= max(64, 0.2 * edit.height)]
    return sorted(fits, key=lambda r: -(r[2] - r[0]) * (r[3] - r[1]))
