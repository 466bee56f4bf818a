"""Measure building Parquet: speed against the disk's limit, memory at two sizes, and the size of row groups.

Usage: python benchmarks/build [--pictures 20000] [--bytes 150000] [--rounds 3] [--folder PLACE]

Needs about four times the pictures' bytes on the disk of PLACE. `bare` and `ours` take turns. Compare ratios, not seconds,
on a shared machine.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import made_corpus
import pyarrow.parquet as pq

from photoshop_request_builder.cli.console import progress
from photoshop_request_builder.engine.running import Reporter

REPORTER = Reporter(lambda _: None, progress)
HERE = Path(__file__).parent


def once(which: str, corpus: Path) -> dict[str, float]:
    """Run once in a separate process."""
    done = subprocess.run([sys.executable, HERE / "one.py", which, corpus], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def row_groups(corpus: Path) -> tuple[int, int, int]:
    """Return the bytes of the largest row group and footer, and the maximum number of groups per file."""
    footers = [pq.read_metadata(path) for path in (corpus / "dataset").rglob("*.parquet")]
    groups = [footer.row_group(i).total_byte_size for footer in footers for i in range(footer.num_row_groups)]
    return (
        max(groups),
        max(footer.serialized_size for footer in footers),
        max(footer.num_row_groups for footer in footers),
    )


def main() -> None:
    """Make a small and a large corpus, and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=150_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="build-bench-", dir=options.folder))
    try:
        peaks = {}
        for pictures in (options.pictures // 10, options.pictures):
            corpus = made_corpus.make(folder / str(pictures), pictures, options.bytes, REPORTER)
            made_corpus.prepare(corpus, REPORTER)
            peaks[pictures] = once("ours", Path(corpus.root))["peak_mb"]
        rounds = [{which: once(which, Path(corpus.root)) for which in ("bare", "ours")} for _ in range(options.rounds)]
        ratios = [runs["bare"]["seconds"] / runs["ours"]["seconds"] for runs in rounds]
        for runs, ratio in zip(rounds, ratios, strict=True):
            rates = {which: run["bytes"] / run["seconds"] / 1e6 for which, run in runs.items()}
            print(f"bare {rates['bare']:.0f} MB/s, ours {rates['ours']:.0f} MB/s, ratio {ratio:.2f}")
        print(f"ratio to the disk-bound limit: median {statistics.median(ratios):.2f} (goal 0.70)")
        print(f"peak memory: {', '.join(f'{n:,} pictures {peak} MB' for n, peak in peaks.items())} (goal under 1,500)")
        group, footer, groups = row_groups(Path(corpus.root))
        print(
            f"largest row group {group / 1e6:.1f} MB (goal under 100), footer {footer / 1e6:.2f} MB, {groups} groups per file"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
