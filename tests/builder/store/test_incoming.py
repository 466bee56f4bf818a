"""Tests of writing the parts of inputs."""

import gc
from pathlib import Path

import fsspec
import pytest
from made_records import SUBMISSION
from msgspec.structs import replace

from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import PartWriter, read_parts, remove_folder


def _interrupt(writer: PartWriter) -> None:
    with writer:
        for number in range(40):
            writer.add(replace(SUBMISSION, id=f"s{number}"), b" " * 2**20)
        raise KeyboardInterrupt


def test_an_interrupted_part_leaves_no_files(tmp_path: Path) -> None:
    """Files with rows are discarded, not finished."""
    corpus = create_corpus(tmp_path, shards=4)
    writer = PartWriter(corpus, "archive", "cut")
    with pytest.raises(KeyboardInterrupt):
        _interrupt(writer)
    assert writer.shards()["submissions"] == [0, 1, 2, 3]
    del writer
    gc.collect()  # an error in a destructor would fail the test
    assert read_parts(corpus) == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["corpus.toml"]


@pytest.mark.parametrize("protocol", ["memory", "file"])
@pytest.mark.parametrize("name", ["x[1].zst", "x?.zst", "x*", "x{1}"])
def test_the_folder_of_a_part_is_no_pattern(tmp_path: Path, protocol: str, name: str) -> None:
    """Parts are named after their inputs. Remove the named one only, also in object storage."""
    fs = fsspec.filesystem(protocol)
    for part in ("x1.zst", name):
        fs.makedirs(f"{tmp_path}/{part}")
        fs.pipe_file(f"{tmp_path}/{part}/part.json", b"{}")
    remove_folder(fs, f"{tmp_path}/{name}")
    assert fs.find(str(tmp_path)) == [f"{tmp_path}/x1.zst/part.json"]
    remove_folder(fs, f"{tmp_path}/x1.zst/part.json")
    remove_folder(fs, f"{tmp_path}/nothing")
    assert fs.find(str(tmp_path)) == []
