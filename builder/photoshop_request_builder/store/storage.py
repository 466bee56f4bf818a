"""Read and write whole files, on a disk or in object storage (fsspec).

A reader never sees half a file. On a disk, a file is written under a temporary name, flushed and renamed. Object stores
publish an object when its upload is complete.
"""

import errno
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request_builder.store import seals

T = TypeVar("T")
_FINGERPRINT = b"photoshop_request.fingerprint"
_CONTENT = b"photoshop_request.content"
_TAIL = 32_768
"""Bytes at the end of a file that nearly always contain its footer."""
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.part$")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamp in a table's Parquet footer."""

    fingerprint: str
    """Fingerprint of all inputs of the table. If it did not change, there is nothing to do."""
    content: str
    """Fingerprint of the rows. Later stages depend on it, so that equal rows cause no further work."""
    rows: int


@contextmanager
def explain_disk_errors(path: str) -> Iterator[None]:
    """Raise `StorageError` with advice instead of the OSError of a full or forbidden disk.

    Raises:
        StorageError: no space or no permission at `path`.
    """
    try:
        yield
    except OSError as error:
        if problem := disk_problem(error, path):
            raise problem from error
        raise


def disk_problem(error: OSError, path: str) -> StorageError | None:
    """Return the error of a full or forbidden disk with advice, or None for any other error."""
    if error.errno in _NO_ROOM:
        return StorageError(f"{path}: no space left. Free some and run the same command again.")
    if error.errno in _NO_PERMISSION:
        return StorageError(f"{path}: cannot be written ({error.strerror}). Choose another folder.")
    return None


def write_bytes(fs: AbstractFileSystem, path: str, data: bytes) -> None:
    """Write `data` to `path`, all or nothing. Create missing folders.

    Raises:
        StorageError: no space or no permission.
    """
    with explain_disk_errors(path):
        if not isinstance(fs, LocalFileSystem):
            fs.pipe_file(path, data)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - fsspec paths are strings
        # a random name: on shared storage a job that seemed dead may still write beside its replacement
        part = f"{path}.{uuid4().hex}.part"
        try:
            with open(part, "wb") as file:  # noqa: PTH123
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)  # noqa: PTH105
        except BaseException:
            if os.path.exists(part):  # noqa: PTH110
                os.remove(part)  # noqa: PTH107
            raise


def is_unfinished(name: str) -> bool:
    """Return True if `write_bytes` was killed while it wrote this file."""
    return _UNFINISHED.search(name) is not None


def move_file(fs: AbstractFileSystem, local: str, path: str) -> None:
    """Move the local file to `path`, all or nothing, without reading it into memory.

    Raises:
        StorageError: no space or no permission.
    """
    with explain_disk_errors(path):
        if not isinstance(fs, LocalFileSystem):
            fs.put_file(local, path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(local, "rb+") as file:  # noqa: PTH123
            os.fsync(file.fileno())
        os.replace(local, path)  # noqa: PTH105


def write_json(fs: AbstractFileSystem, path: str, value: dict[str, Any]) -> None:
    """Write `value` to `path` as indented JSON with sorted keys and its digest."""
    sealed = seals.seal_json(value)
    write_bytes(fs, path, (json.dumps(sealed, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())


def read_bytes(fs: AbstractFileSystem, path: str) -> bytes:
    """Read a file in one request.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        # start=0: without it, S3 clients request the size first
        return bytes(fs.cat_file(path, start=0))
    except FileNotFoundError:
        raise
    except OSError:
        if fs.size(path) == 0:  # S3 refuses a range of an empty file
            return b""
        raise


def sha256_of(fs: AbstractFileSystem, path: str) -> str:
    """Return the SHA-256 of a file of any size."""
    with fs.open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_at(fs: AbstractFileSystem, path: str) -> int:
    """Return the time of a file's last change, in ns since 1970. On a disk, copying and moving the file count too."""
    if isinstance(fs, LocalFileSystem):
        return os.stat(path).st_ctime_ns  # noqa: PTH116 - fsspec paths are strings
    return int(fs.modified(path).timestamp() * 1e9)


def read_json(fs: AbstractFileSystem, path: str) -> dict[str, Any] | None:
    """Read JSON that `write_json` wrote, or return None if the file is missing.

    Raises:
        CorpusError: the file is damaged.
    """
    try:
        return seals.open_json(json.loads(read_bytes(fs, path)))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise seals.damaged(path, f"{error}") from error


def convert(values: Any, kind: type[T], path: str) -> T:
    """Return JSON values of the file at `path` as `kind`, a dataclass or a TypedDict.

    Raises:
        CorpusError: a value is missing, unknown or of another type. The file is damaged then.
    """
    if unknown := sorted(set(values) - kind.__annotations__.keys()):
        raise seals.damaged(path, f"unknown value {unknown[0]!r}")
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise seals.damaged(path, str(error)) from error


def write_table(fs: AbstractFileSystem, path: str, table: pa.Table, fingerprint: str) -> None:
    """Write `table` to `path`, sealed, with its stamp in the Parquet footer.

    Raises:
        StorageError: no space or no permission.
    """
    stamped = table.replace_schema_metadata({_FINGERPRINT: fingerprint.encode(), _CONTENT: content_of(table).encode()})
    buffer = io.BytesIO()
    pq.write_table(stamped, buffer, compression="zstd")
    seals.seal_table(buffer)
    write_bytes(fs, path, buffer.getvalue())


def read_table(
    fs: AbstractFileSystem, path: str, columns: list[str] | None = None, newest: pa.Schema | None = None
) -> pa.Table:
    """Read a table, all columns or some. Check the bytes of the whole file.

    A file of an older version may lack columns of the `newest` schema. They are null then.

    Raises:
        FileNotFoundError: there is no such file.
        CorpusError: the table is damaged, or was written by another version.
    """
    data = _mapped(fs, path)
    try:
        is_sealed = seals.check_table(data)
        # 40 % faster for small tables than `pq.read_table`. No threads, because each job has one core
        with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=not is_sealed) as file:
            table = file.read(columns, use_threads=False)
    except (ValueError, OSError, pa.ArrowException) as error:  # Arrow raises any of them for damaged bytes
        raise seals.damaged(path, str(error).partition("\n")[0]) from error
    for column in newest or ():
        if column.name not in table.column_names and (columns is None or column.name in columns):
            table = table.append_column(column, pa.nulls(table.num_rows, column.type))
    missing = [name for name in columns or () if name not in table.column_names]
    if missing:
        raise CorpusError(
            f"{path}: written by another version (no column {missing[0]}). "
            "Remove the file, then recreate it with: photoshop-request run CORPUS"
        )
    return table if columns is None else table.select(columns)


def check_table(fs: AbstractFileSystem, path: str) -> None:
    """Check the bytes of a whole table that another library reads.

    Raises:
        FileNotFoundError: there is no such file.
        CorpusError: the table is damaged.
    """
    try:
        seals.check_table(_mapped(fs, path))
    except ValueError as error:
        raise seals.damaged(path, str(error)) from error


def _mapped(fs: AbstractFileSystem, path: str) -> memoryview:
    """Return all bytes of a file. On a disk they are mapped, not copied: a check then costs a third."""
    if not isinstance(fs, LocalFileSystem):
        return memoryview(read_bytes(fs, path))
    with pa.memory_map(path) as file:
        return memoryview(file.read_buffer())


def read_columns(fs: AbstractFileSystem, path: str, columns: list[str]) -> pa.Table:
    """Read some columns of a file of the dataset, in the given order. The bytes of other columns are not read.

    Raises:
        CorpusError: these columns are damaged.
    """
    # without Arrow's threads: one that still holds a Python file at exit crashes Python
    with fs.open(path, "rb") as file:
        try:
            table = pq.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
            return table.read(columns, use_threads=False).select(columns)
        except (ValueError, KeyError, OSError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno:  # the store does not answer
                raise
            raise seals.damaged(path, str(error).partition("\n")[0]) from error


def find_table(fs: AbstractFileSystem, path: str, columns: list[str] | None = None) -> pa.Table | None:
    """Read a table, or return None if there is none.

    Raises:
        CorpusError: the table is damaged, or was written by another version.
    """
    try:
        return read_table(fs, path, columns)
    except FileNotFoundError:
        return None


def find_rows(fs: AbstractFileSystem, path: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """Read the rows of a table. Empty if there is no table.

    Raises:
        CorpusError: the table is damaged, or was written by another version.
    """
    table = find_table(fs, path, columns)
    return [] if table is None else table.to_pylist()


def read_stamp(fs: AbstractFileSystem, path: str) -> Stamp | None:
    """Read the stamp of a table, or return None if the table is missing.

    Raises:
        CorpusError: the footer is damaged, or has no stamp.
    """
    try:
        footer = read_footer(fs, path)
    except FileNotFoundError:
        return None
    metadata = footer.metadata or {}
    try:
        return Stamp(metadata[_FINGERPRINT].decode(), metadata[_CONTENT].decode(), footer.num_rows)
    except (KeyError, UnicodeDecodeError) as error:
        raise seals.damaged(path, "it has no stamp of a stage") from error


def read_footer(fs: AbstractFileSystem, path: str) -> pq.FileMetaData:
    """Read and check the footer of a table.

    Raises:
        FileNotFoundError: there is no such file.
        CorpusError: the footer is damaged.
    """
    end = _footer(fs, path)
    try:
        seals.check_footer(end)
        return pq.read_metadata(pa.BufferReader(end))
    except (ValueError, OSError, pa.ArrowException) as error:  # Arrow raises any of them for a damaged footer
        raise seals.damaged(path, str(error).partition("\n")[0]) from error


def _footer(fs: AbstractFileSystem, path: str) -> bytes:
    """Read the end of a Parquet file with its seal and whole footer, mostly in one request."""
    end: bytes = fs.cat_file(path, start=-_TAIL)
    needed = seals.sealed_tail_length(end)
    return end if needed <= len(end) or len(end) < _TAIL else fs.cat_file(path, start=-needed)


def content_of(table: pa.Table) -> str:
    """Return a fingerprint of the rows of `table`, independent of chunks and metadata."""
    digest = hashlib.blake2b(digest_size=16)
    plain = table.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    digest.update(memoryview(sink.getvalue()))
    return digest.hexdigest()


def fingerprint(stage: str, version: int, inputs: Mapping[str, Any]) -> str:
    """Return a fingerprint of a stage's name, the version of its rule, and its inputs.

    `inputs` are JSON values. The order of keys does not matter.
    """
    text = json.dumps([stage, version, inputs], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
