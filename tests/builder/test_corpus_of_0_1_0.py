"""A corpus made by 0.1.0 goes on with this version.

`tests/make_corpus_0_1_0.py CHECKOUT` made `corpus_0_1_0.tar.xz` with the commands of a checkout of 0.1.0: the sample's
corpus with a remembered setting, review decisions, model answers and a takedown. A release that changes a stage's rule
names the stages that run again here, and compares digests no longer.
"""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import MadeOnce, Sample, decisions, succeed

from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.dataset.splits.stored import read_splits
from photoshop_request_builder.store.answers import open_answers, read_model_in_use
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.decisions import open_decisions, unanimous
from photoshop_request_builder.store.settings import resolve_settings
from photoshop_request_builder.store.tombstones import TombstoneKind, load_tombstones

ARCHIVE = Path(__file__).with_name("corpus_0_1_0.tar.xz")
TAKEN_DOWN_REQUEST, TAKEN_DOWN_COMMENT, REJECTED_COMMENT = "zbricks", "zlsw7yu", "z2gtwuj"


def unpack(corpus: Path, sample: Sample) -> None:
    """Unpack the corpus of 0.1.0, and fill in its pictures from the sample's files."""
    with tarfile.open(ARCHIVE) as tar:
        tar.extractall(corpus, filter="data")
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in (sample.folder / "files").iterdir()}
    for picture in (corpus / "images").rglob("*.*"):
        shutil.copy(files[picture.stem], picture)


@pytest.fixture(scope="module")
def old_corpus(sample: Sample, made_once: MadeOnce) -> Path:
    """Return the corpus after one `run` of today. Its messages lie in `run.log`. To be read, not changed."""

    def make(corpus: Path) -> None:
        unpack(corpus, sample)
        (corpus / "run.log").write_text(succeed(*sample.run_arguments(corpus)).stderr)

    return made_once("corpus_0_1_0", make)


@pytest.fixture
def grown_corpus(old_corpus: Path, tmp_path: Path) -> Path:
    """Return a copy of the corpus that may be changed."""
    return Path(shutil.copytree(old_corpus, tmp_path / "corpus"))


def test_only_stages_with_another_rule_run_again(old_corpus: Path) -> None:
    """They know removals, hide more user names, or fit the tone on what stayed. No picture is fetched again.

    Equal rows stop the chain. The dataset's files are written because the archive leaves them out.
    """
    log = (old_corpus / "run.log").read_text()
    again = [line.partition(":")[0] for line in log.splitlines() if line.endswith(" done")]
    texts = ["text", "split", "rank", "accept", "votes", "remove", "rewrite", "measure"]
    assert again == ["ingest", "merge", "link", "withdraw", "gather", "pair", *texts, "build"]
    assert "fetch: nothing to do" in log


def test_the_dataset_has_the_rows_that_0_1_0_recorded(old_corpus: Path) -> None:
    """Bytes differ: pages have checksums, and addresses that lead to no picture are no longer published, and
    pictures have new columns.
    """
    with tarfile.open(ARCHIVE) as tar:
        recorded = {
            member.name.removeprefix("built/").removesuffix(".json"): json.loads(tar.extractfile(member).read())
            for member in tar
            if member.name.startswith("built/")
        }
    records = built_records(open_corpus(old_corpus))
    rows = {f"{file.config}/{file.name}": record["rows"] for file, record in records.items()}
    assert rows == {place: record["rows"] for place, record in recorded.items()}


def test_settings_decisions_answers_and_tombstones_are_read(old_corpus: Path) -> None:
    """Each store returns what 0.1.0 wrote."""
    corpus = open_corpus(old_corpus)
    setting = resolve_settings(corpus, {}, {})["verified_test"]
    assert (setting.value, setting.origin) == (True, "corpus.toml")
    with open_decisions(corpus.decisions_path) as stored:
        given = stored.decisions()
    assert len(given) == 5
    assert {(decision.item.comment_id, str(decision.verdict)) for decision in unanimous(given)} == {
        ("z2gtwuj", "rejected"),
        ("z3esyts", "edit"),
    }
    model = read_model_in_use(corpus)
    assert model
    assert (model.model, model.prompt_version, model.with_pictures) == ("local", "rewrite-1", False)
    with open_answers(corpus) as answers:
        assert answers.stamp()
    tombstones = load_tombstones(corpus)
    assert tombstones.covers(TombstoneKind.SUBMISSION, TAKEN_DOWN_REQUEST)
    assert tombstones.covers(TombstoneKind.COMMENT, TAKEN_DOWN_COMMENT)
    assert not tombstones.covers(TombstoneKind.COMMENT, REJECTED_COMMENT)


def test_the_commands_show_what_0_1_0_decided(old_corpus: Path) -> None:
    """`decisions`, `status` and the published rows agree with the review and the takedown."""
    by_comment = {line["comment_id"]: line["decision"] for line in decisions(old_corpus)}
    assert by_comment[REJECTED_COMMENT] == "rejected"
    assert TAKEN_DOWN_COMMENT not in by_comment  # erased, not only withheld
    steps = {step["stage"]: step for step in json.loads(succeed("status", old_corpus, "--json").stdout)["funnel"]}
    assert steps["rewrite"]["reasons"] == {"not_json": 1, "not_asked": 1}
    rows = [
        row
        for path in (old_corpus / "dataset" / "triplets").iterdir()
        for row in pq.read_table(path, columns=["submission_id", "comment_id", "instruction_rewritten"]).to_pylist()
    ]
    assert {REJECTED_COMMENT, TAKEN_DOWN_COMMENT}.isdisjoint(row["comment_id"] for row in rows)
    assert TAKEN_DOWN_REQUEST not in {row["submission_id"] for row in rows}
    assert {row["submission_id"] for row in rows if row["instruction_rewritten"] is None} == {"znotes", "zdahlia"}


def test_a_top_up_joins_the_old_rows(grown_corpus: Path, sample: Sample, tmp_path: Path) -> None:
    """A new edit is published. A new post of a taken-down picture is not."""
    places = {line["comment_id"] or line["submission_id"]: str(line["url"]) for line in decisions(grown_corpus)}
    before = read_splits(open_corpus(grown_corpus))
    archive = tmp_path / "topup.jsonl"
    archive.write_text(
        _post("znew", "Turn the coins into treasure", places["zcoins"])
        + _comment("znewedit", "znew", places["z8e7gin"])
        + _post("zagain", "Take the paint off the path", "https://i.redd.it/demoyelvc70ca.jpg")
        + _comment("zagainedit", "zagain", "https://i.redd.it/demo0hx3h5lrl.jpg")
    )
    arguments = sample.run_arguments(grown_corpus)
    succeed(*["run", grown_corpus, archive, *arguments[4:]])
    splits = read_splits(open_corpus(grown_corpus))
    assert {request: splits[request] for request in before} == before
    assert splits["znew"] == before["zcoins"]
    decided = {line["comment_id"]: line["decision"] for line in decisions(grown_corpus)}
    assert (decided["znewedit"], decided["zagainedit"]) == ("edit", "taken_down")
    rows = {
        row["comment_id"]
        for path in (grown_corpus / "dataset" / "triplets").iterdir()
        for row in pq.read_table(path, columns=["comment_id"]).to_pylist()
    }
    assert "znewedit" in rows
    assert "zagainedit" not in rows


def _post(number: str, title: str, url: str) -> str:
    post = {"id": number, "title": title, "selftext": "", "author": f"{number}_asker", "url": url}
    post |= {"subreddit": "PhotoshopRequest", "created_utc": 1_720_000_000, "score": 3, "num_comments": 1}
    post |= {"permalink": f"/r/PhotoshopRequest/comments/{number}/t/", "is_self": False, "over_18": False}
    return json.dumps(post) + "\n"


def _comment(number: str, post: str, url: str) -> str:
    comment = {"id": number, "link_id": f"t3_{post}", "parent_id": f"t3_{post}", "body": f"Here: {url}"}
    comment |= {"author": f"{number}_solver", "subreddit": "PhotoshopRequest", "created_utc": 1_720_000_600, "score": 2}
    comment |= {"permalink": f"/r/PhotoshopRequest/comments/{post}/t/{number}/", "is_submitter": False}
    return json.dumps(comment) + "\n"
