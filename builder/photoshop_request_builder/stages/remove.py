"""Find the requests, comments and pictures of a shard that tombstones cover. They are not published."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.stage import Contents, Rule, ShardInputs, Stage
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tables import REMOVED
from photoshop_request_builder.store.tombstones import TombstoneKind, Tombstones, load_tombstones, taken_down_ids

VERSION = 2
_PICTURE = ["comment_id", "role", "link", "url", "sha256", "phash"]


def rule(corpus: Corpus) -> Rule:
    """Return the tombstones, sorted."""
    return {"tombstones": sorted([kind, *hashes] for kind, hashes in load_tombstones(corpus).entries)}


def fingerprint(stage: Stage, rule: Rule, contents: Contents) -> str:
    """Return the fingerprint of one shard's output. Without tombstones the tables do not matter."""
    tables = ("submissions", "comments", "candidates") if rule["tombstones"] else ()
    return storage.fingerprint(stage.name, stage.version, {**rule, "contents": [contents[table] for table in tables]})


def make_removed(inputs: ShardInputs) -> pa.Table:
    """Return everything of one shard that is taken down: ids and digests from its tables."""
    tombstones = load_tombstones(inputs.corpus)
    removed = sorted(set(_removed(inputs, tombstones))) if tombstones else []
    return pa.Table.from_pylist([{"kind": kind, "value": value} for kind, value in removed], schema=REMOVED)


def _removed(inputs: ShardInputs, tombstones: Tombstones) -> Iterator[tuple[TombstoneKind, str]]:
    """Yield ids of submissions and comments, and SHA-256 of pictures. Readers drop the rows that refer to them."""
    ids_by_kind = taken_down_ids(inputs.corpus, inputs.shard, tombstones)
    yield from ((kind, thing_id) for kind, ids in ids_by_kind.items() for thing_id in ids)
    for row in inputs.read("candidates", _PICTURE).to_pylist():
        # a picture that the requester posted there may be the source of edits in other comments
        is_source = row["role"] != "candidate" and row["comment_id"] in ids_by_kind[TombstoneKind.COMMENT]
        if row["sha256"] and (is_source or _covers_picture(tombstones, row)):
            yield TombstoneKind.SHA256, row["sha256"]


def _covers_picture(tombstones: Tombstones, row: dict[str, Any]) -> bool:
    return (
        tombstones.covers(TombstoneKind.SHA256, row["sha256"])
        or any(tombstones.covers(TombstoneKind.ADDRESS, row[name]) for name in ("link", "url"))
        or tombstones.covers_picture(row["phash"], is_source=row["role"] != "candidate")
    )
