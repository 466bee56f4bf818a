"""Find the original JSON of a submission or comment, from every source."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from photoshop_request.errors import InputError
from photoshop_request.reddit.fields import bare_id
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.incoming import INCOMING_TABLES, RAW, read_parts, read_rows


@dataclass(frozen=True, slots=True)
class Observation:
    """One submission or comment as one source returned it."""

    table: str
    """submissions or comments."""
    source: str
    part: str
    last_seen: int | None
    line: bytes
    """The JSON object, byte for byte."""


def find_observations(corpus: Corpus, thing_id: str) -> list[Observation]:
    """Return every observation of a submission or comment, ordered by source and part.

    With its prefix (`t3_`, `t1_`), `thing_id` matches only submissions or only comments.

    Raises:
        InputError: the corpus has no such submission or comment.
    """
    kinds = {"t3_": ["submissions"], "t1_": ["comments"]}.get(thing_id[:3].lower(), list(INCOMING_TABLES))
    observations = [line for table in kinds for line in _observations(corpus, table, bare_id(thing_id))]
    if not observations:
        raise InputError(f"{corpus.address}: no {' or '.join(kinds)} with the id {thing_id}.")
    return observations


def _observations(corpus: Corpus, table: str, thing_id: str) -> Iterator[Observation]:
    for summary in read_parts(corpus):
        # a comment lies in the shard of its submission, which its id does not reveal
        shards = [shard_of(thing_id, corpus.shards)] if table == "submissions" else summary.shards.get(table, ())
        for shard in shards:
            ids = read_rows(corpus, summary, table, shard, ["id"])
            if ids is None or not pc.any(pc.equal(ids["id"], thing_id)).as_py():
                continue
            rows = read_rows(corpus, summary, table, shard, ["id", "last_seen", RAW.name])
            for row in rows.filter(pc.field("id") == thing_id).to_pylist() if rows else ():
                yield Observation(table, summary.source, summary.part, row["last_seen"], row[RAW.name])
