"""Compare the pictures of a request in the order of posting."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages import pair
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import create_corpus, open_corpus


@pytest.fixture(scope="module")
def candidates(sample_corpus: Path) -> dict[str, dict[str, Any]]:
    """Return the sample's candidates by comment. Each comment has one picture."""
    rows = [
        row for path in sample_corpus.glob("shards/*/candidates.parquet") for row in pq.read_table(path).to_pylist()
    ]
    return {row["comment_id"]: row for row in rows if row["role"] == "candidate"}


def _pixels(mask: bytes) -> Any:
    """Return the pixels of a mask, True where changed."""
    return cv2.imdecode(np.frombuffer(mask, np.uint8), cv2.IMREAD_GRAYSCALE) > 0


def test_a_revision_is_kept_and_linked_to_the_edit_before(candidates: dict[str, dict[str, Any]]) -> None:
    """Link the next edit by the same solver."""
    assert candidates["zf12ikw"]["verdict"] == Verdict.EDIT
    assert candidates["zf12ikw"]["revises"] == "z3esyts"
    assert candidates["z2gtwuj"]["revises"] is None


def test_the_same_edit_again_is_a_duplicate_of_the_first(candidates: dict[str, dict[str, Any]]) -> None:
    """Keep its figures, so that it can be inspected."""
    again = candidates["zv2vqlg"]
    assert again["verdict"] == Verdict.DUPLICATE_EDIT
    assert again["duplicate_of"] == "zb4t8pj"
    assert again["source_sha256"] == candidates["zb4t8pj"]["source_sha256"]


def test_an_edit_put_together_from_two_sources_names_both(candidates: dict[str, dict[str, Any]]) -> None:
    """Find both sources of the cat among the stars."""
    both = candidates["zgtgh8m"]
    assert both["second_source_sha256"] not in {None, both["source_sha256"]}


def test_only_edits_have_a_mask_and_it_is_as_large_as_its_source(
    candidates: dict[str, dict[str, Any]], sample_corpus: Path
) -> None:
    """Mark about as many pixels as `changed_fraction` says."""
    sizes = {
        row["sha256"]: (row["height"], row["width"])
        for path in sample_corpus.glob("shards/*/candidates.parquet")
        for row in pq.read_table(path, columns=["sha256", "height", "width"]).to_pylist()
    }
    for row in candidates.values():
        assert (row["change_mask"] is not None) == (row["verdict"] == Verdict.EDIT), row["comment_id"]
        if row["change_mask"]:
            assert _pixels(row["change_mask"]).shape == sizes[row["source_sha256"]]
    local = candidates["z2gtwuj"]
    assert _pixels(local["change_mask"]).mean() == pytest.approx(local["changed_fraction"], abs=0.02)


def test_shares_are_shares(candidates: dict[str, dict[str, Any]]) -> None:
    """Keep every fraction between 0 and 1."""
    for row in candidates.values():
        for name in ("confidence", "overlap", "changed_fraction", "locality", "alignment_quality", "added", "border"):
            assert row[name] is None or 0 <= row[name] <= 1, f"{row['comment_id']} {name} {row[name]}"


def test_another_rule_makes_everything_stale(sample_corpus: Path) -> None:
    """Include the version in every fingerprint."""
    corpus = open_corpus(sample_corpus)
    stage = stage_named("pair")
    assert plan(stage, corpus) == []
    assert len(plan(replace(stage, version=-1), corpus)) == corpus.shards


def test_a_repeat_long_after_is_found_and_few_pictures_are_held(tmp_path: Path) -> None:
    """Decode the first edit again after it left memory."""
    corpus = create_corpus(tmp_path / "corpus", shards=1)
    with sample_folder() as folder:
        source = cv2.imread(str(folder / "files" / "coffee.jpg"))

    def posted(number: int, author: str, spot: tuple[int, int], quality: int) -> dict[str, Any]:
        picture = cv2.circle(source.copy(), spot, 25, (200, 0, 200), -1)
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        return row(number, author, data)

    def row(number: int, author: str, data: bytes) -> dict[str, Any]:
        sha256, path = hashlib.sha256(data).hexdigest(), corpus.image_path(hashlib.sha256(data).hexdigest(), "jpg")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(data)
        place = {"submission_id": "a", "position": 0, "index": 0, "url": f"https://i.redd.it/{number}.jpg"}
        file = {"sha256": sha256, "extension": "jpg", "reason": None, "detail": None}
        whose = {"comment_id": f"c{number}", "role": "candidate"} if number else {"comment_id": None, "role": "source"}
        return {**place, **file, **whose, "author": author, "solver_comment_utc": number}

    rows = [row(0, "asker", cv2.imencode(".jpg", source, [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes())]
    rows.append(posted(1, "first", (60, 60), 95))
    rows += [posted(number, f"other{number}", (40 * number, 200), 95) for number in range(2, 2 + pair._MAX_DECODED)]
    rows.append(posted(99, "first", (60, 60), 85))
    judged = {each["comment_id"]: each for each in pair._candidates_of(corpus, rows) if each["comment_id"]}
    assert [each["verdict"] for each in judged.values()].count("edit") == 1 + pair._MAX_DECODED
    assert (judged["c99"]["verdict"], judged["c99"]["duplicate_of"]) == ("duplicate_edit", "c1")
