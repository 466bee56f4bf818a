"""Which shards a stage has to do: those whose output is missing or was made from something else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


def stale_shards(
    corpus: Corpus,
    stage: str,
    version: int,
    *,
    reads: Sequence[str],
    writes: str,
    rule: Mapping[str, Any] | None = None,
) -> Iterator[tuple[int, str]]:
    """The shards to do, each with the fingerprint that its new output is to carry.

    `reads` are tables of a shard; where the first is not there yet, there is nothing to do. `rule` is what else the
    output depends on, as JSON values.
    """
    for shard in range(corpus.shards):
        stamps = [storage.read_stamp(corpus.fs, corpus.shard_path(shard, table)) for table in reads]
        if stamps[0] is None:
            continue
        contents = {table: stamp.content if stamp else None for table, stamp in zip(reads, stamps, strict=True)}
        made_of = storage.fingerprint(stage, version, {**(rule or {}), **contents})
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, writes))
        if done is None or done.fingerprint != made_of:
            yield shard, made_of


def stale_together(
    corpus: Corpus,
    stage: str,
    version: int,
    *,
    reads: Sequence[str],
    writes: str,
    rule: Mapping[str, Any] | None = None,
) -> str | None:
    """The same for a stage that looks at all shards to write any: its fingerprint, or None when there is nothing to do."""
    paths = [corpus.shard_path(shard, table) for shard in range(corpus.shards) for table in reads]
    stamps = [storage.read_stamp(corpus.fs, path) for path in paths]
    contents = [stamp.content if stamp else None for stamp in stamps]
    made_of = storage.fingerprint(stage, version, {**(rule or {}), "contents": contents})
    for shard in range(corpus.shards):
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, writes))
        if done is None or done.fingerprint != made_of:
            return made_of
    return None
