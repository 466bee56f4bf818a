"""Whether a corpus is whole: every table opens, every file is what its record says, every picture is there.

`deep` reads all of it: each page of each table, and the SHA-256 of each picture. Otherwise only footers and sizes are
looked at, which takes seconds.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

_CHUNK = 1 << 20


class Kind(StrEnum):
    """What is damaged, which decides how it is set right."""

    PART = "part"
    """What an input gave: the input is to be read again."""
    TABLE = "table"
    """A stage's output: the stage makes it anew."""
    DATASET = "dataset"
    """A file of the dataset: `build` makes it anew."""
    LEDGER = "ledger"
    PICTURE = "picture"
    """It is to be fetched again."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One file that is not what it should be."""

    kind: Kind
    path: str
    why: str
    sha256: str = ""
    """Of a picture: what its bytes should have."""


def damages(corpus: Corpus, *, deep: bool, looking_at: Callable[[str], None]) -> Iterator[Damage]:
    """Everything in the corpus that is damaged or missing; `looking_at` is told each path before it is read."""
    for folder, kind in (("incoming", Kind.PART), ("shards", Kind.TABLE)):
        for path in sorted(corpus.fs.find(corpus.path(folder))):
            looking_at(path)
            if why := _why(corpus, path, deep=deep):
                yield Damage(kind, path, why)
    yield from _dataset(corpus, deep=deep, looking_at=looking_at)
    if corpus.ledger_path.exists():
        looking_at(str(corpus.ledger_path))
        if why := _ledger(corpus, deep=deep):
            yield Damage(Kind.LEDGER, str(corpus.ledger_path), why)
            return
    yield from _pictures(corpus, deep=deep, looking_at=looking_at)


def _why(corpus: Corpus, path: str, *, deep: bool) -> str:
    """What is wrong with a file, or nothing."""
    if path.endswith(".json"):
        try:
            json.loads(corpus.fs.cat_file(path))
        except ValueError as error:
            return f"not JSON ({error})"
    if path.endswith(".parquet"):
        try:
            with corpus.fs.open(path, "rb") as file:
                # without Arrow's threads: one that still reads when Python ends takes it down
                table = pq.ParquetFile(file, page_checksum_verification=True, pre_buffer=False)
                for group in range(table.num_row_groups if deep else 0):
                    table.read_row_group(group, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            return str(error).partition("\n")[0] or type(error).__name__
    return ""


def _dataset(corpus: Corpus, *, deep: bool, looking_at: Callable[[str], None]) -> Iterator[Damage]:

    for piece, record in built_records(corpus).items():
        path = corpus.path("dataset", piece.config, piece.name)
        looking_at(path)
        if not corpus.fs.exists(path):
            yield Damage(Kind.DATASET, path, "missing")
        elif corpus.fs.size(path) != record["bytes"]:
            yield Damage(Kind.DATASET, path, f"has {corpus.fs.size(path):,} bytes, not {record['bytes']:,}")
        elif deep and _sha256(corpus, path) != record["sha256"]:
            yield Damage(Kind.DATASET, path, "not the bytes that were built")


def _ledger(corpus: Corpus, *, deep: bool) -> str:
    try:
        with closing(sqlite3.connect(f"{corpus.ledger_path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(f"PRAGMA {'integrity_check' if deep else 'quick_check'}").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == [("ok",)] else "; ".join(str(row[0]) for row in found[:3])


def _pictures(corpus: Corpus, *, deep: bool, looking_at: Callable[[str], None]) -> Iterator[Damage]:
    """The pictures that the shards' tables speak of, each once."""
    seen: set[bytes] = set()
    for shard in range(corpus.shards):
        table = corpus.shard_path(shard, "pictures")
        if not corpus.fs.exists(table) or _why(corpus, table, deep=False):
            continue
        columns = ["sha256", "extension", "bytes", "reason"]
        for row in storage.read_columns(corpus.fs, table, columns).to_pylist():
            if row["sha256"] is None or row["reason"] is not None or bytes.fromhex(row["sha256"]) in seen:
                continue
            seen.add(bytes.fromhex(row["sha256"]))
            path = corpus.image_path(row["sha256"], row["extension"])
            looking_at(path)
            if why := _picture(corpus, path, row["sha256"], row["bytes"], deep=deep):
                yield Damage(Kind.PICTURE, path, why, row["sha256"])


def _picture(corpus: Corpus, path: str, sha256: str, size: int | None, *, deep: bool) -> str:
    if not corpus.fs.exists(path):
        return "missing"
    if size is not None and corpus.fs.size(path) != size:
        return f"has {corpus.fs.size(path):,} bytes, not {size:,}"
    return "not the bytes that were fetched" if deep and _sha256(corpus, path) != sha256 else ""


def _sha256(corpus: Corpus, path: str) -> str:
    digest = hashlib.sha256()
    with corpus.fs.open(path, "rb") as file:
        while data := file.read(_CHUNK):
            digest.update(data)
    return digest.hexdigest()
