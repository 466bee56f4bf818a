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
"""Maximum rows per batch, mostly a few MiB."""
_BATCH = 64 << 20
"""Maximum bytes of a batch, as the file states them."""
_DICTIONARY = 4 << 20
_NESTED = frozenset({"media_metadata", "gallery_data", "preview", "crosspost_parent_list", "_meta"})
"""Keys whose value is an object or a list. Mirrors with flat columns write it as a JSON string."""


def row_lines(file: IO[bytes]) -> Iterator[tuple[LineBatch, float]]:
    """Yield the rows of `file` as JSON lines, each batch with the fraction of rows read (0 to 1).

    A row longer than `MAX_LINE` is cut there, so it does not parse. Line numbers count rows from 1. Offsets are 0, because a row has no position in bytes.

    Raises:
        one of `DAMAGED`: the file is damaged, no Parquet file, or a decompression bomb.
    """
    table = pq.ParquetFile(file)
    number = 1
    # an Arrow thread that still holds a Python file when Python exits aborts the process
    for batch in table.iter_batches(batch_size=_rows_per_batch(table.metadata), use_threads=False):
        rows = batch.to_pylist(maps_as_pydicts="lossy")
        yield (
            LineBatch([_line(row)[:MAX_LINE] for row in rows], number, 0),
            (number + len(rows) - 1) / table.metadata.num_rows,
        )
        number += len(rows)


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


DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError)
"""Exceptions of reading a damaged mirror. The last two come from invalid UTF-8 and invalid times."""
