"""Rank the score and the comments of each submission within its month.

Scores of 2013 and 2025 cannot be compared, because the community grew from thousands to millions.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from photoshop_request.reddit.coverage import month_of
from photoshop_request.reddit.removals import FINAL, removed_by
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.erased_numbers import read_numbers

VERSION = 2
_COLUMNS = ["id", "created_utc", "score", "num_comments", "removed_by_category", "deleted_by_author"]


def make_ranks(corpus: Corpus) -> Iterator[pa.Table]:
    """Yield the ranks of each shard. Holds four numbers per submission of the whole corpus."""
    shards = []
    for shard in range(corpus.shards):
        table = storage.find_table(corpus.fs, corpus.shard_path(shard, "submissions"), _COLUMNS)
        shards.append(tables.SUBMISSIONS.empty_table().select(_COLUMNS) if table is None else table)
    erased = pa.Table.from_pylist(read_numbers(corpus), schema=shards[0].schema)
    everything = pa.concat_tables([*shards, erased])
    months = np.array([month_of(utc) for utc in everything.column("created_utc").to_pylist()])
    counts = [
        removed_by(category, deleted_by_author=bool(deleted)) not in FINAL
        for category, deleted in zip(*(everything.column(name).to_pylist() for name in _COLUMNS[-2:]), strict=True)
    ]
    ranks = {}
    for name in ("score", "num_comments"):
        values = zip(everything.column(name).to_pylist(), counts, strict=True)
        ranks[name] = percentiles([value if is_counted else None for value, is_counted in values], months)
    start = 0
    for table in shards:
        end = start + table.num_rows
        rows = {
            "submission_id": table.column("id"),
            "month": months[start:end].tolist(),
            "score_percentile": ranks["score"][start:end],
            "comments_percentile": ranks["num_comments"][start:end],
        }
        yield pa.table(rows, schema=tables.RANKS)
        start = end


def percentiles(values: list[int | None], groups: "np.ndarray[tuple[int], np.dtype[np.str_]]") -> list[float | None]:
    """Return the rank of each value in its group, above 0 and below 1.

    A rank is the fraction of smaller values plus half the fraction of equal values. Missing values have no rank.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for place, (value, group) in enumerate(zip(values, groups, strict=True)):
        if value is not None:
            members[str(group)].append(place)
    ranks: list[float | None] = [None] * len(values)
    for places in members.values():
        _, which, counts = np.unique([values[place] for place in places], return_inverse=True, return_counts=True)
        by_value = (np.cumsum(counts) - counts / 2) / len(places)
        for place, rank in zip(places, by_value[which], strict=True):
            ranks[place] = float(rank)
    return ranks
