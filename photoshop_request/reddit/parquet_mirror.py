"""Parquet copies of dumps, as the Hub's mirrors have them: each row becomes the JSON line that it was.

Columns may be missing or more than known, times may be timestamps, and nested values may be structs, maps or JSON in a
string: all of it ends as the object that Reddit gave, for the same parsing as every other source.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.reddit.newlines import LineBatch

_ROWS = 1000
"""Rows a batch: a few MiB."""
_NESTED = frozenset({"media_metadata", "gallery_data", "preview", "crosspost_parent_list", "_meta"})
"""Keys whose value is an object or a list; mirrors that keep flat columns only write them as JSON in a string."""


def row_lines(file: IO[bytes]) -> Iterator[tuple[LineBatch, float]]:
    """The rows of `file` as JSON lines, with the share (0 to 1) of rows read so far.

    Numbers count rows from 1; offsets are 0, for a row has no place in bytes.

    Raises:
        one of `DAMAGED`: not Parquet, or damaged.
    """
    table = pq.ParquetFile(file)
    number = 1
    # without Arrow's threads: one that still holds a file of Python's when Python ends takes it down
    for batch in table.iter_batches(batch_size=_ROWS, use_threads=False):
        rows = batch.to_pylist(maps_as_pydicts="lossy")
        yield LineBatch([_line(row) for row in rows], number, 0), (number + len(rows) - 1) / table.metadata.num_rows
        number += len(rows)


def _line(row: dict[str, Any]) -> bytes:
    thing = {key: _opened(value) if key in _NESTED else value for key, value in row.items() if value is not None}
    return orjson.dumps(thing, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)


def _opened(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except ValueError:
            return None
    if isinstance(value, dict):
        # a struct column has every key that any row has
        return {key: entry for key, entry in value.items() if entry is not None}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError)
"""What reading a damaged copy raises; the last two are of texts that are not UTF-8 and times that are none."""
