"""Keep requests that belong together in one split, also when the corpus grows."""

import shutil
from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request_builder.dataset.splits.leaks import check_leaks
from photoshop_request_builder.dataset.splits.near_duplicates import related_pairs, source_pictures
from photoshop_request_builder.stages.split import SplitRequest, assign, split_of
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import open_corpus, shard_of


def asked(name: str, author: str | None = None, parent: str | None = None) -> SplitRequest:
    """Return a request."""
    return SplitRequest(name, author, parent)


def test_similar_requests_share_a_split() -> None:
    """Cover chains, the same author and crossposts."""
    requests = [asked("a"), asked("b", "Ann"), asked("c", "ann"), asked("d", parent="a"), asked("e"), asked("zz")]
    found = assign(requests, [(0, 1), (4, 5)], {})
    assert len({found[index] for index in range(4)}) == 1
    assert found[4] == found[5]
    assert found[0][0] == "a"
    assert found[4][0] == "e"


def test_nobody_is_not_a_person() -> None:
    """Do not link requests of deleted authors."""
    found = assign([asked("a"), asked("b")], [], {})
    assert [cluster for cluster, _ in found] == ["a", "b"]


def test_a_request_keeps_its_split_when_the_corpus_grows() -> None:
    """Keep it even if an older request now names the cluster."""
    other = next(name for name in ("a", "b", "c", "d", "e", "f", "g", "h") if split_of(name) == "train")
    found = assign([asked("zzzz"), asked(other)], [(0, 1)], {"zzzz": "test"})
    assert found == [(other, "test"), (other, "test")]


def test_who_stands_between_two_splits_is_in_neither() -> None:
    """Give None to a new request similar to one of train and one of test."""
    requests = [asked("a"), asked("b"), asked("new")]
    found = assign(requests, [(0, 2), (1, 2)], {"a": "train", "b": "test"})
    assert [split for _, split in found] == ["train", "test", None]


def test_two_old_requests_that_turn_out_similar_are_parted() -> None:
    """Remove the one in the weaker split, so that published held-out data stays."""
    found = assign([asked("a"), asked("b")], [(0, 1)], {"a": "train", "b": "validation"})
    assert [split for _, split in found] == [None, "validation"]


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30), st.integers(0, 20))
def test_no_similar_pair_is_ever_in_two_splits(pairs: list[tuple[int, int]], old: int) -> None:
    """Try random histories of a growing corpus."""
    requests = [asked(f"r{index:02}") for index in range(20)]
    early = [(a, b) for a, b in pairs if max(a, b) < old]
    before = {
        request.id: split
        for request, (_, split) in zip(requests[:old], assign(requests[:old], early, {}), strict=True)
        if split
    }
    found = assign(requests, pairs, before)
    for a, b in pairs:
        splits = {found[a][1], found[b][1]} - {None}
        assert len(splits) <= 1
    for request, (_, split) in zip(requests, found, strict=True):
        assert split in {before.get(request.id, split), None}


def test_shares_are_about_a_twentieth_each() -> None:
    """Use a hash that does not depend on the corpus."""
    splits = [split_of(f"r{index}") for index in range(20_000)]
    for held_out in ("test", "validation"):
        assert 0.045 < splits.count(held_out) / len(splits) < 0.055
    assert [split_of(name) for name in ("zcamera", "zcatsky", "1abc23")] == ["train", "validation", "train"]


def test_the_same_picture_in_two_requests_is_found(sample_corpus: Path) -> None:
    """Use the stars, a source of two requests of the sample."""
    corpus = open_corpus(sample_corpus)
    found = list(source_pictures(corpus))
    related = {frozenset((found[a].submission_id, found[b].submission_id)) for a, b in related_pairs(corpus, found)}
    assert frozenset(("zcatsky", "zfarfield")) in related
    assert all(len(pair) == 2 for pair in related)


def test_the_check_for_leaks_can_fail(sample_corpus: Path, tmp_path: Path) -> None:
    """Find nothing after a run, and a picture that was moved to another split by hand."""
    shutil.copytree(sample_corpus, tmp_path / "corpus")
    corpus = open_corpus(tmp_path / "corpus")
    assert check_leaks(corpus).leaks == ()
    shard = shard_of("zfarfield", corpus.shards)
    path = corpus.shard_path(shard, "splits")
    rows = storage.read_table(corpus.fs, path).to_pylist()
    for row in rows:
        if row["submission_id"] == "zfarfield":
            row["split"] = "train"
    storage.write_table(corpus.fs, path, pa.Table.from_pylist(rows, schema=tables.SPLITS), "by hand")
    leaks = check_leaks(corpus).leaks
    assert {(leak.held_out.submission_id, leak.other.submission_id) for leak in leaks} == {("zcatsky", "zfarfield")}
