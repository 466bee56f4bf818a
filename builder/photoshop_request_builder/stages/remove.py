"""remove: tombstones, submissions, comments, candidates -> removed, what of a shard must not be published."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.taken_down import taken_down_ids
from photoshop_request_builder.store.tombstones import TombstoneKind, Tombstones, load_tombstones

VERSION = 2
_PICTURE = ["comment_id", "role", "link", "url", "sha256", "phash"]


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose content or whose tombstones changed."""
    entries = sorted([kind, *hashes] for kind, hashes in load_tombstones(corpus).entries)
    jobs = []
    for shard in range(corpus.shards):
        stamps = [
            storage.read_stamp(corpus.fs, corpus.shard_path(shard, name))
            for name in ("submissions", "comments", "candidates")
        ]
        if stamps[-1] is None:
            continue
        # without tombstones nothing else matters
        contents = [stamp.content if stamp else None for stamp in stamps] if entries else []
        made_of = storage.fingerprint("remove", VERSION, {"tombstones": entries, "contents": contents})
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "removed"))
        if done is None or done.fingerprint != made_of:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of)))
    return jobs


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write what is removed of one shard: the ids and digests that stand in its tables."""
    tombstones = load_tombstones(corpus)
    found = sorted(set(_removed(corpus, shard, tombstones))) if tombstones else []
    table = pa.Table.from_pylist([{"kind": kind, "value": value} for kind, value in found], schema=tables.REMOVED)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "removed"), table, fingerprint)


def _removed(corpus: Corpus, shard: int, tombstones: Tombstones) -> Iterator[tuple[TombstoneKind, str]]:
    """Submissions, comments, and pictures by SHA-256; what hangs on them is found by their ids."""
    things = taken_down_ids(corpus, shard, tombstones)
    yield from ((kind, thing_id) for kind, ids in things.items() for thing_id in ids)
    for row in storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates"), _PICTURE).to_pylist():
        # what the requester posted there may be the source of edits in other comments
        is_source = row["role"] != "candidate" and row["comment_id"] in things[TombstoneKind.COMMENT]
        if row["sha256"] and (is_source or _covers_picture(tombstones, row)):
            yield TombstoneKind.SHA256, row["sha256"]


def _covers_picture(tombstones: Tombstones, row: dict[str, Any]) -> bool:
    return (
        tombstones.covers(TombstoneKind.SHA256, row["sha256"])
        or any(tombstones.covers(TombstoneKind.ADDRESS, row[name]) for name in ("link", "url"))
        or tombstones.covers_picture(row["phash"], is_source=row["role"] != "candidate")
    )
