"""Tests of the rule that decides what is published, in rows, funnel and card."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from quiet import QUIET

from photoshop_request.reddit.removals import RemovedBy
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
from photoshop_request_builder.dataset.removals import Removals
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, open_corpus

EDIT = {
    "submission_id": "a",
    "comment_id": "c",
    "sha256": "e",
    "source_sha256": "s",
    "second_source_sha256": None,
    "verdict": "edit",
    "edit_kind": "unsure",
    "verified": False,
}


def publication(
    *,
    asked: bool = True,
    deleted: bool = False,
    between: bool = False,
    nsfw: bool = False,
    include: bool = False,
    scores: dict[str, float] | None = None,
    taken_down: str | None = None,
    watermarked: bool = False,
    include_watermarked: bool = False,
) -> Publication:
    return Publication(
        removals=Removals({"a": RemovedBy.AUTHOR} if deleted else {}, {}, {}),
        edit_requests=frozenset({"a"} if asked else ()),
        between_splits=frozenset({"a"} if between else ()),
        nsfw=frozenset({"a"} if nsfw else ()),
        nsfw_scores=scores or {},
        taken_down=TakenDown(frozenset(), frozenset(), frozenset({taken_down} if taken_down else ())),
        policy=PublicationPolicy(include_nsfw=include, nsfw_threshold=0.8, include_watermarked=include_watermarked),
        watermarked=frozenset({("c", "e")} if watermarked else ()),
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"asked": False}, WithheldReason.NO_EDIT_REQUESTED),
        ({"taken_down": "s", "asked": False, "include": True}, WithheldReason.TAKEN_DOWN),
        ({"deleted": True, "asked": False}, WithheldReason.DELETED_BY_AUTHOR),
        ({"between": True}, WithheldReason.BETWEEN_SPLITS),
        ({"nsfw": True}, WithheldReason.NSFW),
        ({"nsfw": True, "include": True}, None),
        ({"nsfw": True, "asked": False}, WithheldReason.NO_EDIT_REQUESTED),
        ({"scores": {"e": 0.8, "s": 0.1}}, WithheldReason.NSFW),
        ({"scores": {"e": 0.1, "s": 0.8}}, WithheldReason.NSFW),
        ({"scores": {"e": 0.79, "s": 0.79, "t": 0.9}}, None),
        ({"scores": {"e": 0.9, "s": 0.9}, "include": True}, None),
        ({"watermarked": True}, WithheldReason.WATERMARK),
        ({"watermarked": True, "nsfw": True}, WithheldReason.NSFW),
        ({"watermarked": True, "include_watermarked": True}, None),
    ],
)
def test_each_edit_is_published_or_withheld_for_one_reason(
    facts: dict[str, Any], reason: WithheldReason | None
) -> None:
    """The first reason that applies counts."""
    assert publication(**facts).withheld(EDIT) is reason
    assert publication(**facts).publishes(EDIT) is (reason is None)


@pytest.mark.parametrize(
    ("row", "included", "reason"),
    [
        ({"edit_kind": "repaint"}, False, WithheldReason.REPAINT),
        ({"edit_kind": "repaint"}, True, None),
        ({"edit_kind": "repaint", "verified": True}, False, None),
        ({"edit_kind": "unsure"}, False, None),
        ({"edit_kind": "precise"}, False, None),
        ({"edit_kind": None}, False, None),
    ],
)
def test_repaints_are_withheld_unless_included_or_confirmed(
    row: dict[str, Any], included: bool, reason: WithheldReason | None
) -> None:
    """Publish what is unsure."""
    decide = publication()
    decide = replace(decide, policy=replace(decide.policy, include_repaints=included))
    assert decide.withheld({**EDIT, **row}) is reason


def test_the_second_source_counts_too() -> None:
    """An edit composed of two pictures shows both."""
    both = {**EDIT, "second_source_sha256": "t"}
    assert publication(scores={"e": 0.1, "s": 0.1, "t": 0.9}).withheld(both) is WithheldReason.NSFW
    assert publication(scores={"e": 0.1, "s": 0.1, "t": 0.3}).nsfw_score(both) == 0.3
    assert publication(scores={"e": 0.1, "s": 0.1}).nsfw_score(both) is None
    assert publication(taken_down="t").withheld(both) is WithheldReason.TAKEN_DOWN


def test_only_edits_are_published() -> None:
    """Every other verdict is not."""
    assert not [
        verdict for verdict in Verdict if publication().publishes({**EDIT, "verdict": verdict}) != (verdict == "edit")
    ]


@pytest.mark.parametrize(
    ("scores", "score"), [({}, None), ({"e": 0.3}, None), ({"e": 0.3, "s": 0.1}, 0.3), ({"e": 0.1, "s": 0.3}, 0.3)]
)
def test_a_rows_score_is_that_of_its_worse_picture(scores: dict[str, float], score: float | None) -> None:
    """Null unless both were scored."""
    assert publication(scores=scores).nsfw_score(EDIT) == score


@pytest.fixture
def corpus(own_corpus: Path) -> Corpus:
    return open_corpus(own_corpus)


def _mark(corpus: Corpus) -> tuple[str, int]:
    """Mark one request as over 18. Return its id and the number of its edits."""
    for shard in range(corpus.shards):
        edits = [row for row in _read(corpus, shard, "candidates") if row["verdict"] == "edit"]
        if edits:
            marked = edits[0]["submission_id"]
            path = corpus.shard_path(shard, "submissions")
            stamp = storage.read_stamp(corpus.fs, path)
            assert stamp
            rows = [{**row, "over_18": row["id"] == marked} for row in _read(corpus, shard, "submissions")]
            table = pa.Table.from_pylist(rows, schema=tables.SUBMISSIONS)
            storage.write_table(corpus.fs, path, table, stamp.fingerprint)
            return marked, sum(row["submission_id"] == marked for row in edits)
    raise AssertionError("no edits")


def _read(corpus: Corpus, shard: int, table: str) -> list[dict[str, Any]]:
    return storage.read_table(corpus.fs, corpus.shard_path(shard, table)).to_pylist()


def _built(corpus: Corpus) -> tuple[set[str], dict[str, int], int]:
    """Build. Return the requests in triplets, the reasons of the funnel's last step, and the number of rows."""
    run_stages("build", corpus, reporter=QUIET)
    files = Path(corpus.root, "dataset", "triplets").glob("*.parquet")
    ids = [row for file in files for row in pq.read_table(file).column("submission_id").to_pylist()]
    step = funnel(corpus)[-1]
    assert step.total == step.kept + sum(step.reasons.values())
    assert step.kept == len(ids)
    assert f"| {step.total:,} edits | {len(ids):,} triplets |" in Path(corpus.root, "dataset", "README.md").read_text()
    return set(ids), step.reasons, len(ids)


def test_nsfw_edits_are_withheld_unless_included(corpus: Corpus) -> None:
    """The setting in corpus.toml decides. All counts agree."""
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


@pytest.mark.parametrize(
    ("score", "title", "body", "flair", "is_withheld"),
    [
        (0.6, "Remove the man", "Here", None, True),
        (0.4, "Remove the man", "Here", None, False),
        (0.4, "Remove the man", "Watermarked until paid", None, True),
        (0.4, "Remove the man", "Here", "Paid", True),
        (0.6, "Put us behind a fence", "Here", None, False),
        (None, "Remove the man", "Watermarked until paid", "Paid", False),
    ],
)
def test_watermarked_edits_are_withheld_by_score_and_words(
    corpus: Corpus, score: float | None, title: str, body: str, flair: str | None, is_withheld: bool
) -> None:
    """They stay in the manifest with the reason and return with the setting. All counts agree."""
    _, reasons, rows = _built(corpus)
    shard, request, edits = _first_request(corpus)
    _change(corpus, shard, "candidates", lambda row: row["submission_id"] == request, {"watermark_score": score})
    _change(
        corpus, shard, "submissions", lambda row: row["id"] == request, {"title": title, "selftext": "", "flair": flair}
    )
    _change(corpus, shard, "comments", lambda row: row["submission_id"] == request, {"body": body})
    publication = read_publication(corpus, shard)
    marked = [
        row
        for row in _read(corpus, shard, "candidates")
        if row["submission_id"] == request and row["verdict"] == "edit"
    ]
    assert [publication.withheld(row) for row in marked] == [WithheldReason.WATERMARK if is_withheld else None] * edits
    if not is_withheld or flair or title != "Remove the man" or body != "Here":
        return
    _, reasons, left = _built(corpus)
    assert (reasons["watermark"], left) == (edits, rows - edits)
    files = Path(corpus.root, "dataset", "manifest").glob("*.parquet")
    told = [row for file in files for row in pq.read_table(file).column("withheld").to_pylist()]
    assert told.count("watermark") == edits
    toml = Path(corpus.root, "corpus.toml")
    toml.write_text(toml.read_text() + "[settings]\ninclude_watermarked = true\n")
    _, reasons, left = _built(corpus)
    assert ("watermark" in reasons, left) == (False, rows)
    files = Path(corpus.root, "dataset", "triplets").glob("*.parquet")
    flags = [row for file in files for row in pq.read_table(file).column("watermark").to_pylist()]
    assert sum(flags) == edits


def _first_request(corpus: Corpus) -> tuple[int, str, int]:
    """Return a shard, a request in it whose edits are all published, and their number."""
    for shard in range(corpus.shards):
        publication = read_publication(corpus, shard)
        for first in _read(corpus, shard, "candidates"):
            request = first["submission_id"]
            edits = [
                r for r in _read(corpus, shard, "candidates") if (r["submission_id"], r["verdict"]) == (request, "edit")
            ]
            if edits and all(map(publication.publishes, edits)):
                return shard, request, len(edits)
    raise AssertionError("no edits")


def _change(
    corpus: Corpus, shard: int, table: str, chosen: Callable[[dict[str, Any]], bool], values: dict[str, Any]
) -> None:
    path = corpus.shard_path(shard, table)
    stamp = storage.read_stamp(corpus.fs, path)
    assert stamp
    rows = [{**row, **values} if chosen(row) else row for row in _read(corpus, shard, table)]
    storage.write_table(corpus.fs, path, pa.Table.from_pylist(rows, schema=tables.TABLES[table]), stamp.fingerprint)


def _call_repaint(corpus: Corpus) -> dict[str, Any]:
    """Make the first edit of the corpus a repaint, and return its row."""
    for shard in range(corpus.shards):
        rows = _read(corpus, shard, "candidates")
        row = next((row for row in rows if row["verdict"] == "edit"), None)
        if row:
            row |= {"repaint": 0.97, "edit_kind": "repaint"}
            path = corpus.shard_path(shard, "candidates")
            stamp = storage.read_stamp(corpus.fs, path)
            assert stamp
            storage.write_table(
                corpus.fs, path, pa.Table.from_pylist(rows, schema=tables.CANDIDATES), stamp.fingerprint
            )
            return row
    raise AssertionError("no edits")


def test_repaints_stay_in_the_manifest_with_the_reason(corpus: Corpus) -> None:
    """They leave all other configs, and return with the setting."""
    _, before, rows = _built(corpus)
    drawn = _call_repaint(corpus)
    _, reasons, left = _built(corpus)
    assert (reasons, left) == (before | {"repaint": 1}, rows - 1)
    manifest = pa.concat_tables(
        pq.read_table(file, columns=["sha256", "decision", "withheld"])
        for file in Path(corpus.root, "dataset", "manifest").glob("*.parquet")
    ).to_pylist()
    told = [(row["sha256"], row["decision"]) for row in manifest if row["withheld"] == "repaint"]
    assert told == [(drawn["sha256"], "edit")]
    toml = Path(corpus.root, "corpus.toml")
    toml.write_text(toml.read_text() + "[settings]\ninclude_repaints = true\n")
    _, reasons, left = _built(corpus)
    assert (reasons, left) == (before, rows)


def test_a_table_without_the_newest_columns_is_read(corpus: Corpus) -> None:
    """A corpus of an older version opens. Its edits have no kind until they are compared again."""
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "candidates")
        stamp = storage.read_stamp(corpus.fs, path)
        assert stamp
        table = storage.read_table(corpus.fs, path).drop_columns(["repaint", "edit_kind"])
        storage.write_table(corpus.fs, path, table, stamp.fingerprint)
        edits = sum(row["verdict"] == "edit" for row in table.to_pylist())
        assert count_edits(corpus, shard).total() == edits


def test_reasons_add_up_to_the_edits(corpus: Corpus) -> None:
    """Holds for each shard."""
    for shard in range(corpus.shards):
        edits = sum(row["verdict"] == "edit" for row in _read(corpus, shard, "candidates"))
        assert count_edits(corpus, shard).total() == edits
        published = [
            row for row in _read(corpus, shard, "candidates") if read_publication(corpus, shard).publishes(row)
        ]
        assert count_edits(corpus, shard)[None] == len(published)


def test_nothing_is_decided_before_texts_and_splits_exist(corpus: Corpus) -> None:
    """Commands that read the corpus leave it out instead of failing."""
    for table in ("texts", "splits"):
        for shard in range(corpus.shards):
            Path(corpus.shard_path(shard, table)).unlink()
        assert not any(is_ready(corpus, shard) for shard in range(corpus.shards))
        assert [step for step in funnel(corpus) if step.stage == "build"] == []
        assert not any("withheld" in line for line in decision_lines(corpus))
        run_stages("build", corpus, reporter=QUIET)
        assert all(is_ready(corpus, shard) for shard in range(corpus.shards))
