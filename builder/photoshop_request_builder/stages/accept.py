"""accept: submissions, comments, candidates -> acceptances, which edits the requester took and how that is known."""

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from photoshop_request.text.thread.acceptance import acceptances
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.thread import to_edits
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.planning import stale_shards
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

if TYPE_CHECKING:
    from photoshop_request.reddit.records import Comment

VERSION = 3
_COLUMNS = ["submission_id", "comment_id", "author", "solver_comment_utc", "sha256", "source_sha256", "verdict"]


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose acceptances are missing or made from other threads."""
    reads = ("candidates", "submissions", "comments", "reviews")
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of))
        for shard, made_of in stale_shards(corpus, "accept", VERSION, reads=reads, writes="acceptances")
    ]


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the acceptances of one shard."""
    comments: dict[str, dict[str, Comment]] = defaultdict(dict)
    for comment in tables.comments_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "comments"))):
        comments[comment.submission_id][comment.id] = comment
    edits: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_candidates(corpus, shard, _COLUMNS).to_pylist():
        if row["verdict"] == Verdict.EDIT:
            edits[row["submission_id"]].append(row)
    rows = []
    for submission in tables.submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions"))):
        under = comments[submission.id]
        found = acceptances(submission, list(under.values()), to_edits(list(edits[submission.id]), under))
        rows += [
            {
                "submission_id": submission.id,
                "comment_id": each.comment_id,
                "evidence": list(each.evidence),
                "accepted_utc": each.at_utc,
                "said_in": list(each.said_in),
            }
            for each in found.values()
        ]
    rows.sort(key=lambda row: (row["submission_id"], row["comment_id"]))
    table = pa.Table.from_pylist(rows, schema=tables.ACCEPTANCES)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "acceptances"), table, fingerprint)
