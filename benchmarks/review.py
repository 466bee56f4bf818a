"""Measure the response time of a review: `python benchmarks/review.py [--candidates 300000]`.

Uses a synthetic corpus without pictures.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from made_corpus import make_corpus

_ANSWERS = 200
_PROGRAM = "from photoshop_request_builder.cli import main; main()"


def main() -> None:
    """Start a review in a child process and decide over HTTP, as the page does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=300_000)
    candidates = parser.parse_args().candidates
    for order in ("doubt", "random"):
        with tempfile.TemporaryDirectory() as folder:
            make_corpus(folder, candidates)
            began = time.perf_counter()
            command = [sys.executable, "-c", _PROGRAM, "review", folder, "--order", order, "--reviewer", "ann"]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            try:
                assert process.stdout
                address = process.stdout.readline().strip()
                ready = time.perf_counter() - began
                took = sorted(_decided(address))
                status = Path(f"/proc/{process.pid}/status").read_text()
            finally:
                process.terminate()
                process.wait()
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1e3
        print(
            f"{order}, {candidates:,} candidates: ready after {ready:.1f} s, {peak:,.0f} MB; an answer takes "
            f"{statistics.median(took):.1f} ms (median), {took[int(0.95 * len(took))]:.1f} ms (95 %)"
        )


def _decided(address: str) -> list[float]:
    """Return the milliseconds of each decision, which is on disk when answered."""
    shown: Any = json.load(urllib.request.urlopen(f"{address}api/start"))
    took = []
    for _ in range(_ANSWERS):
        body = json.dumps({"number": shown["number"], "verdict": shown["card"]["verdict"]}).encode()
        request = urllib.request.Request(f"{address}api/decide", body, {"content-type": "application/json"})
        began = time.perf_counter()
        shown = json.load(urllib.request.urlopen(request))
        took.append((time.perf_counter() - began) * 1e3)
    return took


if __name__ == "__main__":
    main()
