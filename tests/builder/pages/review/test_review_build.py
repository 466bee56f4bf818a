"""Tests of the build with review decisions."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import command, dataset_bytes, succeed

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.pages.review.candidates import read_candidate_queue
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, open_decisions

pytestmark = pytest.mark.slow


def rows(corpus: Path, split: str = "*") -> dict[tuple[str, str], bool]:
    """Return each triplet, with True if reviewers confirmed it."""
    verified = {}
    for path in sorted((corpus / "dataset" / "triplets").glob(f"{split}-*.parquet")):
        for row in pq.read_table(path, columns=["comment_id", "edited_sha256", "verified"]).to_pylist():
            verified[row["comment_id"], row["edited_sha256"]] = row["verified"]
    return verified


def hold_out(corpus: Corpus) -> None:
    """Move every second request to the test split. The stage keeps it, since the fingerprint stays."""
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "splits")
        stamp = storage.read_stamp(corpus.fs, path)
        assert stamp
        table = storage.read_table(corpus.fs, path)
        made = [{**row, "split": ("train", "test")[place % 2]} for place, row in enumerate(table.to_pylist())]
        made_table = pa.Table.from_pylist(made, schema=tables.SPLITS)
        storage.write_table(corpus.fs, path, made_table, stamp.fingerprint)


def test_build_applies_decisions(own_corpus: Path) -> None:
    """Confirm, reject and rescue candidates. Undo restores every byte, and the funnel adds up."""
    before, bytes_before = rows(own_corpus), dataset_bytes(own_corpus)
    assert not any(before.values())
    corpus = open_corpus(own_corpus)
    queue = read_candidate_queue(corpus, CandidateOrder.RANDOM)
    items = [queue.item(number) for number in range(len(queue))]
    published = [item for item in items if (item.comment_id, item.sha256) in before]
    dropped = next(item for item in items if item.machine == Verdict.SAME_IMAGE)
    with open_decisions(corpus.decisions_path) as store:
        store.decide(published[0], "ann", Verdict.EDIT, "random")
        store.decide(published[1], "ann", Verdict.REJECTED, "random")
        store.decide(dropped, "ann", Verdict.EDIT, "random")
        store.decide(published[2], "ann", Verdict.EDIT, "random")
        store.decide(published[2], "ben", Verdict.UNRELATED, "random")
    succeed("build", own_corpus, "--workers", "1")
    after = rows(own_corpus)
    key = {name: (item.comment_id, item.sha256) for name, item in zip("abc", [*published[:2], dropped], strict=True)}
    assert {row for row, verified in after.items() if verified} == {key["a"], key["c"]}
    assert set(after) == (set(before) - {key["b"]}) | {key["c"]}
    assert all(step.total == step.kept + sum(step.reasons.values()) for step in funnel(corpus))
    assert funnel(corpus)[-1].kept == len(after)
    with open_decisions(corpus.decisions_path) as store:
        while store.undo("ann") or store.undo("ben"):
            pass
    succeed("build", own_corpus, "--workers", "1")
    assert dataset_bytes(own_corpus) == bytes_before


def test_a_verified_test_split_holds_only_confirmed_edits(own_corpus: Path) -> None:
    """Excluded edits are counted, later commands keep the setting, and it can be turned off."""
    corpus = open_corpus(own_corpus)
    hold_out(corpus)
    succeed("build", own_corpus, "--workers", "1")
    before, test = rows(own_corpus), rows(own_corpus, "test")
    assert 1 < len(test) < len(before)
    queue = read_candidate_queue(corpus, CandidateOrder.DOUBT)
    items = [queue.item(number) for number in range(len(queue))]
    with open_decisions(corpus.decisions_path) as store:
        store.decide(
            next(item for item in items if (item.comment_id, item.sha256) in test), "ann", Verdict.EDIT, "doubt"
        )
    succeed("build", own_corpus, "--verified-test", "--workers", "1")
    assert list(rows(own_corpus, "test").values()) == [True]
    assert set(rows(own_corpus, "train")) == set(before) - set(test)
    assert funnel(corpus)[-1].reasons["unverified"] == len(test) - 1
    assert "build: nothing to do" in succeed("build", own_corpus, "--workers", "1").stderr
    succeed("build", own_corpus, "--no-verified-test", "--workers", "1")
    assert set(rows(own_corpus)) == set(before)


def test_calibrate_prints_agreement(own_corpus: Path) -> None:
    """Without decisions it names the next command."""
    assert "no decisions yet" in succeed("review", own_corpus, "--calibrate").stderr
    corpus = open_corpus(own_corpus)
    queue = read_candidate_queue(corpus, CandidateOrder.DOUBT)
    with open_decisions(corpus.decisions_path) as store:
        for number in range(4):
            for reviewer in ("ann", "ben"):
                store.decide(queue.item(number), reviewer, queue.item(number).machine, "doubt")
    done = succeed("review", own_corpus, "--calibrate")
    assert "Cohen's kappa" in done.stdout
    assert "least certain candidates" in done.stderr
    assert '"sample": 0' in succeed("review", own_corpus, "--calibrate", "--json").stdout
    assert command("review", own_corpus, "--order", "sideways").returncode == 2
