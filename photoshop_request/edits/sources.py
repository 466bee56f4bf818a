"""Which of several sources an edit was made from, and whether two edits of one request are one."""

from collections.abc import Sequence
from dataclasses import dataclass

from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.hashing import distance
from photoshop_request.edits.judge import related_probability
from photoshop_request.edits.prepare import Prepared
from photoshop_request.verdicts import Verdict

__all__ = ["Match", "best_source", "same_edit"]

_DUPLICATE_BITS = 8


@dataclass(frozen=True, slots=True)
class Match:
    """The source that an edit was made from."""

    index: int
    """Into the sources as given."""
    comparison: Comparison
    second: int | None = None
    """Another source that the edit took parts from."""


def best_source(sources: Sequence[Prepared], edit: Prepared) -> Match:
    """The source of `edit` among at least one; of sources that are all unrelated, the least unrelated."""
    found = [Match(index, compare(source, edit)) for index, source in enumerate(sources)]
    return max(found, key=lambda match: (*_rank(match.comparison), -match.index))


def same_edit(first: Prepared, again: Prepared) -> bool:
    """Whether the second is the first once more, re-encoded or resized."""
    if distance(first.hash.phash, again.hash.phash) > _DUPLICATE_BITS:
        return False
    return compare(first, again).verdict is Verdict.SAME_IMAGE


def _rank(comparison: Comparison) -> tuple[float, ...]:
    related = comparison.verdict is not Verdict.UNRELATED
    return (related, comparison.locality, comparison.alignment_quality, related_probability(comparison.evidence))
