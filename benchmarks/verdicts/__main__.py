"""How well verdicts tell edits, re-uploads and unrelated pictures apart, on labelled real pairs.

Usage: python benchmarks/verdicts PAIRS_DIR [--small] [--sheet OUT.jpg] [--masks OUT.jpg] [--processes 2] [--json]
PAIRS_DIR holds pairs.csv (before, after, label, kind, origin, ...) and the pictures that it names.
"""

import argparse
import json
import os
import time
from multiprocessing import Pool
from pathlib import Path

import pairs
import rule
import sheet
import small


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true", help="also make small edits of the pictures, and judge them")
    parser.add_argument("--sheet", type=Path, help="write the errors as a contact sheet")
    parser.add_argument("--masks", type=Path, help="write the masks of ten edits")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    rows = pairs.read(options.folder)
    with Pool(options.processes) as pool:
        pool.map(pairs.judge, rows[:2])  # imports are not what is measured
        start = time.perf_counter()
        judged = pool.map(pairs.judge, rows, chunksize=4)
        seconds = time.perf_counter() - start
        of_small = small.table(rows, pool) if options.small else ""
    figures = pairs.figures(judged) | {
        "pairs_per_second": round(len(rows) / seconds, 1),
        "pairs_per_second_by_cpu_time": round(options.processes * len(rows) / sum(j.seconds for j in judged), 1),
    }
    figures["same_frame_per_second"] = round(options.processes / pairs.same_frame_seconds(rows), 1)
    if options.json:
        print(json.dumps(figures))
        return
    print(pairs.table(judged))
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(of_small)
    print("\n[related] fitted anew, each origin judged by a rule that never saw it:")
    print(rule.leave_one_origin_out(judged))
    for out, draw in ((options.sheet, sheet.errors), (options.masks, sheet.masks)):
        if out:
            draw(judged, out)
            print(f"wrote {out}")


main()
