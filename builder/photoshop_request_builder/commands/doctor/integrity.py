"""Check a corpus: tables open, dataset files match their records, pictures exist."""

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


class DamageKind(StrEnum):
    """Kind of a damaged file, which decides how it is repaired."""

    PART = "part"
    """Rows of an input: read the input again."""
    TABLE = "table"
    """Output of a stage: run the stage again."""
    DATASET = "dataset"
    """File of the dataset: run `build` again."""
    LEDGER = "ledger"
    PICTURE = "picture"
    """Fetch it again."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged or missing file."""

    kind: DamageKind
    path: str
    why: str
    sha256: str = ""
    """Expected digest of a picture."""


def damages(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    """Yield every damaged or missing file. Call `on_path` with each path before it is read.

    `deep` reads every page of each table and verifies the SHA-256 of each picture. Otherwise only footers and sizes are
    read, which takes seconds.
    """
    for folder, kind in (("incoming", DamageKind.PART), ("shards", DamageKind.TABLE)):
        for path in sorted(corpus.fs.find(corpus.path(folder))):
            on_path(path)
            if why := _why(corpus, path, deep=deep):
                yield Damage(kind, path, why)
    yield from _dataset(corpus, deep=deep, on_path=on_path)
    if corpus.ledger_path.exists():
        on_path(str(corpus.ledger_path))
        if why := _ledger(corpus, deep=deep):
            yield Damage(DamageKind.LEDGER, str(corpus.ledger_path), why)
            return
    yield from _pictures(corpus, deep=deep, on_path=on_path)


def _why(corpus: Corpus, path: str, *, deep: bool) -> str:
    """Return the damage of a file, or "" if it is intact."""
    if path.endswith(".json"):
        try:
            json.loads(corpus.fs.cat_file(path))
        except ValueError as error:
            return f"not JSON ({error})"
    if path.endswith(".parquet"):
        try:
            with corpus.fs.open(path, "rb") as file:
                # without Arrow's threads: a thread that still reads at exit crashes Python
                table = pq.ParquetFile(file, page_checksum_verification=True, pre_buffer=False)
                for group in range(table.num_row_groups if deep else 0):
                    table.read_row_group(group, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            return str(error).partition("\n")[0] or type(error).__name__
    return ""


def _dataset(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    for file, record in built_records(corpus).items():
        path = corpus.path("dataset", file.config, file.name)
        on_path(path)
        if not corpus.fs.exists(path):
            yield Damage(DamageKind.DATASET, path, "missing")
        elif corpus.fs.size(path) != record["bytes"]:
            yield Damage(DamageKind.DATASET, path, f"has {corpus.fs.size(path):,} bytes, not {record['bytes']:,}")
        elif deep and _sha256(corpus, path) != record["sha256"]:
            yield Damage(DamageKind.DATASET, path, "the SHA-256 differs from the built file")


def _ledger(corpus: Corpus, *, deep: bool) -> str:
    try:
        with closing(sqlite3.connect(f"{corpus.ledger_path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(f"PRAGMA {'integrity_check' if deep else 'quick_check'}").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if rows == [("ok",)] else "; ".join(str(row[0]) for row in rows[:3])


def _pictures(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    """Check each picture of the shards' tables once."""
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
            on_path(path)
            if why := _picture(corpus, path, row["sha256"], row["bytes"], deep=deep):
                yield Damage(DamageKind.PICTURE, path, why, row["sha256"])


def _picture(corpus: Corpus, path: str, sha256: str, size: int | None, *, deep: bool) -> str:
    if not corpus.fs.exists(path):
        return "missing"
    if size is not None and corpus.fs.size(path) != size:
        return f"has {corpus.fs.size(path):,} bytes, not {size:,}"
    return "the SHA-256 differs from the fetched file" if deep and _sha256(corpus, path) != sha256 else ""


def _sha256(corpus: Corpus, path: str) -> str:
    digest = hashlib.sha256()
    with corpus.fs.open(path, "rb") as file:
        while data := file.read(_CHUNK):
            digest.update(data)
    return digest.hexdigest()
