"""Tests of bad input: a message with the file's name, an exit code, and good files processed."""

import json
import os
import shutil
from pathlib import Path

import pytest
import zstandard
from commands import FAST, Sample, command, dataset_bytes, succeed

pytestmark = pytest.mark.slow

# root may write everywhere unless it drops that capability
AS_OWNER = (
    ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"] if os.geteuid() == 0 else []
)


def _rows(corpus: Path) -> int:
    return int(
        sum(
            split["rows"]
            for split in json.loads(succeed("status", corpus, "--json").stdout)["dataset"]
            if split["config"] == "triplets"
        )
    )


def _run(sample: Sample, corpus: Path, *files: Path) -> tuple[int, str]:
    done = command("run", corpus, *files, "--mirror", sample.hosts.address, "--shards", "4", "--rate", FAST)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def _cut(sample: Sample, tmp_path: Path) -> Path:
    """Return the comments cut in the middle of a frame. Blocks before the cut are whole."""
    lines = zstandard.ZstdDecompressor(max_window_size=2**31).decompressobj().decompress(sample.files[1].read_bytes())
    writer = zstandard.ZstdCompressor().compressobj()
    data = writer.compress(lines) + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    path = tmp_path / "cut.zst"
    path.write_bytes(data)
    return path


def test_a_missing_file_stops_before_anything_is_done(sample: Sample, tmp_path: Path) -> None:
    """A misspelt name is reported immediately."""
    code, talk = _run(sample, tmp_path / "corpus", sample.files[0], tmp_path / "missing.zst")
    assert code == 3
    assert f"{tmp_path}/missing.zst" in talk
    assert not (tmp_path / "corpus" / "incoming").exists()


@pytest.mark.parametrize(("name", "content", "code"), [("empty.zst", b"", 9), ("foreign.zst", None, 10)])
def test_an_unusable_file_is_named_and_the_others_are_processed(
    sample: Sample, sample_corpus: Path, tmp_path: Path, name: str, content: bytes | None, code: int
) -> None:
    """The file is empty, or contains no Reddit objects."""
    bad = tmp_path / name
    bad.write_bytes(zstandard.compress(b"a,b,c\n1,2,3\n" * 99) if content is None else content)
    corpus = tmp_path / "corpus"
    returned, talk = _run(sample, corpus, bad, *sample.files)
    assert returned == code
    assert str(bad) in talk
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)


def test_an_unusable_file_alone_makes_no_dataset(sample: Sample, tmp_path: Path) -> None:
    """The corpus works afterwards."""
    bad = tmp_path / "empty.zst"
    bad.touch()
    code, talk = _run(sample, tmp_path / "corpus", bad)
    assert code == 9
    assert str(bad) in talk
    assert not (tmp_path / "corpus" / "dataset").exists()
    assert _run(sample, tmp_path / "corpus", *sample.files)[0] == 0


def test_a_truncated_file_is_read_up_to_the_cut(sample: Sample, tmp_path: Path) -> None:
    """Every run reports it until the file is complete."""
    cut, corpus = _cut(sample, tmp_path), tmp_path / "corpus"
    for _ in range(2):
        code, talk = _run(sample, corpus, sample.files[0], cut)
        assert code == 11
        assert str(cut) in talk
        assert "truncated" in talk
    assert _rows(corpus) >= 10


@pytest.mark.parametrize("name", ["", "corpus"])
def test_a_folder_without_permission_is_named(sample: Sample, tmp_path: Path, name: str) -> None:
    """The corpus is the folder, or is in it."""
    forbidden = tmp_path / "forbidden"
    forbidden.mkdir(mode=0o500)
    done = command("run", forbidden / name, *sample.files, wrapper=AS_OWNER)
    assert done.returncode == 6
    assert str(forbidden) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corpus_that_became_read_only_is_named_and_kept(sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """A finished corpus lost its write permission."""
    corpus = tmp_path / "corpus"
    shutil.copytree(sample_corpus, corpus)
    for path in [corpus, *corpus.rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    done = command("build", corpus, wrapper=AS_OWNER)
    assert done.returncode == 6
    assert str(corpus) in done.stderr
    assert "Traceback" not in done.stderr
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
    for path in [corpus, *corpus.rglob("*")]:
        path.chmod(0o700)


def test_a_command_without_a_corpus_says_how_to_create_one(tmp_path: Path) -> None:
    """Holds for every command."""
    for verb in ("status", "decisions", "fetch", "pair", "build", "run"):
        done = command(verb, tmp_path / "nothing")
        assert done.returncode == 4, verb
        assert "photoshop-request ingest" in done.stderr
        assert done.stdout == ""


def test_a_wrong_option_is_a_usage_error(tmp_path: Path) -> None:
    """The exit code is 2."""
    assert command("run", tmp_path, "--wrong").returncode == 2
    done = command("status")
    assert done.returncode == 2
    assert "CORPUS" in done.stderr
