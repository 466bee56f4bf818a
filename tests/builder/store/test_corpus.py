"""Where things lie, and which shard a request belongs to."""

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


def test_a_corpus_opens_as_it_was_made(tmp_path: Path) -> None:
    """Making it again is opening it."""
    made = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest", "estoration"), shards=8)
    assert open_corpus(tmp_path / "corpus") == made
    assert create_corpus(tmp_path / "corpus") == made
    assert (made.shards, made.subreddits) == (8, ("PhotoshopRequest", "estoration"))


def test_a_corpus_lies_in_object_storage_as_well() -> None:
    """Any fsspec address will do."""
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
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, asked: dict[str, object], says: str) -> None:
    """Before anything is written."""
    with pytest.raises(CorpusError, match=says):
        create_corpus(tmp_path / "corpus", **asked)
    assert not (tmp_path / "corpus").exists()


def test_a_corpus_keeps_its_subreddits_and_shards(tmp_path: Path) -> None:
    """They decide what lies in it and where."""
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
def test_a_folder_that_is_no_corpus_is_named(tmp_path: Path, text: str) -> None:
    """With what to do next."""
    if text:
        (tmp_path / "corpus.toml").write_text(text)
    with pytest.raises(CorpusError, match=str(tmp_path)):
        open_corpus(tmp_path)


def test_a_file_is_no_corpus(tmp_path: Path) -> None:
    """Nor does it become one."""
    (tmp_path / "dump.zst").write_bytes(b"x")
    with pytest.raises(CorpusError, match="is a file"):
        create_corpus(tmp_path / "dump.zst")
    with pytest.raises(CorpusError, match="no corpus here"):
        open_corpus(tmp_path / "dump.zst")


def test_the_second_process_is_refused(tmp_path: Path) -> None:
    """And let in when the first has ended."""
    corpus = create_corpus(tmp_path)
    with lock_corpus(corpus), pytest.raises(BusyError, match="another photoshop-request"):
        lock_corpus(corpus)
    with lock_corpus(corpus):
        pass


def test_scratch_is_gone_afterwards_even_if_a_process_was_killed(tmp_path: Path) -> None:
    """What a killed process left is removed by the next."""
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
def test_a_request_stays_near_when_shards_are_doubled(submission: str, power: int) -> None:
    """Each shard splits in two."""
    few = shard_of(submission, 2**power)
    assert 0 <= few < 2**power
    assert shard_of(submission, 2 ** (power + 1)) // 2 == few


def test_shards_are_stable_for_ever() -> None:
    """A changed function would move every request of every corpus."""
    assert [shard_of(name, 64) for name in ("1abc23", "t5", "zzzzzz", "k3ydmzp")] == [11, 25, 18, 59]
