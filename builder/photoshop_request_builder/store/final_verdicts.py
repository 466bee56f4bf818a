"""Read candidates with the verdict in force: review decisions override automatic verdicts."""

from typing import Any

import pyarrow as pa

from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus

_KEY = ("comment_id", "position", "index", "sha256")
"""Identifies a candidate: where it was posted, and its bytes. A review decision does not apply to other bytes."""


def read_candidates(corpus: Corpus, shard: int, columns: list[str] | None = None) -> pa.Table:
    """Read the rows of `candidates` with the verdicts in force.

    The column `verified` is True if reviewers confirmed or changed the verdict. `confidence` belongs to the automatic
    verdict: null if reviewers changed it.
    """
    path = corpus.shard_path(shard, "candidates")
    needed = None if columns is None else list(dict.fromkeys([*columns, *_KEY]))
    table = storage.read_table(corpus.fs, path, needed, tables.CANDIDATES)
    if reviewed := _reviewed(corpus, shard):
        table = _override(table, reviewed)
    else:
        table = table.append_column("verified", pa.repeat(pa.scalar(False), table.num_rows))
    return table if columns is None else table.select([*columns, "verified"])


def _reviewed(corpus: Corpus, shard: int) -> dict[tuple[Any, ...], str]:
    """Return the verdicts on which all reviewers agree, by candidate."""
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "reviews"))
    return {tuple(row[name] for name in _KEY): row["verdict"] for row in rows}


def _override(table: pa.Table, reviewed: dict[tuple[Any, ...], str]) -> pa.Table:
    keys = zip(*(table.column(name).to_pylist() for name in _KEY), strict=True)
    reviews = [reviewed.get(key) for key in keys]
    if "verdict" in table.column_names:
        automatic = table.column("verdict").to_pylist()
        verdicts = [review or verdict for review, verdict in zip(reviews, automatic, strict=True)]
        table = _with(table, "verdict", verdicts)
        if "confidence" in table.column_names:
            rows = zip(table.column("confidence").to_pylist(), verdicts, automatic, strict=True)
            table = _with(table, "confidence", [value if verdict == own else None for value, verdict, own in rows])
    return table.append_column("verified", pa.array([review is not None for review in reviews], type=pa.bool_()))


def _with(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), pa.array(values, type=table.schema.field(name).type))
