"""Collect the data of a candidate's card, and leave out deleted and taken-down candidates."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from photoshop_request.edits.figures import FIGURES
from photoshop_request.media.addresses.people import published_host
from photoshop_request.schema import CONFIGS
from photoshop_request.text.usernames import username_filter
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import (
    Publication,
    TakenDown,
    is_ready,
    is_source_picture,
    read_publication,
    read_taken_down,
)
from photoshop_request_builder.dataset.removals import Removals, read_removals
from photoshop_request_builder.dataset.thread import instruction_at
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

_NEVER_SHOWN = frozenset({Verdict.DELETED_BY_AUTHOR, Verdict.REMOVED_BY_LAW, Verdict.TAKEN_DOWN})
SUBMISSION_COLUMNS = ["id", "author", "title", "score", "flair", "over_18"]
COMMENT_COLUMNS = ["id", "submission_id", "author", "score"]
_DIGITS = 4
LISTED = {
    **{figure.name: figure.meaning for figure in FIGURES if figure.kind != "list<float64>"},
    "duplicate_of": "The same solver's earlier comment with the same picture.",
    "revises": next(column.meaning for column in CONFIGS["triplets"] if column.name == "revises"),
}
"""Columns of `candidates` that a card lists, in this order, with their meanings."""


@dataclass(frozen=True, slots=True)
class ViewedRequest:
    """One request with the candidates that may be shown, in the order of posting."""

    submission: Mapping[str, Any]
    """Row of `submissions`, empty if the archives hold only the comments."""
    text: Mapping[str, Any] | None
    """Row of `texts`, or None before the build."""
    candidates: tuple[Mapping[str, Any], ...]
    comments: Mapping[str, Mapping[str, Any]]
    withheld: Mapping[int, str]
    """Index in `candidates` -> reason why the edit is not published, empty before the build."""
    pictures: Mapping[str, tuple[str, tuple[int, int] | None]]
    """SHA-256 of each picture that may be shown -> its extension, and its full size if known."""
    source: str | None
    """SHA-256 of the request's first picture, shown beside candidates that have no source."""
    hidden: int
    """Number of candidates that are not shown: deleted by their author, or taken down."""
    nsfw: bool
    """True if Reddit marks the request as NSFW, or the NSFW score does."""
    hide: Callable[[str], str]
    """Removes user names from a text."""


def read_requests(corpus: Corpus, shard: int) -> Iterator[ViewedRequest]:
    """Yield the requests of one shard that have pictures."""
    publication = read_publication(corpus, shard) if is_ready(corpus, shard) else None
    removed = read_taken_down(corpus, shard)
    removals = read_removals(corpus, shard, include_removed=True)
    submissions = {row["id"]: row for row in _rows(corpus, shard, "submissions", SUBMISSION_COLUMNS)}
    comments = defaultdict(list)
    for comment in _rows(corpus, shard, "comments", COMMENT_COLUMNS):
        comments[comment["submission_id"]].append(comment)
    texts = {row["submission_id"]: row for row in _rows(corpus, shard, "texts")}
    candidates = read_candidates(corpus, shard).to_pylist()
    for submission_id, group in groupby(candidates, key=lambda row: row["submission_id"]):
        submission = submissions.get(submission_id, {})
        yield view_request(
            list(group), submission, comments[submission_id], texts.get(submission_id), publication, removed, removals
        )


def view_request(
    rows: Sequence[Mapping[str, Any]],
    submission: Mapping[str, Any],
    comments: Sequence[Mapping[str, Any]],
    text: Mapping[str, Any] | None,
    publication: Publication | None,
    removed: TakenDown,
    removals: Removals,
) -> ViewedRequest:
    """Return a request from its rows of `candidates` (see `read_candidates`), `submissions`, `comments` and `texts`."""
    by_id = {comment["id"]: comment for comment in comments}

    def may_show(row: Mapping[str, Any]) -> bool:
        return not (removals.is_final(row) or row["verdict"] in _NEVER_SHOWN or removed.covers(row))

    own = [row for row in rows if may_show(row) and row["sha256"]]
    pictures = {row["sha256"]: (row["extension"], _size(row)) for row in own}
    # an edit shows its source, so it is hidden if the source's comment was deleted
    shown = [row for row in rows if row["comment_id"] and may_show(row) and row["source_sha256"] in {None, *pictures}]
    names = {submission.get("author"), *(comment["author"] for comment in comments)}
    return ViewedRequest(
        submission=submission,
        text=text,
        candidates=tuple(shown),
        comments=by_id,
        withheld=_withheld(shown, publication),
        pictures=pictures,
        source=next((row["sha256"] for row in own if is_source_picture(row)), None),
        hidden=sum(row["comment_id"] is not None for row in rows) - len(shown),
        nsfw=bool(submission.get("over_18") or (publication and rows[0]["submission_id"] in publication.nsfw)),
        hide=username_filter(name for name in names if name),
    )


def _withheld(candidates: Sequence[Mapping[str, Any]], publication: Publication | None) -> dict[int, str]:
    if publication is None:
        return {}
    edits = {index: row for index, row in enumerate(candidates) if row["verdict"] == Verdict.EDIT}
    reasons = {index: publication.withheld(row) for index, row in edits.items()}
    return {index: reason.value for index, reason in reasons.items() if reason}


def card(request: ViewedRequest, index: int, pictures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of one candidate's card as JSON values, without user names."""
    row = request.candidates[index]
    instruction = instruction_at(request.text, row["solver_comment_utc"] or 0) if request.text else ""
    return {
        "submission": row["submission_id"],
        "comment": row["comment_id"],
        "title": request.hide(request.submission.get("title") or ""),
        "instruction": request.hide(instruction),
        "tasks": list(request.text["task_types"] or ()) if request.text else [],
        "flair": request.hide(request.submission.get("flair") or "") or None,
        "verdict": row["verdict"],
        "withheld": request.withheld.get(index),
        "verified": row["verified"],
        "detail": request.hide(row["detail"] or "") or None,
        "host": published_host(row["host"] or ""),
        "posted": row["solver_comment_utc"],
        "score": score(request, index),
        "request_score": request.submission.get("score"),
        "nsfw": request.nsfw,
        "figures": [_rounded(row[name]) for name in LISTED],
        "pictures": pictures,
    }


def score(request: ViewedRequest, index: int) -> int | None:
    """Return upvotes minus downvotes of the candidate's comment, or None if hidden."""
    comment = request.comments.get(request.candidates[index]["comment_id"], {})
    value: int | None = comment.get("score")
    return value


def meanings() -> list[tuple[str, str]]:
    """Return the label and the meaning of each entry of `LISTED`."""
    return [(name.replace("_", " "), meaning) for name, meaning in LISTED.items()]


def _size(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return (row["width"], row["height"]) if row["width"] else None


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _rows(corpus: Corpus, shard: int, table: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    return storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
