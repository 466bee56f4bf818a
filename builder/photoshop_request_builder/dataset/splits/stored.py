"""Read the split of each request."""

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


def read_splits(corpus: Corpus) -> dict[str, str]:
    """Return the split of every request that has one, by id."""
    splits: dict[str, str] = {}
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "splits")
        if storage.read_stamp(corpus.fs, path):
            rows = storage.read_table(corpus.fs, path, ["submission_id", "split"]).to_pylist()
            splits.update({row["submission_id"]: row["split"] for row in rows if row["split"]})
    return splits
