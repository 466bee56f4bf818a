"""Tests of takedowns: in every config, on later builds, with near-duplicates, and on the Hub."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import hub_client
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_client import Run
from PIL import Image
from quiet import QUIET
from servers.hub import Hub

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.media.files.hashes import hash_file, to_hex
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.commands.takedown import TakedownSummary, resolve_target, take_down
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.engine.running import run_stage
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, open_corpus, shard_of
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    Tombstones,
    TombstoneTarget,
    add_tombstones,
    load_tombstones,
    parse_target,
    picture_target,
)

pytestmark = pytest.mark.slow

REQUEST, OTHER = "zcoffee", "zrocket"
"""Two requests of the sample with several edits each."""


@pytest.fixture
def corpus(own_corpus: Path) -> Corpus:
    return open_corpus(own_corpus)


def _rows(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield every row of every config."""
    for config in CONFIGS:
        folder = Path(corpus.path("dataset", config))
        if folder.exists():
            for split in datasets.load_dataset(corpus.path("dataset"), config, cache_dir=corpus.path("cache")).values():
                yield from split.with_format("arrow")[:].to_pylist()


def _take_down(corpus: Corpus, *words: str) -> TakedownSummary:
    done = take_down(corpus, [resolve_target(corpus, word) for word in words], QUIET)
    run_stages("build", corpus, reporter=QUIET)
    return done


def _triplets(corpus: Corpus) -> set[str]:
    return {row["comment_id"] for row in _rows(corpus) if "edited_image" in row}


def _table(corpus: Corpus, name: str) -> list[dict[str, Any]]:
    return [
        row
        for shard in range(corpus.shards)
        for row in storage.read_table(corpus.fs, corpus.shard_path(shard, name)).to_pylist()
    ]


def test_a_request_is_removed_from_every_config(corpus: Corpus) -> None:
    """Its pictures are erased from disk, and other rows stay."""
    before = _triplets(corpus)
    own = {row["comment_id"] for row in _table(corpus, "candidates") if row["submission_id"] == REQUEST}
    files = {row["sha256"] for row in _table(corpus, "candidates") if row["submission_id"] == REQUEST}
    done = _take_down(corpus, f"t3_{REQUEST}")
    assert done.submissions == 1
    assert done.pictures >= 2
    rows = list(_rows(corpus))
    assert rows
    assert REQUEST not in json.dumps(rows, default=str)
    assert _triplets(corpus) == before - own
    left = {path.stem for path in Path(corpus.root, "images").rglob("*.*") if path.is_file()}
    assert not left & files


def test_pictures_not_compared_yet_are_erased(corpus: Corpus) -> None:
    """No later stage would erase them."""
    files = {row["sha256"] for row in _table(corpus, "candidates") if row["submission_id"] == REQUEST}
    Path(corpus.shard_path(shard_of(REQUEST, corpus.shards), "candidates")).unlink()
    _take_down(corpus, f"t3_{REQUEST}")
    left = {path.stem for path in Path(corpus.root, "images").rglob("*.*") if path.is_file()}
    assert left
    assert not left & files


def test_a_takedown_works_without_the_ledger(corpus: Corpus) -> None:
    """No table names the erased pictures. A picture missing without a tombstone stays an error."""
    corpus.ledger_path.rename(f"{corpus.ledger_path}.elsewhere")
    _take_down(corpus, f"t3_{REQUEST}")
    shard = shard_of(REQUEST, corpus.shards)
    Path(corpus.shard_path(shard, "candidates")).unlink()
    run_stages("pair", corpus, reporter=QUIET)
    assert REQUEST not in {row["submission_id"] for name in ("pictures", "candidates") for row in _table(corpus, name)}
    run_stages("build", corpus, reporter=QUIET)
    assert REQUEST not in json.dumps(list(_rows(corpus)), default=str)
    other = next(row for row in _table(corpus, "candidates") if row["verdict"] == "edit")
    Path(corpus.image_path(other["sha256"], other["extension"])).unlink()
    Path(corpus.shard_path(shard_of(other["submission_id"], corpus.shards), "candidates")).unlink()
    with pytest.raises(CorpusError, match=r"missing\. Repair it with"):
        run_stages("pair", corpus, reporter=QUIET)


def test_an_author_is_removed_as_requester_and_solver(corpus: Corpus) -> None:
    """Names ignore case. All their requests and comments go."""
    solver = next(row["author"] for row in _table(corpus, "candidates") if row["verdict"] == "edit")
    theirs = {row["comment_id"] for row in _table(corpus, "candidates") if row["author"] == solver}
    _take_down(corpus, f"u/{solver.upper()}")
    assert not _triplets(corpus) & theirs
    asked = next(row for row in _table(corpus, "submissions") if row["id"] == OTHER)
    _take_down(corpus, f"https://www.reddit.com/user/{asked['author']}/")
    assert OTHER not in json.dumps(list(_rows(corpus)), default=str)


@pytest.mark.parametrize("by", ["url", "sha256"])
def test_one_edit_is_removed_by_url_or_digest(corpus: Corpus, by: str) -> None:
    """The request and its other edits stay."""
    edits = [row for row in _table(corpus, "candidates") if row["verdict"] == "edit"]
    chosen = next(row for row in edits if row["submission_id"] == OTHER)
    _take_down(corpus, chosen[by])
    left = _triplets(corpus)
    assert chosen["comment_id"] not in left
    assert OTHER in {row["submission_id"] for row in _rows(corpus) if "task_confidences" in row}


def test_removing_a_source_removes_its_edits(corpus: Corpus) -> None:
    """Edits show the same person."""
    row = next(row for row in _table(corpus, "candidates") if row["submission_id"] == REQUEST and not row["comment_id"])
    _take_down(corpus, row["url"])
    assert REQUEST not in {row["submission_id"] for row in _rows(corpus) if "edited_image" in row}


def test_removing_a_requesters_comment_removes_edits_of_its_picture(corpus: Corpus) -> None:
    """The comment may be taken down before it is in the corpus."""
    edit = next(row for row in _table(corpus, "candidates") if row["verdict"] == "edit")
    later = {"comment_id": "later", "role": "requesters_own", "verdict": "requesters_own"}
    path = corpus.shard_path(shard_of(edit["submission_id"], corpus.shards), "candidates")
    rows = [
        {**row, **later} if row["sha256"] == edit["source_sha256"] else row
        for row in storage.read_table(corpus.fs, path).to_pylist()
    ]
    comments = corpus.shard_path(shard_of(edit["submission_id"], corpus.shards), "comments")
    table = storage.read_table(corpus.fs, comments).to_pylist()
    own = next(row for row in table if row["submission_id"] == edit["submission_id"])
    storage.write_table(corpus.fs, path, pa.Table.from_pylist(rows, schema=tables.CANDIDATES), "changed")
    storage.write_table(
        corpus.fs, comments, pa.Table.from_pylist([*table, {**own, "id": "later"}], schema=tables.COMMENTS), "changed"
    )
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.COMMENT, "later")])
    run_stages("build", corpus, reporter=QUIET)
    assert edit["comment_id"] not in _triplets(corpus)


def test_a_takedown_survives_a_full_rebuild(corpus: Corpus) -> None:
    """Even if tables are deleted. The URL is not fetched again."""
    _take_down(corpus, f"t3_{REQUEST}")
    for name in ("candidates", "removed", "sizes", "pictures", "texts"):
        for shard in range(corpus.shards):
            Path(corpus.shard_path(shard, name)).unlink(missing_ok=True)
    shutil.rmtree(corpus.path("built"))
    run_stage(stage_named("gather"), corpus, reporter=QUIET)
    run_stages("pair", corpus, reporter=QUIET)
    run_stages("build", corpus, reporter=QUIET)
    assert REQUEST not in json.dumps(list(_rows(corpus)), default=str)
    assert REQUEST not in {row["submission_id"] for row in _table(corpus, "candidates")}


def test_the_funnel_counts_takedowns(corpus: Corpus) -> None:
    """It still adds up."""
    _take_down(corpus, f"t3_{REQUEST}")
    steps = funnel(corpus)
    assert any("taken_down" in step.reasons for step in steps)
    for step in steps:
        assert step.total == step.kept + sum(step.reasons.values())


def test_only_affected_files_are_built_again(large_corpus: Path) -> None:
    """A takedown leaves other files untouched."""
    corpus = open_corpus(large_corpus)
    files = list(Path(corpus.path("dataset", "triplets")).glob("train-*.parquet"))
    before = {path: path.stat().st_mtime_ns for path in files}
    (concerned,) = [
        path for path in files if REQUEST in pq.read_table(path, columns=["submission_id"])["submission_id"].to_pylist()
    ]
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, REQUEST)])
    run_stages("build", corpus, reporter=QUIET)
    assert {path for path in files if not path.exists() or path.stat().st_mtime_ns != before[path]} == {concerned}


def test_an_outdated_dataset_is_not_published(corpus: Corpus, client: Run, hub: Hub, repo: str) -> None:
    """Between `add` and `build`, nothing may be published."""
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, REQUEST)])
    assert client(hub_client.publish, Path(corpus.root), repo)["error"] == "CorpusError"


def test_squash_removes_history_from_the_hub(corpus: Corpus, client: Run, hub: Hub, repo: str) -> None:
    """A commit removes rows. Squash removes old commits, their tags and their files."""
    folder = Path(corpus.root)
    old = client(hub_client.publish, folder, repo, tag="v1")["revision"]
    stale = {file.sha256 for path, file in hub.files(repo).items() if path.startswith("triplets/train")}
    _take_down(corpus, f"t3_{REQUEST}")
    client(hub_client.publish, folder, repo)
    loaded = client(hub_client.load, repo, "triplets", decode=False)
    assert REQUEST not in {row["submission_id"] for rows in loaded.values() for row in rows}
    assert hub.repos[repo].commit_of(old)
    assert stale <= set(hub.objects)
    done = client(hub_client.hub_command, "takedown", folder, "publish", repo, "--squash")
    assert done.returncode == 0, done.stderr
    assert old not in hub.repos[repo].commits
    assert hub.repos[repo].tags == {}
    assert not stale & set(hub.objects)
    assert client(hub_client.verify, folder, repo) == ()


def test_tombstones_reveal_nothing(corpus: Corpus) -> None:
    """Hashes are keyed, so two corpora give different ones."""
    words = ["u/somebody", "t3_1abc23", "https://i.redd.it/abcdefgh.jpg"]
    targets = [parse_target(word) for word in words]
    add_tombstones(corpus, [target for target in targets if target])
    text = Path(corpus.path("takedown", "tombstones.json")).read_text()
    assert not any(word in text for word in ("somebody", "1abc23", "abcdefgh"))
    first = load_tombstones(corpus).entries
    shutil.rmtree(corpus.path("takedown"))
    add_tombstones(corpus, [target for target in targets if target])
    assert not first & load_tombstones(corpus).entries
    assert add_tombstones(corpus, [target for target in targets if target]) == 0


@pytest.mark.parametrize(("name", "text"), [("tombstones.json", "{"), ("salt", ""), ("salt", "abcd")])
def test_unreadable_tombstones_stop_every_command(corpus: Corpus, name: str, text: str) -> None:
    """They are never treated as empty, nor read with a truncated salt."""
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.AUTHOR, "somebody")])
    Path(corpus.path("takedown", name)).write_text(text)
    with pytest.raises(CorpusError, match="Restore both"):
        run_stages("build", corpus, reporter=QUIET)


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("t3_1abc23", TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23")),
        ("t1_k0abc12", TombstoneTarget(TombstoneKind.COMMENT, "k0abc12")),
        ("u/Some_Body", TombstoneTarget(TombstoneKind.AUTHOR, "some_body")),
        ("/u/Some-Body", TombstoneTarget(TombstoneKind.AUTHOR, "some-body")),
        ("https://old.reddit.com/user/Some_Body", TombstoneTarget(TombstoneKind.AUTHOR, "some_body")),
        (
            "https://www.reddit.com/r/PhotoshopRequest/comments/1abc23/title/",
            TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23"),
        ),
        (
            "https://www.reddit.com/r/PhotoshopRequest/comments/1abc23/title/k0abc12/?x=1",
            TombstoneTarget(TombstoneKind.COMMENT, "k0abc12"),
        ),
        ("https://reddit.com/comments/1abc23", TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23")),
        ("https://redd.it/1abc23", TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23")),
        ("https://www.reddit.com/gallery/1abc23", TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23")),
        ("https://www.reddit.com/user/Some_Body/?utm_source=share", TombstoneTarget(TombstoneKind.AUTHOR, "some_body")),
        ("https://www.reddit.com/user/Some_Body/comments/", TombstoneTarget(TombstoneKind.AUTHOR, "some_body")),
        (
            "https://www.reddit.com/user/Some_Body/comments/1abc23/title/",
            TombstoneTarget(TombstoneKind.SUBMISSION, "1abc23"),
        ),
        ("https://i.redd.it/AbCdEfG.jpg", TombstoneTarget(TombstoneKind.ADDRESS, "https://i.redd.it/AbCdEfG.jpg")),
        ("A" * 64, TombstoneTarget(TombstoneKind.SHA256, "a" * 64)),
        ("https://i.imgur.com/AbCdEfG.jpg", TombstoneTarget(TombstoneKind.ADDRESS, "https://i.imgur.com/AbCdEfG.jpg")),
        ("word", None),
    ],
)
def test_parse_a_target(word: str, target: TombstoneTarget | None) -> None:
    """Ids, names and URLs, as copied from a browser."""
    assert parse_target(word) == target


def test_a_bare_word_is_looked_up(corpus: Corpus) -> None:
    """It must be an id or a name in the corpus."""
    name = next(row["author"] for row in _table(corpus, "comments") if row["author"])
    assert resolve_target(corpus, REQUEST) == TombstoneTarget(TombstoneKind.SUBMISSION, REQUEST)
    assert resolve_target(corpus, name.upper()) == TombstoneTarget(TombstoneKind.AUTHOR, name.lower())
    with pytest.raises(InputError, match="matches nothing"):
        resolve_target(corpus, "nobody_of_that_name")


def test_near_duplicates_match_by_keyed_hashes(sample_corpus: Path) -> None:
    """A re-encoded, resized copy matches. Removing an edit keeps its source."""
    pictures = [path for path in sorted((sample_corpus / "images").rglob("*.jpg")) if path.is_file()]
    one, another = (path.read_bytes() for path in pictures[:2])
    image = Image.open(io.BytesIO(one)).convert("RGB")
    buffer = io.BytesIO()
    image.resize((image.width * 2 // 3, image.height * 2 // 3)).save(buffer, "JPEG", quality=60)
    hashes = [to_hex(hash_file(data).phash) for data in (one, buffer.getvalue(), another)]
    for is_source in (True, False):
        stones = _stones(picture_target(hashes[0], is_source=is_source))
        assert stones.covers_picture(hashes[1], is_source=False)
        assert stones.covers_picture(hashes[1], is_source=True) == is_source
        assert not stones.covers_picture(hashes[2], is_source=False)


def test_up_to_four_bits_match() -> None:
    """Four bits change at most four of eight bytes."""
    stones = _stones(picture_target("0123456789abcdef", is_source=True))
    assert stones.covers_picture(f"{0x0123456789ABCDEF ^ 0x0100010001000100:016x}", is_source=False)
    assert not stones.covers_picture(f"{0x0123456789ABCDEF ^ 0x0101010101000000:016x}", is_source=False)


def _stones(target: TombstoneTarget) -> Tombstones:
    from photoshop_request_builder.store.tombstones import _hashes

    salt = b"s" * 32
    hashes = _hashes(salt, target)
    return Tombstones(salt, frozenset({(target.kind, hashes)}), ((target.kind, frozenset(hashes)),))


def test_the_command_reports_and_names_the_next_command(own_corpus: Path, hub: Hub, client: Run) -> None:
    """`add` ends with the command to publish. `list` only counts."""
    added = client(
        hub_client.hub_command, "takedown", own_corpus, "add", f"t3_{REQUEST}", "u/somebody", "--expect-none"
    )
    assert added.returncode == 0, added.stderr
    assert "1 requests" in added.stderr
    assert "takedown" in added.stderr.splitlines()[-1]
    listed = client(hub_client.hub_command, "takedown", own_corpus, "list")
    assert "submission: 1" in listed.stdout
    assert "somebody" not in listed.stdout
    assert client(hub_client.hub_command, "takedown", own_corpus, "add", "nobody_of_that_name").returncode == 3
