"""split: all requests -> splits, train / validation / test by request, stable when the corpus grows."""

from dataclasses import dataclass
from functools import partial

import xxhash

from photoshop_request_builder import storage, tables
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.engine import Job

VERSION = 1
_SHARES = (("test", 0.05), ("validation", 0.05))
"""The rest is train. A twentieth of the subreddit is about 4,000 requests: a standard error under 0.8 % for any share."""


@dataclass(frozen=True, slots=True)
class _Split:
    submission_id: str
    cluster: str
    split: str


def split_of(cluster: str) -> str:
    """The split that a cluster falls into by a stable hash of its name."""
    place = xxhash.xxh3_64_intdigest(f"split:{cluster}".encode()) / 2**64
    for split, share in _SHARES:
        if place < share:
            return split
        place -= share
    return "train"


def plan(corpus: Corpus) -> list[Job[None]]:
    """One job if the requests are others than those that were split."""
    made_of = storage.fingerprint("split", VERSION, {"submissions": _contents(corpus)})
    for shard in range(corpus.shards):
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "splits"))
        if done is None or done.fingerprint != made_of:
            return [Job("splits", partial(run, corpus, made_of))]
    return []


def run(corpus: Corpus, fingerprint: str) -> None:
    """Write the split of every request, by shard, sorted by id."""
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "submissions")
        ids = storage.read_table(corpus.fs, path, ["id"]).column("id").to_pylist() if corpus.fs.exists(path) else []
        rows = [_Split(name, name, split_of(name)) for name in sorted(ids)]
        table = tables.to_table(rows, tables.SPLITS)
        storage.write_table(corpus.fs, corpus.shard_path(shard, "splits"), table, fingerprint)


def _contents(corpus: Corpus) -> list[str | None]:
    stamps = [storage.read_stamp(corpus.fs, corpus.shard_path(shard, "submissions")) for shard in range(corpus.shards)]
    return [stamp.content if stamp else None for stamp in stamps]
