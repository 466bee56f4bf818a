"""Which things of a shard are taken down: named themselves, or by people whose everything is."""

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, Tombstones

__all__ = ["taken_down_ids"]

_TABLES = {TombstoneKind.SUBMISSION: "submissions", TombstoneKind.COMMENT: "comments"}


def taken_down_ids(corpus: Corpus, shard: int, tombstones: Tombstones) -> dict[TombstoneKind, frozenset[str]]:
    """The ids of one shard's submissions and comments that `tombstones` cover.

    Raises:
        CorpusError: a table is damaged.
        FileNotFoundError: a table is missing. Never taken for an empty one: whose things they are would not be known.
    """
    return {
        kind: frozenset(
            row["id"]
            for row in storage.read_table(corpus.fs, corpus.shard_path(shard, table), ["id", "author"]).to_pylist()
            if tombstones.covers(kind, row["id"]) or tombstones.covers(TombstoneKind.AUTHOR, row["author"])
        )
        for kind, table in _TABLES.items()
    }
