"""Measure time and memory of merging: `python benchmarks/merge.py [--rows 1000000 2000000 4000000]`.

The comments are generated, as from two overlapping sources: each row once, and every tenth again, newer and deleted. Each
size runs in its own process, so that its peak memory is its own.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.incoming import IngestSummary
from photoshop_request_builder.store.tables import COMMENTS

_BODY = 180
"""Mean bytes of a comment's text."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 2_000_000, 4_000_000])
    arguments.add_argument("--shards", type=int, default=64)
    options = arguments.parse_args()
    print("     comments   seconds  us per row  peak memory   largest table in memory")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            corpus = create_corpus(folder, subreddits=("PhotoshopRequest",), shards=options.shards)
            _make(corpus, rows)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, peak, largest = pool.apply(_merge, (corpus,))
        print(f"{rows:13,} {seconds:9.1f} {seconds / rows * 1e6:10.1f} {peak / 1e3:9,.0f} MB {largest / 1e6:14,.0f} MB")


def _merge(corpus: Corpus) -> tuple[float, int, int]:
    """Return seconds, peak resident kilobytes, and the bytes of the largest shard's table."""
    begin = time.perf_counter()
    for job in plan(stage_named("merge"), corpus):
        job.run()
    seconds = time.perf_counter() - begin
    largest = max(storage.read_table(corpus.fs, corpus.shard_path(shard, "comments")).nbytes for shard in (0, 1))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, largest


def _make(corpus: Corpus, rows: int) -> None:
    """Write two parts under incoming/: all rows, and every tenth again."""
    for part, step, seen, body in (("first", 1, 1_700_000_000, None), ("again", 10, 1_800_000_000, "[deleted]")):
        folder = Path(corpus.path("incoming", "archive", part))
        folder.mkdir(parents=True)
        for shard in range(corpus.shards):
            numbers = np.arange(shard, rows, corpus.shards)[::step]
            pq.write_table(_table(numbers, seen, body), folder / f"{shard:05d}.comments.parquet", compression="zstd")
        summary = IngestSummary(
            "archive", part, part, part, 1, "complete", "", rows, 0, rows, 0, 0, {}, shards={"comments": list(range(corpus.shards))}
        )  # fmt: skip
        storage.write_json(
            corpus.fs, str(folder / "part.json"), {name: getattr(summary, name) for name in summary.__slots__}
        )


def _table(numbers: np.ndarray, seen: int, body: str | None) -> pa.Table:
    chance = np.random.default_rng(int(numbers[0]) if len(numbers) else 0)
    ids = [f"c{number:x}" for number in numbers]
    bodies = [chance.bytes(length // 2).hex() for length in chance.poisson(_BODY, len(ids))]
    posts = [f"s{number // 24:x}" for number in numbers]
    columns = {
        "id": ids, "submission_id": posts, "parent_id": [f"t3_{post}" for post in posts],
        "subreddit": ["PhotoshopRequest"] * len(ids), "author": [f"user{number % 99_991}" for number in numbers],
        "created_utc": 1_500_000_000 + numbers, "body": [body] * len(ids) if body else bodies, "score": numbers % 50,
        "stickied": [False] * len(ids), "deleted_by_author": [body is not None] * len(ids),
        "permalink": [f"/r/PhotoshopRequest/comments/{post}/words_of_a_title/{thing}/" for post, thing in zip(posts, ids, strict=True)],
        "media": [[]] * len(ids), "sources": [["dump.zst"]] * len(ids), "first_seen": [seen] * len(ids), "last_seen": [seen] * len(ids),
    }  # fmt: skip
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(len(ids), field.type)
        for field in COMMENTS
    ]
    return pa.Table.from_arrays(arrays, schema=COMMENTS)


if __name__ == "__main__":
    main()
