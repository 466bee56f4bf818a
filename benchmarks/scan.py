"""Measure how fast dumps are read, as ratios in one run: `python benchmarks/scan.py [--megabytes 3300] [FILE…]`.

The scan reads made monthly files (1 line in 2,000 of the subreddit, 2 GiB window). Records are read from made or given
files of one subreddit. Monthly files have 20 to 400 GB, so only the rate after the first turn of the window counts, in
which the system allocates its 2 GiB. Made files are longer than that, and their beginning is not timed. Rates are CPU
time, the best of several rounds. Ratios are medians over rounds in which all jobs take turns.

Python's garbage collector visits dicts that are kept, but not records. So both are measured kept and one at a time.
"""

import argparse
import gc
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import msgspec
import orjson
from made_dumps import SUBREDDIT, comments, submissions, write_zst

from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.json_structs import JsonComment, JsonSubmission, decode, decode_as
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.reddit.scan import scan

_LINE = 1600
"""Bytes of a made comment."""
_WINDOW = 2**31
"""Bytes of the window, which are not timed."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--megabytes", type=int, default=3300, help="decompressed size of each monthly file, over 2150"
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "photoshop-request-benchmarks"))
    arguments.add_argument("files", nargs="*", help="real per-subreddit dumps to measure records on as well")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    monthly = [options.folder / f"RC_2020-0{number}-{options.megabytes}MB.zst" for number in (1, 2)]
    lines = options.megabytes * 1_000_000 // _LINE
    sizes = [write_zst(path, comments(lines, every=2000, seed=number)) for number, path in enumerate(monthly)]
    scanning(monthly, sizes, options.rounds)
    records("made comments", list(comments(20_000)), options.rounds)
    records("made submissions", list(submissions(20_000)), options.rounds)
    for name in options.files:
        real = [line for batch in Archive(name).batches() for line in batch.lines]
        records(Path(name).name, [line for line in real if line.endswith(b"}")][:50_000], options.rounds)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB (two files open at once)")


def scanning(paths: Sequence[Path], sizes: Sequence[int], rounds: int) -> None:
    """Compare the scan with decompression alone and with parsing every line."""
    path, size = paths[0], sizes[0]
    times = _turns(
        {"decompress only": partial(_decompress, path), "scan for one subreddit": partial(_scan, path)}, rounds
    )
    print(
        f"{path.name}: {size / 1e6:,.0f} MB from {path.stat().st_size / 1e6:,.0f} MB, {len(_comments_of_subreddit(path))} lines of the subreddit"
    )
    _print(times, "decompress only", size - _WINDOW)
    decompressing, scan_time = (min(seconds) / (size - _WINDOW) for seconds in times.values())
    for name, loads in (("json.loads", json.loads), ("orjson.loads", orjson.loads)):
        per_byte = decompressing + _parsing(path, loads)
        print(
            f"  {name + ' of every line':32} {1e-6 / per_byte:6,.0f} MB/s; the scan is {per_byte / scan_time:.1f} x as fast"
        )
    for name, read in (("decompress", _decompress), ("scan", _scan)):
        alone, both = [], []
        for _ in range(rounds):
            alone.append(_wall(partial(read, path)))
            both.append(_wall(partial(_on_threads, read, paths)))
        rate, ratio = sum(sizes) / min(both) / 1e6, 2 * min(alone) / min(both)
        print(f"  {name + ' two files on two threads':32} {rate:6,.0f} MB/s {ratio:6.2f} x one file (wall)")


def records(name: str, lines: Sequence[bytes], rounds: int) -> None:
    """Compare records with orjson dicts, over lines in memory, with all of them kept and one at a time."""
    kind: type[JsonComment | JsonSubmission]
    kind = JsonComment if isinstance(decode(lines[0]), JsonComment) else JsonSubmission
    likely = Comment if kind is JsonComment else Submission
    lines = [line for line in lines if isinstance(decode(line), kind)]
    size = sum(map(len, lines))
    readers: dict[str, Callable[[bytes], object]] = {
        "orjson.loads to dict": orjson.loads,
        "decode to struct": partial(decode_as, kind=kind),
        "parse to record": partial(parse, likely=likely),
    }
    for how, run, collector in (
        ("every one kept", list, gc.enable),
        ("every one kept, collector off", list, gc.disable),
        ("one at a time", _drain, gc.enable),
    ):
        print(f"{name}, {how}: {len(lines):,} lines of {size // len(lines):,} bytes")
        jobs = {reader: partial(_apply, run, read, lines) for reader, read in readers.items()}
        gc.collect()
        collector()
        times = _measure(jobs, rounds)
        gc.enable()
        _print(times, "orjson.loads to dict", size)


def _apply(run: Callable[[Iterable[object]], object], read: Callable[[bytes], object], lines: Sequence[bytes]) -> None:
    run(map(read, lines))


def _drain(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _decompress(path: Path) -> float:
    """Return the CPU seconds of decompression alone, after the first turn of the window."""
    timer = _Timer()
    for _ in timer.watched(Archive(path).blocks()):
        pass
    return timer.seconds()


def _scan(path: Path) -> float:
    timer = _Timer()
    for _ in scan(timer.watched(Archive(path).blocks()), [SUBREDDIT]):
        pass
    return timer.seconds()


class _Timer:
    """CPU time of this thread since the end of the window's first turn."""

    def __init__(self) -> None:
        self._begin = 0.0

    def watched(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        passed = 0
        for block in blocks:
            passed += len(block)
            if not self._begin and passed > _WINDOW:
                self._begin = time.thread_time()
            yield block

    def seconds(self) -> float:
        return time.thread_time() - self._begin


def _comments_of_subreddit(path: Path) -> list[bytes]:
    lines = [line for matches in scan(Archive(path).blocks(), [SUBREDDIT]) for line, _, _ in matches.lines]
    return [line for line in lines if isinstance(parse(line), Comment)]


def _on_threads(read: Callable[[Path], float], paths: Sequence[Path]) -> list[float]:
    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(read, paths))


def _parsing(path: Path, loads: Callable[[bytes], object]) -> float:
    """Return the CPU seconds per byte of parsing every line of the first 100 MB, the better of two rounds."""
    lines: list[bytes] = []
    for batch in Archive(path).batches():
        lines += batch.lines
        if len(lines) * _LINE > 100e6:
            break
    job = {"parse": partial(_apply, _drain, loads, lines)}
    return min(_measure(job, 2)["parse"]) / (sum(map(len, lines)) + len(lines))


def _turns(jobs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds that each job reports, by round. In a round all jobs take turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            times[name].append(job())
    return times


def _measure(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each job, by round."""
    return _turns({name: partial(_cpu, job) for name, job in jobs.items()}, rounds)


def _print(times: Mapping[str, Sequence[float]], base: str, size: int) -> None:
    """Print the best rate of each job, and its median ratio to `base` in the same round."""
    for name, seconds in times.items():
        ratio = median(before / after for before, after in zip(times[base], seconds, strict=True))
        print(f"  {name:32} {size / min(seconds) / 1e6:6,.0f} MB/s {ratio:6.2f} x")


def _cpu(job: Callable[[], object]) -> float:
    begin = time.thread_time()
    job()
    return time.thread_time() - begin


def _wall(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, msgspec {msgspec.__version__}, orjson {orjson.__version__}")
    main()
