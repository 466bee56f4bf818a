"""Find the source of an edit among several pictures, and the repeated edits of a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.align import align
from photoshop_request.edits.blocks import covered_blocks, detail_grid, deviation, zncc
from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.prepare import PreparedPicture, prepare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.warp import into_frame, overlap_mask, warp_blocks
from photoshop_request.media.files.hashes import PictureHash, distance
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import AnyPicture


_MAX_CACHED = 20
"""Sources whose caches are kept, as many as a gallery of Reddit has. Those of more pictures would take gigabytes."""


@dataclass(frozen=True, slots=True)
class SourceMatch:
    """Name the source that an edit was made from."""

    source: int
    """Index of the best source. Meaningless if the verdict is `unrelated`."""
    comparison: Comparison
    """Comparison of the edit with that source."""
    second_source: int | None
    """Index of another source that the edit took a part from (a face, a person), or None."""
    comparisons: tuple[Comparison, ...]
    """Comparison of the edit with each source, in their order."""


def best_source(sources: "Sequence[AnyPicture]", edit: "AnyPicture") -> SourceMatch:
    """Compare an edit with every source and choose the source that explains most of it.

    Raises:
        ValueError: there is no source.
    """
    if not sources:
        raise ValueError("best_source needs at least one source")
    candidates = [prepare(source) for source in sources]
    picture = prepare(edit)
    comparisons = tuple(_compared(source, picture, len(candidates)) for source in candidates)
    best = max(range(len(candidates)), key=lambda index: _rank(comparisons[index]))
    second = None
    if len(candidates) > 1 and comparisons[best].verdict is Verdict.EDIT:
        second = _second_source(candidates, picture, best, comparisons)
    return SourceMatch(best, comparisons[best], second, comparisons)


def _compared(source: PreparedPicture, edit: PreparedPicture, sources: int) -> Comparison:
    comparison = compare(source, edit)
    if sources > _MAX_CACHED:
        source.forget()
    return comparison


def _rank(comparison: Comparison) -> tuple[int, bool, float]:
    """Return a sort key: related above second shots above unrelated sources, a re-upload above an edit, shared content."""
    evidence = comparison.evidence
    shared = evidence.overlap * (evidence.structure + evidence.exact_detail + evidence.bit_close)
    related = {Verdict.UNRELATED: 0, Verdict.SECOND_SHOT: 1}.get(comparison.verdict, 2)
    return related, comparison.verdict is Verdict.SAME_IMAGE, shared


def _second_source(
    sources: Sequence[PreparedPicture], edit: PreparedPicture, best: int, comparisons: Sequence[Comparison]
) -> int | None:
    """Return the source that explains most blocks that the best source does not explain, or None if too few."""
    limits = thresholds().composite
    detailed = deviation(edit.detail) > 2
    unexplained = detailed & ~_explained(sources[best], edit, comparisons[best])
    second, most = None, max(limits.min_blocks, limits.min_fraction * int(detailed.sum())) - 1
    if unexplained.sum() <= most:
        return None
    for index, source in enumerate(sources):
        if index == best:
            continue
        count = int((unexplained & _explained(source, edit, comparisons[index])).sum())
        if len(sources) > _MAX_CACHED:
            source.forget()
        if count > most and compare(sources[best], source).verdict is not Verdict.SAME_IMAGE:
            second, most = index, count
    return second


def _explained(source: PreparedPicture, edit: PreparedPicture, comparison: Comparison) -> "NDArray[np.bool_]":
    """Mark the blocks of the edit at working size whose fine detail comes from the source."""
    height, width = edit.grey.shape
    if comparison.method == "part":
        matrix = np.asarray(cv2.invertAffineTransform(np.reshape(comparison.matrix, (2, 3))), np.float64)
    else:
        matrix = align(edit, source).matrix  # swapped: the edit may show a small part of the source
    into = into_frame(edit, matrix, (width, height))
    moved = detail_grid(warp_blocks(source, into, (width, height)))
    covered = covered_blocks(overlap_mask(source, into, (width, height)))
    return np.asarray((zncc(edit.detail, moved) > 0.8) & covered)


def duplicates(edits: "Sequence[AnyPicture]") -> tuple[int | None, ...]:
    """Return for each edit the index of the first edit that it repeats, or None.

    Pass the edits in the order they were posted. A repeat is a re-upload according to `compare`, not a revision.
    """
    pictures = [prepare(edit) for edit in edits]
    repeated: list[int | None] = []
    for index, picture in enumerate(pictures):
        originals = [earlier for earlier in range(index) if repeated[earlier] is None]
        repeated.append(next((earlier for earlier in originals if _repeats(pictures[earlier], picture)), None))
    return tuple(repeated)


def may_repeat(first: PictureHash, later: PictureHash) -> bool:
    """Return True if the hashes allow that both are the same picture. `duplicates` then compares pixels."""
    return first.flat or later.flat or distance(first.phash, later.phash) <= thresholds().duplicate.max_distance


def _repeats(first: PreparedPicture, later: PreparedPicture) -> bool:
    return may_repeat(first.hash, later.hash) and compare(first, later).verdict is Verdict.SAME_IMAGE
