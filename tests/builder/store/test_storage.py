"""Tests of whole files and the stamps of tables."""

import errno
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request_builder.store import storage

LOCAL = fsspec.filesystem("file")
TABLE = pa.table({"id": ["a", "b"], "score": [1, None]})


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_a_table_comes_back_with_its_stamp(tmp_path: Path, protocol: str) -> None:
    """Holds on a disk and in an object store."""
    fs, path = fsspec.filesystem(protocol), f"{tmp_path}/shards/t.parquet"
    storage.write_table(fs, path, TABLE, "made-of")
    assert storage.read_table(fs, path).equals(TABLE)
    stamp = storage.read_stamp(fs, path)
    assert stamp == storage.Stamp("made-of", storage.content_of(TABLE), 2)


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_columns_come_in_the_requested_order(tmp_path: Path, protocol: str) -> None:
    """A missing column means that another version wrote the table."""
    fs, path = fsspec.filesystem(protocol), str(tmp_path / "t.parquet")
    storage.write_table(fs, path, pa.table({"a": [1], "b": [2], "c": [3]}), "f")
    assert storage.read_table(fs, path, ["c", "a"]).equals(pa.table({"c": [3], "a": [1]}))
    with pytest.raises(CorpusError, match=r"written by another version .*column d.*photoshop-request run"):
        storage.read_table(fs, path, ["a", "d"])


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_a_footer_of_any_length_is_read(tmp_path: Path, protocol: str) -> None:
    """It may be longer than the first read."""
    fs = fsspec.filesystem(protocol)
    path = str(tmp_path / "wide.parquet")
    storage.write_table(fs, path, pa.table({f"column {number}": [number] for number in range(2000)}), "made of this")
    assert fs.size(path) > 100_000
    stamp = storage.read_stamp(fs, path)
    assert stamp
    assert (stamp.fingerprint, stamp.rows) == ("made of this", 1)


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_a_table_that_is_not_there_has_no_rows(tmp_path: Path, protocol: str) -> None:
    fs, path = fsspec.filesystem(protocol), str(tmp_path / "table.parquet")
    assert storage.find_table(fs, path) is None
    assert storage.find_rows(fs, path, ["id"]) == []
    storage.write_table(fs, path, pa.table({"id": ["a"], "score": [1]}), "made of")
    assert storage.find_rows(fs, path, ["id"]) == [{"id": "a"}]


@pytest.mark.parametrize("protocol", ["file", "memory"])
@pytest.mark.parametrize("data", [b"", b"bytes"])
def test_all_bytes_of_a_file_are_read(tmp_path: Path, protocol: str, data: bytes) -> None:
    fs, path = fsspec.filesystem(protocol), str(tmp_path / "file")
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(fs, path)
    storage.write_bytes(fs, path, data)
    assert storage.read_bytes(fs, path) == data


def test_equal_rows_have_equal_content_whatever_their_chunks() -> None:
    """Later stages depend on rows, not on how they were written."""
    chunked = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])
    assert storage.content_of(chunked) == storage.content_of(TABLE)
    assert storage.content_of(TABLE.slice(0, 1)) != storage.content_of(TABLE)


@pytest.mark.parametrize("damage", ["empty", "cut", "foreign"])
def test_a_broken_table_is_named(tmp_path: Path, damage: str) -> None:
    """It never counts as missing: a later stage would skip its shard. Only a missing table has no stamp."""
    path = tmp_path / "t.parquet"
    assert storage.read_stamp(LOCAL, str(path)) is None
    storage.write_table(LOCAL, str(path), TABLE, "made-of")
    if damage == "foreign":
        pa.parquet.write_table(TABLE, path)
    else:
        path.write_bytes(path.read_bytes()[: 0 if damage == "empty" else -7])
    with pytest.raises(CorpusError, match=rf"{path}: damaged .*doctor CORPUS --deep --repair"):
        storage.read_stamp(LOCAL, str(path))


def test_an_unreachable_store_is_not_a_missing_table() -> None:
    """Else a stage would silently skip the shard."""

    class Silent(MemoryFileSystem):
        cachable = False

        def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: object) -> bytes:
            raise OSError(errno.EIO, "no answer", path)

    with pytest.raises(OSError, match="no answer"):
        storage.read_stamp(Silent(), "/shards/t.parquet")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """No temporary file stays either."""
    path = tmp_path / "t.json"
    storage.write_json(LOCAL, str(path), {"old": True})
    with pytest.raises(TypeError):
        storage.write_bytes(LOCAL, str(path), "no bytes")
    assert storage.read_json(LOCAL, str(path)) == {"old": True}
    assert [file.name for file in tmp_path.iterdir()] == ["t.json"]


@pytest.mark.parametrize(("number", "word"), [(errno.ENOSPC, "no space"), (errno.EROFS, "cannot be written")])
def test_a_full_or_forbidden_disk_is_explained(number: int, word: str) -> None:
    """The message names the path and what to do."""
    with pytest.raises(StorageError, match=f"/corpus/x: {word}"), storage.explain_disk_errors("/corpus/x"):
        raise OSError(number, "strerror")


def test_other_errors_of_the_system_pass_through() -> None:
    """The user can only mend a full or forbidden disk."""
    with pytest.raises(OSError, match="strange"), storage.explain_disk_errors("/corpus/x"):
        raise OSError(errno.EIO, "strange")


def test_a_moved_file_is_whole(tmp_path: Path) -> None:
    """Missing folders are created."""
    (tmp_path / "made").write_bytes(b"dataset")
    storage.move_file(LOCAL, str(tmp_path / "made"), str(tmp_path / "dataset" / "train.parquet"))
    assert (tmp_path / "dataset" / "train.parquet").read_bytes() == b"dataset"


def test_a_fingerprint_ignores_order_and_sees_everything_else() -> None:
    """Stage, version and inputs all count."""
    first = storage.fingerprint("pair", 1, {"a": 1, "b": 2})
    assert first == storage.fingerprint("pair", 1, {"b": 2, "a": 1})
    others = [("pair", 2, {"a": 1, "b": 2}), ("link", 1, {"a": 1, "b": 2}), ("pair", 1, {"a": 1, "b": 3})]
    assert first not in {storage.fingerprint(*other) for other in others}
