"""Open the SQLite files of a corpus: the ledger, the review decisions and the model answers."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request_builder.store import storage


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
            yield database
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
