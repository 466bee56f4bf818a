"""Extract the instruction, its revisions and the task types of each request."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.reddit.removals import as_used
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.request.task_types import task_types
from photoshop_request.text.thread.participants import requester_comments
from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.settings import resolve_settings

VERSION = 7
_MAX_CLARIFICATIONS = 20
"""Maximum comments of the requester that may add to a request. Later comments are chat, not clarifications."""


def rule(corpus: Corpus) -> Rule:
    """Return the setting that decides about comments that moderators removed."""
    return {"include_removed": resolve_settings(corpus, {})["include_removed"].value}


def make_texts(inputs: ShardInputs) -> pa.Table:
    """Return the texts of one shard."""
    comments = defaultdict(list)
    for comment in tables.comments_of(inputs.read("comments")):
        used = as_used(comment, include_removed=inputs.rule["include_removed"])
        comments[comment.submission_id].append(used)
    submissions = tables.submissions_of(inputs.read("submissions"))
    rows = [text_of(submission, comments[submission.id]) for submission in submissions]
    return pa.Table.from_pylist(rows, schema=tables.TEXTS)


def text_of(submission: Submission, comments: Sequence[Comment]) -> dict[str, Any]:
    """Return the row of one request."""
    first = instruction(submission)
    clarifications = requester_comments(submission, comments)[:_MAX_CLARIFICATIONS]
    revisions = []
    current = first.text
    for count, comment in enumerate(clarifications, 1):
        after = instruction(submission, clarifications[:count]).text
        if after != current:
            current = after
            revisions.append({"after_utc": comment.created_utc, "instruction": current})
    tasks = task_types(first.text)
    return {
        "submission_id": submission.id,
        "instruction": first.text,
        "revisions": revisions,
        "is_edit_request": first.is_edit_request,
        "language": first.language,
        "task_types": [task.task for task in tasks],
        "task_confidences": [task.confidence for task in tasks],
    }
