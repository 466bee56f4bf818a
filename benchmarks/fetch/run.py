"""Compare fetching with a plain aiohttp loop and img2dataset in one run, as ratios.

Usage: run.py [--pictures 2000] [--bytes 256000] [--at-once 16] [--rounds 5] [--peer PYTHON] [--memory]

PYTHON is an interpreter with img2dataset (`pip install img2dataset` in its own virtual environment). In each round all
programs fetch the same pictures from one local server, one after the other, and write them to the same disk. Medians
and best rounds are compared. On a shared machine the best rounds are more reliable. `--memory` compares the peak memory
of 2,000 and 20,000 small pictures.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def served(size: int) -> Iterator[str]:
    """Serve pictures of about `size` bytes, and yield the base address."""
    command = [sys.executable, str(HERE / "server.py"), str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def measure(python: str, program: str, base: str, number: int, concurrency: int, *more: str) -> dict[str, float]:
    """Run a program with an empty folder, and return its measurements."""
    folder = Path(tempfile.mkdtemp(prefix="fetch-bench-"))
    try:
        command = [python, str(HERE / program), str(folder / "x"), base, str(number), str(concurrency), *more]
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        measurements: dict[str, float] = json.loads(out.strip().splitlines()[-1])
        return measurements
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--bytes", type=int, default=256_000)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer")
    parser.add_argument("--memory", action="store_true")
    args = parser.parse_args()
    contestants = {
        "photoshop-request": (sys.executable, "ours.py"),
        "bare aiohttp, writes the pictures": (sys.executable, "bare.py", "write"),
        "bare aiohttp, writes nothing": (sys.executable, "bare.py"),
    }
    if args.peer:
        contestants["img2dataset"] = (args.peer, "peer.py")
    times: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
    with served(args.bytes) as base:
        for _ in range(args.rounds):
            for name, (python, program, *more) in contestants.items():
                times[name].append(measure(python, program, base, args.pictures, args.at_once, *more))
    ours = [run["seconds"] for run in times["photoshop-request"]]
    print(f"{'':36} {'pictures/s':>17}  {'CPU':>7}  {'ours is':>15}")
    print(f"{'':36} {'median':>8} {'best':>8}  {'median':>7}  {'median':>7} {'best':>7}")
    for name, runs in times.items():
        seconds = [run["seconds"] for run in runs]
        median, best = statistics.median(seconds), min(seconds)
        cpu = statistics.median(run["cpu"] for run in runs)
        print(
            f"{name:36} {args.pictures / median:8.0f} {args.pictures / best:8.0f}  {cpu:5.2f} s"
            f"  {median / statistics.median(ours):5.2f} x {best / min(ours):5.2f} x",
            flush=True,
        )
    if args.memory:
        with served(20_000) as base:
            small, large = (
                measure(sys.executable, "ours.py", base, n, args.at_once)["rss_mib"] for n in (2_000, 20_000)
            )
        print(f"peak memory: {small:.0f} MiB at 2,000 addresses, {large:.0f} MiB at 20,000 ({large - small:+.0f})")


if __name__ == "__main__":
    main()
