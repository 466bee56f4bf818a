"""Open the SQLite files of a corpus: the ledger, the review decisions and the model answers.

SQLite has no checksums. So the holder of the corpus's lock writes the digest of each closed file beside it, and checks it
the next time. A file that a killed process left open has no digest until it is closed again.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request_builder.store import seals, storage

_DISK = LocalFileSystem()
E = TypeVar("E", bound=StrEnum)


def check_digest(path: Path) -> str:
    """Return the damage of a closed database, or "" if it is intact, open, or has no digest.

    Raises:
        CorpusError: the file with the digest is damaged.
    """
    note = digest_path(path)
    if not path.exists() or is_open(path) or (stored := storage.read_json(_DISK, str(note))) is None:
        return ""
    if stored.get("sha256") == storage.sha256_of(_DISK, str(path)):
        return ""
    return f"other bytes than when it was closed. If you changed it yourself, remove {note}"


def write_digest(path: Path) -> None:
    """Write the digest of a database, if it is closed and has none."""
    if path.exists() and not is_open(path) and not digest_path(path).exists():
        storage.write_json(_DISK, str(digest_path(path)), {"sha256": storage.sha256_of(_DISK, str(path))})


def digest_path(path: Path) -> Path:
    """Return the path of a database's digest."""
    return path.with_name(f"{path.name}.digest").absolute()  # in object storage, the ledger has a relative path


def enum_of(kind: type[E], value: str, file: str) -> E:
    """Return a stored value as a member of `kind`.

    Raises:
        CorpusError: there is no such member. `file` is damaged.
    """
    try:
        return kind(value)
    except ValueError as error:
        raise seals.damaged(file, str(error)) from error


def is_open(path: Path) -> bool:
    """Return True if a process has the database open, or was killed while it had."""
    return _log(path).exists()


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


@contextmanager
def open_database(
    path: Path, schema: str, version: int, *, advice: str, owner_only: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` for the length of the block. Create a missing file from `schema`.

    Every statement is a separate transaction, flushed to the disk when it returns. `version` is the file's
    `user_version`. `owner_only` lets nobody but the owner read the file.

    Raises:
        CorpusError: the file is not a database, is damaged or has another version. `advice` says what to do.
        StorageError: it cannot be written, or the disk is full. The block may raise either error too.
    """
    try:
        with storage.explain_disk_errors(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            if owner_only:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                path.chmod(0o600)
        if is_open(path):
            digest_path(path).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            stored = database.execute("PRAGMA user_version").fetchone()[0]
            if stored not in {0, version}:
                raise CorpusError(
                    f"{path}: format {stored}; this version reads {version}. Use the version that made the file."
                )
            if stored == 0:
                database.executescript(f"BEGIN; {schema} PRAGMA user_version = {version}; COMMIT;")
            try:
                yield database
            finally:
                # a change of a schema is in the log only, a checkpoint empties the log
                if database.total_changes or (is_open(path) and _log(path).stat().st_size):
                    digest_path(path).unlink(missing_ok=True)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StorageError(f"{path}: no space left. Free some and run the same command again.") from error
        raise StorageError(
            f"{path}: cannot be used ({error}). Close other programs that use it, free space, or choose another folder."
        ) from error
    except sqlite3.DatabaseError as error:
        raise CorpusError(f"{path}: not the expected database, or damaged ({error}). {advice}") from error


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all statements of the block, or none if it raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
