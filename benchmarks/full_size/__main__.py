"""Measure every stage over a generated subreddit of growing size: time, CPU time, memory, rows, and their growth.

Usage: python benchmarks/full_size [--scales 0.01 0.1 1] [--workers 2] [--folder PLACE] [--keep]

At scale 1 (90,000 requests, 330,000 edits, 1.5 million comments) it needs about 5 GB on the disk of PLACE. It takes 30
minutes with two fast cores, 60 minutes with slow ones. Pictures are tiny and come from a server on this machine without
rate limits: other benchmarks measure pictures. Growth is measured in CPU seconds, which a busy machine disturbs less.
"""

import argparse
import itertools
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from made_subreddit import Size, write_archives

from photoshop_request_builder.stages import declared

HERE = Path(__file__).parent
STAGES = tuple(stage.name for stage in declared.STAGES if not stage.is_opt_in)
Cost = dict[str, float]


@contextmanager
def served() -> Iterator[str]:
    """Serve the generated hosts, and yield their address."""
    with subprocess.Popen([sys.executable, HERE / "pictures.py"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def measure(folder: Path, scale: float, workers: int) -> dict[str, Cost]:
    """Return the cost of each stage at one scale. Print each when it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    files = write_archives(folder, Size.of(scale))
    costs = {}
    with served() as mirror:
        for stage in STAGES:
            more = {"ingest": list(map(str, files)), "fetch": [mirror]}.get(stage, [])
            command = [sys.executable, HERE / "one_stage.py", stage, str(folder / "corpus"), str(workers), *more]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            costs[stage] = dict(json.loads(done.stdout))
            print(f"  {scale:g} {stage}: {done.stdout.strip()}", file=sys.stderr, flush=True)
    return costs


def growth(less: float, more: float, ratio: float) -> str:
    """Return the exponent of growth; 1 is linear. Return - below one CPU second."""
    return f"{math.log(more / less) / math.log(ratio):.2f}" if less >= 1 else "-"


def table(costs: dict[float, dict[str, Cost]]) -> Iterator[str]:
    """Yield a Markdown table: costs at the largest scale, and the growth of CPU seconds between scales.

    With three scales, the last column is the growth of the differences, without a stage's constant cost.
    """
    scales = sorted(costs)
    steps = list(itertools.pairwise(scales))
    heads = [f"{small:g} to {large:g}" for small, large in steps] + ["added"] * (len(steps) == 2)
    figures = ("rows", "seconds", "core seconds", "rows a core second", "largest process, MB", "all, MB", *heads)
    yield f"| stage | {' | '.join(figures)} |"
    yield "|---|" + "---:|" * len(figures)
    for stage in STAGES:
        core = [costs[scale][stage]["cpu"] for scale in scales]
        cost = costs[scales[-1]][stage]
        numbers = (
            cost["rows"],
            cost["seconds"],
            cost["cpu"],
            cost["rows"] / core[-1],
            cost["largest_mb"],
            cost["together_mb"],
        )
        grown = [growth(core[at], core[at + 1], scales[at + 1] / scales[at]) for at in range(len(steps))]
        if len(steps) == 2:
            grown.append(growth(core[1] - core[0], core[2] - core[1], scales[2] / scales[1]))
        yield f"| {stage} | {' | '.join([f'{number:,.0f}' for number in numbers] + grown)} |"


def main() -> None:
    """Measure all scales, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", type=float, nargs="+", default=[0.01, 0.1, 1.0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="Keep the corpora.")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="full-size-", dir=options.folder))
    try:
        costs = {scale: measure(folder / f"{scale:g}", scale, options.workers) for scale in sorted(options.scales)}
        print("\n".join(table(costs)))
    finally:
        if options.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
