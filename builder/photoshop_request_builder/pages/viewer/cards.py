"""What the viewer tells of a candidate, and which candidates it does not show at all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from photoshop_request.edits.figures import FIGURES
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
from photoshop_request_builder.dataset.thread import instruction_at
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

__all__ = ["LISTED", "OF_COMMENTS", "OF_SUBMISSIONS", "Request", "card", "meanings", "request_of", "requests", "score"]

_UNTOLD = frozenset({Verdict.DELETED_BY_AUTHOR, Verdict.TAKEN_DOWN})
OF_SUBMISSIONS = ["id", "author", "title", "score", "flair", "over_18", "deleted_by_author"]
OF_COMMENTS = ["id", "submission_id", "author", "score", "deleted_by_author"]
_DIGITS = 4
LISTED = {
    **{figure.name: figure.meaning for figure in FIGURES if figure.kind != "list<float64>"},
    "duplicate_of": "The same solver's earlier comment with the same picture.",
    "revises": next(column.meaning for column in CONFIGS["triplets"] if column.name == "revises"),
}
"""Columns of `candidates` that a card lists, in this order, with their meanings."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request with the candidates that may be shown, in the order in which people posted them."""

    submission: Mapping[str, Any]
    """Columns of `submissions`; empty where the archives hold only its comments."""
    text: Mapping[str, Any] | None
    """The row of `texts`; None before the build."""
    candidates: tuple[Mapping[str, Any], ...]
    comments: Mapping[str, Mapping[str, Any]]
    withheld: Mapping[int, str]
    """Place in `candidates` -> why that edit is not published; empty before the build."""
    pictures: Mapping[str, tuple[str, tuple[int, int] | None]]
    """SHA-256 of every picture of the request that may be shown -> its extension and full size, if known."""
    source: str | None
    """SHA-256 of the request's first picture: for candidates that were compared with none."""
    hidden: int
    """Candidates that are not shown: deleted by their author, or taken down."""
    nsfw: bool
    """Marked by Reddit, or scored as such."""
    hide: Callable[[str], str]
    """Takes user names out of a text."""


def requests(corpus: Corpus, shard: int) -> Iterator[Request]:
    """The requests of one shard that have pictures, one after the other; user names are taken out of their words."""
    selection = read_publication(corpus, shard) if is_ready(corpus, shard) else None
    removed = read_taken_down(corpus, shard)
    submissions = {row["id"]: row for row in _rows(corpus, shard, "submissions", OF_SUBMISSIONS)}
    comments = defaultdict(list)
    for comment in _rows(corpus, shard, "comments", OF_COMMENTS):
        comments[comment["submission_id"]].append(comment)
    texts = {row["submission_id"]: row for row in _rows(corpus, shard, "texts")}
    judged = read_candidates(corpus, shard).to_pylist()
    for submission_id, group in groupby(judged, key=lambda row: row["submission_id"]):
        submission, under = submissions.get(submission_id, {}), comments[submission_id]
        yield request_of(list(group), submission, under, texts.get(submission_id), selection, removed)


def request_of(
    rows: Sequence[Mapping[str, Any]],
    submission: Mapping[str, Any],
    comments: Sequence[Mapping[str, Any]],
    text: Mapping[str, Any] | None,
    selection: Publication | None,
    removed: TakenDown,
) -> Request:
    """A request of its rows of `candidates` (as `read_candidates` gives them), `submissions`, `comments` and `texts`."""
    by_id = {comment["id"]: comment for comment in comments}
    told = _is_told(submission, by_id, removed)
    own = [row for row in rows if told(row) and row["sha256"]]
    pictures = {row["sha256"]: (row["extension"], _size(row)) for row in own}
    # an edit of a picture whose comment was deleted would show that picture
    shown = [row for row in rows if row["comment_id"] and told(row) and row["source_sha256"] in {None, *pictures}]
    names = {submission.get("author"), *(comment["author"] for comment in comments)}
    return Request(
        submission=submission,
        text=text,
        candidates=tuple(shown),
        comments=by_id,
        withheld=_withheld(shown, selection),
        pictures=pictures,
        source=next((row["sha256"] for row in own if is_source_picture(row)), None),
        hidden=sum(row["comment_id"] is not None for row in rows) - len(shown),
        nsfw=bool(submission.get("over_18") or (selection and rows[0]["submission_id"] in selection.over_18)),
        hide=username_filter(name for name in names if name),
    )


def _is_told(
    submission: Mapping[str, Any], comments: Mapping[str, Mapping[str, Any]], removed: TakenDown
) -> Callable[[Mapping[str, Any]], bool]:
    """Says of a row of `candidates` whether it was neither deleted by its author nor taken down."""

    def is_told(row: Mapping[str, Any]) -> bool:
        under = (submission, comments.get(row["comment_id"] or "", {}))
        is_deleted = any(one.get("deleted_by_author") for one in under)
        return not (is_deleted or row["verdict"] in _UNTOLD or removed.covers(row))

    return is_told


def _withheld(candidates: Sequence[Mapping[str, Any]], selection: Publication | None) -> dict[int, str]:
    if selection is None:
        return {}
    edits = {place: row for place, row in enumerate(candidates) if row["verdict"] == Verdict.EDIT}
    reasons = {place: selection.withheld(row) for place, row in edits.items()}
    return {place: reason.value for place, reason in reasons.items() if reason}


def card(request: Request, place: int, pictures: Mapping[str, Any]) -> dict[str, Any]:
    """All that the page shows of one candidate, as JSON values; user names are not among it."""
    row = request.candidates[place]
    asked = instruction_at(request.text, row["solver_comment_utc"] or 0) if request.text else ""
    return {
        "submission": row["submission_id"],
        "comment": row["comment_id"],
        "title": request.hide(request.submission.get("title") or ""),
        "instruction": request.hide(asked),
        "tasks": list(request.text["task_types"] or ()) if request.text else [],
        "flair": request.submission.get("flair"),
        "verdict": row["verdict"],
        "withheld": request.withheld.get(place),
        "verified": row["verified"],
        "detail": row["detail"],
        "host": row["host"],
        "posted": row["solver_comment_utc"],
        "score": score(request, place),
        "request_score": request.submission.get("score"),
        "nsfw": request.nsfw,
        "figures": [_rounded(row[name]) for name in LISTED],
        "pictures": pictures,
    }


def score(request: Request, place: int) -> int | None:
    """Upvotes less downvotes of the candidate's comment; None where hidden."""
    found: int | None = request.comments.get(request.candidates[place]["comment_id"], {}).get("score")
    return found


def meanings() -> list[tuple[str, str]]:
    """Return the label and the meaning of each entry of `LISTED`."""
    return [(name.replace("_", " "), meaning) for name, meaning in LISTED.items()]


def _size(row: Mapping[str, Any]) -> tuple[int, int] | None:
    return (row["width"], row["height"]) if row["width"] else None


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _rows(corpus: Corpus, shard: int, table: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    return storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
