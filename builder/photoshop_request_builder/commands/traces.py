"""Look for what was erased in every table, database and text file of a corpus, and among its pictures."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.erasing import Gone, finds
from photoshop_request_builder.store.incoming import RAW

_TEXTS = frozenset({"json", "jsonl", "md", "html", "js", "css", "svg", "csv", "txt", "log", "toml"})
_BATCH = 1_000
"""Rows of a table in memory."""


def find_traces(corpus: Corpus, gone: Gone) -> Iterator[str]:
    """Yield the path of every file that still holds an erased post, picture or name. Bytes of pictures are not read."""
    for path in sorted(corpus.fs.find(corpus.root)):
        name = path.rpartition("/")[2]
        stem, _, extension = name.partition(".")
        if stem in gone.pictures or (
            _in_table(corpus, path, gone)
            if extension == "parquet"
            else extension in _TEXTS and gone.scrub.finds(corpus.fs.cat_file(path).decode("utf-8", "replace"))
        ):
            yield path
    for database in (corpus.ledger_path, corpus.decisions_path, corpus.answers_path):
        if database.exists() and _in_database(database, gone):
            yield str(database)


def _in_table(corpus: Corpus, path: str, gone: Gone) -> bool:
    with corpus.fs.open(path, "rb") as file:
        table = pq.ParquetFile(file, pre_buffer=False)
        columns = [field.name for field in table.schema_arrow if field.name == RAW.name or _has_text(field.type)]
        return any(
            gone.covers(row) or finds(gone.scrub, row)
            for batch in table.iter_batches(_BATCH, columns=columns, use_threads=False)
            for row in batch.to_pylist()
        )


def _has_text(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind):
        return _has_text(kind.value_type)
    if pa.types.is_struct(kind):  # a picture is a struct of bytes and a path
        return kind.get_field_index("bytes") < 0 and any(_has_text(field.type) for field in kind)
    return bool(pa.types.is_string(kind))


def _in_database(path: Path, gone: Gone) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return any(
            finds(gone.scrub, list(row))
            for name in names
            for row in database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the name of a table of this file
        )
