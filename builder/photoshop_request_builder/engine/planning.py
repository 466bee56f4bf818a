"""Find the jobs of a stage: the shards with missing or outdated output."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.stage import Contents, Rule, ShardInputs, Stage, Unit
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, table_contents


def plan(stage: Stage, corpus: Corpus) -> Sequence[Job[None]]:
    """Return the jobs of `stage` whose output is not up to date.

    Raises:
        InputError: a setting has a value that is not allowed.
        CorpusError, StorageError: the corpus cannot be read.
    """
    if stage.plan:
        return stage.plan(stage, corpus)
    if stage.unit is Unit.CORPUS:
        return _plan_corpus(stage, corpus)
    return list(_plan_shards(stage, corpus))


def _plan_shards(stage: Stage, corpus: Corpus) -> Iterator[Job[None]]:
    tables = frozenset((*stage.reads, *stage.looks_up, *stage.writes))
    for shard, rule in enumerate(_rules(stage, corpus)):
        if rule is None:
            continue
        contents = table_contents(corpus, shard, stage.reads)
        if stage.reads and contents[stage.reads[0]] is None:
            continue
        fingerprint = stage.fingerprint(stage, rule, contents)
        paths = [corpus.shard_path(shard, table) for table in stage.writes]
        if not all(_is_current(corpus, path, fingerprint) for path in paths):
            inputs = ShardInputs(corpus, shard, rule, tables)
            yield Job(f"shard {shard:05d}", partial(_write, stage.function, inputs, paths, corpus, fingerprint))


def _rules(stage: Stage, corpus: Corpus) -> Sequence[Rule | None]:
    return list(stage.rules(corpus)) if stage.rules else [stage.rule(corpus)] * corpus.shards


def _plan_corpus(stage: Stage, corpus: Corpus) -> list[Job[None]]:
    rule = stage.rule(corpus)
    if rule is None:
        return []
    by_shard: list[Contents] = [table_contents(corpus, shard, stage.reads) for shard in range(corpus.shards)]
    contents = [content for shard in by_shard for content in shard.values()]
    fingerprint = storage.fingerprint(stage.name, stage.version, {**rule, "contents": contents})
    [output] = stage.writes
    paths = [corpus.shard_path(shard, output) for shard in range(corpus.shards)]
    if output.endswith(".json"):
        paths = [corpus.path(output)]
    if all(_is_current(corpus, path, fingerprint) for path in paths):
        return []
    return [Job(stage.name, partial(_write, stage.function, corpus, paths, corpus, fingerprint))]


def _is_current(corpus: Corpus, path: str, fingerprint: str) -> bool:
    if path.endswith(".json"):
        record = storage.read_json(corpus.fs, path)
        return record is not None and record.get("fingerprint") == fingerprint
    stamp = storage.read_stamp(corpus.fs, path)
    return stamp is not None and stamp.fingerprint == fingerprint


def _write(function: Callable[[Any], Any], inputs: Any, paths: list[str], corpus: Corpus, fingerprint: str) -> None:
    """Call `function` and write its output, one table or JSON object per path."""
    outputs = function(inputs)
    for path, output in zip(paths, [outputs] if isinstance(outputs, pa.Table | dict) else outputs, strict=True):
        if isinstance(output, pa.Table):
            storage.write_table(corpus.fs, path, output, fingerprint)
        else:
            storage.write_json(corpus.fs, path, {"fingerprint": fingerprint, **output})
