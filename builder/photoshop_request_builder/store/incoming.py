"""Write and read the rows of each input: one part per input file or API run, divided by shard.

A part is `incoming/<source>/<part>/`: one Parquet file per shard and table, and `part.json`, written last. A part
without `part.json` does not exist, and the next run makes it again. Files are written to a scratch folder and moved
when all are complete. So two jobs may make the same part at once: they write the same bytes, and neither removes the
other's files. Each row has the record's columns and the raw line, so that nothing from the source is lost.
"""

from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.store import seals, storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder, shard_of
from photoshop_request_builder.store.open_file_limit import raise_open_file_limit
from photoshop_request_builder.store.tables import COMMENTS, SUBMISSIONS, to_table

INCOMING_TABLES = {"submissions": SUBMISSIONS, "comments": COMMENTS}
RAW = pa.field("raw", pa.binary())
_BUFFER = 16 << 20
"""Bytes of raw lines in memory before a flush. As Python objects they take about three times as much."""
_ROW = 500
"""Bytes of a row besides its raw line."""


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """Counts of one input. `lines` is the sum of the counts after it."""

    source: str
    """archive, arctic-shift or reddit."""
    part: str
    input: str
    """The path as given, or the query of an API."""
    fingerprint: str
    size: int
    """Bytes of the input as stored, 0 for an API."""
    ending: str
    """complete, truncated or corrupt. `stopped` if an API run ended early."""
    detail: str
    lines: int
    submissions: int
    comments: int
    other_subreddits: int
    blank: int
    rejected: dict[str, int]
    """Count by reason (see `photoshop_request.reddit.parse`)."""
    months: dict[str, dict[str, int]] = field(default_factory=dict)
    """Rows by table and month of creation (`2020-06`)."""
    first_utc: int | None = None
    last_utc: int | None = None
    shards: dict[str, list[int]] = field(default_factory=dict)
    """Shards with rows, by table."""
    covered: tuple[int, int] | None = None
    """API run: the span of creation times that was read, first Unix second inclusive, last exclusive."""
    threads: tuple[str, ...] = ()
    """API run: submissions whose comment trees were requested."""
    unknown: tuple[str, ...] = ()
    """Refresh: full names that the API did not know."""
    asked_utc: int | None = None
    """Unix second of the request to an API."""
    erased: int = 0
    """Rows that a takedown erased later."""

    @property
    def kept(self) -> int:
        """Number of rows written."""
        return self.submissions + self.comments


class PartWriter:
    """Write the rows of one part in bounded memory. An exception in the block leaves no part."""

    def __init__(self, corpus: Corpus, source: str, part: str) -> None:
        """Prepare `incoming/<source>/<part>/`. Entering the block opens its files."""
        self._corpus = corpus
        self._folder = corpus.path("incoming", source, part)
        self._open = ExitStack()
        self._scratch = Path()
        self._files = ExitStack()
        self._writers: dict[tuple[str, int], pq.ParquetWriter] = {}
        self._rows: dict[tuple[str, int], list[tuple[Submission | Comment, bytes]]] = {}
        self._buffered = 0

    def __enter__(self) -> Self:
        """Create the scratch folder.

        Raises:
            StorageError: the system does not allow an open file per shard and table.
        """
        raise_open_file_limit(len(INCOMING_TABLES) * self._corpus.shards)
        self._scratch = Path(self._open.enter_context(scratch_folder(self._corpus)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every file, and remove unfinished ones."""
        for writer in self._writers.values():  # else its destructor writes a footer to a closed file
            writer.is_open = False
        self._files.__exit__(kind, error, trace)
        self._open.__exit__(kind, error, trace)

    def add(self, record: Submission | Comment, raw: bytes) -> None:
        """Add one row. It is written with its shard's next row group."""
        if isinstance(record, Submission):
            key = ("submissions", shard_of(record.id, self._corpus.shards))
        else:
            key = ("comments", shard_of(record.submission_id, self._corpus.shards))
        self._rows.setdefault(key, []).append((record, raw))
        self._buffered += len(raw) + _ROW
        if self._buffered > _BUFFER:
            self._flush()

    def finish(self, summary: IngestSummary) -> None:
        """Write the remaining rows, move the files into place, then write `part.json`.

        Raises:
            StorageError: no space or no permission.
        """
        self._flush()
        for writer in self._writers.values():
            writer.close()
        self._files.close()
        fs, note = self._corpus.fs, f"{self._folder}/part.json"
        before = storage.read_json(fs, note)
        if before and before["fingerprint"] != summary.fingerprint:  # made by another rule: remove all its files
            remove_folder(fs, self._folder)
        for key in sorted(self._writers):
            name = _file_name(*key)
            with storage.explain_disk_errors(str(self._scratch)), (self._scratch / name).open("rb+") as file:
                seals.seal_table(file)
            storage.move_file(fs, str(self._scratch / name), f"{self._folder}/{name}")
        storage.write_json(fs, note, asdict(summary))

    def shards(self) -> dict[str, list[int]]:
        """Return the shards with rows so far, by table."""
        keys = sorted({*self._writers, *(key for key, rows in self._rows.items() if rows)})
        return {table: [shard for name, shard in keys if name == table] for table in INCOMING_TABLES}

    def _flush(self) -> None:
        for (table, shard), rows in sorted(self._rows.items(), key=lambda item: item[0]):
            if rows:
                with storage.explain_disk_errors(str(self._scratch)):
                    self._writer(table, shard).write_table(_table(table, rows))
        self._rows.clear()
        self._buffered = 0

    def _writer(self, table: str, shard: int) -> pq.ParquetWriter:
        if (table, shard) not in self._writers:
            file = self._files.enter_context((self._scratch / _file_name(table, shard)).open("wb"))
            self._writers[table, shard] = pq.ParquetWriter(
                file,
                INCOMING_TABLES[table].append(RAW),
                compression="zstd",
                use_dictionary=False,
            )
        return self._writers[table, shard]


def read_parts(corpus: Corpus) -> list[IngestSummary]:
    """Read the summaries of all parts, sorted by source and part.

    Raises:
        CorpusError: a `part.json` is damaged.
    """
    paths = corpus.find("incoming/*/*/part.json")
    summaries = [_read_summary(corpus, path) for path in sorted(paths)]
    return [summary for summary in summaries if summary]


def read_part(corpus: Corpus, source: str, part: str) -> IngestSummary | None:
    """Read the summary of one part, or return None if there is no such part.

    Raises:
        CorpusError: its `part.json` is damaged.
    """
    return _read_summary(corpus, corpus.path("incoming", source, part, "part.json"))


def read_rows(
    corpus: Corpus, summary: IngestSummary, table: str, shard: int, columns: list[str] | None = None
) -> pa.Table | None:
    """Read the rows of one part in one shard, or None if there are none. Raw lines are read if `columns` names them."""
    path = rows_path(corpus, summary, table, shard)
    return storage.read_table(corpus.fs, path, columns or INCOMING_TABLES[table].names) if path else None


def rows_path(corpus: Corpus, summary: IngestSummary, table: str, shard: int) -> str | None:
    """Return the path of the rows of one part in one shard, or None if it has none."""
    has_rows = shard in summary.shards.get(table, ())
    return corpus.path("incoming", summary.source, summary.part, _file_name(table, shard)) if has_rows else None


def remove_folder(fs: AbstractFileSystem, folder: str) -> None:
    """Remove `folder` with everything in it, if it exists. A single file counts as one."""
    if not isinstance(fs, LocalFileSystem):
        for path in fs.find(folder):  # `rm` takes a folder such as `g[1]` for a pattern, and removes `g1`
            fs.rm_file(path)
    elif fs.exists(folder):
        fs.rm(folder, recursive=True)


def _read_summary(corpus: Corpus, path: str) -> IngestSummary | None:
    values = storage.read_json(corpus.fs, path)
    return None if values is None else storage.convert(values, IngestSummary, path)


def _file_name(table: str, shard: int) -> str:
    return f"{shard:05d}.{table}.parquet"


def _table(table: str, rows: list[tuple[Any, bytes]]) -> pa.Table:
    return to_table((record for record, _ in rows), INCOMING_TABLES[table]).append_column(
        RAW, [[raw for _, raw in rows]]
    )
