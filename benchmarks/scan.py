"""How fast dumps are read, as ratios measured in one run: `python benchmarks/scan.py [--megabytes 1000] [FILE…]`.

Made monthly files (1 line in 2,000 wanted, 2 GiB window) for the scan; made per-subreddit files, or given ones, for the
records. Each figure is the best of interleaved rounds: on a shared machine the best is the least disturbed.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import orjson
from made_dumps import WANTED, comments, submissions, write_zst

from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.raw import RawComment, RawSubmission, decode, decode_as
from photoshop_request.reddit.records import Comment
from photoshop_request.reddit.scan import scan

_LINE = 1600
"""Bytes of a made comment."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=1000, help="decompressed size of each monthly file")
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
    jobs: dict[str, Callable[[], object]] = {
        "decompress only": lambda: sum(map(len, Archive(path).blocks())),
        "scan for r/PhotoshopRequest": lambda: _scan(path),
    }
    cpu, wall = _measure(jobs, rounds)
    base = cpu["decompress only"]
    print(f"{path.name}: {size / 1e6:,.0f} MB from {path.stat().st_size / 1e6:,.0f} MB, {_scan(path)} wanted lines")
    for name in jobs:
        print(
            f"  {name:32} {size / cpu[name] / 1e6:7,.0f} MB/s of CPU {base / cpu[name]:6.2f} x  (wall {wall[name]:.2f} s)"
        )
    for name, seconds in (
        ("json.loads each line", _parsing(path, json.loads)),
        ("orjson each line", _parsing(path, orjson.loads)),
    ):
        ratio = seconds / cpu["scan for r/PhotoshopRequest"]
        print(f"  {name:32} {size / seconds / 1e6:7,.0f} MB/s of CPU; the scan is {ratio:.1f} x as fast")
    alone = min(_seconds(lambda: _scan(path)) for _ in range(rounds))
    both = min(_seconds(lambda: _scan_all(paths)) for _ in range(rounds))
    print(
        f"  two files, two threads           {sum(sizes) / both / 1e6:7,.0f} MB/s, {alone * 2 / both:.2f} x one (wall)"
    )


def records(name: str, lines: Sequence[bytes], rounds: int) -> None:
    """Typed records against orjson dicts, over lines in memory."""
    kind = RawComment if isinstance(decode(lines[0]), RawComment) else RawSubmission
    lines = [line for line in lines if isinstance(decode(line), kind)]
    jobs: dict[str, Callable[[], object]] = {
        "orjson.loads to dict": lambda: [orjson.loads(line) for line in lines],
        "decode to struct": lambda: [decode_as(line, kind) for line in lines],
        "parse to dataclass": lambda: [parse(line) for line in lines],
    }
    cpu, _ = _measure(jobs, rounds)
    size = sum(map(len, lines))
    print(f"{name}: {len(lines):,} lines of {size // len(lines):,} bytes")
    for job, seconds in cpu.items():
        ratio = cpu["orjson.loads to dict"] / seconds
        print(
            f"  {job:32} {seconds / len(lines) * 1e6:7.2f} us a line, {size / seconds / 1e6:5,.0f} MB/s {ratio:6.2f} x"
        )


def _scan(path: Path) -> int:
    found = [line for finds in scan(Archive(path).blocks(), [WANTED]) for line, _, _ in finds.lines]
    return sum(isinstance(parse(line), Comment) for line in found)


def _scan_all(paths: Sequence[Path]) -> list[int]:
    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(_scan, paths))


def _parsing(path: Path, loads: Callable[[bytes], object]) -> float:
    """CPU seconds to decompress and parse every line: measured on the first 100 MB, scaled to all."""
    done, begin = 0, time.thread_time()
    archive = Archive(path)
    for batch in archive.batches():
        for line in batch.lines:
            loads(line)
        done += sum(map(len, batch.lines)) + len(batch.lines)
        if done > 100e6:
            break
    return (time.thread_time() - begin) * archive.size / archive.consumed


def _measure(jobs: dict[str, Callable[[], object]], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Best CPU and wall seconds of each job, over rounds in which all of them take turns."""
    cpu = dict.fromkeys(jobs, float("inf"))
    wall = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds):
        for name, job in jobs.items():
            begin, begin_wall = time.thread_time(), time.perf_counter()
            job()
            cpu[name] = min(cpu[name], time.thread_time() - begin)
            wall[name] = min(wall[name], time.perf_counter() - begin_wall)
    return cpu, wall


def _seconds(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, msgspec {msgspec.__version__}, orjson {orjson.__version__}")
    main()
