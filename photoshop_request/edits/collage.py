"""Detect collages of before and after: pictures with two panels that both show the source."""

import numpy as np

from photoshop_request.edits.align import Alignment, align
from photoshop_request.edits.evidence import Evidence, common_frame, find_change, measure
from photoshop_request.edits.prepare import PreparedPicture, prepared
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.verdict import change_score, related_probability
from photoshop_request.media.files.decode import Picture

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels."""


def edited_panel(
    source: PreparedPicture, edit: PreparedPicture, alignment: Alignment, evidence: Evidence
) -> Box | None:
    """Return the edited panel of a collage, in pixels of `edit`, or None if `edit` is not a collage."""
    limits = thresholds().collage
    if evidence.added < limits.min_added:
        return None
    first = _footprint(source, edit, alignment)
    for box in _beside(first, edit):
        pixels = edit.levels[0][box[1] : box[3], box[0] : box[2]]
        panel = prepared(Picture(pixels, "", 0.0), edit.hash)  # hashes do not count here
        panel_alignment = align(source, panel)
        frame = common_frame(source, panel, panel_alignment)
        of_panel = measure(source, panel, panel_alignment, frame, find_change(frame))
        shows_source = of_panel.overlap >= limits.min_overlap and of_panel.structure > 0.3
        if shows_source and related_probability(of_panel) > 0.9:
            return box if change_score(of_panel) >= change_score(evidence) else first
    return None


def _footprint(source: PreparedPicture, edit: PreparedPicture, alignment: Alignment) -> Box:
    """Return the bounding box of the source in the edit."""
    linear = np.linalg.inv(alignment.matrix[:, :2])
    corners = np.array([[0, 0], [source.width, 0], [source.width, source.height], [0, source.height]])
    mapped = (corners - alignment.matrix[:, 2]) @ linear.T
    low = np.clip(np.rint(mapped.min(axis=0)), 0, [edit.width, edit.height]).astype(int)
    high = np.clip(np.rint(mapped.max(axis=0)), 0, [edit.width, edit.height]).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _beside(box: Box, edit: PreparedPicture) -> list[Box]:
    """Return the areas left, right, above and below a panel that are large enough for another panel, largest first."""
    left, top, right, bottom = box
    sides = [(0, 0, left, edit.height), (right, 0, edit.width, edit.height)]
    sides += [(0, 0, edit.width, top), (0, bottom, edit.width, edit.height)]
    fits = [r for r in sides if r[2] - r[0] >= max(64, 0.2 * edit.width) and r[3] - r[1] >= max(64, 0.2 * edit.height)]
    return sorted(fits, key=lambda r: -(r[2] - r[0]) * (r[3] - r[1]))
