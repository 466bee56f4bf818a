"""The objects as their sources gave them, by id."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from photoshop_request.errors import InputError
from photoshop_request.reddit.fields import bare_id
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.incoming import INCOMING_TABLES, RAW, read_parts, read_rows


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation of one thing."""

    table: str
    """submissions or comments."""
    source: str
    part: str
    last_seen: int | None
    line: bytes
    """The JSON object, byte for byte."""


def find_observations(corpus: Corpus, thing_id: str) -> list[Observation]:
    """Every observation of a submission or comment, in the order of sources and parts.

    `thing_id` may have its prefix (`t3_`, `t1_`); with it only that kind is looked for.

    Raises:
        InputError: the corpus has no such thing.
    """
    kinds = {"t3_": ["submissions"], "t1_": ["comments"]}.get(thing_id[:3].lower(), list(INCOMING_TABLES))
    found = [raw for table in kinds for raw in _observations(corpus, table, bare_id(thing_id))]
    if not found:
        raise InputError(f"{corpus.address}: has no {' or '.join(kinds)} with the id {thing_id}.")
    return found


def _observations(corpus: Corpus, table: str, thing_id: str) -> Iterator[Observation]:
    for summary in read_parts(corpus):
        # a comment lies in the shard of its submission, which its own id does not tell
        shards = [shard_of(thing_id, corpus.shards)] if table == "submissions" else summary.shards.get(table, ())
        for shard in shards:
            ids = read_rows(corpus, summary, table, shard, ["id"])
            if ids is None or not pc.any(pc.equal(ids["id"], thing_id)).as_py():
                continue
            rows = read_rows(corpus, summary, table, shard, ["id", "last_seen", RAW.name])
            for row in rows.filter(pc.field("id") == thing_id).to_pylist() if rows else ():
                yield Observation(table, summary.source, summary.part, row["last_seen"], row[RAW.name])
