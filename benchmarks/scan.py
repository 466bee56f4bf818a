"""How fast dumps are read, as ratios measured in one run: `python benchmarks/scan.py [--megabytes 3300] [FILE…]`.

Made monthly files (1 line in 2,000 wanted, 2 GiB window) for the scan; made per-subreddit files, or given ones, for the
records. Monthly files have 20 to 400 GB, so what counts is the rate after the window's first turn, in which the system
hands out its 2 GiB page by page: a made file is longer than that, and its beginning is not timed. Rates are of CPU time, the best of several rounds; ratios are medians over rounds in which all take turns.
Dicts that are kept cost Python's garbage collector more the more there are, records cost it nothing: both are shown.
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
from made_dumps import WANTED, comments, submissions, write_zst

from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.json_structs import JsonComment, JsonSubmission, decode, decode_as
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.reddit.scan import scan

_LINE = 1600
"""Bytes of a made comment."""
_WINDOW = 2**31
"""Bytes of the window, the part of a file that is not timed."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--megabytes", type=int, default=3300, help="decompressed size of each monthly file, over 2150"
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "photoshop-request-benchmarks"))
    arguments.add_argument("files", nargs="*", help="real per-subreddit dumps to measure records on as well")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    monthly = [given.folder / f"RC_2020-0{number}-{given.megabytes}MB.zst" for number in (1, 2)]
    lines = given.megabytes * 1_000_000 // _LINE
    sizes = [write_zst(path, comments(lines, every=2000, seed=number)) for number, path in enumerate(monthly)]
    scanning(monthly, sizes, given.rounds)
    records("made comments", list(comments(20_000)), given.rounds)
    records("made submissions", list(submissions(20_000)), given.rounds)
    for name in given.files:
        real = [line for batch in Archive(name).batches() for line in batch.lines]
        records(Path(name).name, [line for line in real if line.endswith(b"}")][:50_000], given.rounds)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB (two files open at once)")


def scanning(paths: Sequence[Path], sizes: Sequence[int], rounds: int) -> None:
    """The whole-Reddit scan against decompressing alone and against parsing every line."""
    path, size = paths[0], sizes[0]
    took = _turns(
        {"decompress only": partial(_decompress, path), "scan for one subreddit": partial(_scan, path)}, rounds
    )
    print(
        f"{path.name}: {size / 1e6:,.0f} MB from {path.stat().st_size / 1e6:,.0f} MB, {len(_found(path))} wanted lines"
    )
    _print(took, "decompress only", size - _WINDOW)
    decompressing, scan_time = (min(seconds) / (size - _WINDOW) for seconds in took.values())
    for name, loads in (("json.loads", json.loads), ("orjson.loads", orjson.loads)):
        each = decompressing + _parsing(path, loads)
        print(f"  {name + ' of every line':32} {1e-6 / each:6,.0f} MB/s; the scan is {each / scan_time:.1f} x as fast")
    for name, read in (("decompress", _decompress), ("scan", _scan)):
        alone, both = [], []
        for _ in range(rounds):
            alone.append(_wall(partial(read, path)))
            both.append(_wall(partial(_on_threads, read, paths)))
        rate, ratio = sum(sizes) / min(both) / 1e6, 2 * min(alone) / min(both)
        print(f"  {name + ' two files on two threads':32} {rate:6,.0f} MB/s {ratio:6.2f} x one file (wall)")


def records(name: str, lines: Sequence[bytes], rounds: int) -> None:
    """Records against orjson dicts, over lines in memory: every one kept, and one at a time."""
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
        ("one at a time", _drained, gc.enable),
    ):
        print(f"{name}, {how}: {len(lines):,} lines of {size // len(lines):,} bytes")
        jobs = {reader: partial(_apply, run, read, lines) for reader, read in readers.items()}
        gc.collect()
        collector()
        took = _measure(jobs, rounds)
        gc.enable()
        _print(took, "orjson.loads to dict", size)


def _apply(run: Callable[[Iterable[object]], object], read: Callable[[bytes], object], lines: Sequence[bytes]) -> None:
    run(map(read, lines))


def _drained(things: Iterable[object]) -> None:
    for _ in things:
        pass


def _decompress(path: Path) -> float:
    """CPU seconds of decompressing alone, after the window's first turn."""
    timer = _Timer()
    for _ in timer.watched(Archive(path).blocks()):
        pass
    return timer.seconds()


def _scan(path: Path) -> float:
    timer = _Timer()
    for _ in scan(timer.watched(Archive(path).blocks()), [WANTED]):
        pass
    return timer.seconds()


class _Timer:
    """CPU time of this thread since the window's first turn ended."""

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


def _found(path: Path) -> list[bytes]:
    found = [line for finds in scan(Archive(path).blocks(), [WANTED]) for line, _, _ in finds.lines]
    return [line for line in found if isinstance(parse(line), Comment)]


def _on_threads(read: Callable[[Path], float], paths: Sequence[Path]) -> list[float]:
    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(read, paths))


def _parsing(path: Path, loads: Callable[[bytes], object]) -> float:
    """CPU seconds a byte to parse every line: on the first 100 MB, the better of two."""
    lines: list[bytes] = []
    for batch in Archive(path).batches():
        lines += batch.lines
        if len(lines) * _LINE > 100e6:
            break
    job = {"parse": partial(_apply, _drained, loads, lines)}
    return min(_measure(job, 2)["parse"]) / (sum(map(len, lines)) + len(lines))


def _turns(jobs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """What each job says it took, round by round; in a round all take turns."""
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            took[name].append(job())
    return took


def _measure(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each job, round by round."""
    return _turns({name: partial(_cpu, job) for name, job in jobs.items()}, rounds)


def _print(took: Mapping[str, Sequence[float]], base: str, size: int) -> None:
    """Best rate of each job, and the median of its ratios to `base` in the same round."""
    for name, seconds in took.items():
        ratio = median(before / after for before, after in zip(took[base], seconds, strict=True))
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
