"""Estimate the votes that an edit gains by being first in its thread. The config `preferences` subtracts them."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from photoshop_request.text.thread.participants import Edit
from photoshop_request.text.thread.preferences import first_poster_advantage
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

VERSION = 3
_DECIMALS = 1
"""Decimals of an advantage, in natural-log units. Finer than the error of the estimate, but coarse enough that a few
new requests do not change it. Each change would upload all files of `preferences` again."""


def estimate(corpus: Corpus) -> dict[str, Any]:
    """Return the estimated first-poster advantage. Holds one shard's edits at a time."""
    estimated = first_poster_advantage(thread for shard in range(corpus.shards) for thread in _threads(corpus, shard))
    rounded = tuple(round(value, _DECIMALS) for value in estimated.advantage)
    return dataclasses.asdict(dataclasses.replace(estimated, advantage=rounded))


def _threads(corpus: Corpus, shard: int) -> Iterator[list[Edit]]:
    if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
        return
    columns = ["submission_id", "comment_id", "author", "solver_comment_utc", "sha256", "verdict"]
    scores = storage.read_table(corpus.fs, corpus.shard_path(shard, "comments"), ["id", "score"])
    score_of = dict(zip(scores.column("id").to_pylist(), scores.column("score").to_pylist(), strict=True))
    edits: dict[str, dict[str, Edit]] = defaultdict(dict)
    for row in read_candidates(corpus, shard, columns).to_pylist():
        # only the first edit of each solver, because later edits have other voters
        if row["verdict"] == Verdict.EDIT and row["author"] not in edits[row["submission_id"]]:
            comment = row["comment_id"]
            edits[row["submission_id"]][row["author"]] = Edit(
                comment, row["author"] or "", "", row["solver_comment_utc"], score_of[comment], row["sha256"]
            )
    yield from (list(thread.values()) for thread in edits.values())
