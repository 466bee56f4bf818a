"""Measure a top-up after many earlier ones: `python benchmarks/top_up.py [--parts 50 200]`.

Each part is a generated day of the subreddit (60 requests, 600 comments). Merging reads every part's rows of a shard with
new rows. For comparison, the same files are read by `pq.read_table` too, in alternating batches of 500.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from photoshop_request_builder.engine.jobs import HERE
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.incoming import INCOMING_TABLES

_REQUESTS = 60
_COMMENTS = 600


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parts", type=int, nargs="+", default=[50, 200])
    arguments.add_argument("--shards", type=int, default=64)
    options = arguments.parse_args()
    print("parts    files   merge after one more  ms per file   read: a file, a dataset   ratio")
    for parts in options.parts:
        with tempfile.TemporaryDirectory() as folder:
            corpus = create_corpus(Path(folder, "corpus"), subreddits=("PhotoshopRequest",), shards=options.shards)
            for day in range(parts):
                ingest.ingest_file(corpus, _made(folder, day))
            HERE.run(plan(stage_named("merge"), corpus))
            ingest.ingest_file(corpus, _made(folder, parts))
            begin = time.perf_counter()
            HERE.run(plan(stage_named("merge"), corpus))
            merged = time.perf_counter() - begin
            plain, dataset, files = _read(corpus)
        print(
            f"{parts:5,} {files:8,} {merged:20.1f} s {merged / files * 1e3:11.2f}"
            f" {plain:16.2f} s {dataset:6.2f} s {dataset / plain:7.2f}"
        )


def _read(corpus: Corpus) -> tuple[float, float, int]:
    """Return the seconds to read all files by `read_table` of ours and of pyarrow, and their number."""
    spent = [0.0, 0.0]
    files = [
        (table, path)
        for table in INCOMING_TABLES
        for path in corpus.fs.glob(f"{corpus.path('incoming')}/*/*/*.{table}.parquet")
    ]
    for first in range(0, len(files), 500):
        for way, read in enumerate((storage.read_table, _read_dataset)):
            begin = time.perf_counter()
            for table, path in files[first : first + 500]:
                read(corpus.fs, path, INCOMING_TABLES[table].names)
            spent[way] += time.perf_counter() - begin
    return spent[0], spent[1], len(files)


def _read_dataset(_: AbstractFileSystem, path: str, columns: list[str]) -> None:
    pq.read_table(path, columns=columns)


def _made(folder: str, day: int) -> str:
    """Write the lines of one day to a file, and return its path."""
    chance, path = random.Random(day), Path(folder, f"{day}.jsonl")
    begun = 1_600_000_000 + 86_400 * day
    requests = [
        {"id": f"s{day}x{number}", "title": "t" * 40, "selftext": "x" * 200, "author": "asker",
         "subreddit": "PhotoshopRequest", "created_utc": begun + number, "url": "https://i.redd.it/x.jpg"}
        for number in range(_REQUESTS)
    ]  # fmt: skip
    comments = [
        {"id": f"c{day}x{number}", "link_id": f"t3_s{day}x{chance.randrange(_REQUESTS)}", "parent_id": f"t3_s{day}x0",
         "body": "done " * 20, "author": "solver", "subreddit": "PhotoshopRequest", "created_utc": begun + number}
        for number in range(_COMMENTS)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, requests + comments)))
    return str(path)


if __name__ == "__main__":
    main()
