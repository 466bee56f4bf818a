"""Read requests with their comments, candidates and texts, from which rows are made."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photoshop_request.media.addresses.people import published_address
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.reddit.removals import FINAL, as_used
from photoshop_request.text.thread.acceptance import Acceptance, AcceptanceEvidence
from photoshop_request.text.thread.participants import Edit
from photoshop_request.text.usernames import username_filter
from photoshop_request_builder.dataset.publication import (
    Publication,
    PublicationPolicy,
    read_publication,
    read_taken_down,
)
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

TABLES = (
    "submissions",
    "comments",
    "candidates",
    "texts",
    "splits",
    "ranks",
    "acceptances",
    "nsfw",
    "rewrites",
    "removed",
    "reviews",
)
"""The tables that `read_threads` reads."""
REWRITE_COLUMNS = (
    "instruction_rewritten",
    "needs_more_than_the_source",
    "rewrite_model",
    "rewrite_prompt_version",
)


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture in a row. Its bytes are read when the row is written."""

    sha256: str
    extension: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One request with everything under it. `candidates` are rows of `read_candidates` in order of posting."""

    submission: Submission
    comments: tuple[Comment, ...]
    candidates: tuple[Mapping[str, Any], ...]
    text: Mapping[str, Any]
    rank: Mapping[str, Any]
    accepted: Mapping[str, Acceptance]
    rewrite: Mapping[str, Any]
    """The row of `rewrites`, empty if there is none."""
    split: str
    publication: Publication
    names: frozenset[str]
    """Every author of the thread, also of comments that were deleted, removed or taken down."""
    hide_names: Callable[[str], str]
    """Removes user names from a text. Every text of a row goes through it."""

    def edits(self) -> list[Mapping[str, Any]]:
        """Return the published edits."""
        return [row for row in self.candidates if self.publication.publishes(row)]

    def picture(self, sha256: str) -> Mapping[str, Any]:
        """Return the candidate with this SHA-256."""
        return next(row for row in self.candidates if row["sha256"] == sha256)

    def comment(self, comment_id: str) -> Comment:
        """Return a comment by its id."""
        return next(comment for comment in self.comments if comment.id == comment_id)

    def rewrite_columns(self) -> dict[str, Any]:
        """Return the columns of a model's rewrite. Null if there is none."""
        columns = {name: self.rewrite.get(name) for name in REWRITE_COLUMNS}
        instruction = columns["instruction_rewritten"]
        return {**columns, "instruction_rewritten": instruction and self.hide_names(instruction)}

    def address(self, url: str) -> str | None:
        """Return an address to publish, or None if it may name somebody or leads to no picture."""
        return published_address(url, self.hide_names)

    def instruction_at(self, utc: int) -> str:
        """Return the instruction at a time, with the requester's additions until then."""
        return self.hide_names(instruction_at(self.text, utc))

    def text_columns(self) -> dict[str, Any]:
        """Return the columns with the requester's own texts."""
        submission = self.submission
        return {
            "title": self.hide_names(submission.title),
            "selftext": self.hide_names(submission.selftext),
            "captions": [self.hide_names(media.caption) for media in submission.media if media.caption],
            "flair": submission.flair and self.hide_names(submission.flair),
        }


def picture_ref(row: Mapping[str, Any]) -> PictureRef:
    """Return the picture of a candidate."""
    return PictureRef(row["sha256"], row["extension"], row["bytes"])


def instruction_at(text: Mapping[str, Any], utc: int) -> str:
    """Return the instruction of a row of `texts` at a time."""
    instruction = str(text["instruction"])
    for revision in text["revisions"] or ():
        if revision["after_utc"] >= utc:
            break
        instruction = str(revision["instruction"])
    return instruction


def to_edits(candidates: list[Mapping[str, Any]], comments: Mapping[str, Comment]) -> list[Edit]:
    """Convert rows of `candidates` to edits. Rows whose comment is missing are left out."""
    return [
        Edit(
            comment_id=row["comment_id"],
            solver=row["author"] or "",
            parent_id=comments[row["comment_id"]].parent_id,
            created_utc=row["solver_comment_utc"],
            score=comments[row["comment_id"]].score,
            picture=row["sha256"],
            source=row["source_sha256"],
        )
        for row in candidates
        if row["comment_id"] in comments
    ]


def read_threads(corpus: Corpus, shard: int, split: str | None, policy: PublicationPolicy) -> Iterator[Thread]:
    """Yield the requests of one shard, sorted by id. With `split` None, yield all splits.

    Leaves out requests in no split, and everything that a takedown covers or that its author or the law removed.
    """
    if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
        return
    splits = {row["submission_id"]: row["split"] for row in _rows(corpus, shard, "splits") if row["split"]}
    stored = tables.submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions")))
    taken_down = read_taken_down(corpus, shard)
    publication = read_publication(corpus, shard, policy)
    removals = publication.removals
    submissions = [
        submission
        for submission in stored
        if submission.id in splits
        and split in {None, splits[submission.id]}
        and removals.submissions.get(submission.id) not in FINAL
        and submission.id not in taken_down.submissions
    ]
    if not submissions:
        return
    comments, names = defaultdict(list), defaultdict(set)
    for comment in tables.comments_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "comments"))):
        names[comment.submission_id].add(comment.author)
        if comment.id not in taken_down.comments:
            used = as_used(comment, include_removed=policy.include_removed)
            comments[comment.submission_id].append(used)
    rows = read_candidates(corpus, shard).to_pylist()
    candidates = _grouped([row for row in rows if not (taken_down.covers(row) or removals.is_final(row))])
    texts = {row["submission_id"]: row for row in _rows(corpus, shard, "texts")}
    ranks = {row["submission_id"]: row for row in _rows(corpus, shard, "ranks")}
    accepted = _grouped(_rows(corpus, shard, "acceptances"))
    rewrite_rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "rewrites"))
    rewrites = {row["submission_id"]: row for row in rewrite_rows}
    for submission in sorted(submissions, key=lambda submission: submission.id):
        own_names = frozenset(filter(None, {submission.author, *names[submission.id]}))
        yield Thread(
            submission=submission,
            comments=tuple(comments[submission.id]),
            candidates=tuple(candidates.get(submission.id, ())),
            text=texts[submission.id],
            rank=ranks[submission.id],
            accepted={row["comment_id"]: _acceptance(row) for row in accepted.get(submission.id, ())},
            rewrite=rewrites.get(submission.id, {}),
            split=splits[submission.id],
            publication=publication,
            names=own_names,
            hide_names=username_filter(own_names),
        )


def _acceptance(row: dict[str, Any]) -> Acceptance:
    evidence = tuple(map(AcceptanceEvidence, row["evidence"]))
    return Acceptance(row["comment_id"], evidence, row["accepted_utc"], tuple(row["said_in"]))


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["submission_id"]].append(row)
    return groups


def _rows(corpus: Corpus, shard: int, table: str) -> list[dict[str, Any]]:
    path = corpus.shard_path(shard, table)
    rows: list[dict[str, Any]] = storage.read_table(corpus.fs, path).to_pylist()
    return rows
