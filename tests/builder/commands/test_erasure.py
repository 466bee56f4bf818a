"""Take things of the sample down, and search every byte of the corpus for what is left."""

import json
import random
import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from commands import Sample, command, dataset_bytes, start_work, succeed
from every_byte import places_of
from quiet import QUIET

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.takedown import resolve_target, take_down
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store import erasing, storage
from photoshop_request_builder.store.corpus import Corpus, clean_scratch, lock_corpus, open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, ReviewItem, open_decisions
from photoshop_request_builder.store.tombstones import load_tombstones

pytestmark = pytest.mark.slow

REQUEST = "zcoffee"
"""A request of the sample with several edits."""


@pytest.fixture
def corpus(own_corpus: Path) -> Corpus:
    """Return the sample's corpus with a report, pages, rejects, a part of an API, and review decisions."""
    found = open_corpus(own_corpus)
    edits = [row for row in rows_of(found, "candidates") if row["verdict"] == Verdict.EDIT]
    with open_decisions(found.decisions_path) as decisions:
        for edit in edits:
            item = ReviewItem(
                *(edit[name] for name in ("submission_id", "comment_id", "position", "index", "sha256")),
                Verdict.EDIT,
                0.9,
            )
            decisions.decide(item, "reviewer", Verdict.EDIT, CandidateOrder.DOUBT)
    lines = [
        json.dumps({"head": json.dumps(row)[:200]}) for row in rows_of(found, "submissions", ["id", "author", "url"])
    ]
    (own_corpus / "rejects" / "archive").mkdir(parents=True, exist_ok=True)
    (own_corpus / "rejects" / "archive" / "part.jsonl").write_text("\n".join(lines) + "\n")
    succeed("report", own_corpus)
    succeed("view", own_corpus)
    (own_corpus / "images" / ".part").mkdir(exist_ok=True)
    (own_corpus / "images" / ".part" / "0.part").write_bytes(b"left by a killed fetch")
    return found


def rows_of(corpus: Corpus, table: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    return [
        row
        for shard in range(corpus.shards)
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
    ]


def words_of_request(corpus: Corpus) -> list[str]:
    """Return ids, digests and addresses of the request, its comments and its pictures."""
    comments = [row["id"] for row in rows_of(corpus, "comments") if row["submission_id"] == REQUEST]
    pictures = [row for row in rows_of(corpus, "pictures") if row["submission_id"] == REQUEST]
    names = [row["url"].rpartition("/")[2] for row in pictures if row["host"] == "i.redd.it"]
    return [REQUEST, *comments, *(row["sha256"] for row in pictures if row["sha256"]), *names]


def take_down_here(corpus: Corpus, *words: str) -> None:
    take_down(corpus, [resolve_target(corpus, word) for word in words], QUIET)


def test_nothing_of_a_request_is_left(corpus: Corpus) -> None:
    """Search every table, database, page and file name for its ids, digests, addresses and title."""
    title = next(row["title"] for row in rows_of(corpus, "submissions") if row["id"] == REQUEST)
    words = [*words_of_request(corpus), title]
    assert len({place.partition(":")[0] for place in places_of(corpus, *words)}) > 15
    take_down_here(corpus, f"https://www.reddit.com/R/PHOTOSHOPREQUEST/COMMENTS/{REQUEST.upper()}/")
    assert places_of(corpus, *words) == []
    assert list(Path(corpus.root, "images", ".part").iterdir()) == []


def test_nothing_of_a_comment_is_left(corpus: Corpus) -> None:
    """Other comments of the thread stay."""
    edit = next(row for row in rows_of(corpus, "candidates") if row["verdict"] == Verdict.EDIT)
    others = {row["id"] for row in rows_of(corpus, "comments")} - {edit["comment_id"]}
    take_down_here(corpus, f"t1_{edit['comment_id']}")
    assert places_of(corpus, edit["comment_id"], edit["sha256"]) == []
    assert {row["id"] for row in rows_of(corpus, "comments")} == others


@pytest.mark.parametrize("role", ["solver", "requester"])
def test_nothing_of_a_user_is_left(corpus: Corpus, role: str) -> None:
    """Mentions in the texts of others go too, in every form."""
    edit = next(row for row in rows_of(corpus, "candidates") if row["verdict"] == Verdict.EDIT)
    request = next(row for row in rows_of(corpus, "submissions") if row["id"] == edit["submission_id"])
    name = edit["author"] if role == "solver" else request["author"]
    assert places_of(corpus, name)
    take_down_here(corpus, f"https://old.reddit.com/user/{name.upper()}/submitted")
    assert places_of(corpus, name, name.upper(), name.lower()) == []


@pytest.mark.parametrize("by", ["url", "sha256"])
def test_nothing_of_a_picture_is_left(corpus: Corpus, by: str) -> None:
    """Its address goes from the texts that link it."""
    edit = next(row for row in rows_of(corpus, "candidates") if row["verdict"] == Verdict.EDIT)
    take_down_here(corpus, edit[by].upper() if by == "sha256" else edit[by])
    stem = edit["url"].rpartition("/")[2].partition(".")[0]
    assert places_of(corpus, edit["sha256"], f"/{stem}", f'"{stem}') == []
    assert edit["comment_id"] in {row["id"] for row in rows_of(corpus, "comments")}


def test_others_keep_their_bytes(own_corpus: Path) -> None:
    """Rows of other requests stay the same, with their percentiles. Only parts with the request are written again."""
    corpus = open_corpus(own_corpus)

    def published(config: str) -> dict[str, Any]:
        rows = [
            row for path in Path(corpus.path("dataset", config)).glob("*") for row in pq.read_table(path).to_pylist()
        ]
        return {json.dumps([row["submission_id"], row.get("comment_id")]): row for row in rows}

    before = {config: published(config) for config in ("triplets", "requests")}
    take_down_here(corpus, f"t3_{REQUEST}")
    for config, rows in before.items():
        after = published(config)
        assert after.keys() == {key for key, row in rows.items() if row["submission_id"] != REQUEST}
        changed = {name for key, row in after.items() for name in row if row[name] != rows[key][name]}
        assert changed == set()
    for step in funnel(corpus):
        assert step.total == step.kept + sum(step.reasons.values())
    assert next(step for step in funnel(corpus) if step.stage == "merge").reasons["taken_down"] > 0


def test_new_archives_bring_nothing_back(corpus: Corpus, sample: Sample, tmp_path: Path) -> None:
    """The same objects in another file are counted as taken down, and never stored or requested again."""
    words = words_of_request(corpus)
    take_down_here(corpus, f"t3_{REQUEST}")
    again = [shutil.copy(path, tmp_path / f"again-{path.name}") for path in sample.files]
    asked = dict(sample.hosts.requests.items())
    arguments = sample.run_arguments(Path(corpus.root))
    succeed("run", corpus.root, *again, *arguments[4:])
    assert places_of(corpus, *words) == []
    assert {address: count for address, count in sample.hosts.requests.items() if count != asked.get(address)} == {}
    assert next(step for step in funnel(corpus) if step.stage == "ingest").reasons["taken_down"] > 0


def test_another_post_of_the_picture_is_not_stored(corpus: Corpus, sample: Sample, tmp_path: Path) -> None:
    """Neither under its address in another spelling, nor under a new one."""
    edit = next(
        row for row in rows_of(corpus, "candidates") if row["verdict"] == Verdict.EDIT and row["host"] == "i.redd.it"
    )
    take_down_here(corpus, edit["url"])
    stem = edit["url"].rpartition("/")[2].partition(".")[0]
    post = {
        "id": "zagain",
        "title": "Please fix",
        "selftext": f"https://preview.redd.it/{stem}.png?s=1",
        "author": "again",
    }
    post |= {"subreddit": "PhotoshopRequest", "created_utc": 1_720_000_000, "score": 3, "num_comments": 0, "url": ""}
    post |= {"permalink": "/r/PhotoshopRequest/comments/zagain/t/", "is_self": True, "over_18": False}
    (tmp_path / "again.jsonl").write_text(json.dumps(post) + "\n")
    succeed("run", corpus.root, tmp_path / "again.jsonl", *sample.run_arguments(Path(corpus.root))[4:])
    states = [row["state"] for row in rows_of(corpus, "pictures") if row["submission_id"] == "zagain"]
    assert states == ["taken_down"]
    assert not list(Path(corpus.root, "images").rglob(f"{edit['sha256']}*"))


def test_a_killed_takedown_is_finished_by_the_next(corpus: Corpus, tmp_path: Path) -> None:
    """Kill it at 20 moments, each on the same corpus."""
    words = words_of_request(corpus)
    talk, chance = tmp_path / "talk.txt", random.Random("takedown")
    whole = Path(shutil.copytree(corpus.root, tmp_path / "whole"))
    process = start_work(talk, partial(_take_down, whole))
    began = time.monotonic()
    process.join()
    seconds = time.monotonic() - began
    assert process.exitcode == 0, talk.read_text()
    for _ in range(20):
        process = start_work(talk, partial(_take_down, Path(corpus.root)))
        process.join(chance.uniform(0.02, 0.9) * seconds)
        process.kill()
        process.join()
    done = command("takedown", corpus.root, "add", f"t3_{REQUEST}")
    assert done.returncode == 0, done.stderr
    assert places_of(corpus, *words) == []
    assert dataset_bytes(Path(corpus.root)) == dataset_bytes(whole)


@pytest.mark.parametrize("step", ["erase_rejects", "erase_pages", "erase_tables", "erase_incoming", "erase_databases"])
def test_a_takedown_that_stops_after_a_step_is_finished_by_the_next(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The next one finds what is left, also where the tables were merged again in between."""
    words, whole = words_of_request(corpus), getattr(erasing, step)

    def stop(*arguments: Any, **named: Any) -> None:
        whole(*arguments, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(erasing, step, stop)
    with pytest.raises(KeyboardInterrupt):
        take_down_here(corpus, f"t3_{REQUEST}")
    monkeypatch.undo()
    take_down_here(corpus, f"t3_{REQUEST}")
    assert places_of(corpus, *words) == []


def _take_down(folder: Path) -> None:
    corpus = open_corpus(folder)
    with lock_corpus(corpus):
        clean_scratch(corpus)
        take_down_here(corpus, f"t3_{REQUEST}")


def test_a_target_without_a_match_stays_in_force(corpus: Corpus, sample: Sample, tmp_path: Path) -> None:
    """The exit code is 1, with `--expect-none` 0. A repeated takedown of something erased is no failure."""
    done = command("takedown", corpus.root, "add", "t3_zlater", "https://i.redd.it/demolater00000.jpg", f"t3_{REQUEST}")
    assert done.returncode == 1
    assert "t3_zlater matches nothing" in done.stderr
    assert f"{REQUEST} matches" not in done.stderr
    assert len(load_tombstones(corpus).found) >= 1
    assert command("takedown", corpus.root, "add", "t3_zlater", "--expect-none").returncode == 0
    assert command("takedown", corpus.root, "add", f"t3_{REQUEST}").returncode == 0
    post = {
        "id": "zlater",
        "title": "Please fix",
        "selftext": "",
        "author": "later",
        "url": "https://i.redd.it/x1234567.jpg",
    }
    post |= {"subreddit": "PhotoshopRequest", "created_utc": 1_720_000_000, "score": 3, "num_comments": 0}
    post |= {"permalink": "/r/PhotoshopRequest/comments/zlater/t/", "is_self": False, "over_18": False}
    (tmp_path / "later.jsonl").write_text(json.dumps(post) + "\n")
    succeed("ingest", corpus.root, tmp_path / "later.jsonl")
    assert places_of(corpus, "zlater") == []


def test_what_names_nothing_is_refused(corpus: Corpus) -> None:
    """Share links hide their post. Nothing is taken down then, not even the other targets."""
    for word in (
        "https://www.reddit.com/r/PhotoshopRequest/s/AbCdEf123",
        "https://www.reddit.com/r/PhotoshopRequest/wiki/x",
    ):
        with pytest.raises(InputError, match="Nothing was taken down"):
            resolve_target(corpus, word)
    done = command("takedown", corpus.root, "add", f"t3_{REQUEST}", "https://www.reddit.com/r/X/s/AbCdEf123")
    assert done.returncode == 3
    assert not load_tombstones(corpus)


def test_a_trace_fails_the_takedown(corpus: Corpus) -> None:
    """Name the file. A table that no stage of this version knows is found too."""
    (Path(corpus.root) / "notes.txt").write_text(f"see https://redd.it/{REQUEST} again")
    with pytest.raises(CorpusError, match=r"notes\.txt: still names"):
        take_down_here(corpus, f"t3_{REQUEST}")


def test_a_rebuilt_corpus_stays_without_it(sample_corpus: Path, sample: Sample, tmp_path: Path) -> None:
    """A takedown there removes rows and pictures, and the same rebuild does not bring them back."""
    folder = tmp_path / "rebuilt"
    arguments = ["rebuild", folder, sample_corpus / "dataset", "--mirror", sample.hosts.address, "--rate", "*=500"]
    succeed(*arguments)
    corpus = open_corpus(folder)
    manifest = [row for row in rows_of(corpus, "manifest") if row["submission_id"] == REQUEST]
    edit = next(
        row for row in rows_of(corpus, "manifest") if row["decision"] == "edit" and row["submission_id"] != REQUEST
    )
    words = [REQUEST, *(row["sha256"] for row in manifest), edit["sha256"]]
    assert places_of(corpus, *words)
    succeed("takedown", folder, "add", f"https://redd.it/{REQUEST}", edit["url"].replace("https://", "HTTP://"))
    assert places_of(corpus, *words) == []
    asked = sample.hosts.requests.total()
    done = succeed(*arguments)
    assert "taken_down" in done.stdout
    assert places_of(corpus, *words) == []
    assert sample.hosts.requests.total() == asked
    assert pq.read_table(folder / "dataset" / "triplets").num_rows > 0
    assert command("takedown", folder, "add", "u/nobody_of_that_name").returncode == 1
