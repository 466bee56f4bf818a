"""What each input gave: `incoming/<source>/<part>/`, one Parquet file a shard and table, and `part.json` written last.

A part without `part.json` does not exist: it is what a killed run left, and the next run begins it again. Files are
made elsewhere and come to their place whole, when all are done: two that make the same part at once (on a cluster, a job
that was thought dead and the one that took over) put the same bytes in the same places, and neither takes anything away
from the other. Rows are the record's columns and the raw line, so that nothing the source said is lost.
"""

from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder, shard_of
from photoshop_request_builder.store.open_file_limit import raise_open_file_limit
from photoshop_request_builder.store.tables import COMMENTS, SUBMISSIONS, to_table

INCOMING_TABLES = {"submissions": SUBMISSIONS, "comments": COMMENTS}
RAW = pa.field("raw", pa.binary())
_BUFFER = 16 << 20
"""Bytes of raw lines held before all shards are written out; as Python objects they weigh about three times as much."""
_ROW = 500
"""Bytes that a row weighs beside its raw line."""


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What became of one input: `lines` is the sum of everything that is counted after it."""

    source: str
    """archive, arctic-shift or reddit."""
    part: str
    input: str
    """The path as it was given, or what was asked of an API."""
    fingerprint: str
    size: int
    """Of the input as stored, bytes; 0 for an API."""
    ending: str
    """complete, truncated, corrupt; `stopped` when an API run ended early."""
    detail: str
    lines: int
    submissions: int
    comments: int
    other_subreddits: int
    blank: int
    rejected: dict[str, int]
    """By reason (`photoshop_request.reddit.parse.Why`)."""
    months: dict[str, dict[str, int]] = field(default_factory=dict)
    """Kept rows by table and month of creation (`2020-06`)."""
    first_utc: int | None = None
    last_utc: int | None = None
    shards: dict[str, list[int]] = field(default_factory=dict)
    """Which shards have rows, by table."""
    covered: tuple[int, int] | None = None
    """Of an API run: everything created from the first second (inclusive) to the second (exclusive) is here."""
    threads: tuple[str, ...] = ()
    """Of an API run: the submissions whose trees were asked for."""
    unknown: tuple[str, ...] = ()
    """Of a refresh: full names that the API was asked for and did not know."""
    asked_utc: int | None = None
    """When an API was asked."""

    @property
    def kept(self) -> int:
        """Rows written."""
        return self.submissions + self.comments


class PartWriter:
    """Writes the rows of one part, in bounded memory. Leaves no part behind when its block is left by an exception."""

    def __init__(self, corpus: Corpus, source: str, part: str) -> None:
        """Prepare `incoming/<source>/<part>/`; files are opened on entering."""
        self._corpus = corpus
        self._folder = corpus.path("incoming", source, part)
        self._open = ExitStack()
        self._scratch = Path()
        self._files = ExitStack()
        self._writers: dict[tuple[str, int], pq.ParquetWriter] = {}
        self._rows: dict[tuple[str, int], list[tuple[Submission | Comment, bytes]]] = {}
        self._held = 0

    def __enter__(self) -> Self:
        """Begin with an empty folder for files in the making.

        Raises:
            StorageError: this system does not allow a file for each shard and table to be open.
        """
        raise_open_file_limit(len(INCOMING_TABLES) * self._corpus.shards)
        self._scratch = Path(self._open.enter_context(scratch_folder(self._corpus)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every file, and remove what was not finished."""
        for writer in self._writers.values():  # one that is let go of would write its end into a closed file
            writer.is_open = False
        self._files.__exit__(kind, error, trace)
        self._open.__exit__(kind, error, trace)

    def add(self, record: Submission | Comment, raw: bytes) -> None:
        """Take one row; it is written with its shard's next row group."""
        if isinstance(record, Submission):
            key = ("submissions", shard_of(record.id, self._corpus.shards))
        else:
            key = ("comments", shard_of(record.submission_id, self._corpus.shards))
        self._rows.setdefault(key, []).append((record, raw))
        self._held += len(raw) + _ROW
        if self._held > _BUFFER:
            self._flush()

    def finish(self, summary: IngestSummary) -> None:
        """Write what is held, put the files in their place, and make the part exist.

        Raises:
            StorageError: no space or no permission.
        """
        self._flush()
        for writer in self._writers.values():
            writer.close()
        self._files.close()
        fs, note = self._corpus.fs, f"{self._folder}/part.json"
        before = storage.read_json(fs, note)
        if before and before["fingerprint"] != summary.fingerprint:  # of another rule: not even half of it may stay
            remove_folder(fs, self._folder)
        for key in sorted(self._writers):
            name = _file_name(*key)
            storage.move_file(fs, str(self._scratch / name), f"{self._folder}/{name}")
        storage.write_json(fs, note, asdict(summary))

    def shards(self) -> dict[str, list[int]]:
        """Which shards got rows so far, by table."""
        keys = sorted({*self._writers, *(key for key, rows in self._rows.items() if rows)})
        return {table: [shard for name, shard in keys if name == table] for table in INCOMING_TABLES}

    def _flush(self) -> None:
        for (table, shard), rows in sorted(self._rows.items(), key=lambda item: item[0]):
            if rows:
                with storage.explain_disk_errors(str(self._scratch)):
                    self._writer(table, shard).write_table(_table(table, rows))
        self._rows.clear()
        self._held = 0

    def _writer(self, table: str, shard: int) -> pq.ParquetWriter:
        if (table, shard) not in self._writers:
            file = self._files.enter_context((self._scratch / _file_name(table, shard)).open("wb"))
            self._writers[table, shard] = pq.ParquetWriter(
                file,
                INCOMING_TABLES[table].append(RAW),
                compression="zstd",
                use_dictionary=False,
                write_page_checksum=True,
            )
        return self._writers[table, shard]


def read_parts(corpus: Corpus) -> list[IngestSummary]:
    """The summaries of all parts, sorted by source and part."""
    found = corpus.fs.glob(corpus.path("incoming", "*", "*", "part.json"))
    summaries = [storage.read_json(corpus.fs, path) for path in sorted(found)]
    return [_summary(summary) for summary in summaries if summary]


def read_part(corpus: Corpus, source: str, part: str) -> IngestSummary | None:
    """The summary of one part; None if it does not exist (yet)."""
    summary = storage.read_json(corpus.fs, corpus.path("incoming", source, part, "part.json"))
    return _summary(summary) if summary else None


def read_rows(
    corpus: Corpus, summary: IngestSummary, table: str, shard: int, columns: list[str] | None = None
) -> pa.Table | None:
    """The rows of one part in one shard, without the raw lines if `columns` does not name them; None if there are none."""
    path = rows_path(corpus, summary, table, shard)
    return storage.read_table(corpus.fs, path, columns or INCOMING_TABLES[table].names) if path else None


def rows_path(corpus: Corpus, summary: IngestSummary, table: str, shard: int) -> str | None:
    """Where the rows of one part in one shard lie; None if there are none."""
    has_rows = shard in summary.shards.get(table, ())
    return corpus.path("incoming", summary.source, summary.part, _file_name(table, shard)) if has_rows else None


def remove_folder(fs: AbstractFileSystem, folder: str) -> None:
    """Take `folder` away with all that is in it, if it is there."""
    if fs.exists(folder):
        fs.rm(folder, recursive=True)


def _summary(values: dict[str, Any]) -> IngestSummary:
    covered = values.get("covered")
    names = {name: tuple(values.get(name, ())) for name in ("threads", "unknown")}
    return IngestSummary(**values | names | {"covered": tuple(covered) if covered else None})


def _file_name(table: str, shard: int) -> str:
    return f"{shard:05d}.{table}.parquet"


def _table(table: str, rows: list[tuple[Any, bytes]]) -> pa.Table:
    return to_table((record for record, _ in rows), INCOMING_TABLES[table]).append_column(
        RAW, [[raw for _, raw in rows]]
    )
