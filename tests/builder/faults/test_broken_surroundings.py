"""Run on a full disk, with a clock that goes back, and with a strict umask."""

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
    """Mount a file system in memory, or skip."""
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
    """Grow the disk a little at each stop, so that every stage meets its end.

    Fetching waits for space instead of stopping. Here it is stopped while it waits.
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
    """Fetch half of the pictures today, the other half a year ago."""
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
    """Apply the user's umask to every file."""
    corpus = tmp_path / "corpus"
    wrapper = ["sh", "-c", 'umask 077; exec "$@"', "sh"]
    done = command(*sample.run_arguments(corpus), wrapper=wrapper)
    assert done.returncode == 0, done.stderr
    wide = [path for path in corpus.rglob("*") if path.stat().st_mode & 0o077]
    assert wide == []
    assert os.access(corpus / "ledger.sqlite", os.R_OK)
