"""text: submissions, comments -> texts, one row a request: what the editor was asked to do, and what kind of edit it is."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.request.task_types import task_types
from photoshop_request.text.thread.participants import requester_comments
from photoshop_request_builder.engine.stage import ShardInputs
from photoshop_request_builder.store import tables

VERSION = 4
_MOST = 20
"""Comments of the requester's that may add to a request: who writes more is in conversation, not clarifying."""


def make_texts(inputs: ShardInputs) -> pa.Table:
    """Return the texts of one shard."""
    comments = defaultdict(list)
    for comment in tables.comments_of(inputs.read("comments")):
        comments[comment.submission_id].append(comment)
    submissions = tables.submissions_of(inputs.read("submissions"))
    rows = [text_of(submission, comments[submission.id]) for submission in submissions]
    return pa.Table.from_pylist(rows, schema=tables.TEXTS)


def text_of(submission: Submission, comments: Sequence[Comment]) -> dict[str, Any]:
    """The row of one request."""
    first = instruction(submission)
    own = requester_comments(submission, comments)[:_MOST]
    revisions = []
    said = first.text
    for count, comment in enumerate(own, 1):
        after = instruction(submission, own[:count]).text
        if after != said:
            said = after
            revisions.append({"after_utc": comment.created_utc, "instruction": said})
    tasks = task_types(first.text)
    return {
        "submission_id": submission.id,
        "instruction": first.text,
        "revisions": revisions,
        "is_edit_request": first.is_edit_request,
        "language": first.language,
        "task_types": [each.task for each in tasks],
        "task_confidences": [each.confidence for each in tasks],
    }
