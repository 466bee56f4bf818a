"""Tests of the SQLite files: ledger, review decisions and model answers open alike."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request_builder.store.answers import open_answers
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.database import open_database
from photoshop_request_builder.store.decisions import open_decisions
from photoshop_request_builder.store.ledger import open_ledger

Opened = tuple[Path, Callable[[], AbstractContextManager[object]]]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(tmp_path / "corpus")


@pytest.fixture(params=["ledger", "decisions", "answers"])
def opened(corpus: Corpus, request: pytest.FixtureRequest) -> Opened:
    """Return the path of each database and the function that opens it."""
    return {
        "ledger": (corpus.ledger_path, lambda: open_ledger(corpus.ledger_path)),
        "decisions": (corpus.decisions_path, lambda: open_decisions(corpus.decisions_path)),
        "answers": (corpus.answers_path, lambda: open_answers(corpus)),
    }[request.param]


def test_every_database_writes_ahead(opened: Opened) -> None:
    """A killed process loses no finished write."""
    path, open_it = opened
    with open_it():
        pass
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_foreign_file_is_named(opened: Opened) -> None:
    """The message says what to do."""
    path, open_it = opened
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"no database, but long enough to look like a file of something else" * 20)
    with pytest.raises(CorpusError, match=rf"{path.name}: not the expected database.*\. \w+"), open_it():
        pass


def test_a_database_of_a_later_version_is_refused(opened: Opened) -> None:
    """Its rows could mean something else."""
    path, open_it = opened
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(CorpusError, match="format 99"), open_it():
        pass


def test_a_full_disk_within_the_block_is_explained(tmp_path: Path) -> None:
    """SQLite's error becomes one that names the file."""
    schema = "CREATE TABLE data (value BLOB); PRAGMA max_page_count = 3;"
    with (
        pytest.raises(StorageError, match=r"data\.sqlite: no space left"),
        open_database(tmp_path / "data.sqlite", schema, 1, advice="") as database,
    ):
        database.execute("INSERT INTO data VALUES (zeroblob(100000))")
