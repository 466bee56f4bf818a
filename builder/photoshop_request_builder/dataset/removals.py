"""Read which posts and pictures of a shard are removed, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from photoshop_request.reddit.removals import FINAL, RemovedBy, is_used, removed_by
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

_PICTURES = ("sha256", "source_sha256", "second_source_sha256")
_FLAGS = ["id", "removed_by_category", "deleted_by_author"]


@dataclass(frozen=True, slots=True)
class Removals:
    """The removed posts and pictures of one shard. What moderators removed is missing with `include_removed`."""

    submissions: Mapping[str, RemovedBy]
    """Id -> who removed it."""
    comments: Mapping[str, RemovedBy]
    pictures: Mapping[tuple[str, str], RemovedBy]
    """Id of a submission and SHA-256 of a picture in it -> who removed the picture."""

    def of(self, candidate: Mapping[str, Any]) -> RemovedBy | None:
        """Return who removed a candidate's request, comment, picture or source, or None. Final removals come first."""
        request = candidate["submission_id"]
        found = {
            self.submissions.get(request),
            self.comments.get(candidate["comment_id"] or ""),
            *(self.pictures.get((request, candidate[name])) for name in _PICTURES if candidate.get(name)),
        }
        return next((by for by in (RemovedBy.LAW, RemovedBy.AUTHOR, RemovedBy.MODERATORS) if by in found), None)

    def is_final(self, candidate: Mapping[str, Any]) -> bool:
        """Return True if a candidate was removed by its author or by law. Then nothing of it is published."""
        return self.of(candidate) in FINAL


def read_removals(corpus: Corpus, shard: int, *, include_removed: bool) -> Removals:
    """Read the removed posts and pictures of one shard. `include_removed` is the setting."""
    posts = {name: _flagged(corpus, shard, name, include_removed) for name in ("submissions", "comments")}
    submissions, comments = posts["submissions"], posts["comments"]
    pictures: dict[tuple[str, str], RemovedBy] = {}
    for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "removed"), ["kind", "value"]):
        by, _, kind = row["kind"].partition(":")
        if kind == "submission":
            submissions[row["value"]] = RemovedBy(by)
        elif kind == "comment":
            comments[row["value"]] = RemovedBy(by)
        elif kind == "picture":
            request, _, sha256 = row["value"].partition(":")
            pictures[request, sha256] = RemovedBy(by)
    return Removals(submissions, comments, _sources_in(corpus, shard, comments) | pictures)


def _flagged(corpus: Corpus, shard: int, table: str, include_removed: bool) -> dict[str, RemovedBy]:
    removed = {}
    for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, table), _FLAGS):
        category, deleted = row["removed_by_category"], bool(row["deleted_by_author"])
        by = removed_by(category, deleted_by_author=deleted)
        if by and not is_used(by, include_removed=include_removed):
            removed[row["id"]] = by
    return removed


def _sources_in(corpus: Corpus, shard: int, comments: Mapping[str, RemovedBy]) -> dict[tuple[str, str], RemovedBy]:
    """Return the requesters' own pictures in removed comments, which may be the sources of edits in other comments."""
    if not comments:
        return {}
    columns = ["submission_id", "comment_id", "role", "sha256"]
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "candidates"), columns)
    own = [row for row in rows if row["role"] != "candidate" and row["sha256"]]
    standing = {(row["submission_id"], row["sha256"]) for row in own if row["comment_id"] not in comments}
    found = {(row["submission_id"], row["sha256"]): row["comment_id"] for row in own if row["comment_id"] in comments}
    return {place: comments[comment] for place, comment in found.items() if place not in standing}
