"""Whose pictures are not asked for, or not looked for elsewhere: what was taken down, removed or deleted stays so."""

import pyarrow as pa

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.taken_down import taken_down_ids
from photoshop_request_builder.store.tombstones import TombstoneKind, load_tombstones

__all__ = ["removed_addresses", "taken_down_addresses"]


def taken_down_addresses(corpus: Corpus) -> tuple[frozenset[str], frozenset[str]]:
    """Addresses that somebody asked to be taken down or that stand in things that are, and those that others link to.

    An address may be in both.

    Raises:
        CorpusError: the tombstones cannot be read.
    """
    tombstones = load_tombstones(corpus)
    gone: set[str] = set()
    staying: set[str] = set()
    for shard in range(corpus.shards) if tombstones else ():
        columns = ["url", "canonical", "submission_id", "comment_id", "reason"]
        links = storage.find_rows(corpus.fs, corpus.shard_path(shard, "links"), columns)
        if not links:
            continue
        things = taken_down_ids(corpus, shard, tombstones)
        for link in links:
            if (
                link["submission_id"] in things[TombstoneKind.SUBMISSION]
                or link["comment_id"] in things[TombstoneKind.COMMENT]
                or any(tombstones.covers(TombstoneKind.ADDRESS, link[name]) for name in ("url", "canonical"))
            ):
                gone.add(link["canonical"])
            elif link["reason"] is None:
                staying.add(link["canonical"])
    return frozenset(gone), frozenset(staying)


def removed_addresses(corpus: Corpus) -> frozenset[str]:
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
