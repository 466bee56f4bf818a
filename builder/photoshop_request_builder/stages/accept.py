"""Find the edits that the requester accepted, and the evidence for it."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from photoshop_request.reddit.removals import as_used
from photoshop_request.text.thread.acceptance import acceptances
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.thread import to_edits
from photoshop_request_builder.engine.stage import ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.final_verdicts import read_candidates

if TYPE_CHECKING:
    from photoshop_request.reddit.records import Comment

VERSION = 4
_COLUMNS = ["submission_id", "comment_id", "author", "solver_comment_utc", "sha256", "source_sha256", "verdict"]


def make_acceptances(inputs: ShardInputs) -> pa.Table:
    """Return the acceptances of one shard."""
    comments: dict[str, dict[str, Comment]] = defaultdict(dict)
    for comment in tables.comments_of(inputs.read("comments")):
        used = as_used(comment, include_removed=inputs.rule["include_removed"])
        comments[comment.submission_id][comment.id] = used
    edits: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_candidates(inputs.corpus, inputs.shard, _COLUMNS).to_pylist():
        if row["verdict"] == Verdict.EDIT:
            edits[row["submission_id"]].append(row)
    rows = []
    for submission in tables.submissions_of(inputs.read("submissions")):
        thread = comments[submission.id]
        accepted = acceptances(submission, list(thread.values()), to_edits(list(edits[submission.id]), thread))
        rows += [
            {
                "submission_id": submission.id,
                "comment_id": acceptance.comment_id,
                "evidence": list(acceptance.evidence),
                "accepted_utc": acceptance.at_utc,
                "said_in": list(acceptance.said_in),
            }
            for acceptance in accepted.values()
        ]
    rows.sort(key=lambda row: (row["submission_id"], row["comment_id"]))
    return pa.Table.from_pylist(rows, schema=tables.ACCEPTANCES)
