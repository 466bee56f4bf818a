"""What is published, by one rule for rows, funnel and card."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from quiet import QUIET

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.decisions import decision_lines
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.dataset.publication import (
    Publication,
    PublicationPolicy,
    TakenDown,
    WithheldReason,
    count_edits,
    is_ready,
    read_publication,
)
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, open_corpus

EDIT = {
    "submission_id": "a",
    "comment_id": "c",
    "sha256": "e",
    "source_sha256": "s",
    "second_source_sha256": None,
    "verdict": "edit",
}


def selection(
    *,
    asked: bool = True,
    deleted: bool = False,
    between: bool = False,
    over_18: bool = False,
    include: bool = False,
    scores: dict[str, float] | None = None,
    removed: str | None = None,
) -> Publication:
    return Publication(
        deleted=frozenset({"a"} if deleted else ()),
        asked=frozenset({"a"} if asked else ()),
        between_splits=frozenset({"a"} if between else ()),
        over_18=frozenset({"a"} if over_18 else ()),
        nsfw_scores=scores or {},
        removed=TakenDown(frozenset(), frozenset(), frozenset({removed} if removed else ())),
        policy=PublicationPolicy(include_nsfw=include, nsfw_threshold=0.8),
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"asked": False}, WithheldReason.NO_EDIT_REQUESTED),
        ({"removed": "s", "asked": False, "include": True}, WithheldReason.TAKEN_DOWN),
        ({"deleted": True, "asked": False}, WithheldReason.DELETED_BY_AUTHOR),
        ({"between": True}, WithheldReason.BETWEEN_SPLITS),
        ({"over_18": True}, WithheldReason.NSFW),
        ({"over_18": True, "include": True}, None),
        ({"over_18": True, "asked": False}, WithheldReason.NO_EDIT_REQUESTED),
        ({"scores": {"e": 0.8, "s": 0.1}}, WithheldReason.NSFW),
        ({"scores": {"e": 0.1, "s": 0.8}}, WithheldReason.NSFW),
        ({"scores": {"e": 0.79, "s": 0.79, "t": 0.9}}, None),
        ({"scores": {"e": 0.9, "s": 0.9}, "include": True}, None),
    ],
)
def test_each_edit_is_published_or_withheld_for_one_reason(
    facts: dict[str, Any], reason: WithheldReason | None
) -> None:
    """Marked or scored by either picture, unless it is asked for."""
    assert selection(**facts).withheld(EDIT) is reason
    assert selection(**facts).publishes(EDIT) is (reason is None)


def test_the_second_source_counts_too() -> None:
    """An edit put together from two pictures shows both."""
    both = {**EDIT, "second_source_sha256": "t"}
    assert selection(scores={"e": 0.1, "s": 0.1, "t": 0.9}).withheld(both) is WithheldReason.NSFW
    assert selection(scores={"e": 0.1, "s": 0.1, "t": 0.3}).nsfw_score(both) == 0.3
    assert selection(scores={"e": 0.1, "s": 0.1}).nsfw_score(both) is None
    assert selection(removed="t").withheld(both) is WithheldReason.TAKEN_DOWN


def test_only_edits_are_published() -> None:
    """Whatever else a candidate is."""
    assert not [
        verdict for verdict in Verdict if selection().publishes({**EDIT, "verdict": verdict}) != (verdict == "edit")
    ]


@pytest.mark.parametrize(
    ("scores", "score"), [({}, None), ({"e": 0.3}, None), ({"e": 0.3, "s": 0.1}, 0.3), ({"e": 0.1, "s": 0.3}, 0.3)]
)
def test_a_rows_score_is_that_of_its_worse_picture(scores: dict[str, float], score: float | None) -> None:
    """Null unless both were scored."""
    assert selection(scores=scores).nsfw_score(EDIT) == score


@pytest.fixture
def corpus(own_corpus: Path) -> Corpus:
    return open_corpus(own_corpus)


def _mark(corpus: Corpus) -> tuple[str, int]:
    """Mark one request over 18, as Reddit would; its id and the number of its edits."""
    for shard in range(corpus.shards):
        edits = [row for row in _read(corpus, shard, "candidates") if row["verdict"] == "edit"]
        if edits:
            chosen = edits[0]["submission_id"]
            path = corpus.shard_path(shard, "submissions")
            stamp = storage.read_stamp(corpus.fs, path)
            assert stamp
            rows = [{**row, "over_18": row["id"] == chosen} for row in _read(corpus, shard, "submissions")]
            table = pa.Table.from_pylist(rows, schema=tables.SUBMISSIONS)
            storage.write_table(corpus.fs, path, table, stamp.fingerprint)
            return chosen, sum(row["submission_id"] == chosen for row in edits)
    raise AssertionError("no edits")


def _read(corpus: Corpus, shard: int, table: str) -> list[dict[str, Any]]:
    return storage.read_table(corpus.fs, corpus.shard_path(shard, table)).to_pylist()


def _built(corpus: Corpus) -> tuple[set[str], dict[str, int], int]:
    """After a build: the requests in triplets, the funnel's reasons at the end, the rows."""
    run_stages("build", corpus, reporter=QUIET)
    files = Path(corpus.root, "dataset", "triplets").glob("*.parquet")
    ids = [row for file in files for row in pq.read_table(file).column("submission_id").to_pylist()]
    step = funnel(corpus)[-1]
    assert step.total == step.kept + sum(step.reasons.values())
    assert step.kept == len(ids)
    assert f"| {step.total:,} edits | {len(ids):,} triplets |" in Path(corpus.root, "dataset", "README.md").read_text()
    return set(ids), step.reasons, len(ids)


def test_what_is_over_18_is_left_out_until_it_is_asked_for(corpus: Corpus) -> None:
    """By the setting in corpus.toml; every count agrees, both ways."""
    every, _, rows = _built(corpus)
    marked, edits = _mark(corpus)
    ids, reasons, left = _built(corpus)
    assert ids == every - {marked}
    assert (reasons["nsfw"], left) == (edits, rows - edits)
    told = [line["submission_id"] for line in decision_lines(corpus) if line.get("withheld") == "nsfw"]
    assert told == [marked] * edits
    toml = Path(corpus.root, "corpus.toml")
    toml.write_text(toml.read_text() + "[settings]\ninclude_nsfw = true\n")
    ids, reasons, left = _built(corpus)
    assert (ids, left) == (every, rows)
    assert "nsfw" not in reasons


def test_the_sum_of_what_is_counted_is_the_edits(corpus: Corpus) -> None:
    """Shard by shard."""
    for shard in range(corpus.shards):
        edits = sum(row["verdict"] == "edit" for row in _read(corpus, shard, "candidates"))
        assert count_edits(corpus, shard).total() == edits
        published = [
            row for row in _read(corpus, shard, "candidates") if read_publication(corpus, shard).publishes(row)
        ]
        assert count_edits(corpus, shard)[None] == len(published)


def test_before_the_texts_are_made_nothing_is_decided(corpus: Corpus) -> None:
    """And what looks at the corpus says nothing of it, instead of failing."""
    for table in ("texts", "splits"):
        for shard in range(corpus.shards):
            Path(corpus.shard_path(shard, table)).unlink()
        assert not any(is_ready(corpus, shard) for shard in range(corpus.shards))
        assert [step for step in funnel(corpus) if step.stage == "build"] == []
        assert not any("withheld" in line for line in decision_lines(corpus))
        run_stages("build", corpus, reporter=QUIET)
        assert all(is_ready(corpus, shard) for shard in range(corpus.shards))
