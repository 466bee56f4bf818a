"""Write Parquet files of rows with pictures, in row groups of bounded bytes so that streams start fast.

`datasets` writes row groups of a fixed number of rows, which does not fit pictures of 10 kB to 40 MB.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.schema import CONFIGS, features

GROUP_BYTES = 1_500_000
"""Approximate bytes of a row group. The first row of a stream costs one group and the footer (6 kB per group):
under 5 MB for files of 250 MB. A larger row gets its own group."""
_GAP = bytes(10_000)
"""Padding between row groups. Arrow merges reads that lie less than 8,192 bytes apart, up to 32 MB: without padding the
first row of a stream would cost ten groups."""
_GROUP_ROWS = 10_000
"""Maximum rows of a group, reached only without pictures."""
Group = list[Mapping[str, Any]]
_PLAIN = frozenset({"bool", "int32", "int64", "float64"})
"""Kinds of columns that users filter by. Only these have statistics in the footer."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The size and digest of a written file."""

    rows: int
    bytes: int
    sha256: str


def write_rows(path: Path, config: str, rows: Iterable[Mapping[str, Any]]) -> WrittenFile:
    """Write `rows` of `config` to `path` as `load_dataset` reads them. Holds three row groups in memory.

    Raises:
        OSError: the disk cannot be written.
        pyarrow.ArrowInvalid: a value has another type than its column.
    """
    with path.open("wb") as file:
        sink = _Hashing(file)
        try:
            count = _write(sink, config, rows)
        except BaseException:
            sink.has_failed = True
            raise
    return WrittenFile(count, sink.size, sink.digest.hexdigest())


def _write(sink: "_Hashing", config: str, rows: Iterable[Mapping[str, Any]]) -> int:
    schema, columns = features(config).arrow_schema, CONFIGS[config]
    count = 0
    stream = pa.BufferedOutputStream(pa.PythonFile(sink, mode="w"), buffer_size=2**20)
    with pq.ParquetWriter(
        stream,
        schema,
        compression={leaf: "NONE" if leaf.endswith(".bytes") else "SNAPPY" for leaf in _leaves(schema)},
        # rows of one request share their source, and the dictionary stores it once per group
        dictionary_pagesize_limit=2**30,
        write_statistics=[column.name for column in columns if column.kind in _PLAIN],
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        for group in _prefetched(_groups(rows)):
            if count:
                stream.write(_GAP)
            writer.write_table(pa.Table.from_pylist(group, schema=schema), row_group_size=len(group))
            count += len(group)
    stream.close()
    return count


def _leaves(schema: pa.Schema) -> Iterator[str]:
    """Yield the Parquet names of all leaf columns. Those of pictures end in `.bytes`."""

    def walk(name: str, kind: pa.DataType) -> Iterator[str]:
        if pa.types.is_struct(kind):
            for field in kind:
                yield from walk(f"{name}.{field.name}", field.type)
        elif pa.types.is_list(kind):
            yield from walk(f"{name}.list.element", kind.value_type)
        else:
            yield name

    for field in schema:
        yield from walk(field.name, field.type)


class _Hashing:
    """A file that computes the SHA-256 of its content while it is written."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()
        self.size = 0
        self.has_failed = False
        """True after a failure. Arrow still flushes its buffer when the stream is destroyed."""

    def write(self, data: bytes) -> int:
        """Write and hash."""
        if self.has_failed:
            return len(data)
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Flush the file."""
        self._file.flush()

    def close(self) -> None:
        """Do nothing: the opener closes the file."""

    def tell(self) -> int:
        """Return the number of bytes so far."""
        return self.size


def _prefetched(groups: Iterator[Group]) -> Iterator[Group]:
    """Yield the groups. A thread prepares the next group while the caller writes the current one."""
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, groups, None)
        while group := following.result():
            following = thread.submit(next, groups, None)
            yield group


def _groups(rows: Iterable[Mapping[str, Any]]) -> Iterator[Group]:
    group: Group = []
    seen: set[bytes] = set()
    size = 0
    for row in rows:
        weight = _weight(row, seen)
        if group and (size + weight > GROUP_BYTES or len(group) == _GROUP_ROWS):
            yield group
            group, seen = [], set()
            size, weight = 0, _weight(row, seen)
        group.append(row)
        size += weight
    if group:
        yield group


def _weight(value: Any, seen: set[bytes]) -> int:
    """Return the approximate bytes of a value. A picture counts once: `seen` collects the pictures."""
    if isinstance(value, bytes):
        known = value in seen
        seen.add(value)
        return 0 if known else len(value)
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_weight(item, seen) for item in value.values())
    if isinstance(value, list):
        return sum(_weight(item, seen) for item in value)
    return 8
