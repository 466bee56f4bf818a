"""Measure the core seconds to open a real picture and to compare a real edit; docs/scaling.md uses them.

Usage: python benchmarks/verdicts/unit_costs.py PAIRS_DIR [--edits 120]
"""

import argparse
import time
from pathlib import Path

import pairs

from photoshop_request.edits.matching import best_source
from photoshop_request.edits.prepare import prepare
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.jobs import run_job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edits", type=int, default=120)
    options = parser.parse_args()
    edits = [row for row in pairs.read(options.folder) if row.label == "edit"]
    best_source([prepare(edits[0].before)], prepare(edits[0].after))  # keep imports out of the measurement
    chosen = edits[:: max(1, len(edits) // options.edits)][: options.edits]
    opening = comparing = pixels = size = 0.0
    for row in chosen:
        start = time.process_time()
        before, after = prepare(row.before), prepare(row.after)
        opened = time.process_time()
        comparison = best_source([before], after).comparison
        if comparison.verdict == Verdict.EDIT:
            comparison.change_mask()
        comparing += time.process_time() - opened
        opening += opened - start
        pixels += before.width * before.height + after.width * after.height
        size += row.before.stat().st_size + row.after.stat().st_size
    count = 2 * len(chosen)
    print(f"{count} pictures of {pixels / count / 1e6:.2f} megapixels, {size / count / 1e3:.0f} kB")
    print(f"a picture: decode, hash               {opening / count:.4f} core seconds")
    print(f"an edit: align, compare, mask         {comparing / len(chosen):.4f} core seconds")


run_job(main)  # with the threads that a job of the engine has
