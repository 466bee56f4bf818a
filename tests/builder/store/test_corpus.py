"""Tests of creating, opening and locking a corpus, and of its shards."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.errors import BusyError, CorpusError
from photoshop_request_builder.store.corpus import (
    clean_scratch,
    create_corpus,
    lock_corpus,
    open_corpus,
    scratch_folder,
    shard_of,
)


def test_a_corpus_opens_as_it_was_created(tmp_path: Path) -> None:
    """Creating it again opens it."""
    made = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest", "estoration"), shards=8)
    assert open_corpus(tmp_path / "corpus") == made
    assert create_corpus(tmp_path / "corpus") == made
    assert (made.shards, made.subreddits) == (8, ("PhotoshopRequest", "estoration"))


def test_a_corpus_may_lie_in_object_storage() -> None:
    """Any fsspec address works."""
    made = create_corpus("memory://bucket/corpus", shards=2)
    assert open_corpus("memory://bucket/corpus").shards == 2
    assert made.address.startswith("memory://")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"shards": 3}, "power of two"),
        ({"shards": 0}, "power of two"),
        ({"subreddits": ("r/pics",)}, "not a subreddit's name"),
        ({"subreddits": ("pics\n",)}, "not a subreddit's name"),
    ],
)
def test_an_invalid_argument_is_refused(tmp_path: Path, asked: dict[str, object], says: str) -> None:
    """Nothing is written."""
    with pytest.raises(CorpusError, match=says):
        create_corpus(tmp_path / "corpus", **asked)
    assert not (tmp_path / "corpus").exists()


def test_a_corpus_keeps_its_subreddits_and_shards(tmp_path: Path) -> None:
    """They decide the content and the place of each row."""
    create_corpus(tmp_path, subreddits=("PhotoshopRequest",), shards=4)
    create_corpus(tmp_path, subreddits=("photoshoprequest",), shards=4)
    with pytest.raises(CorpusError, match="this corpus is of PhotoshopRequest"):
        create_corpus(tmp_path, subreddits=("pics",))
    with pytest.raises(CorpusError, match="4 shards"):
        create_corpus(tmp_path, shards=8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[corpus]\nformat = 99\n",
        "not toml [",
        "[corpus]\nformat = 1\nshards = 3\n",
        '[corpus]\nformat = 1\nshards = 4\nsubreddits = "PhotoshopRequest"\n',
    ],
)
def test_a_folder_without_a_valid_corpus_is_named(tmp_path: Path, text: str) -> None:
    """The message names the path."""
    if text:
        (tmp_path / "corpus.toml").write_text(text)
    with pytest.raises(CorpusError, match=str(tmp_path)):
        open_corpus(tmp_path)


def test_a_file_is_not_a_corpus(tmp_path: Path) -> None:
    """It is not overwritten either."""
    (tmp_path / "dump.zst").write_bytes(b"x")
    with pytest.raises(CorpusError, match="is a file"):
        create_corpus(tmp_path / "dump.zst")
    with pytest.raises(CorpusError, match="no corpus here"):
        open_corpus(tmp_path / "dump.zst")


def test_the_second_process_is_refused(tmp_path: Path) -> None:
    """It may start when the first has ended."""
    corpus = create_corpus(tmp_path)
    with lock_corpus(corpus), pytest.raises(BusyError, match="another photoshop-request"):
        lock_corpus(corpus)
    with lock_corpus(corpus):
        pass


def test_scratch_files_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    """The next command cleans up."""
    corpus = create_corpus(tmp_path)
    with scratch_folder(corpus) as folder:
        assert Path(folder).is_relative_to(tmp_path)
    assert not Path(folder).exists()
    (tmp_path / ".scratch" / "left").mkdir(parents=True)
    clean_scratch(corpus)
    assert not (tmp_path / ".scratch").exists()


def test_scratch_of_object_storage_lies_beside_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is removed in the same way."""
    monkeypatch.chdir(tmp_path)
    corpus = create_corpus("memory://bucket/corpus")
    with scratch_folder(corpus) as folder:
        assert Path(folder).absolute().is_relative_to(tmp_path)
        (Path(folder) / "left").touch()
        clean_scratch(corpus)
        assert not Path(folder).exists()
        Path(folder).mkdir(parents=True)
    assert [path.name for path in tmp_path.iterdir()] == ["bucket-corpus.ledger.scratch"]


@given(st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), st.integers(0, 10))
def test_doubling_the_shards_splits_each_in_two(submission: str, power: int) -> None:
    """No request moves to an unrelated shard."""
    few = shard_of(submission, 2**power)
    assert 0 <= few < 2**power
    assert shard_of(submission, 2 ** (power + 1)) // 2 == few


def test_the_shard_of_a_request_never_changes() -> None:
    """A change would move the requests of existing corpora."""
    assert [shard_of(name, 64) for name in ("1abc23", "t5", "zzzzzz", "k3ydmzp")] == [11, 25, 18, 59]


@pytest.mark.parametrize("name", ["g[1]", "what?", "st*r", "{g,h}"])
def test_the_folder_of_a_corpus_is_no_pattern(tmp_path, name):
    """Find the files of a corpus whose name would match other folders, or none."""
    (tmp_path / "g1" / "incoming").mkdir(parents=True)
    (tmp_path / "g1" / "incoming" / "x.json").write_bytes(b"1")
    corpus = create_corpus(tmp_path / name, shards=1)
    Path(corpus.path("incoming")).mkdir()
    Path(corpus.path("incoming", "x.json")).write_bytes(b"1")
    assert corpus.find("incoming/*.json") == [corpus.path("incoming", "x.json")]
