"""One edit and several sources, one request and several edits: which belongs to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photoshop_request.edits.align import align
from photoshop_request.edits.blocks import covered_blocks, deviation, fine_blocks, zncc
from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.prepare import Prepared, prepare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.warp import into_frame, overlap_mask, warp_blocks
from photoshop_request.media.files.hashes import PictureHash, distance
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import AnyPicture

__all__ = ["Match", "best_source", "duplicates", "may_repeat"]


@dataclass(frozen=True, slots=True)
class Match:
    """Which of several sources an edit was made from."""

    source: int
    """Index of the best source; meaningless when the comparison says `unrelated`."""
    comparison: Comparison
    """The edit against that source."""
    second_source: int | None
    """Index of a further source that the edit took a part from (a face, a person), or None."""
    comparisons: tuple[Comparison, ...]
    """The edit against each source, in their order."""


def best_source(sources: "Sequence[AnyPicture]", edit: "AnyPicture") -> Match:
    """Compare an edit with every source and keep the one that explains most of it. Raises ValueError without sources."""
    if not sources:
        raise ValueError("best_source needs at least one source")
    candidates = [prepare(source) for source in sources]
    picture = prepare(edit)
    comparisons = tuple(compare(source, picture) for source in candidates)
    best = max(range(len(candidates)), key=lambda index: _rank(comparisons[index]))
    second = None
    if len(candidates) > 1 and comparisons[best].verdict is Verdict.EDIT:
        second = _second_source(candidates, picture, best)
    return Match(best, comparisons[best], second, comparisons)


def _rank(comparison: Comparison) -> tuple[bool, bool, float]:
    """A re-upload of one source beats any edit of another; then what shares most."""
    evidence = comparison.evidence
    shared = evidence.overlap * (evidence.structure + evidence.exact_detail + evidence.bit_close)
    return comparison.verdict is not Verdict.UNRELATED, comparison.verdict is Verdict.SAME_IMAGE, shared


def _second_source(sources: Sequence[Prepared], edit: Prepared, best: int) -> int | None:
    """The source that explains most of what the best one does not; None when that is next to nothing."""
    limits = thresholds().composite
    detailed = deviation(edit.fine) > 2
    unexplained = detailed & ~_explained(sources[best], edit)
    found, most = None, max(limits.blocks, limits.explained * int(detailed.sum())) - 1
    if unexplained.sum() <= most:
        return None
    for index, source in enumerate(sources):
        if index == best:
            continue
        count = int((unexplained & _explained(source, edit)).sum())
        if count > most and compare(sources[best], source).verdict is not Verdict.SAME_IMAGE:
            found, most = index, count
    return found


def _explained(source: Prepared, edit: Prepared) -> "NDArray[np.bool_]":
    """Blocks of the edit's working frame whose fine detail is the source's, where the source lies in it."""
    height, width = edit.grey.shape
    alignment = align(edit, source)  # the part may be small: let the source move freely in the edit
    into = into_frame(edit, alignment.matrix, (width, height))
    moved = fine_blocks(warp_blocks(source, into, (width, height)))
    covered = covered_blocks(overlap_mask(source, into, (width, height)))
    return np.asarray((zncc(edit.fine, moved) > 0.8) & covered)


def duplicates(edits: "Sequence[AnyPicture]") -> tuple[int | None, ...]:
    """For each edit of a request, in the order they were posted, the first edit that it repeats; None for the others.

    A repeat is a re-upload by the measure of `compare`: a revised version differs and is kept.
    """
    pictures = [prepare(edit) for edit in edits]
    found: list[int | None] = []
    for index, picture in enumerate(pictures):
        originals = [earlier for earlier in range(index) if found[earlier] is None]
        found.append(next((earlier for earlier in originals if _repeats(pictures[earlier], picture)), None))
    return tuple(found)


def may_repeat(first: PictureHash, later: PictureHash) -> bool:
    """Whether, by their hashes alone, one picture may be the other once more; `duplicates` asks the pixels then."""
    return first.flat or later.flat or distance(first.phash, later.phash) <= thresholds().duplicate.distance


def _repeats(first: Prepared, later: Prepared) -> bool:
    return may_repeat(first.hash, later.hash) and compare(first, later).verdict is Verdict.SAME_IMAGE
