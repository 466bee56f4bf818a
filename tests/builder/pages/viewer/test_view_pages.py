"""Tests of the viewer's folder, without a browser."""

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from quiet import QUIET
from viewer_corpus import EDITS, HOSTILE, change, make_corpus

from photoshop_request.errors import CorpusError
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.pages.viewer.shard import drop_stale
from photoshop_request_builder.pages.viewer.site import Viewed
from photoshop_request_builder.pages.viewer.site import view as make
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

REQUESTS = 12


def view(corpus: Corpus, out: Path, workers: int = 1) -> Viewed:
    return make(corpus, out, workers=workers, reporter=QUIET)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", REQUESTS)


def cards(out: Path) -> Iterator[dict[str, Any]]:
    """Yield every card."""
    for path in sorted(out.rglob("cards-*.js")):
        yield from json.loads(re.fullmatch(r'viewer\.cards\("\d{5}/\d+",(.*)\);\n', path.read_text("ascii"))[1])


def index(out: Path) -> dict[str, Any]:
    text = (out / "index.js").read_text("ascii")
    entries: dict[str, Any] = json.loads(text.removeprefix("viewer.index(").removesuffix(");\n"))
    return entries


def snapshot(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def assert_no_unused_pictures(out: Path) -> None:
    for folder in (out / "shards").iterdir():
        named = {picture[0] for card in cards(folder) for picture in card["pictures"].values()}
        assert {path.name for path in folder.iterdir() if path.suffix in {".jpg", ".png"}} == named


def test_every_candidate_has_a_card(corpus: Corpus, tmp_path: Path) -> None:
    """Each has its verdict, reason, figures and pictures."""
    done = view(corpus, tmp_path / "out")
    shown = list(cards(tmp_path / "out"))
    assert done.candidates == len(shown) == REQUESTS * (EDITS + 1)
    assert done.hidden == 0
    assert {card["verdict"] for card in shown} == {"edit", "same_image", "unrelated", "gone"}
    withheld = {(card["submission"], card["withheld"]) for card in shown if card["withheld"]}
    assert withheld == {("r00003", "nsfw"), ("r00004", "no_edit_requested")}
    assert "solver" not in json.dumps(shown)
    assert "asker" not in json.dumps(shown)
    for card in shown:
        expected = {"edit": {"before", "after", "posted", "heat", "mask"}, "gone": {"before"}}
        expected["same_image"] = {"before", "after", "posted", "heat"}
        expected["unrelated"] = {"before", "after", "posted"}
        assert set(card["pictures"]) == expected[card["verdict"]]


def test_the_index_matches_the_cards(corpus: Corpus, tmp_path: Path) -> None:
    """Row by row, the filters see the values on the cards."""
    view(corpus, tmp_path / "out")
    shown = list(cards(tmp_path / "out"))
    parts = index(tmp_path / "out")["parts"]
    rows = [
        (
            part["states"][row],
            part["reason_names"][part["reasons"][row][0]],
            [part["task_names"][task] for task in part["tasks"][row]],
            part["scores"][row],
        )
        for part in parts
        for row in range(len(part["states"]))
    ]
    states = {True: "w", False: "k"}
    assert rows == [
        (
            states[card["withheld"] is not None] if card["verdict"] == "edit" else "d",
            card["withheld"] or card["verdict"],
            card["tasks"],
            card["score"],
        )
        for card in shown
    ]


def test_named_pictures_exist_and_are_small(corpus: Corpus, tmp_path: Path) -> None:
    """Every card's pictures exist, and every picture belongs to a card."""
    from PIL import Image

    view(corpus, tmp_path / "out")
    for folder in (tmp_path / "out" / "shards").iterdir():
        named = {picture[0]: picture[1:] for card in cards(folder) for picture in card["pictures"].values()}
        existing = {path.name for path in folder.iterdir() if path.suffix in {".jpg", ".png"}}
        assert existing == set(named)
        for name in existing:
            with Image.open(folder / name) as image:
                assert max(image.size) <= 640
                assert not image.getexif()
                if not name.endswith("-heat.jpg"):
                    assert list(image.size) == named[name]


def test_hostile_texts_are_data(corpus: Corpus, tmp_path: Path) -> None:
    """They are ASCII strings in scripts, and the page itself has none."""
    view(corpus, tmp_path / "out")
    hostile = [card for card in cards(tmp_path / "out") if card["submission"] == "r00000"]
    assert {card["title"] for card in hostile} == {HOSTILE}
    assert "hacked" not in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_the_page_loads_only_its_own_folder(corpus: Corpus, tmp_path: Path) -> None:
    """Its policy allows nothing else, and all links are relative."""
    view(corpus, tmp_path / "out")
    tags: list[tuple[str, dict[str, str | None]]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    reader.feed((tmp_path / "out" / "index.html").read_text("utf-8"))
    policies = [a["content"] for t, a in tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    ]
    for tag, attributes in tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        if address := attributes.get("src") or attributes.get("href"):
            assert address.startswith("#") or (tmp_path / "out" / address).is_file(), address
    assert not re.search(r"https?:|@import|url\(", (tmp_path / "out" / "viewer.css").read_text("utf-8"))


def test_a_second_run_does_nothing(corpus: Corpus, tmp_path: Path) -> None:
    """After a change, only the changed shard is made again."""
    out = tmp_path / "out"
    assert view(corpus, out).made == 4
    before = {path: path.stat().st_mtime_ns for path in out.rglob("shards/*/*")}
    assert len(before) > REQUESTS
    assert view(corpus, out).made == 0
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("shards/*/*")}
    change(corpus, "submissions", "id", "r00005", title="Another title")
    assert view(corpus, out).made == 1
    assert "Another title" in {card["title"] for card in cards(out)}


def test_workers_do_not_change_the_result(corpus: Corpus, tmp_path: Path) -> None:
    """Byte for byte."""
    view(corpus, tmp_path / "one")
    view(corpus, tmp_path / "two", workers=2)
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_an_incomplete_shard_is_made_again(corpus: Corpus, tmp_path: Path) -> None:
    """A killed run leaves a partial folder, or no folder."""
    out = tmp_path / "out"
    view(corpus, out)
    whole = snapshot(out)
    shutil.move(out / "shards" / "00001", out / "shards" / "00001.part")
    (out / "shards" / "00002" / "part.json").write_text("{")
    assert view(corpus, out).made == 2
    assert snapshot(out) == whole


@pytest.mark.parametrize(
    ("table", "value", "hidden"),
    [("submissions", "r00002", EDITS + 1), ("comments", "c000021", 1)],
)
def test_deleted_candidates_are_removed(corpus: Corpus, tmp_path: Path, table: str, value: str, hidden: int) -> None:
    """Texts and existing pictures go. Only a count stays."""
    out = tmp_path / "out"
    view(corpus, out)
    change(corpus, table, "id", value, deleted_by_author=True)
    done = view(corpus, out)
    assert (done.candidates, done.hidden) == (REQUESTS * (EDITS + 1) - hidden, hidden)
    assert f'"{value}"' not in "".join(path.read_text() for path in out.rglob("*.js"))
    assert f"{hidden} candidates are not shown" in (out / "index.html").read_text()
    assert_no_unused_pictures(out)


@pytest.mark.parametrize(
    ("target", "hidden"),
    [
        (TombstoneTarget(TombstoneKind.SUBMISSION, "r00002"), EDITS + 1),
        (TombstoneTarget(TombstoneKind.COMMENT, "c000021"), 1),
        (TombstoneTarget(TombstoneKind.AUTHOR, "asker"), REQUESTS * (EDITS + 1)),
    ],
)
def test_taken_down_candidates_are_removed(
    corpus: Corpus, tmp_path: Path, target: TombstoneTarget, hidden: int
) -> None:
    """No build is needed in between."""
    out = tmp_path / "out"
    view(corpus, out)
    add_tombstones(corpus, [target])
    assert view(corpus, out).hidden == hidden
    assert_no_unused_pictures(out)


def test_stale_folders_can_be_removed_immediately(corpus: Corpus, tmp_path: Path) -> None:
    """Folders of other shards stay."""
    out = tmp_path / "out"
    view(corpus, out)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, "r00002")])
    for job in plan(stage_named("remove"), corpus):
        job.run()
    drop_stale(corpus, out)
    assert len(list((out / "shards").iterdir())) == 3
    assert not any(card["submission"] == "r00002" for card in cards(out))
    assert view(corpus, out).made == 1


def test_the_viewer_works_before_the_build(corpus: Corpus, tmp_path: Path) -> None:
    """Cards have verdicts without texts, and missing picture files leave gaps."""
    for shard in range(corpus.shards):
        for table in ("texts", "splits"):
            Path(corpus.shard_path(shard, table)).unlink()
    shutil.rmtree(Path(corpus.root) / "images")
    view(corpus, tmp_path / "out")
    shown = list(cards(tmp_path / "out"))
    assert len(shown) == REQUESTS * (EDITS + 1)
    assert {card["instruction"] for card in shown} == {""}
    assert {json.dumps(card["pictures"]) for card in shown} == {"{}"}


def test_a_folder_with_other_files_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    """The message names the option."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    with pytest.raises(CorpusError, match="--out"):
        view(corpus, tmp_path / "home")


def test_the_corpus_itself_is_refused_as_output(corpus: Corpus) -> None:
    """It has a folder `shards` too. Its tables stay."""
    before = snapshot(Path(corpus.root))
    with pytest.raises(CorpusError, match="--out"):
        view(corpus, Path(corpus.root))
    assert snapshot(Path(corpus.root)) == before


def test_nothing_compared_yet(tmp_path: Path) -> None:
    """The message names the command to run first."""
    with pytest.raises(CorpusError, match="photoshop-request pair"):
        view(create_corpus(tmp_path / "empty"), tmp_path / "out")
