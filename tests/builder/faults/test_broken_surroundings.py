"""A full disk, a clock that goes back: the run says so or does not mind, and goes on to the same bytes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Sample, command, dataset_bytes, environment, start, succeed

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory; skips where it cannot be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=False)
    if not made or made.returncode:
        pytest.skip("mounting a small file system needs to be root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_stops_every_stage_with_a_message_and_loses_nothing(
    small_disk: Path, sample: Sample, sample_corpus: Path
) -> None:
    """The disk grows a little each time the run stops, so that each part of the way meets its end.

    Fetching does not stop: it waits for room. Here it is told to stop while it waits.
    """
    corpus = small_disk / "corpus"
    ends = []
    for size in range(256, 16384, 400):
        subprocess.run(["mount", "-o", f"remount,size={size}k", small_disk], check=True)
        with start(*sample.run_arguments(corpus, "--workers", "1")) as process:
            assert process.stderr
            talk = ""
            for line in process.stderr:
                talk += line
                if "fetching tries again" in line:
                    process.terminate()
        assert "Traceback" not in talk, talk
        ends.append(process.returncode)
        if process.returncode == 0:
            break
        assert process.returncode in {6, 130}, talk
        assert "o space left" in talk
    assert ends[-1] == 0
    assert len(ends) >= 5
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)


def test_a_clock_that_goes_back_changes_nothing(sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """Half of the pictures are fetched today, the other half a year ago."""
    corpus = tmp_path / "corpus"
    succeed("ingest", corpus, *sample.files, "--shards", "4")
    succeed("fetch", corpus, "--mirror", sample.hosts.address, "--limit", "12")
    earlier = (
        "import time; now = time.time; time.time = lambda: now() - 365 * 86400\n"
        "from photoshop_request_builder.cli import main; main()"
    )
    arguments = map(str, sample.run_arguments(corpus))
    done = subprocess.run(
        [sys.executable, "-c", earlier, *arguments], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)


def test_a_corpus_is_readable_by_its_owner_alone_where_it_says_so(sample: Sample, tmp_path: Path) -> None:
    """The mask of the user holds for everything that is written: nothing is opened wider."""
    corpus = tmp_path / "corpus"
    wrapper = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
    done = command(*sample.run_arguments(corpus), wrapper=wrapper)
    assert done.returncode == 0, done.stderr
    wide = [path for path in corpus.rglob("*") if path.stat().st_mode & 0o077]
    assert wide == []
    assert os.access(corpus / "ledger.sqlite", os.R_OK)
