"""What becomes of the pictures of a request, in the order in which they were posted."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from photoshop_request.edits.mask import read_png
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.corpus import open_corpus
from photoshop_request_builder.stages import pair


@pytest.fixture(scope="module")
def candidates(sample_corpus: Path) -> dict[str, dict[str, Any]]:
    """The sample's candidates by comment; each of them posted one picture."""
    rows = [
        row for path in sample_corpus.glob("shards/*/candidates.parquet") for row in pq.read_table(path).to_pylist()
    ]
    return {row["comment_id"]: row for row in rows if row["role"] == "candidate"}


def test_a_revision_is_kept_and_linked_to_the_edit_before(candidates: dict[str, dict[str, Any]]) -> None:
    """The same solver's next edit of the request."""
    assert candidates["zf12ikw"]["verdict"] == Verdict.EDIT
    assert candidates["zf12ikw"]["revises"] == "z3esyts"
    assert candidates["z2gtwuj"]["revises"] is None


def test_the_same_edit_again_is_a_duplicate_of_the_first(candidates: dict[str, dict[str, Any]]) -> None:
    """By the same solver; it keeps its figures, so that it can be looked at."""
    again = candidates["zv2vqlg"]
    assert again["verdict"] == Verdict.DUPLICATE_EDIT
    assert again["duplicate_of"] == "zb4t8pj"
    assert again["source_sha256"] == candidates["zb4t8pj"]["source_sha256"]


def test_an_edit_put_together_from_two_sources_names_both(candidates: dict[str, dict[str, Any]]) -> None:
    """The cat among the stars."""
    both = candidates["zgtgh8m"]
    assert both["second_source_sha256"] not in {None, both["source_sha256"]}


def test_only_edits_have_a_mask_and_it_is_as_large_as_its_source(
    candidates: dict[str, dict[str, Any]], sample_corpus: Path
) -> None:
    """White where something changed, about as much as the figure says."""
    sizes = {
        row["sha256"]: (row["height"], row["width"])
        for path in sample_corpus.glob("shards/*/candidates.parquet")
        for row in pq.read_table(path, columns=["sha256", "height", "width"]).to_pylist()
    }
    for row in candidates.values():
        assert (row["change_mask"] is not None) == (row["verdict"] == Verdict.EDIT), row["comment_id"]
        if row["change_mask"]:
            assert read_png(row["change_mask"]).shape == sizes[row["source_sha256"]]
    local = candidates["z2gtwuj"]
    assert read_png(local["change_mask"]).mean() == pytest.approx(local["changed_fraction"], abs=0.02)


def test_shares_are_shares(candidates: dict[str, dict[str, Any]]) -> None:
    """0 to 1, as the columns say."""
    for row in candidates.values():
        for name in ("confidence", "overlap", "changed_fraction", "locality", "alignment_quality", "added", "border"):
            assert row[name] is None or 0 <= row[name] <= 1, f"{row['comment_id']} {name} {row[name]}"


def test_another_rule_makes_everything_stale(sample_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version is part of every fingerprint."""
    corpus = open_corpus(sample_corpus)
    assert pair.plan(corpus) == []
    monkeypatch.setattr(pair, "VERSION", -1)
    assert len(pair.plan(corpus)) == corpus.shards
