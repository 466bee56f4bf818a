"""Measure the time to make the viewer for synthetic candidates, and to run again with nothing to do.

python benchmarks/view.py [--candidates 10000] [--side 640] [--workers 2]
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from viewer_corpus import EDITS, make_corpus

from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.pages.viewer.site import view


def main() -> None:
    """Make the corpus, then time both runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=640, help="Pixels of the longer side of each picture.")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    quiet = Reporter(lambda _: None, lambda *_: nullcontext(lambda _done: None))
    with tempfile.TemporaryDirectory() as folder:
        corpus = make_corpus(Path(folder) / "corpus", options.candidates // (EDITS + 1), shards=64, side=options.side)
        out = Path(folder) / "view"
        for run in ("first", "again"):
            began, busy = time.perf_counter(), sum(os.times()[:4])
            done = view(corpus, out, workers=options.workers, reporter=quiet)
            took, used = time.perf_counter() - began, sum(os.times()[:4]) - busy
            print(
                f"{run}: {done.candidates:,} candidates, {done.made} shards made, {took:.1f} s, {used:.1f} s of cores"
            )
        files = [path for path in out.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files):,} files, {size / 1e6:,.0f} MB; index {(out / 'index.js').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
