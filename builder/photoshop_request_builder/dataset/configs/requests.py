"""Make the rows of `requests`: the texts and the outcome of each request, without pictures."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from photoshop_request.text.thread.acceptance import AcceptanceEvidence
from photoshop_request.text.thread.flair import terms
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """Yield the row of one request, if it has a picture and moderators did not remove it."""
    sources = [row for row in thread.candidates if row["role"] == "source" and row["comment_id"] is None]
    if thread.submission.id in thread.publication.removals.submissions or not any(
        row["state"] is not None for row in sources
    ):
        return
    submission, text, rank = thread.submission, thread.text, thread.rank
    edits = thread.edits()
    flair = terms(submission.flair, submission.title, submission.created_utc)
    yield {
        "submission_id": submission.id,
        **thread.text_columns(),
        "instruction": thread.hide_names(text["instruction"]),
        **thread.rewrite_columns(),
        "is_edit_request": text["is_edit_request"],
        "language": text["language"],
        "task_types": list(text["task_types"]),
        "task_confidences": list(text["task_confidences"]),
        "subreddit": submission.subreddit,
        "paid": flair.paid,
        "ai_allowed": flair.ai_allowed,
        "created_utc": submission.created_utc,
        "month": rank["month"],
        "hour_utc": time.gmtime(submission.created_utc).tm_hour,
        "score": submission.score,
        "score_percentile": rank["score_percentile"],
        "upvote_ratio": submission.upvote_ratio,
        "num_comments": submission.num_comments,
        "comments_percentile": rank["comments_percentile"],
        "num_source_pictures": sum(row["reason"] is None for row in sources),
        "num_candidates": sum(row["role"] == "candidate" for row in thread.candidates),
        "num_edits": len(edits),
        "num_solvers": len({row["author"] for row in edits}),
        "best_edit_score": max((score for row in edits if (score := _score(thread, row)) is not None), default=None),
        "seconds_to_first_edit": _seconds_to_first(thread, edits),
        "solved": bool(thread.accepted) or flair.solved,
        "solved_evidence": _solved_evidence(thread, by_flair=flair.solved),
        "over_18": submission.over_18,
        "requester": context.pseudonym(submission.author),
    }


def _score(thread: Thread, edit: Mapping[str, Any]) -> int | None:
    return thread.comment(edit["comment_id"]).score


def _seconds_to_first(thread: Thread, edits: list[Mapping[str, Any]]) -> int | None:
    first = min((row["solver_comment_utc"] for row in edits), default=None)
    return None if first is None else max(0, first - thread.submission.created_utc)


def _solved_evidence(thread: Thread, *, by_flair: bool) -> list[str]:
    evidence = {str(kind) for accepted in thread.accepted.values() for kind in accepted.evidence}
    return sorted(evidence | {str(AcceptanceEvidence.FLAIR)} if by_flair else evidence)
