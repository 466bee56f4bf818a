"""settle: reviewers' decisions -> reviews, what they agree on. Opt-in: shards without decisions have no such table."""

from collections import defaultdict
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.decisions import open_decisions, unanimous

VERSION = 1


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards of which reviewers say other things than before.

    Where the decisions are not on this machine, what was settled of them stays.
    """
    if not corpus.decisions_path.exists():
        return []
    wanted = _settled(corpus)
    jobs = []
    for shard in range(corpus.shards):
        rows = wanted.get(shard, [])
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "reviews"))
        if not rows and done is None:
            continue
        made_of = storage.fingerprint("settle", VERSION, {"rows": rows})
        if done is None or done.fingerprint != made_of:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, rows, made_of)))
    return jobs


def run(corpus: Corpus, shard: int, rows: list[dict[str, Any]], fingerprint: str) -> None:
    """Write what was settled of one shard."""
    table = pa.Table.from_pylist(rows, schema=tables.REVIEWS)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "reviews"), table, fingerprint)


def _settled(corpus: Corpus) -> dict[int, list[dict[str, Any]]]:
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    with open_decisions(corpus.decisions_path) as store:
        for decision in unanimous(store.decisions()):
            item = decision.item
            rows[shard_of(item.submission_id, corpus.shards)].append(
                {
                    "submission_id": item.submission_id,
                    "comment_id": item.comment_id,
                    "position": item.position,
                    "index": item.index,
                    "sha256": item.sha256,
                    "verdict": str(decision.verdict),
                }
            )
    return rows
