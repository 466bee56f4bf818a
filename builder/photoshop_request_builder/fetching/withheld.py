"""Whose pictures are not looked for elsewhere: what was removed or deleted stays so, also in archives."""

import pyarrow as pa

from photoshop_request_builder import storage
from photoshop_request_builder.corpus import Corpus

__all__ = ["withheld_addresses"]


def withheld_addresses(corpus: Corpus) -> frozenset[str]:
    """Addresses in posts and comments that were removed or deleted, by whomever: no copy is looked for of them, nor of what they lead to."""
    found: set[str] = set()
    for shard in range(corpus.shards):
        links = storage.find_rows(
            corpus.fs, corpus.shard_path(shard, "links"), ["canonical", "submission_id", "comment_id"]
        )
        if not links:
            continue
        removed: set[str | None] = set()
        for table in ("submissions", "comments"):
            path = corpus.shard_path(shard, table)
            found_table = storage.find_table(corpus.fs, path, ["id", "removed_by_category", "deleted_by_author"])
            if found_table is not None:
                removed |= _removed(found_table)
        found.update(link["canonical"] for link in links if {link["submission_id"], link["comment_id"]} & removed)
    return frozenset(found)


def _removed(table: pa.Table) -> set[str | None]:
    return {row["id"] for row in table.to_pylist() if row["removed_by_category"] or row["deleted_by_author"]}
