"""Every attack at once: 10,000 hostile posts change no honest row, and the run ends in bounded time and memory."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from commands import Sample, command
from hostile_bodies import hostile_bodies
from hostile_posts import FAST, SLOW, write_archives
from servers.hostile import hostile

pytestmark = pytest.mark.slow

POSTS = 10_000
MAX_SECONDS = 900
MAX_BYTES = 1_500_000_000
"""Peak memory of the largest process of the run."""
_MEASURED = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
)
"""Program that runs another, and prints the kilobytes of its largest process last."""


def _rows(corpus: Path, honest: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of honest requests by config and split. Splits without such rows are left out."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((corpus / "dataset").rglob("*.parquet")):
        name = str(path.relative_to(corpus / "dataset")).rsplit("-", 3)[0]
        kept = [row for row in pq.read_table(path).to_pylist() if row["submission_id"] in honest]
        rows.setdefault(name, []).extend(kept)
    return {name: kept for name, kept in rows.items() if kept}


def test_hostile_posts_change_no_honest_row(sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """Run the sample together with 10,000 attackers whose hosts attack as well."""
    bodies = hostile_bodies()
    corpus, archives = tmp_path / "corpus", write_archives(tmp_path, POSTS, sorted(bodies))
    with hostile(sample.hosts.address, bodies) as hosts:
        arguments = [hosts.address if each == sample.hosts.address else each for each in sample.run_arguments(corpus)]
        at = arguments.index(sample.files[1]) + 1
        start = time.monotonic()
        done = command(*arguments[:at], *archives, *arguments[at:], wrapper=[sys.executable, "-c", _MEASURED])
        seconds = time.monotonic() - start
    peak = 1024 * int(done.stderr.split()[-1])
    assert done.returncode == 12, done.stderr
    assert "Traceback" not in done.stderr
    assert not hosts.private
    # an address with a control character, which is removed from texts, leads to the host `example.org`
    assert set(hosts.requests) == {*FAST, *SLOW, "body", "example"}
    assert seconds < MAX_SECONDS
    assert peak < MAX_BYTES
    honest = {json.loads(line)["submission_id"] for line in (sample.folder / "truth.jsonl").read_text().splitlines()}
    assert _rows(corpus, honest) == _rows(sample_corpus, honest)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*(path.name for path in archives), "corpus"])
