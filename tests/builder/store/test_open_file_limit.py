"""Tests of a corpus with many shards under a low limit of open files."""

import json
import subprocess
import sys

import pytest

from photoshop_request_builder.stages import ingest
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import read_rows

resource = pytest.importorskip("resource", reason="Windows has no limit of open files")

_SHARDS = 1024
_REFUSED = """
import resource
from photoshop_request_builder.store.open_file_limit import raise_open_file_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 256))
raise_open_file_limit(100)
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (164, 256)
raise_open_file_limit(20)
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (164, 256)
raise_open_file_limit(2048)
"""


@pytest.fixture
def _low_limit():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 3 * _SHARDS:
        pytest.skip(f"this system allows {before[1]} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("_low_limit")
def test_a_thousand_shards_are_written_at_once(tmp_path, monkeypatch):
    """Every shard has rows of its own, in more files than the soft limit allows."""
    monkeypatch.setattr("os.fsync", lambda _: None)  # the disk is not tested here
    path = tmp_path / "posts.jsonl"
    path.write_text(
        "\n".join(
            json.dumps({"id": f"s{number}", "title": "", "subreddit": "PhotoshopRequest", "created_utc": 1_600_000_000})
            for number in range(10 * _SHARDS)
        )
    )
    corpus = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=_SHARDS)
    summary = ingest.ingest_file(corpus, str(path))
    tables = [read_rows(corpus, summary, "submissions", shard) for shard in summary.shards["submissions"]]
    assert len(tables) > 1000
    assert sum(table.num_rows for table in tables) == 10 * _SHARDS


def test_a_hard_limit_is_reported_before_anything_is_written():
    """The message has both numbers."""
    ran = subprocess.run([sys.executable, "-c", _REFUSED], capture_output=True, text=True, check=False)
    assert "StorageError: 2,112 files must be open at once, but this system allows 256" in ran.stderr
