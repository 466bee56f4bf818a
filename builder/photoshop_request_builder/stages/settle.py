"""Write the verdicts on which reviewers agree. Opt-in: a shard without decisions has no such table."""

from collections import defaultdict
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.decisions import open_decisions, unanimous

VERSION = 1


def rules(corpus: Corpus) -> list[Rule | None]:
    """Return the agreed verdicts of each shard, or None for a shard that never had any.

    Without a database of decisions on this machine, the tables do not change.
    """
    if not corpus.decisions_path.exists():
        return [None] * corpus.shards
    settled_rows = _settled(corpus)
    return [
        {"rows": rows} if rows or storage.read_stamp(corpus.fs, corpus.shard_path(shard, "reviews")) else None
        for shard in range(corpus.shards)
        for rows in [settled_rows.get(shard, [])]
    ]


def make_reviews(inputs: ShardInputs) -> pa.Table:
    """Return the agreed verdicts of one shard."""
    return pa.Table.from_pylist(inputs.rule["rows"], schema=tables.REVIEWS)


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
