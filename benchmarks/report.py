"""Measure time and memory of the report: `python benchmarks/report.py [--candidates 30000 300000]`.

Uses synthetic corpora without pictures (`tests/made_corpus.py`), and one process per size, so that peaks do not mix.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from made_corpus import make_corpus

from photoshop_request_builder.pages.report.report import make_report
from photoshop_request_builder.store.corpus import Corpus


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--candidates", type=int, nargs="+", default=[30_000, 300_000])
    options = arguments.parse_args()
    print("   candidates   seconds   CPU seconds   peak memory   size of the page")
    for candidates in options.candidates:
        with tempfile.TemporaryDirectory() as folder:
            corpus = make_corpus(Path(folder), candidates)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, busy, peak = pool.apply(_report, (corpus,))
            size = Path(folder, "report", "report.html").stat().st_size
        print(f"{candidates:13,} {seconds:9.1f} {busy:13.1f} {peak / 1e3:10,.0f} MB {size / 1e3:15,.0f} kB")


def _report(corpus: Corpus) -> tuple[float, float, int]:
    """Return seconds, seconds of all cores, and peak resident kilobytes."""
    begin = time.perf_counter()
    make_report(corpus)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss


if __name__ == "__main__":
    main()
