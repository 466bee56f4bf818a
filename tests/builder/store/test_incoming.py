"""A part in the making that is broken off."""

import gc
from pathlib import Path

import pytest
from made_records import SUBMISSION
from msgspec.structs import replace

from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import PartWriter, read_parts


def _break_off(writer: PartWriter) -> None:
    with writer:
        for number in range(40):
            writer.add(replace(SUBMISSION, id=f"s{number}"), b" " * 2**20)
        raise KeyboardInterrupt


def test_a_part_that_is_broken_off_leaves_nothing_and_says_nothing(tmp_path: Path) -> None:
    """Though rows are on the disk already: their files are thrown away, not brought to an end."""
    corpus = create_corpus(tmp_path, shards=4)
    writer = PartWriter(corpus, "archive", "cut")
    with pytest.raises(KeyboardInterrupt):
        _break_off(writer)
    assert writer.shards()["submissions"] == [0, 1, 2, 3]
    del writer
    gc.collect()  # what goes wrong in here would be printed, and fails the test
    assert read_parts(corpus) == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["corpus.toml"]
