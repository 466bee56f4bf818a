"""Decide which edits are published. Rows, sizes, funnel and card use the same decisions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from photoshop_request.reddit.removals import RemovedBy
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.removals import Removals, read_removals
from photoshop_request_builder.dataset.watermarks import read_watermarked
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates
from photoshop_request_builder.store.settings import resolve_settings
from photoshop_request_builder.store.tombstones import TombstoneKind

INPUTS = ("submissions", "comments", "texts", "splits", "nsfw", "removed", "reviews")
"""Tables that decide, together with `candidates`, if an edit is published."""
_OPT_IN = frozenset({"nsfw", "reviews"})
"""Tables that exist only if the user ran their stage."""

PICTURE_COLUMNS = ("sha256", "source_sha256", "second_source_sha256")
"""Columns of a candidate with the SHA-256 of a published picture. The last is null for most candidates."""

DECIDING_COLUMNS = ("submission_id", "comment_id", "verdict", "edit_kind", *PICTURE_COLUMNS)
"""Columns of a candidate that decide, together with `verified`, if it is published."""


class WithheldReason(StrEnum):
    """The reason why a candidate with verdict `edit` is not published as a triplet."""

    TAKEN_DOWN = Verdict.TAKEN_DOWN.value
    """A takedown covers the picture, its source, the comment, the request or its author."""
    DELETED_BY_AUTHOR = Verdict.DELETED_BY_AUTHOR.value
    """The author of the request, the comment or the picture deleted it, here or in another post."""
    REMOVED_BY_LAW = Verdict.REMOVED_BY_LAW.value
    """Removed for a rights holder, by a court or by Reddit's staff, here or in another post."""
    REMOVED_BY_MODERATORS = "removed_by_moderators"
    """Moderators or Reddit's spam filter removed the request or the comment. Published with `include_removed`."""
    NO_EDIT_REQUESTED = "no_edit_requested"
    """The post asks for no edit: it is a question, an offer or an announcement."""
    BETWEEN_SPLITS = "between_splits"
    """The request is similar to requests of two splits, and would leak in either."""
    NSFW = Verdict.NSFW.value
    """Marked `over_18` by Reddit, or a picture's score reaches the threshold. Published with `include_nsfw`."""
    WATERMARK = "watermark"
    """The solver's watermark lies over it. Published with `include_watermarked`."""
    REPAINT = "repaint"
    """A model drew the whole picture anew, and no reviewer confirmed the edit. Published with `include_repaints`."""
    UNVERIFIED = "unverified"
    """In the test split, and not confirmed in review. Only with `verified_test`."""


REMOVED = {
    RemovedBy.AUTHOR: WithheldReason.DELETED_BY_AUTHOR,
    RemovedBy.LAW: WithheldReason.REMOVED_BY_LAW,
    RemovedBy.MODERATORS: WithheldReason.REMOVED_BY_MODERATORS,
}
"""Map the remover of a post to the reason."""


@dataclass(frozen=True, slots=True)
class PublicationPolicy:
    """Settings that decide which edits are published."""

    include_nsfw: bool
    nsfw_threshold: float
    verified_test: bool = False
    """Publish in the test split only edits confirmed in review."""
    include_removed: bool = False
    include_repaints: bool = False
    include_watermarked: bool = False


@dataclass(frozen=True, slots=True)
class TakenDown:
    """The identifiers of one shard that are taken down."""

    submissions: frozenset[str]
    comments: frozenset[str]
    pictures: frozenset[str]
    """SHA-256."""

    def covers(self, candidate: Mapping[str, Any]) -> bool:
        """Return True if a candidate's request, comment, picture or source is taken down."""
        return (
            candidate["submission_id"] in self.submissions
            or candidate["comment_id"] in self.comments
            or any(candidate[name] in self.pictures for name in PICTURE_COLUMNS)
        )


@dataclass(frozen=True, slots=True)
class Publication:
    """Decides which edits of one shard are published. Its sets of submissions hold ids."""

    removals: Removals
    edit_requests: frozenset[str]
    """Submissions that ask for an edit."""
    between_splits: frozenset[str]
    """Submissions in no split."""
    nsfw: frozenset[str]
    """Submissions marked as adult content, or with a source whose score reaches the threshold."""
    nsfw_scores: Mapping[str, float]
    """SHA-256 of a picture -> 0 to 1. Empty if the classifier did not run."""
    taken_down: TakenDown
    policy: PublicationPolicy
    in_test: frozenset[str] = frozenset()
    """Submissions of the test split."""
    watermarked: frozenset[tuple[str, str]] = frozenset()
    """Comment and SHA-256 of edits that bear a watermark."""

    def withheld(self, edit: Mapping[str, Any]) -> WithheldReason | None:  # noqa: PLR0911 - one per reason
        """Return the reason why a candidate with verdict `edit` is not published, or None if it is.

        Reads `verified` and `DECIDING_COLUMNS` of the row.
        """
        if self.taken_down.covers(edit):
            return WithheldReason.TAKEN_DOWN
        if by := self.removals.of(edit):
            return REMOVED[by]
        if edit["submission_id"] not in self.edit_requests:
            return WithheldReason.NO_EDIT_REQUESTED
        if edit["submission_id"] in self.between_splits:
            return WithheldReason.BETWEEN_SPLITS
        if not self.policy.include_nsfw and self._is_nsfw(edit):
            return WithheldReason.NSFW
        if not self.policy.include_watermarked and self.is_watermarked(edit):
            return WithheldReason.WATERMARK
        if not self.policy.include_repaints and edit["edit_kind"] == "repaint" and not edit["verified"]:
            return WithheldReason.REPAINT
        if self.policy.verified_test and edit["submission_id"] in self.in_test and not edit["verified"]:
            return WithheldReason.UNVERIFIED
        return None

    def publishes(self, candidate: Mapping[str, Any]) -> bool:
        """Return True if a candidate becomes a triplet."""
        return candidate["verdict"] == Verdict.EDIT and self.withheld(candidate) is None

    def is_watermarked(self, edit: Mapping[str, Any]) -> bool:
        """Return True if the solver's watermark lies over an edit, by the picture and by what was written."""
        return (edit["comment_id"], edit["sha256"]) in self.watermarked

    def nsfw_score(self, edit: Mapping[str, Any]) -> float | None:
        """Return the highest score of an edit and its sources, 0 to 1, or None unless all have one."""
        scores = [self.nsfw_scores.get(edit[name]) for name in PICTURE_COLUMNS if edit[name]]
        known = [score for score in scores if score is not None]
        return max(known) if len(known) == len(scores) else None

    def _is_nsfw(self, edit: Mapping[str, Any]) -> bool:
        scores = (self.nsfw_scores.get(edit[name], 0.0) for name in PICTURE_COLUMNS)
        return edit["submission_id"] in self.nsfw or max(scores) >= self.policy.nsfw_threshold


def read_policy(corpus: Corpus) -> PublicationPolicy:
    """Read the policy from the corpus's settings.

    Raises:
        InputError: a setting is not valid.
    """
    settings = resolve_settings(corpus, {})
    return PublicationPolicy(**{field.name: settings[field.name].value for field in fields(PublicationPolicy)})


def is_ready(corpus: Corpus, shard: int) -> bool:
    """Return True if every table that `read_publication` needs exists."""
    needed = ("candidates", *(table for table in INPUTS if table not in _OPT_IN))
    return all(corpus.fs.exists(corpus.shard_path(shard, table)) for table in needed)


def read_publication(corpus: Corpus, shard: int, policy: PublicationPolicy | None = None) -> Publication:
    """Read the inputs of the decisions for one shard. Call it only if the shard `is_ready`."""
    splits = _read(corpus, shard, "splits", ["submission_id", "split"])
    texts = _read(corpus, shard, "texts", ["submission_id", "is_edit_request"])
    submissions = _read(corpus, shard, "submissions", ["id", "over_18"])
    policy = policy or read_policy(corpus)
    scores = _scores(corpus, shard)
    marked = {row["id"] for row in submissions if row["over_18"]}
    return Publication(
        removals=read_removals(corpus, shard, include_removed=policy.include_removed),
        edit_requests=frozenset(row["submission_id"] for row in texts if row["is_edit_request"]),
        between_splits=frozenset(row["submission_id"] for row in splits if row["split"] is None),
        nsfw=frozenset(marked | _showing_nsfw(corpus, shard, scores, policy.nsfw_threshold)),
        nsfw_scores=scores,
        taken_down=read_taken_down(corpus, shard),
        policy=policy,
        in_test=frozenset(row["submission_id"] for row in splits if row["split"] == "test"),
        watermarked=read_watermarked(corpus, shard),
    )


def is_source_picture(candidate: Mapping[str, Any]) -> bool:
    """Return True if a candidate is a picture of the request itself, which is published with its edits."""
    return candidate["comment_id"] is None and candidate["verdict"] is None


def _scores(corpus: Corpus, shard: int) -> dict[str, float]:
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "nsfw"), ["sha256", "nsfw_score"])
    return {row["sha256"]: row["nsfw_score"] for row in rows if row["nsfw_score"] is not None}


def _showing_nsfw(corpus: Corpus, shard: int, scores: Mapping[str, float], threshold: float) -> set[str]:
    if not any(score >= threshold for score in scores.values()):
        return set()
    rows = _read(corpus, shard, "candidates", ["submission_id", "comment_id", "verdict", "sha256"])
    return {
        row["submission_id"] for row in rows if is_source_picture(row) and scores.get(row["sha256"], 0.0) >= threshold
    }


def read_taken_down(corpus: Corpus, shard: int) -> TakenDown:
    """Read the identifiers of one shard that are taken down."""
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "removed"), ["kind", "value"])
    by_kind = {kind: frozenset(row["value"] for row in rows if row["kind"] == kind) for kind in TombstoneKind}
    return TakenDown(by_kind[TombstoneKind.SUBMISSION], by_kind[TombstoneKind.COMMENT], by_kind[TombstoneKind.SHA256])


def count_edits(corpus: Corpus, shard: int, policy: PublicationPolicy | None = None) -> Counter[WithheldReason | None]:
    """Count the edits of one shard by the reason why they are withheld. None counts the published edits."""
    publication = read_publication(corpus, shard, policy)
    candidates = read_candidates(corpus, shard, list(DECIDING_COLUMNS)).to_pylist()
    return Counter(publication.withheld(row) for row in candidates if row["verdict"] == Verdict.EDIT)


def _read(corpus: Corpus, shard: int, table: str, columns: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = storage.read_table(corpus.fs, corpus.shard_path(shard, table), columns).to_pylist()
    return rows
