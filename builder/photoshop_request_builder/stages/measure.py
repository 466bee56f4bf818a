"""Count the rows and bytes of each config and split in a shard, without reading a picture."""

from collections import Counter
from typing import Any

import pyarrow as pa

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.configs import ROWS, read_context
from photoshop_request_builder.dataset.files import shard_fingerprint
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.thread import PictureRef, read_threads
from photoshop_request_builder.engine.stage import Contents, Rule, ShardInputs, Stage
from photoshop_request_builder.store import tables


def fingerprint(_stage: Stage, rule: Rule, contents: Contents) -> str:
    """Return the fingerprint of one shard's rows in every config."""
    return shard_fingerprint(list(contents.values()), rule)


def make_sizes(inputs: ShardInputs) -> pa.Table:
    """Return the sizes of one shard."""
    rows: Counter[tuple[str, str]] = Counter()
    sizes: Counter[tuple[str, str]] = Counter()
    context = read_context(inputs.corpus)
    for thread in read_threads(inputs.corpus, inputs.shard, None, read_policy(inputs.corpus)):
        for config in CONFIGS:
            for row in ROWS[config](thread, context):
                rows[config, thread.split] += 1
                sizes[config, thread.split] += size_of(row)
    sizes_rows = [
        {"config": config, "split": split, "rows": count, "bytes": sizes[config, split]}
        for (config, split), count in sorted(rows.items())
    ]
    return pa.Table.from_pylist(sizes_rows, schema=tables.SIZES)


def size_of(row: Any) -> int:
    """Return the approximate bytes of a row: its pictures and texts."""
    if isinstance(row, PictureRef):
        return row.size
    if isinstance(row, dict):
        return sum(size_of(value) for value in row.values())
    if isinstance(row, list):
        return sum(size_of(value) for value in row)
    return len(row) if isinstance(row, str | bytes) else 8
