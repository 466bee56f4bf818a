"""Read Parquet mirrors of dumps, as on the Hub: each row becomes its original JSON line.

Columns may be missing or unknown, times may be timestamps, and nested values may be structs, maps or JSON strings. The
result is the object that Reddit gave, parsed like that of any other source.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.reddit.newlines import MAX_LINE, LineBatch

_EXPANSION = 200
_EXPANDED = 64 << 20
"""A column of a row group that decompresses to more bytes, and more than `_EXPANSION`-fold, is refused as a bomb."""
_ROWS = 1000
"""Rows per batch, a few MiB."""
_NESTED = frozenset({"media_metadata", "gallery_data", "preview", "crosspost_parent_list", "_meta"})
"""Keys whose value is an object or a list. Mirrors with flat columns write it as a JSON string."""


def row_lines(file: IO[bytes]) -> Iterator[tuple[LineBatch, float]]:
    """Yield the rows of `file` as JSON lines, each batch with the fraction of rows read (0 to 1).

    A row longer than `MAX_LINE` is cut there, so it does not parse. Line numbers count rows from 1. Offsets are 0, because a row has no position in bytes.

    Raises:
        one of `DAMAGED`: the file is damaged, no Parquet file, or a decompression bomb.
    """
    table = pq.ParquetFile(file)
    _refuse_bombs(table.metadata)
    number = 1
    # an Arrow thread that still holds a Python file when Python exits aborts the process
    for batch in table.iter_batches(batch_size=_ROWS, use_threads=False):
        rows = batch.to_pylist(maps_as_pydicts="lossy")
        yield (
            LineBatch([_line(row)[:MAX_LINE] for row in rows], number, 0),
            (number + len(rows) - 1) / table.metadata.num_rows,
        )
        number += len(rows)


def _refuse_bombs(metadata: pq.FileMetaData) -> None:
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            size = column.total_uncompressed_size
            if size > max(_EXPANDED, _EXPANSION * column.total_compressed_size):
                raise ValueError(
                    f"column {column.path_in_schema} decompresses {column.total_compressed_size:,} bytes to {size:,}"
                )


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


DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError)
"""Exceptions of reading a damaged mirror. The last two come from invalid UTF-8 and invalid times."""
