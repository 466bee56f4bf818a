"""A request with everything under it, put together from the tables of its shard: what published rows are made from."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from photoshop_request.reddit.records import Comment, Submission
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
"""What a thread is put together from."""
REWRITE_COLUMNS = (
    "instruction_rewritten",
    "needs_more_than_the_source",
    "rewrite_model",
    "rewrite_prompt_version",
)


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture of the corpus that a row holds; its bytes are read when the row is written."""

    sha256: str
    extension: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One request. `candidates` are rows of `read_candidates`, in the order in which people posted them."""

    submission: Submission
    comments: tuple[Comment, ...]
    candidates: tuple[Mapping[str, Any], ...]
    text: Mapping[str, Any]
    rank: Mapping[str, Any]
    accepted: Mapping[str, Acceptance]
    rewrite: Mapping[str, Any]
    """The row of `rewrites`; empty where no model was asked."""
    split: str
    selection: Publication
    hide: Callable[[str], str]
    """Takes user names out of a text: rows hold no other texts."""

    def edits(self) -> list[Mapping[str, Any]]:
        """The candidates that are published as edits."""
        return [row for row in self.candidates if self.selection.publishes(row)]

    def picture(self, sha256: str) -> Mapping[str, Any]:
        """The row of a picture of this request."""
        return next(row for row in self.candidates if row["sha256"] == sha256)

    def comment(self, comment_id: str) -> Comment:
        """A comment by its id."""
        return next(comment for comment in self.comments if comment.id == comment_id)

    def rewritten(self) -> dict[str, Any]:
        """The published columns of a model's rewrite; null where there is none."""
        return {name: self.rewrite.get(name) for name in REWRITE_COLUMNS}

    def instruction_at(self, utc: int) -> str:
        """What had been asked for by then, with what the requester had added."""
        return self.hide(instruction_at(self.text, utc))

    def words(self) -> dict[str, Any]:
        """What the requester wrote, as published."""
        submission = self.submission
        return {
            "title": self.hide(submission.title),
            "selftext": self.hide(submission.selftext),
            "captions": [self.hide(media.caption) for media in submission.media if media.caption],
            "flair": submission.flair and self.hide(submission.flair),
        }


def picture_ref(row: Mapping[str, Any]) -> PictureRef:
    """The picture of a row of `candidates`."""
    return PictureRef(row["sha256"], row["extension"], row["bytes"])


def instruction_at(text: Mapping[str, Any], utc: int) -> str:
    """The instruction of a row of `texts` as it stood at a time."""
    asked = str(text["instruction"])
    for revision in text["revisions"] or ():
        if revision["after_utc"] >= utc:
            break
        asked = str(revision["instruction"])
    return asked


def to_edits(candidates: list[Mapping[str, Any]], comments: Mapping[str, Comment]) -> list[Edit]:
    """Edits as the rules of threads take them, of rows of `candidates` with their comments."""
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
    """The requests of one shard, of one split or of all, sorted by id.

    What their author deleted is left out, and what was taken down: requests, comments, pictures and the edits of them;
    and requests that are in no split.
    """
    if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
        return
    splits = {row["submission_id"]: row["split"] for row in _rows(corpus, shard, "splits") if row["split"]}
    read = tables.submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions")))
    removed = read_taken_down(corpus, shard)
    submissions = [
        each
        for each in read
        if each.id in splits
        and split in {None, splits[each.id]}
        and not each.deleted_by_author
        and each.id not in removed.submissions
    ]
    if not submissions:
        return
    comments = defaultdict(list)
    for comment in tables.comments_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "comments"))):
        if comment.id not in removed.comments:
            comments[comment.submission_id].append(comment)
    judged = read_candidates(corpus, shard).to_pylist()
    candidates = _grouped([row for row in judged if not removed.covers(row)])
    texts = {row["submission_id"]: row for row in _rows(corpus, shard, "texts")}
    ranks = {row["submission_id"]: row for row in _rows(corpus, shard, "ranks")}
    accepted = _grouped(_rows(corpus, shard, "acceptances"))
    rewritten = storage.find_rows(corpus.fs, corpus.shard_path(shard, "rewrites"))
    rewrites = {row["submission_id"]: row for row in rewritten}
    selection = read_publication(corpus, shard, policy)
    for submission in sorted(submissions, key=lambda each: each.id):
        under = tuple(comments[submission.id])
        yield Thread(
            submission=submission,
            comments=under,
            candidates=tuple(candidates.get(submission.id, ())),
            text=texts[submission.id],
            rank=ranks[submission.id],
            accepted={row["comment_id"]: _acceptance(row) for row in accepted.get(submission.id, ())},
            rewrite=rewrites.get(submission.id, {}),
            split=splits[submission.id],
            selection=selection,
            hide=username_filter(name for name in (submission.author, *(each.author for each in under)) if name),
        )


def _acceptance(row: dict[str, Any]) -> Acceptance:
    evidence = tuple(AcceptanceEvidence(each) for each in row["evidence"])
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
