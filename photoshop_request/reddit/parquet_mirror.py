"""Read Parquet mirrors of dumps, as on the Hub: each row becomes its original JSON line.

Columns may be missing or unknown, times may be timestamps, and nested values may be structs, maps or JSON strings. The
result is the object that Reddit gave, parsed like that of any other source.

A mirror of all of Reddit has some rows of a subreddit in each row group. duckdb reads the subreddits first, and then
only the pages of other columns that hold wanted rows. pyarrow would decompress all (1.3 to 2 times the seconds).
"""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import IO, Any

import duckdb
import fsspec
import msgspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.reddit.json_structs import JsonComment, JsonRest, JsonSubmission
from photoshop_request.reddit.newlines import MAX_LINE
from photoshop_request.reddit.scan import BlockMatches

_EXPANSION = 200
_EXPANDED = 64 << 20
"""A column of a row group that decompresses to more bytes, and more than `_EXPANSION`-fold, is refused as a bomb."""
_ROWS = 1000
"""Maximum rows per batch, mostly a few MiB."""
_BATCH = 64 << 20
"""Maximum bytes of a batch, as the file states them."""
_DICTIONARY = 4 << 20
_SPAN = 1 << 20
"""Least rows per query, about half a second. Progress is known after each."""
_MEMORY = "200MB"
"""With it a remote file of 10 million rows takes under 500 MB in all, and a local one 350 MB."""
_PATTERN = frozenset("*?[{")
"""Characters that make a path a pattern for duckdb."""
_KEYS = frozenset(
    field.encode_name for kind in (JsonSubmission, JsonComment, JsonRest) for field in msgspec.structs.fields(kind)
)
"""Columns that `parse` reads."""
_NESTED = frozenset({"media_metadata", "gallery_data", "preview", "crosspost_parent_list", "_meta"})
"""Keys whose value is an object or a list. Mirrors with flat columns write it as a JSON string."""


def matching_rows(
    fs: fsspec.AbstractFileSystem, path: str, subreddits: Sequence[str] | None = None
) -> Iterator[tuple[BlockMatches, float]]:
    """Yield the rows of a file as JSON lines, each batch with the fraction of rows read (0 to 1).

    Rows of other subreddits than `subreddits` (in any case; None for all) are only counted. A row that names no
    subreddit is kept. A row longer than `MAX_LINE` is cut there, so it does not parse. Line numbers count rows from 1.
    Offsets are 0, because a row has no position in bytes.

    Raises:
        one of `DAMAGED`: the file is damaged, no Parquet file, or a decompression bomb.
    """
    with fs.open(path, "rb") as file:
        metadata = pq.ParquetFile(file).metadata
    batch, total = _rows_per_batch(metadata), metadata.num_rows
    with duckdb.connect() as database:
        for setting in (
            "threads = 1",
            f"memory_limit = '{_MEMORY}'",
            "temp_directory = ''",
            "enable_progress_bar = false",
        ):
            database.execute(f"set {setting}")
        address = path
        if not isinstance(fs, LocalFileSystem) or _PATTERN & set(path):
            database.register_filesystem(_OneFile(fs, path))
            address = f"{_OneFile.protocol}://file"
        query, values = _query(database, address, subreddits)
        for first, end in _spans(metadata):
            database.execute(f"{query} file_row_number >= {first} and file_row_number < {end}", values)
            names, done = [column[0] for column in database.description or ()][1:], first
            while rows := database.fetchmany(batch):
                lines = [(_line(dict(zip(names, row[1:], strict=True)))[:MAX_LINE], row[0] + 1, 0) for row in rows]
                yield BlockMatches(lines, lines[-1][1] - done - len(lines)), lines[-1][1] / total
                done = lines[-1][1]
            yield BlockMatches([], end - done), end / total


def _query(
    database: duckdb.DuckDBPyConnection, address: str, subreddits: Sequence[str] | None
) -> tuple[str, list[str]]:
    """Return the start of a query for the wanted rows, and its parameters."""
    table = "read_parquet(?, file_row_number = true, binary_as_string = true)"
    types = {name: kind for name, kind, *_ in database.execute(f"describe from {table}", [address]).fetchall()}
    columns = [
        f'epoch("{name}") as "{name}"' if types[name].startswith(("TIMESTAMP", "DATE")) else f'"{name}"'
        for name in types
        if name in _KEYS
    ]
    wanted = [name.lower() for name in subreddits or ()] if types.get("subreddit") == "VARCHAR" else []
    chosen = f"(subreddit is null or lower(subreddit) in ({', '.join('?' * len(wanted))})) and " if wanted else ""
    return f"from {table} select file_row_number, {', '.join(columns) or 'null'} where {chosen}", [address, *wanted]


def _spans(metadata: pq.FileMetaData) -> Iterator[tuple[int, int]]:
    """Yield the first row and the row after the last of groups of row groups."""
    first = 0
    for end in accumulate(metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)):
        if end - first >= _SPAN or end == metadata.num_rows:
            yield first, end
            first = end


def _rows_per_batch(metadata: pq.FileMetaData) -> int:
    """Return the number of rows that take about `_BATCH` bytes at most, by the sizes that the file states.

    Raises:
        ValueError: a column is a decompression bomb.
    """
    largest = 1.0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        row = group.total_byte_size / max(group.num_rows, 1)
        for column in map(group.column, range(group.num_columns)):
            packed, size = max(column.total_compressed_size, 1), column.total_uncompressed_size
            if size > max(_EXPANDED, _EXPANSION * packed):
                raise ValueError(f"column {column.path_in_schema} decompresses {packed:,} bytes to {size:,}")
            if column.has_dictionary_page:
                dictionary = (column.data_page_offset - column.dictionary_page_offset) * size / packed
                # every row may repeat a value of a dictionary; writers limit dictionaries to 1 MiB
                row += dictionary if dictionary > _DICTIONARY else 0
        largest = max(largest, row)
    return max(1, min(_ROWS, int(_BATCH / largest)))


def _line(row: dict[str, Any]) -> bytes:
    record = {key: _nested(value) if key in _NESTED else value for key, value in row.items() if value is not None}
    return orjson.dumps(record, default=_to_json, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)


def _nested(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return None
    if isinstance(value, dict):
        # a struct column has every key that any row has
        return {key: entry for key, entry in value.items() if entry is not None}
    return value


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


DAMAGED = (pa.ArrowException, duckdb.Error, OSError, ValueError, OverflowError)
"""Exceptions of reading a damaged mirror. The last two come from invalid UTF-8 and invalid times."""


class _OneFile(fsspec.AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Show duckdb a remote file, or one whose name would be a pattern, under a fixed name."""

    protocol = "archive"
    cachable = False

    def __init__(self, fs: fsspec.AbstractFileSystem, path: str) -> None:
        super().__init__()
        self._fs, self._path = fs, path

    def open(self, _: str, mode: str = "rb", **_options: Any) -> "_SharedFile":
        return _SharedFile(self._fs.open(self._path, mode))

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": self._fs.size(self._path), "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def modified(self, _: str) -> datetime:
        return datetime.fromtimestamp(0, UTC)


class _SharedFile:
    """A file with a position per thread. duckdb 2 seeks and reads one handle in several threads at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._here = threading.local()

    def seek(self, offset: int) -> None:
        self._here.offset = offset

    def tell(self) -> int:
        return getattr(self._here, "offset", 0)

    def read(self, size: int) -> bytes:
        with self._lock:
            self._file.seek(self.tell())
            data = self._file.read(size)
        self.seek(self.tell() + len(data))
        return data

    def close(self) -> None:
        self._file.close()
