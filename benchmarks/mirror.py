"""Compare reading a flat Parquet mirror with duckdb: `python benchmarks/mirror.py [MIRROR.parquet] [--rows 1000000]`.

Both select one subreddit of a month of all of Reddit. The mirror is made if none is given: 14 columns and row groups of
131,072 rows as in open-index/arctic, with every 2,000th row of the subreddit. Each run has its own process. Runs
alternate, and the least processor seconds of three count.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.reddit.archives import Archive, ArchiveStatus

SUBREDDIT = "PhotoshopRequest"
ROW_GROUP = 131_072
COLUMNS = "id, author, subreddit, title, selftext, score, created_utc, num_comments, url, over_18, link_flair_text"
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "author", "subreddit", "title", "selftext", "url")),
        *((name, pa.int64()) for name in ("score", "created_utc", "num_comments")),
        ("created_at", pa.timestamp("us")),
        ("title_length", pa.int32()),
        ("over_18", pa.bool_()),
        *((name, pa.string()) for name in ("link_flair_text", "author_flair_text")),
    ]
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("mirror", type=Path, nargs="?")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mirror = options.mirror or make_mirror(Path(folder, "RS_2023-07.parquet"), options.rows)
        rows = pq.ParquetFile(mirror).metadata.num_rows
        runs = {work.__name__: [_measured(work, mirror) for _ in range(3)] for work in (with_duckdb, ours)}
    print(f"{rows:,} rows, {mirror.stat().st_size / 1e6:,.0f} MB" if options.mirror else f"{rows:,} rows")
    least = {name: min(run[1] for run in found) for name, found in runs.items()}
    for name, found in runs.items():
        print(
            f"{name:12} {found[0][0]:,} rows  {least[name]:6.2f} core seconds  ratio {least[name] / least['with_duckdb']:.2f}"
            f"  peak {max(run[2] for run in found):,.0f} MB"
        )


def with_duckdb(path: Path) -> int:
    with duckdb.connect() as database:
        database.execute("set threads = 1")
        database.execute("set enable_progress_bar = false")
        query = f"select {COLUMNS} from read_parquet(?) where subreddit = ?"
        return len(database.execute(query, [str(path), SUBREDDIT]).fetchall())


def ours(path: Path) -> int:
    archive = Archive(path)
    count = sum(len(matches.lines) for matches in archive.rows([SUBREDDIT]))
    assert archive.status is ArchiveStatus.COMPLETE, archive.detail
    return count


def _measured(work: Callable[[Path], int], path: Path) -> tuple[int, float, float]:
    """Return rows, processor seconds and peak memory in MB of a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (work, path))


def _measure(work: Callable[[Path], int], path: Path) -> tuple[int, float, float]:
    work(path)  # imports are not measured
    begin = time.process_time()
    count = work(path)
    return count, time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def make_mirror(path: Path, rows: int) -> Path:
    """Write a mirror of `rows` submissions in 20,000 subreddits, some of which are large."""
    chance = random.Random(21)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(2, 10))) for _ in range(30_000)]
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for first in range(0, rows, ROW_GROUP):
            group = [_row(number, chance, words) for number in range(first, min(first + ROW_GROUP, rows))]
            writer.write_table(pa.Table.from_pylist(group, schema=SCHEMA))
    return path


def _row(number: int, chance: random.Random, words: list[str]) -> dict[str, object]:
    title = " ".join(chance.choices(words, k=chance.randrange(3, 15)))
    return {
        "id": f"{number:x}",
        "author": f"user{chance.randrange(10**6)}",
        "subreddit": SUBREDDIT if number % 2000 == 7 else f"sub_{int(20_000 * chance.random() ** 3)}",
        "title": title,
        "selftext": "" if chance.random() < 0.6 else " ".join(chance.choices(words, k=chance.randrange(5, 150))),
        "url": f"https://www.reddit.com/gallery/{number:x}" if number % 3 else f"https://i.redd.it/{number:013x}.jpg",
        "score": chance.randrange(1000),
        "created_utc": 1_690_000_000 + number,
        "num_comments": chance.randrange(50),
        "created_at": (1_690_000_000 + number) * 1_000_000,
        "title_length": len(title),
        "over_18": False,
        "link_flair_text": "",
        "author_flair_text": "",
    }


if __name__ == "__main__":
    main()
