"""Check the declarations of the stages against each other and against the code."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from quiet import QUIET

from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.engine.running import run_stage
from photoshop_request_builder.engine.stage import ShardInputs, Stage
from photoshop_request_builder.stages.declared import STAGES, stage_named
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.tables import TABLES
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

INPUTS = {"decisions.sqlite", "takedown/"}
"""Written by other commands than those that run stages."""
NOT_ERASED = {
    "incoming/": "raw posts are never published",
    "rejects/": "raw lines are never published",
    "near.parquet": "digests only",
    "built/": "written again by the next build",
    "dataset/": "written again by the next build",
}


def test_every_table_is_written_by_one_stage() -> None:
    written = Counter(table for stage in STAGES for table in stage.writes if not table.endswith(".json"))
    assert written == dict.fromkeys(TABLES, 1)


def test_every_input_is_written_by_an_earlier_stage() -> None:
    """`reviews`, `nsfw` and `rewrites` may be missing, but their stages come first too."""
    known = set(INPUTS)
    for stage in STAGES:
        assert {*stage.reads, *stage.looks_up} <= known, stage.name
        known.update((*stage.writes, *stage.stores))


def test_names_are_unique_and_the_commands_of_stages_follow_each_other() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)
    commands = [stage.command for stage in STAGES]
    assert list(dict.fromkeys(commands)) == ["ingest", "fetch", "pair", "build"]
    assert commands == sorted(commands, key=["ingest", "fetch", "pair", "build"].index)


def test_a_takedown_erases_everything_that_stages_store() -> None:
    """Tables follow by themselves: their rows are made again without what was taken down."""
    kept = {name for stage in STAGES if not stage.erase for name in stage.stores}
    assert kept == set(NOT_ERASED)


def _opened(calls: list[str], read: Any, fs: Any, path: str, *arguments: Any) -> Any:
    calls.append(path)
    return read(fs, path, *arguments)


def _tables_read(paths: Sequence[str]) -> set[str]:
    return {Path(path).stem for path in paths if "/shards/" in path}


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage.is_planned], ids=lambda stage: stage.name)
def test_a_stage_reads_only_the_tables_that_it_declares(
    stage: Stage, own_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = open_corpus(own_corpus)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, "another")])
    for name in stage.writes:
        for path in (own_corpus / "shards").glob(f"*/{name}.parquet"):
            path.unlink()
    (own_corpus / "takedown" / "withdrawn.json").unlink()
    for path in (own_corpus / "votes.json", *(own_corpus / "built").rglob("*.json")):
        path.unlink()
    jobs = plan(stage, corpus)
    assert bool(jobs) != stage.is_opt_in
    calls: list[str] = []
    monkeypatch.setattr(storage, "read_table", partial(_opened, calls, storage.read_table))
    for job in jobs:
        job.run()
    missing = {"nsfw", "rewrites", "reviews"}
    assert _tables_read(calls) <= {*stage.reads, *stage.looks_up, *stage.writes}
    assert not jobs or _tables_read(calls) >= {*stage.reads} - missing


def test_an_undeclared_table_is_refused(own_corpus: Path) -> None:
    inputs = ShardInputs(open_corpus(own_corpus), 0, {}, frozenset({"submissions"}))
    assert inputs.read("submissions").num_rows
    with pytest.raises(KeyError, match="comments: add it to `reads`"):
        inputs.read("comments")


def test_a_new_version_makes_every_shard_stale(own_corpus: Path) -> None:
    corpus = open_corpus(own_corpus)
    for stage in STAGES:
        if stage.is_planned:
            assert plan(stage, corpus) == [], stage.name
    assert len(plan(replace(stage_named("text"), version=-1), corpus)) == corpus.shards
    assert [job.unit for job in plan(replace(stage_named("votes"), version=-1), corpus)] == ["votes"]


def test_equal_rows_stop_the_chain(own_corpus: Path) -> None:
    """A stage that runs again and returns the same rows leaves later stages alone."""
    corpus = open_corpus(own_corpus)
    assert run_stage(replace(stage_named("text"), version=-1), corpus, reporter=QUIET) == corpus.shards
    assert plan(stage_named("measure"), corpus) == []
