"""Measure the accuracy and speed of verdicts on labelled real pairs.

Usage: python benchmarks/verdicts PAIRS_DIR [--small] [--known-masks] [--watermarks N] [--parts | --all-parts] [--surrounds N] [--repaints DIR] [--fit] [--sheet OUT.jpg] [--masks OUT.jpg] [--processes 2] [--json]
PAIRS_DIR: folder with pairs.csv (before, after, label, kind, origin, ...) and its pictures.
"""

import argparse
import json
import os
import time
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

import calibration
import cv2
import known_masks
import pairs
import parts
import repaints
import rule
import sheet
import small
import surrounds
import watermarks


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true", help="also classify small edits made from the pictures")
    parser.add_argument("--known-masks", action="store_true", help="also score masks of edits made from the pictures")
    parser.add_argument("--watermarks", type=int, default=0, metavar="N", help="draw N watermarks of each kind")
    parser.add_argument(
        "--halves",
        nargs="+",
        default=list(watermarks.HALVES),
        help="halves of the made pairs: those that set thresholds, or others",
    )
    parser.add_argument("--parts", action="store_true", help="also look for parts in composites and in other pairs")
    parser.add_argument("--all-parts", action="store_true", help="the same on 13 times as many pairs, in an hour")
    parser.add_argument(
        "--surrounds", type=int, default=0, help="unrelated pairs per layout to make that share only a flat surround"
    )
    parser.add_argument("--fit", action="store_true", help="also fit the rule for shared content with made pairs")
    parser.add_argument("--repaints", type=Path, metavar="DIR", help="also score repaints; DIR has a pairs.csv of them")
    parser.add_argument("--per-origin", type=int, default=1000, help="maximum edits of an origin for --repaints")
    parser.add_argument("--sheet", type=Path, help="write wrong verdicts as a contact sheet")
    parser.add_argument("--masks", type=Path, help="write the masks of ten edits")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print the scores as one JSON object")
    return parser.parse_args()


def main() -> None:
    options = _options()
    rows = pairs.read(options.folder)
    with Pool(options.processes, cv2.setNumThreads, (1,)) as pool:  # the processes share the cores
        pool.map(pairs.classify, rows[:2])  # keep imports out of the measurement
        start = time.perf_counter()
        classified = pool.map(pairs.classify, rows, chunksize=4)
        seconds = time.perf_counter() - start
        inversions = Counter(pool.map(known_masks.inversion, classified, chunksize=4))
        of_small = small.table(rows, pool) if options.small else ""
        marked = watermarks.score(rows, pool, tuple(options.halves), options.watermarks)
        drawn = repaints.read_and_score(options.repaints, rows, pool, options.per_origin)
        scored = known_masks.score(rows, pool) if options.known_masks else []
        of_parts: list[parts.Scored] = []
        if options.parts or options.all_parts:
            of_parts = parts.score(rows, pool, tuple(options.halves), full=options.all_parts)
        surrounded = surrounds.score(rows, pool, "held out", options.surrounds, options.surrounds * 2 // 3)
        fitted_on = classified + (surrounds.for_fit(rows, pool) if options.fit else [])
    scores = pairs.scores(classified) | {
        "pairs_per_second": round(len(rows) / seconds, 1),
        "pairs_per_second_by_cpu_time": round(options.processes * len(rows) / sum(j.seconds for j in classified), 1),
    }
    scores["same_frame_per_second"] = round(options.processes / pairs.same_frame_seconds(rows), 1)
    scores["inverted_masks"] = round(inversions["inverted"] / max(1, inversions["inverted"] + inversions["right"]), 4)
    held_out = rule.held_out(fitted_on)
    held = [one for one in held_out if one.pair.kind not in {"alike", "random"}]
    if options.json:
        made = {
            "known_masks": known_masks.figures(scored),
            "watermarks": watermarks.figures(classified, marked),
            "parts": parts.figures(of_parts),
            "surrounds": surrounds.figures(surrounded),
            "repaints": repaints.figures(drawn),
        }
        print(json.dumps(scores | made | {"calibration": calibration.figures(held)}))
        return
    print(pairs.table(classified))
    print(pairs.second_shots(classified))
    for name, value in scores.items():
        print(f"{name:32} {value}")
    print(of_small)
    if scored:
        print(known_masks.table(scored))
    print(repaints.table(drawn))
    if marked:
        print(watermarks.table(classified, marked))
    if of_parts:
        print(parts.table(of_parts))
    if surrounded:
        print(surrounds.table(surrounded))
    print("\n[related] cross-validated, one origin left out at a time:")
    print(rule.report(fitted_on, held_out))
    print("\nconfidence, one origin left out at a time:")
    print(calibration.table(held))
    for out, draw in ((options.sheet, sheet.errors), (options.masks, sheet.masks)):
        if out:
            draw(classified, out)
            print(f"wrote {out}")


main()
