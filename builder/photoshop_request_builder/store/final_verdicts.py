"""The verdicts in force: the machine's, but for the candidates of which people said otherwise in `review`."""

from typing import Any

import pyarrow as pa

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["read_candidates"]

_KEY = ("comment_id", "position", "index", "sha256")
"""Of a candidate: where it was posted, and its bytes. People judged those; other bytes are to be judged anew."""


def read_candidates(corpus: Corpus, shard: int, columns: list[str] | None = None) -> pa.Table:
    """The rows of `candidates` with the verdicts in force, and `verified`: whether people confirmed or gave it.

    `confidence` is the machine's, of its own verdict: null where people gave another.
    """
    path = corpus.shard_path(shard, "candidates")
    wanted = None if columns is None else list(dict.fromkeys([*columns, *_KEY]))
    table = storage.read_table(corpus.fs, path, wanted)
    settled = _settled(corpus, shard)
    if settled:
        table = _overruled(table, settled)
    else:
        table = table.append_column("verified", pa.repeat(pa.scalar(False), table.num_rows))
    return table if columns is None else table.select([*columns, "verified"])


def _settled(corpus: Corpus, shard: int) -> dict[tuple[Any, ...], str]:
    """What the reviewers agree on, by candidate."""
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "reviews"))
    return {tuple(row[name] for name in _KEY): row["verdict"] for row in rows}


def _overruled(table: pa.Table, settled: dict[tuple[Any, ...], str]) -> pa.Table:
    keys = zip(*(table.column(name).to_pylist() for name in _KEY), strict=True)
    said = [settled.get(key) for key in keys]
    if "verdict" in table.column_names:
        machine = table.column("verdict").to_pylist()
        table = _with(table, "verdict", [each or other for each, other in zip(said, machine, strict=True)])
        if "confidence" in table.column_names:
            sure = zip(table.column("confidence").to_pylist(), said, machine, strict=True)
            table = _with(
                table, "confidence", [value if each in {None, other} else None for value, each, other in sure]
            )
    return table.append_column("verified", pa.array([each is not None for each in said], type=pa.bool_()))


def _with(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), pa.array(values, type=table.schema.field(name).type))
