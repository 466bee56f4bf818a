"""Posts that their author deleted or the law removed lose words, names and addresses, in every byte of the corpus."""

import hashlib
import json
import random
import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import start_work
from every_byte import places_of
from quiet import QUIET
from thread_corpus import BEGIN, Runs, again, comment, edited, encode, photo, post

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.run import run_ingest, run_stages
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, clean_scratch, create_corpus, lock_corpus, open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, ReviewItem, open_decisions
from photoshop_request_builder.store.incoming import INCOMING_TABLES, read_parts, rows_path
from photoshop_request_builder.store.withdrawn import is_erased

DELETED = {"author": "[deleted]", "removed_by_category": "deleted", "selftext": "[deleted]"}
LAW = {"author": "[deleted]", "removed_by_category": "copyright_takedown"}
GONE = {"author": "[deleted]", "body": "[deleted]"}
SLUG = "/r/PhotoshopRequest/comments/lost1/my_lost_holiday/"
ADDRESS = {
    name: f"https://i.redd.it/{name:x<13}.png" for name in ("lost1", "kept1", "kept2", "elost", "ekept", "efine")
}
WORDS = [
    "lost1tree",
    "lost1bush",
    "lostflair",
    "losthalo",
    "lostcaption",
    "askerlost",
    "lost_holiday",
    "lost1xxx",
    "elostx",
]
WORDS += ["lostsolver", "lostmoon", "crosslost", "LostFlair", "lostpreview", "AskerLost"]
"""Words, names and addresses of the deleted posts."""


def _things() -> dict[str, dict[str, Any]]:
    """Return a request that is deleted later, a crosspost of it, and two requests with a deleted and a standing edit."""
    media = {
        "losthalo": {"status": "valid", "e": "Image", "m": "image/png", "s": {"u": ADDRESS["lost1"], "x": 9, "y": 9}}
    }
    parent = {
        "title": "lost1tree",
        "selftext": "lost1bush",
        "url": ADDRESS["lost1"],
        "author": "askerlost",
        "id": "lost1",
    }
    lost = post(
        "lost1", ADDRESS["lost1"], author="askerlost", permalink=SLUG, link_flair_text="lostflair", media_metadata=media,
        gallery_data={"items": [{"media_id": "losthalo", "caption": "lostcaption"}]},
        preview={"images": [{"source": {"url": "https://preview.redd.it/lostpreview.png"}}]},
    )  # fmt: skip
    under = {"permalink": f"{SLUG}under/", "link_title": "lost1tree", "link_author": "askerlost"}
    return {
        "lost": lost,
        "under": comment("under", "lost1", f"My try {ADDRESS['efine']}, AskerLost!", **under),
        "cross": post("cross", ADDRESS["lost1"], BEGIN + 50, title="crosslost", crosspost_parent="t3_lost1", crosspost_parent_list=[parent]),
        "kept1": post("kept1", ADDRESS["kept1"]),
        "edit": comment("elost", "kept1", f"lostmoon {ADDRESS['elost']}", author="lostsolver", author_flair_text="LostFlair"),
        "reply": comment("reply", "kept1", "Well done, lostsolver", BEGIN + 200, parent_id="t1_elost"),
        "kept2": post("kept2", ADDRESS["kept2"]),
        "fine": comment("ekept", "kept2", f"Here {ADDRESS['ekept']}"),
    }  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Return an empty corpus and the pictures of its hosts."""
    found = Runs(create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=2), tmp_path)
    for number, name in enumerate(("lost1", "kept1", "kept2")):
        found.pictures[ADDRESS[name]] = encode(photo(number))
    for number, name in enumerate(("efine", "elost", "ekept")):
        found.pictures[ADDRESS[name]] = encode(edited(number))
    return found


def _deletions(removal: dict[str, Any]) -> list[dict[str, Any]]:
    """Return later observations of the deleted posts. Reddit goes on showing the title."""
    things = _things()
    bare = dict.fromkeys(("media_metadata", "gallery_data", "preview", "link_flair_text", "author_flair_text"))
    return [again(things["lost"], **bare, **removal), again(things["edit"], **bare, **GONE)]


def _rows(corpus: Corpus) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the part and row of each observation."""
    for part in read_parts(corpus):
        for table in INCOMING_TABLES:
            for shard in part.shards.get(table, ()):
                path = rows_path(corpus, part, table, shard)
                assert path
                yield from ((part.part, row) for row in storage.read_table(corpus.fs, path).to_pylist())


@pytest.mark.parametrize("removal", [DELETED, LAW], ids=["deleted", "law"])
def test_no_byte_of_a_deleted_post_is_left(runs: Runs, removal: dict[str, Any], tmp_path: Path) -> None:
    """Other posts keep theirs. The dataset is the same as if the older observations had never been there."""
    runs.run(*_things().values())
    with open_decisions(runs.corpus.decisions_path) as decisions:
        item = ReviewItem("kept1", "elost", 0, 0, "ab" * 32, Verdict.EDIT, 0.9)
        decisions.decide(item, "reviewer", Verdict.EDIT, CandidateOrder.DOUBT)
    Path(runs.corpus.path("report")).mkdir()
    Path(runs.corpus.path("report", "report.html")).write_text(f"<a href='{ADDRESS['elost']}'>t1_elost</a>")
    rejects = Path(runs.corpus.path("rejects", "archive"))
    rejects.mkdir(parents=True, exist_ok=True)
    (rejects / "cut.jsonl").write_text(
        json.dumps({"line": 1, "head": '{"name": "t3_lost1", "title": "lost1tree'}) + "\n"
    )
    for word in WORDS:
        assert places_of(runs.corpus, word), word
    before = [row for _, row in _rows(runs.corpus) if row["id"] in {"kept1", "kept2", "ekept"}]
    runs.run(*_deletions(removal))
    assert places_of(runs.corpus, *WORDS) == []
    assert [row for _, row in _rows(runs.corpus) if row["id"] in {"kept1", "kept2", "ekept"}] == before
    with open_decisions(runs.corpus.decisions_path) as decisions:
        assert decisions.decisions() == []
    left = {hashlib.sha256(runs.pictures[ADDRESS[name]]).hexdigest() for name in ("kept1", "kept2", "ekept", "efine")}
    assert {path.stem for path in Path(runs.corpus.path("images")).rglob("*.png")} == left

    newer = Runs(
        create_corpus(tmp_path / "b" / "corpus", subreddits=("PhotoshopRequest",), shards=2),
        tmp_path / "b",
        runs.pictures,
    )
    things = {name: thing for name, thing in _things().items() if name not in {"lost", "edit"}}
    newer.run(*things.values(), *_deletions(removal))
    for config in ("triplets", "requests", "preferences", "turns"):
        assert runs.rows(config) == newer.rows(config), config
    assert runs.edits() == {"ekept"}


def test_numbers_and_marks_stay(runs: Runs) -> None:
    """The row keeps its place in every part, and the funnel counts it."""
    runs.run(*_things().values())
    seen = [(part, row["id"], row["created_utc"], row["score"]) for part, row in _rows(runs.corpus)]
    runs.run(*_deletions(DELETED))
    rows = list(_rows(runs.corpus))
    assert [(part, row["id"], row["created_utc"], row["score"]) for part, row in rows][: len(seen)] == seen
    assert {row["removed_by_category"] for _, row in rows if row["id"] in {"lost1", "elost", "cross"}} == {"deleted"}
    merge = next(step for step in funnel(runs.corpus) if step.stage == "merge")
    assert (merge.total, merge.kept, merge.reasons) == (10, 5, {"deleted_by_author": 3, "seen_before": 2})


def test_an_older_dump_brings_nothing_back(runs: Runs) -> None:
    """Also without the newer observation. Nothing is requested again."""
    runs.run(*_things().values())
    runs.run(*_deletions(DELETED))
    shutil.rmtree(runs.corpus.path("incoming"))
    runs.run(*reversed(_things().values()))
    assert places_of(runs.corpus, *WORDS) == []
    assert runs.requests == set()
    assert runs.edits() == {"ekept"}


def test_a_machine_without_the_ledger_leaves_it_to_the_other(runs: Runs, tmp_path: Path) -> None:
    """Their pictures must be remembered first. Say so."""
    runs.run(*_things().values())
    ledger = Path(runs.corpus.ledger_path)
    ledger.rename(tmp_path / "elsewhere")
    dump = tmp_path / "deletions.jsonl"
    dump.write_text("".join(json.dumps(thing) + "\n" for thing in _deletions(DELETED)))
    run_ingest(runs.corpus, [str(dump)], reporter=QUIET)
    assert not is_erased(runs.corpus)
    assert places_of(runs.corpus, "lost1tree")
    (tmp_path / "elsewhere").rename(ledger)
    runs.run()
    assert places_of(runs.corpus, *WORDS) == []


def test_nothing_to_do_writes_nothing(runs: Runs) -> None:
    """Without a change of the merged tables, no shard is read."""
    runs.run(*_things().values(), *_deletions(DELETED))
    assert is_erased(runs.corpus)
    files = {path: path.stat().st_mtime_ns for path in Path(runs.corpus.path("incoming")).rglob("*") if path.is_file()}
    store = Path(runs.corpus.path("takedown", "withdrawn.json"))
    before = store.stat().st_mtime_ns
    runs.run()
    assert store.stat().st_mtime_ns == before
    assert {path: path.stat().st_mtime_ns for path in files} == files


@pytest.mark.slow
def test_a_killed_command_is_finished_by_the_next(runs: Runs, tmp_path: Path) -> None:
    """Kill the ingest of the deletions at 20 moments. The rows are those of one that was never killed."""
    runs.run(*_things().values())
    dump, talk = tmp_path / "deletions.jsonl", tmp_path / "talk.txt"
    dump.write_text("".join(json.dumps(thing) + "\n" for thing in _deletions(DELETED)))
    whole = Path(shutil.copytree(runs.corpus.root, tmp_path / "whole"))
    process = start_work(talk, partial(_ingest, whole, dump))
    began = time.monotonic()
    process.join()
    seconds = time.monotonic() - began
    assert process.exitcode == 0, talk.read_text()
    kept, chance = Path(shutil.copytree(runs.corpus.root, tmp_path / "kept")), random.Random("deletions")
    for _ in range(20):
        process = start_work(talk, partial(_ingest, Path(runs.corpus.root), dump))
        process.join(chance.uniform(0.1, 1.0) * seconds)
        was_killed = process.exitcode is None
        process.kill()
        process.join()
        if not was_killed:
            assert list(_rows(runs.corpus)) == list(_rows(open_corpus(whole)))
            shutil.rmtree(runs.corpus.root)
            shutil.copytree(kept, runs.corpus.root)
    _ingest(Path(runs.corpus.root), dump)
    runs.run()
    assert places_of(runs.corpus, *WORDS) == []
    assert list(_rows(runs.corpus)) == list(_rows(open_corpus(whole)))


def _ingest(folder: Path, dump: Path) -> None:
    corpus = open_corpus(folder)
    with lock_corpus(corpus):
        clean_scratch(corpus)
        run_ingest(corpus, [str(dump)], reporter=QUIET)
        run_stages("ingest", corpus, reporter=QUIET)
