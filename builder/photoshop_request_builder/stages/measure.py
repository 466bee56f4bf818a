"""measure: threads -> sizes, how many rows and bytes each config and split will have, without reading a picture."""

from collections import Counter
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.configs import ROWS, context_of
from photoshop_request_builder.dataset.files import shard_fingerprint
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.thread import PictureRef, read_threads
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose sizes are missing or of other rows."""
    jobs = []
    for shard in range(corpus.shards):
        made_of = shard_fingerprint(corpus, shard)
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "sizes"))
        if done is None or done.fingerprint != made_of:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of)))
    return jobs


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the sizes of one shard."""
    rows: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    context = context_of(corpus)
    for thread in read_threads(corpus, shard, None, read_policy(corpus)):
        for config in CONFIGS:
            for row in ROWS[config](thread, context):
                rows[config, thread.split] += 1
                sizes[config, thread.split] += size_of(row)
    found = [
        {"config": config, "split": split, "rows": count, "bytes": sizes[config, split]}
        for (config, split), count in sorted(rows.items())
    ]
    table = pa.Table.from_pylist(found, schema=tables.SIZES)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "sizes"), table, fingerprint)


def size_of(row: Any) -> int:
    """Bytes of a row, about: its pictures and texts."""
    if isinstance(row, PictureRef):
        return row.size
    if isinstance(row, dict):
        return sum(size_of(value) for value in row.values())
    if isinstance(row, list):
        return sum(size_of(value) for value in row)
    return len(row) if isinstance(row, str | bytes) else 8
