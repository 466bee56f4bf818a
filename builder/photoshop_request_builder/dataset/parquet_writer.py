"""Writing a Parquet file of rows with pictures: row groups of bounded bytes, so that a reader needs little for a row.

`datasets` writes a group for a fixed number of rows; with pictures of 10 kB to 40 MB that is too much or too little.
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

__all__ = ["GROUP_BYTES", "WrittenFile", "write_rows"]

GROUP_BYTES = 1_500_000
"""Of a row group, about: the first row of a stream costs a group and the footer (6 kB a group), under 5 MB in all for files of
250 MB. A row that is larger is a group of its own."""
_GAP = bytes(10_000)
"""Between two row groups. Arrow reads ranges that lie less than 8,192 bytes apart as one, up to 32 MB at a time: without a
gap the first row of a stream would cost ten groups."""
_GROUP_ROWS = 10_000
"""Of rows without pictures."""
Group = list[Mapping[str, Any]]
_PLAIN = frozenset({"bool", "int32", "int64", "float64"})
"""Kinds of columns whose smallest and largest values are worth their place in the footer: those that people filter by."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written."""

    rows: int
    bytes: int
    sha256: str


def write_rows(path: Path, config: str, rows: Iterable[Mapping[str, Any]]) -> WrittenFile:
    """Write `rows` of `config` to `path`, in order, as `load_dataset` reads them; holds three row groups in memory.

    Raises:
        OSError: the disk does not take it.
        pyarrow.ArrowInvalid: a value is not of its column's type.
    """
    with path.open("wb") as file:
        sink = _Hashing(file)
        try:
            count = _write(sink, config, rows)
        except BaseException:
            sink.is_over = True
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
        # rows of one request follow each other and show the same source: it is stored once in a group
        dictionary_pagesize_limit=2**30,
        write_statistics=[column.name for column in columns if column.kind in _PLAIN],
        write_page_index=True,
    ) as writer:
        for group in _ahead(_groups(rows)):
            if count:
                stream.write(_GAP)
            writer.write_table(pa.Table.from_pylist(group, schema=schema), row_group_size=len(group))
            count += len(group)
    stream.close()
    return count


def _leaves(schema: pa.Schema) -> Iterator[str]:
    """The columns of the file, by the names that Parquet gives them: pictures' bytes end in `.bytes`."""

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
    """A file that knows the SHA-256 of what was written to it."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()
        self.size = 0
        self.is_over = False
        """Set after a failure: Arrow still writes what it holds when it lets go of its stream."""

    def write(self, data: bytes) -> int:
        """Write and take in."""
        if self.is_over:
            return len(data)
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """As files do."""
        self._file.flush()

    def close(self) -> None:
        """The file is closed by who opened it."""

    def tell(self) -> int:
        """Bytes so far."""
        return self.size


def _ahead(groups: Iterator[Group]) -> Iterator[Group]:
    """The same groups, the next one made on a thread while this one is written: reading waits for the disk."""
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
    """Bytes of a value, about, but for pictures that are in `seen`; they are from then on."""
    if isinstance(value, bytes):
        known = value in seen
        seen.add(value)
        return 0 if known else len(value)
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_weight(each, seen) for each in value.values())
    if isinstance(value, list):
        return sum(_weight(each, seen) for each in value)
    return 8
