"""Compare the pictures of a request in the order of posting."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from photoshop_request.edits import matching
from photoshop_request.edits.matching import duplicates
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
        for name in (
            "confidence",
            "overlap",
            "changed_fraction",
            "locality",
            "alignment_quality",
            "added",
            "border",
            "parts_in_source",
            "parts_in_edit",
        ):
            assert row[name] is None or 0 <= row[name] <= 1, f"{row['comment_id']} {name} {row[name]}"


def test_another_rule_makes_everything_stale(sample_corpus: Path) -> None:
    """Include the version in every fingerprint."""
    corpus = open_corpus(sample_corpus)
    stage = stage_named("pair")
    assert plan(stage, corpus) == []
    assert len(plan(replace(stage, version=-1), corpus)) == corpus.shards


class Thread:
    """A request whose pictures are drawn on one source."""

    def __init__(self, folder: Path) -> None:
        self.corpus = create_corpus(folder / "corpus", shards=1)
        with sample_folder() as files:
            self.picture = cv2.imread(str(files / "files" / "coffee.jpg"))
        self.rows: list[dict[str, Any]] = []
        self.post(None, "asker", self.picture, 98)

    def post(self, comment: int | None, author: str, pixels: Any, quality: int = 95) -> None:
        """Post a picture. A source is in no comment."""
        data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        sha256 = hashlib.sha256(data).hexdigest()
        path = Path(self.corpus.image_path(sha256, "jpg"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        place = {"submission_id": "a", "position": 0, "index": 0, "url": f"https://i.redd.it/{comment}.jpg"}
        file = {"sha256": sha256, "extension": "jpg", "reason": None, "detail": None}
        role = "candidate" if author != "asker" else "source" if comment is None else "own"
        whose = {"comment_id": None if comment is None else f"c{comment}", "role": role, "author": author}
        self.rows.append({**place, **file, **whose, "solver_comment_utc": comment or 0})

    def edit(self, comment: int, author: str, spot: tuple[int, int], quality: int = 95) -> None:
        """Post the source with a spot on it."""
        self.post(comment, author, cv2.circle(self.picture.copy(), spot, 25, (200, 0, 200), -1), quality)

    def judged(self) -> dict[str | None, dict[str, Any]]:
        """Return the candidates by comment."""
        pictures = pair._Pictures(self.corpus)
        return {row["comment_id"]: row for row in pair._candidates_of(pictures, [dict(row) for row in self.rows])}


@pytest.fixture
def thread(tmp_path: Path) -> Thread:
    return Thread(tmp_path)


def test_a_repeat_long_after_is_found_and_few_pictures_are_held(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decode the first edit again after it left memory."""
    monkeypatch.setattr(pair, "_MAX_PREPARED", 8)
    thread.edit(1, "first", (60, 60))
    for number in range(2, 10):
        thread.edit(number, f"other{number}", (40 * number, 200))
    thread.edit(99, "first", (60, 60), quality=85)
    judged = thread.judged()
    assert [each["verdict"] for each in judged.values()].count("edit") == 9
    assert (judged["c99"]["verdict"], judged["c99"]["duplicate_of"]) == ("duplicate_edit", "c1")


def test_near_alike_edits_of_one_solver_take_linear_time(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare each with few others, those with the nearest thumbnails. So a repeat is found all the same."""
    compared: list[None] = []

    def counted(pictures: Any) -> Any:
        compared.append(None)
        return duplicates(pictures)

    monkeypatch.setattr(pair, "duplicates", counted)
    for number in range(1, 21):
        thread.edit(number, "solver", (40 + 11 * number, 40 + 6 * number))
    thread.edit(99, "solver", (40 + 11 * 3, 40 + 6 * 3), quality=85)
    judged = thread.judged()
    assert len(compared) <= pair._MAX_REPEATS * 20
    assert [judged[f"c{number}"]["verdict"] for number in range(1, 21)] == ["edit"] * 20
    assert (judged["c99"]["verdict"], judged["c99"]["duplicate_of"]) == ("duplicate_edit", "c3")


def test_the_same_bytes_again_are_not_compared(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal digests suffice, however many edits look alike."""
    for number in range(1, 6):
        thread.edit(number, "solver", (40 + 11 * number, 60))
    thread.edit(6, "solver", (40 + 11 * 5, 60))
    monkeypatch.setattr(pair, "may_repeat", lambda *_: False)
    assert thread.judged()["c6"]["duplicate_of"] == "c5"


def test_pictures_of_a_requester_beyond_the_limit_say_so(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Edits are compared with the first ones only."""
    monkeypatch.setattr(pair, "_MAX_COMPARED", 3)
    for number in range(1, 5):
        thread.post(number, "asker", np.roll(thread.picture, 30 * number, axis=1))
    judged = thread.judged()
    assert [judged[f"c{number}"]["detail"] for number in (1, 2)] == [None, None]
    for number in (3, 4):
        assert judged[f"c{number}"]["verdict"] == Verdict.REQUESTERS_OWN
        assert judged[f"c{number}"]["detail"] == "not compared: the requester posted more than 3 pictures"


def test_many_pictures_of_a_requester_give_the_same_figures(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropped caches cost time only."""
    for number in range(1, 5):
        thread.post(number, "asker", np.roll(thread.picture, 30 * number, axis=0)[::-1])
    thread.post(
        9, "solver", cv2.circle(np.roll(thread.picture, 60, axis=0)[::-1].copy(), (200, 200), 40, (9, 9, 9), -1)
    )
    thread.edit(10, "solver", (60, 60))
    before = thread.judged()
    monkeypatch.setattr(matching, "_MAX_CACHED", 1)
    assert thread.judged() == before
