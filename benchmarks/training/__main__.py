"""Compare samples a second of loaders with the raw limit, all in one run that takes turns.

Usage: python benchmarks/training [--rows 240] [--rounds 3] [--seconds 8] [--mosaic PYTHON]

PYTHON: of an environment that has this project and mosaicml-streaming, which takes older versions of other packages.

A sample: two JPEGs of 1,280 x 960 cropped to 512 x 512. Two cores: two threads, or two workers of one thread. Everybody
decodes and crops with the same functions, so that core-milliseconds of a sample compare the loaders on a busy machine
too. Peers make float32 batches of the two pictures; ours has the mask too. Ratios
count, not samples a second, on a machine that others use too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import made_photos
from contestants import CONTESTANTS

HERE = Path(__file__).parent


def main() -> None:
    """Make the pictures, measure in turns, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=240)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=8)
    arguments.add_argument("--only", nargs="+", default=list(CONTESTANTS))
    arguments.add_argument("--mosaic", metavar="PYTHON")
    given = arguments.parse_args()
    programs = {name: sys.executable for name in CONTESTANTS if name in given.only}
    if given.mosaic:
        programs["mosaicml-streaming"] = given.mosaic
    else:
        programs.pop("mosaicml-streaming", None)
    with tempfile.TemporaryDirectory() as place:
        made_photos.make(Path(place), given.rows)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
        for _ in range(given.rounds):
            for name, rounds in found.items():
                rounds.append(once(programs[name], name, Path(place), given.seconds))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {given.rounds} rounds\n")
    print(
        "                            samples/s   of raw   core-ms each   first batch   memory it adds   largest worker"
    )
    for name, rounds in found.items():
        ratio = [one["rate"] / limit["rate"] for one, limit in zip(rounds, found["raw limit"], strict=True)]
        rate, busy, first, own, worker = (
            statistics.median(one[what] for one in rounds) for what in ("rate", "busy", "first", "own", "worker")
        )
        alone = name in {"raw limit", "ours"}  # they have threads; what was seen are short helpers of imports
        kept = f"{'-':>14}" if alone else f"{worker:11,.0f} MB"
        spent = f"{busy:14.1f}" if alone else f"{'-':>14}"
        print(f"{name:26} {rate:10.0f} {statistics.median(ratio):8.2f} {spent} {first:11.2f} s {own:13,.0f} MB {kept}")


def once(python: str, name: str, folder: Path, seconds: float) -> dict[str, float]:
    """Return the figures of one loader."""
    done = subprocess.run(
        [python, HERE / "one.py", name, folder, str(seconds)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
