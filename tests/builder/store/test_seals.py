"""Every bit of a table, a JSON file and a closed database counts."""

import io
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from photoshop_request.errors import CorpusError
from photoshop_request.reddit.removals import RemovedBy
from photoshop_request_builder.store import seals, storage
from photoshop_request_builder.store.corpus import create_corpus, open_corpus
from photoshop_request_builder.store.database import check_digest, digest_path, open_database, write_digest
from photoshop_request_builder.store.incoming import IngestSummary, read_parts
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    TombstoneTarget,
    add_tombstones,
    load_tombstones,
    make_salt,
    mark_of,
)
from photoshop_request_builder.store.withdrawn import PATH as WITHDRAWN
from photoshop_request_builder.store.withdrawn import load_withdrawn

TABLE = pa.table({"id": ["a", "b", None], "score": [1, None, 3], "texts": [["x"], [], None]})
PATH = "/flips/t.parquet"


def _flips(data: bytes) -> list[bytes]:
    """Return copies of `data` with one bit changed, for every bit."""
    return [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)]


def test_every_bit_of_a_table_counts() -> None:
    """Headers of pages, pages, the seal, the footer and its length."""
    fs = MemoryFileSystem()
    storage.write_table(fs, PATH, TABLE, "made of")
    stamp = storage.read_stamp(fs, PATH)
    unseen = []
    for number, data in enumerate(_flips(storage.read_bytes(fs, PATH))):
        fs.pipe_file(PATH, data)
        with suppress(CorpusError):
            storage.read_table(fs, PATH)
            unseen.append(divmod(number, 8))
        with suppress(CorpusError):  # reads the footer only
            assert storage.read_stamp(fs, PATH) == stamp
    assert unseen == []


def test_a_table_of_0_1_0_opens_and_never_fails_otherwise() -> None:
    """It has page checksums and no seal. Whatever Arrow raises for a flipped bit is a sentence."""
    fs = MemoryFileSystem()
    buffer = io.BytesIO()
    pq.write_table(TABLE, buffer, compression="zstd", write_page_checksum=True)
    fs.pipe_file(PATH, buffer.getvalue())
    assert storage.read_table(fs, PATH).equals(TABLE)
    seen = 0
    for data in _flips(buffer.getvalue())[::5]:
        fs.pipe_file(PATH, data)
        try:
            storage.read_table(fs, PATH)
        except CorpusError:
            seen += 1
    assert seen


def test_other_readers_read_a_sealed_table(tmp_path: Path) -> None:
    """The seal lies where no reader looks."""
    path = tmp_path / "t.parquet"
    storage.write_table(fsspec.filesystem("file"), str(path), TABLE, "made of")
    assert pq.read_table(path).equals(TABLE)
    assert duckdb.sql(f"select id, score from '{path}'").fetchall() == [("a", 1), ("b", None), (None, 3)]


def test_every_bit_of_a_json_file_counts(tmp_path: Path) -> None:
    """A flip is an error, or changes no value: a space may become another one."""
    fs, path = fsspec.filesystem("file"), str(tmp_path / "part.json")
    value = {"fingerprint": "f", "shards": {"comments": [1, 3]}, "covered": None, "name": "Zoë", "share": 0.25}
    storage.write_json(fs, path, value)
    for data in _flips(Path(path).read_bytes()):
        Path(path).write_bytes(data)
        try:
            found = storage.read_json(fs, path)
        except CorpusError:
            continue
        assert found == value


def test_a_json_file_of_0_1_0_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    path.write_text('{"advantage": [0.5]}')
    assert storage.read_json(fsspec.filesystem("file"), str(path)) == {"advantage": [0.5]}


@pytest.mark.parametrize(
    "changes", [{"lines": "many"}, {"lines": None}, {"shard5": {}}, {"shards": {"comments": ["x"]}}, {"covered": [1]}]
)
def test_a_part_note_with_other_values_is_a_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    """Without a digest too, as 0.1.0 wrote it."""
    corpus = create_corpus(tmp_path)
    note = tmp_path / "incoming" / "archive" / "p" / "part.json"
    note.parent.mkdir(parents=True)
    names = ("source", "part", "input", "fingerprint", "ending", "detail")
    counts = ("size", "lines", "submissions", "comments", "other_subreddits", "blank")
    values = dict.fromkeys(names, "x") | dict.fromkeys(counts, 0) | {"rejected": {}}
    note.write_text(json.dumps(values))
    assert [type(part) for part in read_parts(corpus)] == [IngestSummary]
    note.write_text(json.dumps(values | changes))
    with pytest.raises(CorpusError, match=r"part\.json: damaged .*doctor"):
        read_parts(corpus)


def test_every_bit_of_a_closed_database_counts(tmp_path: Path) -> None:
    """A file that is open, or was open when its process was killed, has no digest."""
    path = tmp_path / "d.sqlite"
    with open_database(path, "create table t (x text);", 1, advice="") as database:
        database.execute("insert into t values ('some text')")
        write_digest(path)
        assert not digest_path(path).exists()
    write_digest(path)
    assert check_digest(path) == ""
    intact = path.read_bytes()
    for data in _flips(intact)[::97]:
        path.write_bytes(data)
        assert "other bytes" in check_digest(path)
    path.write_bytes(intact)
    with open_database(path, "", 1, advice="") as database:
        database.execute("select * from t").fetchall()
    assert digest_path(path).exists()
    for change in ("insert into t values ('more')", "create table other (x text)"):
        with open_database(path, "", 1, advice="") as database:
            database.execute(change)
        assert not digest_path(path).exists()
        assert check_digest(path) == ""
        write_digest(path)


def test_a_digest_does_not_outlive_a_killed_process(tmp_path: Path) -> None:
    """Its log lies beside the database, and the next process writes it into the file."""
    path = tmp_path / "d.sqlite"
    with open_database(path, "create table t (x text);", 1, advice=""):
        pass
    write_digest(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as killed:
        killed.execute("insert into t values ('written before the kill')")
        assert check_digest(path) == ""
        with open_database(path, "", 1, advice=""):
            pass
    assert not digest_path(path).exists()


@pytest.mark.parametrize("flipped", [("[corpus]", "[corpts]"), ("shards = 8", "shards = 4"), ("Photo", "photo")])
def test_a_changed_corpus_table_is_a_sentence(tmp_path: Path, flipped: tuple[str, str]) -> None:
    """Another subreddit or number of shards would make another dataset."""
    create_corpus(tmp_path, shards=8)
    text = (tmp_path / "corpus.toml").read_text()
    (tmp_path / "corpus.toml").write_text(text.replace(*flipped))
    with pytest.raises(CorpusError, match=r"corpus\.toml: "):
        open_corpus(tmp_path)


def test_settings_under_another_name_are_not_ignored(tmp_path: Path) -> None:
    create_corpus(tmp_path)
    with (tmp_path / "corpus.toml").open("a") as file:
        file.write("[settinfs]\ninclude_nsfw = false\n")
    with pytest.raises(CorpusError, match="unknown table"):
        open_corpus(tmp_path)


def test_every_bit_of_tombstones_and_salt_counts(tmp_path: Path) -> None:
    """A flip that hides a tombstone would publish what was taken down."""
    corpus = create_corpus(tmp_path)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.COMMENT, "abc")], clock=lambda: 0)
    for name in ("tombstones.json", "salt"):
        path = tmp_path / "takedown" / name
        intact = path.read_bytes()
        for data in _flips(intact):
            path.write_bytes(data)
            try:
                assert load_tombstones(corpus).covers(TombstoneKind.COMMENT, "abc"), data
            except CorpusError as error:
                assert str(path) in str(error)  # noqa: PT017 - a flip of white space is no error
        path.write_bytes(intact)


def test_another_salt_does_not_publish_what_was_withdrawn(tmp_path: Path) -> None:
    """Also without a takedown, whose tombstones have the mark of the salt too."""
    corpus = create_corpus(tmp_path)
    salt = make_salt(corpus)
    value = {"salt": mark_of(salt), "posts": [["keyed", str(RemovedBy.LAW)]], "pictures": []}
    storage.write_json(corpus.fs, corpus.path(WITHDRAWN), value)
    assert load_withdrawn(corpus)
    path = tmp_path / "takedown" / "salt"
    path.write_text(("1" if path.read_text()[0] == "0" else "0") + path.read_text()[1:])
    with pytest.raises(CorpusError, match=r"withdrawn\.json: cannot be read .*salt"):
        load_withdrawn(corpus)


def test_a_seal_of_a_table_is_deterministic() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for file in (first, second):
        pq.write_table(TABLE, file)
        seals.seal_table(file)
    assert first.getvalue() == second.getvalue()
    assert seals.check_table(first.getvalue())
