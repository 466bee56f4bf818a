"""Check every file of a corpus. No damage ends the check: each damaged file is one finding."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.path_names import is_sha256
from photoshop_request_builder.dataset.configs.context import read_first_poster_advantage
from photoshop_request_builder.dataset.files import BuiltRecord
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.store import erased_numbers, seals, storage, withdrawn
from photoshop_request_builder.store.answers import read_model_in_use
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.database import check_digest, digest_path, is_open
from photoshop_request_builder.store.incoming import IngestSummary, read_part, rows_path
from photoshop_request_builder.store.tombstones import load_tombstones


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
    KEPT = "kept"
    """Written by people or paid for: only a backup brings it back. A repair leaves it alone."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged or missing file."""

    kind: DamageKind
    path: str
    why: str
    sha256: str = ""
    """Expected digest of a picture."""


def damages(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    """Yield every damaged or missing file once. Call `on_path` with each path before it is read.

    `deep` reads every table, database, picture and file of the dataset. Otherwise only footers, sizes and small files
    are read, which takes seconds.
    """
    seen: set[str] = set()
    for damage in _all(corpus, deep=deep, on_path=on_path):
        if damage.path not in seen:
            seen.add(damage.path)
            yield damage


def _all(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    yield from _small_files(corpus)
    yield from _parts(corpus, deep=deep, on_path=on_path)
    for path in (*corpus.find("shards/*/*.parquet"), *corpus.find("near.parquet")):
        on_path(path)
        if why := _why(path, _check_table, corpus, path, deep=deep):
            yield Damage(DamageKind.TABLE, path, why)
    yield from _dataset(corpus, deep=deep, on_path=on_path)
    yield from _databases(corpus, deep=deep, on_path=on_path)
    yield from _pictures(corpus, deep=deep, on_path=on_path)


def _why(path: str, check: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """Return the damage that `check` returns as a text or raises, or "" if the file is intact."""
    try:
        found = check(*arguments, **options)
        return found if isinstance(found, str) else ""
    except PhotoshopRequestError as error:
        return str(error).removeprefix(f"{path}: ").partition(" Repair it with")[0]
    except OSError as error:  # the disk cannot read it
        return str(error).partition("\n")[0] or type(error).__name__


def _small_files(corpus: Corpus) -> Iterator[Damage]:
    readers: tuple[tuple[DamageKind, str, Callable[[Corpus], Any]], ...] = (
        (DamageKind.KEPT, corpus.path("corpus.toml"), read_policy),
        (DamageKind.KEPT, corpus.path("takedown", "tombstones.json"), load_tombstones),
        (DamageKind.KEPT, corpus.path(withdrawn.PATH), withdrawn.load_withdrawn),
        (DamageKind.KEPT, corpus.path(erased_numbers.PATH), erased_numbers.read_numbers),
        (DamageKind.KEPT, corpus.path("rewrites", "in_use.json"), read_model_in_use),
        (DamageKind.TABLE, corpus.path("votes.json"), read_first_poster_advantage),
    )
    for kind, path, read in readers:
        if why := _why(path, read, corpus):
            yield Damage(kind, path, why)


def _parts(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    for note in corpus.find("incoming/*/*/part.json"):
        on_path(note)
        source, part = note.split("/")[-3:-1]
        if why := _why(note, read_part, corpus, source, part):
            yield Damage(DamageKind.PART, note, why)
            continue
        summary = read_part(corpus, source, part)
        for path in _files_of(corpus, summary) if summary else ():
            on_path(path)
            if why := _why(path, _check_part, corpus, path, deep=deep):
                yield Damage(DamageKind.PART, path, why)


def _files_of(corpus: Corpus, summary: IngestSummary) -> Iterator[str]:
    for table, shards in summary.shards.items():
        for shard in shards:
            if path := rows_path(corpus, summary, table, shard):
                yield path


def _check_part(corpus: Corpus, path: str, *, deep: bool) -> str:
    if not corpus.fs.exists(path):
        return "missing"
    if deep:
        return _check_bytes(corpus, path)
    storage.read_footer(corpus.fs, path)
    return ""


def _check_table(corpus: Corpus, path: str, *, deep: bool) -> str:
    storage.read_stamp(corpus.fs, path)
    return _check_bytes(corpus, path) if deep else ""


def _check_bytes(corpus: Corpus, path: str) -> str:
    """Check the seal, or in a table of 0.1.0 the checksum of every page."""
    try:
        data = storage.read_bytes(corpus.fs, path)
        if not seals.check_table(data):
            with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as table:
                for group in range(table.num_row_groups):
                    table.read_row_group(group, use_threads=False)
    except (ValueError, pa.ArrowException) as error:
        return str(error).partition("\n")[0]
    return ""


def _dataset(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    for note in corpus.find("built/*/*.json"):
        on_path(note)
        if why := _why(note, _record, corpus, note):
            yield Damage(DamageKind.TABLE, note, why)
            continue
        config, name = note.removesuffix(".json").split("/")[-2:]
        path = corpus.path("dataset", config, name)
        on_path(path)
        record = _record(corpus, note)
        if why := _why(path, _check_file, corpus, path, record["bytes"], record["sha256"], deep=deep):
            yield Damage(DamageKind.DATASET, path, why)


def _record(corpus: Corpus, note: str) -> BuiltRecord:
    return storage.convert(storage.read_json(corpus.fs, note) or {}, BuiltRecord, note)


def _databases(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    databases = (
        (DamageKind.LEDGER, corpus.ledger_path),
        (DamageKind.KEPT, corpus.decisions_path),
        (DamageKind.KEPT, corpus.answers_path),
    )
    for kind, path in databases:
        if not path.exists():
            continue
        on_path(str(path))
        try:
            why = check_digest(path)  # before SQLite opens the file: an open file is not compared
        except PhotoshopRequestError:
            yield Damage(DamageKind.TABLE, str(digest_path(path)), "not readable")
            why = ""
        if why := why or _check_database(path, deep=deep):
            yield Damage(kind, str(path), why)


def _check_database(path: Path, *, deep: bool) -> str:
    # SQLite leaves a log beside a file that it opens for reading only, unless the file is said to be immutable
    mode = "mode=ro" if is_open(path) else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as database:
            rows = database.execute(f"PRAGMA {'integrity_check' if deep else 'quick_check'}").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if rows == [("ok",)] else "; ".join(str(row[0]) for row in rows[:3])


def _pictures(corpus: Corpus, *, deep: bool, on_path: Callable[[str], None]) -> Iterator[Damage]:
    """Check each picture of the shards' tables once, and with `deep` all other fetched files."""
    seen: set[bytes] = set()
    for table in corpus.find("shards/*/pictures.parquet"):
        columns = ["sha256", "extension", "bytes", "reason"]
        if why := _why(table, storage.read_table, corpus.fs, table, columns):
            yield Damage(DamageKind.TABLE, table, why)
            continue
        for row in storage.read_table(corpus.fs, table, columns).to_pylist():
            digest = row["sha256"]
            if digest is None or row["reason"] is not None or bytes.fromhex(digest) in seen:
                continue
            seen.add(bytes.fromhex(digest))
            path = corpus.image_path(digest, row["extension"])
            on_path(path)
            if why := _why(path, _check_file, corpus, path, row["bytes"], digest, deep=deep):
                yield Damage(DamageKind.PICTURE, path, why, digest)
    for path in corpus.find("images/*/*/*") if deep else ():
        digest = path.rpartition("/")[2].partition(".")[0]
        if is_sha256(digest) and bytes.fromhex(digest) not in seen:
            on_path(path)
            if why := _why(path, _check_file, corpus, path, None, digest, deep=True):
                yield Damage(DamageKind.PICTURE, path, why, digest)


def _check_file(corpus: Corpus, path: str, size: int | None, sha256: str, *, deep: bool) -> str:
    if not corpus.fs.exists(path):
        return "missing"
    if size is not None and corpus.fs.size(path) != size:
        return f"has {corpus.fs.size(path):,} bytes, not {size:,}"
    return "the SHA-256 differs from the written file" if deep and storage.sha256_of(corpus.fs, path) != sha256 else ""
