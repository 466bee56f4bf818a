"""Ingest and merge files: every line is counted once, in any order of inputs and any number of runs."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from photoshop_request.errors import ForeignInputError, InputError
from photoshop_request_builder.engine.jobs import HERE, local_engine
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.ingesting import ingester
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import create_corpus, shard_of
from photoshop_request_builder.store.incoming import read_parts, read_rows
from photoshop_request_builder.store.tables import comments_of, submissions_of


def _submission(number: int, **changes):
    return {
        "id": f"s{number}", "title": f"Title {number}", "selftext": "", "author": "op", "subreddit": "photoshopREQUEST",
        "created_utc": 1_600_000_000 + number, "permalink": f"/r/PhotoshopRequest/comments/s{number}/x/",
        "url": "https://i.redd.it/x.jpg", "score": 1, "num_comments": 2, "retrieved_on": 1_700_000_000, **changes,
    }  # fmt: skip


def _comment(number: int, **changes):
    return {
        "id": f"c{number}", "link_id": f"t3_s{number}", "parent_id": f"t3_s{number}", "body": "done", "author": "solver",
        "subreddit": "PhotoshopRequest", "created_utc": 1_600_000_500 + number, "score": 4, **changes,
    }  # fmt: skip


def _write(path, objects, compress=zstandard.compress):
    lines = [item if isinstance(item, bytes) else json.dumps(item).encode() for item in objects]
    path.write_bytes(compress(b"\n".join(lines) + b"\n"))
    return str(path)


@pytest.fixture
def corpus(tmp_path):
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=4)


def _tables(corpus):
    submissions, comments = [], []
    for shard in range(corpus.shards):
        submissions += submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions")))
        comments += comments_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "comments")))
    return submissions, comments


def _ids_read(corpus, table):
    """Return the ids in all parts, one for every row."""
    ids = []
    for summary in read_parts(corpus):
        for shard in range(corpus.shards):
            rows = read_rows(corpus, summary, table, shard, ["id"])
            ids += rows["id"].to_pylist() if rows else []
    assert len(ids) == sum(getattr(summary, table) for summary in read_parts(corpus))
    return set(ids)


def _bytes(corpus):
    root = corpus.path("shards")
    return {path.removeprefix(corpus.root): corpus.fs.cat_file(path) for path in corpus.fs.find(root)}


def _accounted(summary):
    return summary.kept + summary.other_subreddits + summary.blank + sum(summary.rejected.values())


def test_every_line_is_a_row_another_subreddits_or_a_reject(corpus, tmp_path):
    path = _write(
        tmp_path / "mixed.zst",
        [
            _submission(1),
            b'{"id": "cut',
            _comment(1),
            {**_comment(2), "subreddit": "pics"},
            b"",
            {"kind": "t2"},
            _submission(2),
        ],
    )
    summary = ingest.ingest_file(corpus, path)
    assert (summary.submissions, summary.comments, summary.other_subreddits, summary.blank) == (2, 1, 1, 1)
    assert summary.rejected == {"not_a_post": 1, "not_json": 1}
    assert summary.lines == _accounted(summary) == 7
    assert summary.months == {"submissions": {"2020-09": 2}, "comments": {"2020-09": 1}}
    assert (summary.first_utc, summary.last_utc) == (1_600_000_001, 1_600_000_501)


def test_a_broken_line_is_found_again_by_its_offset(corpus, tmp_path):
    path = _write(tmp_path / "x.jsonl", [_submission(1), b'{"id": "cut\xff', _submission(2)], compress=bytes)
    summary = ingest.ingest_file(corpus, path)
    [entry] = map(
        json.loads, corpus.fs.cat_file(corpus.path("rejects", "archive", f"{summary.part}.jsonl")).splitlines()
    )
    assert (entry["file"], entry["line"], entry["reason"]) == (path, 2, "not_json")
    assert entry["head"] == '{"id": "cut\\xff'
    with Path(path).open("rb") as file:
        file.seek(entry["offset"])
        assert file.readline() == b'{"id": "cut\xff\n'


def test_rows_lie_in_the_shard_of_their_request_with_their_raw_line(corpus, tmp_path):
    path = _write(tmp_path / "x.zst", [_submission(7), _comment(7, link_id="s7")])
    summary = ingest.ingest_file(corpus, path)
    shard = shard_of("s7", corpus.shards)
    assert summary.shards == {"submissions": [shard], "comments": [shard]}
    rows = read_rows(corpus, summary, "comments", shard, ["raw", "sources"])
    assert json.loads(rows["raw"][0].as_py())["id"] == "c7"
    assert rows["sources"][0].as_py() == ["x.zst"]
    assert read_rows(corpus, summary, "comments", (shard + 1) % 4) is None


def test_a_file_that_was_read_is_not_read_again(corpus, tmp_path):
    path = _write(tmp_path / "x.zst", [_submission(1)])
    first = HERE.run(ingest.plan(corpus, [path]))
    assert ingest.plan(corpus, [path]) == []
    assert ingest.find_summary(corpus, path) == first[0]
    _write(tmp_path / "x.zst", [_submission(1), _submission(2)])
    assert len(ingest.plan(corpus, [path])) == 1


def test_a_file_that_grew_adds_a_part_and_takes_nothing_away(corpus, tmp_path):
    ingest.ingest_file(corpus, _write(tmp_path / "x.jsonl", [_submission(1)], compress=bytes))
    ingest.ingest_file(corpus, _write(tmp_path / "x.jsonl", [_submission(2)], compress=bytes))
    assert [summary.submissions for summary in read_parts(corpus)] == [1, 1]


def test_what_a_killed_run_left_is_not_a_part(corpus, tmp_path):
    path = _write(tmp_path / "x.zst", [_submission(1)])
    summary = ingest.ingest_file(corpus, path)
    corpus.fs.rm(corpus.path("incoming", "archive", summary.part, "part.json"))
    assert read_parts(corpus) == []
    HERE.run(plan(stage_named("merge"), corpus))
    assert _tables(corpus) == ([], [])
    assert ingest.ingest_file(corpus, path) == summary
    HERE.run(plan(stage_named("merge"), corpus))
    assert len(_tables(corpus)[0]) == 1


def test_a_cut_file_keeps_what_came_before_and_says_so(corpus, tmp_path):
    objects = [_submission(number, selftext="some text " * number) for number in range(500)]
    lines = b"\n".join(json.dumps(item).encode() for item in objects)
    frames = zstandard.compress(lines[:60_000]) + zstandard.compress(lines[60_000:])
    (tmp_path / "cut.zst").write_bytes(frames[:-20])
    summary = ingest.ingest_file(corpus, str(tmp_path / "cut.zst"))
    assert summary.ending == "truncated"
    assert summary.submissions > 50
    assert summary.lines == _accounted(summary)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (zstandard.compress(b"not reddit\nat all\n"), "no Reddit object in 2 lines"),
        (zstandard.compress(b"\n\n"), "all lines are blank"),
        (zstandard.compress(b'{"id": "a", "title": "t"}' * 99)[:20], "truncated.*nothing could be read"),
        (b"\x28\xb5\x2f\xfd" + b"junk" * 9, "corrupt.*nothing could be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no Reddit object"),
    ],
)
def test_a_file_that_is_not_reddits_is_refused_by_name(corpus, tmp_path, content, says):
    path = tmp_path / "holiday.zst"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"holiday.zst: .*{says}"):
        ingest.ingest_file(corpus, str(path))
    assert read_parts(corpus) == []


def test_one_file_under_two_spellings_is_one_job(corpus, tmp_path):
    path = _write(tmp_path / "x.zst", [_submission(1)])
    assert len(ingest.plan(corpus, [path, str(tmp_path / "." / "corpus" / ".." / "x.zst")])) == 1


def test_a_missing_file_stops_the_plan_before_anything_is_done(corpus, tmp_path):
    with pytest.raises(InputError, match=r"missing\.zst"):
        ingest.plan(corpus, [_write(tmp_path / "x.zst", [_submission(1)]), str(tmp_path / "missing.zst")])


def test_a_month_of_all_of_reddit_gives_what_parsing_it_whole_gives(corpus, tmp_path):
    objects = [
        _submission(1), {**_submission(2), "subreddit": "pics"}, b'{"subreddit": "pics", cut', b'{"subreddit": "PhotoshopRequest" cut',
        {**_submission(3), "subreddit": "pics", "crosspost_parent_list": [_submission(1)]}, _comment(1), _comment(4),
    ]  # fmt: skip
    scanned = ingest.ingest_file(corpus, _write(tmp_path / "RS_2020-09.zst", objects))
    assert (scanned.submissions, scanned.comments, scanned.other_subreddits) == (1, 2, 3)
    assert scanned.rejected == {"not_json": 1}
    assert scanned.lines == _accounted(scanned) == 7
    parsed = ingest.ingest_file(corpus, _write(tmp_path / "whole.zst", objects))
    assert (parsed.submissions, parsed.comments, parsed.months) == (
        scanned.submissions,
        scanned.comments,
        scanned.months,
    )


def test_a_folder_stands_for_its_archives_and_progress_ends_at_the_size(corpus, tmp_path):
    (tmp_path / "dumps").mkdir()
    _write(tmp_path / "dumps" / "a.zst", [_submission(1)])
    _write(tmp_path / "dumps" / "b.jsonl", [_submission(2)], compress=bytes)
    calls = []
    summaries = HERE.run(ingest.plan(corpus, [str(tmp_path / "dumps")], lambda *call: calls.append(call)))
    assert [summary.submissions for summary in summaries] == [1, 1]
    assert calls == [(path, Path(path).stat().st_size) for path, _ in calls]
    assert [Path(path).name for path, _ in calls] == ["a.zst", "b.jsonl"]


def test_one_row_per_id_with_all_sources(corpus, tmp_path):
    old = _write(tmp_path / "old.zst", [_submission(1), _comment(1), _comment(1), _submission(2)])
    new = _write(
        tmp_path / "new.zst",
        [
            _submission(1, score=99, selftext="[removed]", title="[deleted by user]", retrieved_on=1_800_000_000),
            _comment(2),
        ],
    )
    HERE.run(ingest.plan(corpus, [old, new]))
    HERE.run(plan(stage_named("merge"), corpus))
    submissions, comments = _tables(corpus)
    assert Counter(thing.id for thing in (*submissions, *comments)) == {"s1": 1, "s2": 1, "c1": 1, "c2": 1}
    [first] = [thing for thing in submissions if thing.id == "s1"]
    assert (first.score, first.title, first.sources) == (99, "Title 1", ("new.zst", "old.zst"))
    assert (first.first_seen, first.last_seen) == (1_700_000_000, 1_800_000_000)
    assert first.deleted_by_author


def test_order_of_inputs_never_matters_and_a_second_run_does_nothing(tmp_path):
    one = _write(tmp_path / "one.zst", [_submission(number, score=number) for number in range(50)])
    two = _write(tmp_path / "two.zst", [_submission(number, score=None, flair="x") for number in range(25, 75)])
    made = []
    for name, order, workers in (("a", [one, two], 1), ("b", [two, one], 1), ("c", [one, two], 2)):
        corpus = create_corpus(tmp_path / name, subreddits=("photoshoprequest",), shards=4)
        with local_engine(workers) as engine:
            engine.run(ingest.plan(corpus, order))
            engine.run(plan(stage_named("merge"), corpus))
        assert plan(stage_named("merge"), corpus) == []
        made.append(_bytes(corpus))
    assert made[0] == made[1] == made[2]


def test_rows_are_sorted_by_time_and_id(corpus, tmp_path):
    numbers = [5, 3, 9, 1, 7, 2]
    ingest.ingest_file(
        corpus, _write(tmp_path / "x.zst", [_submission(number, created_utc=1e9 + number % 3) for number in numbers])
    )
    HERE.run(plan(stage_named("merge"), corpus))
    for shard in range(4):
        table = storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions"))
        keys = list(zip(table["created_utc"].to_pylist(), table["id"].to_pylist(), strict=True))
        assert keys == sorted(keys)


def test_a_new_part_touches_only_its_own_shards(corpus, tmp_path):
    ingest.ingest_file(corpus, _write(tmp_path / "x.zst", [_submission(number) for number in range(40)]))
    HERE.run(plan(stage_named("merge"), corpus))
    ingest.ingest_file(corpus, _write(tmp_path / "y.zst", [_submission(3)]))
    assert [job.unit for job in plan(stage_named("merge"), corpus)] == [f"shard {shard_of('s3', 4):05d}"]


def test_many_row_groups_hold_what_one_would(corpus, tmp_path, monkeypatch):
    from photoshop_request_builder.store import incoming

    monkeypatch.setattr(incoming, "_BUFFER", 2_000)
    ingest.ingest_file(corpus, _write(tmp_path / "x.zst", [_submission(number) for number in range(200)]))
    HERE.run(plan(stage_named("merge"), corpus))
    assert {thing.id for thing in _tables(corpus)[0]} == {f"s{number}" for number in range(200)}


def test_a_corpus_in_object_storage_holds_the_same_tables(tmp_path):
    path = _write(tmp_path / "x.zst", [_submission(1), _comment(1)])
    corpus = create_corpus("memory://bucket/corpus", subreddits=("PhotoshopRequest",), shards=2)
    HERE.run(ingest.plan(corpus, [path]))
    HERE.run(plan(stage_named("merge"), corpus))
    assert [len(things) for things in _tables(corpus)] == [1, 1]
    assert ingest.plan(corpus, [path]) == []


def test_the_real_dumps_lose_nothing(shared, tmp_path):
    folder = shared / "data" / "corpus"
    corpus = create_corpus(tmp_path / "c", subreddits=("PhotoshopRequest",), shards=8)
    paths = [str(folder / "submissions.zst"), str(folder / "comments.zst")]
    for summary in HERE.run(ingest.plan(corpus, paths)):
        assert summary.lines == _accounted(summary)
        assert summary.ending == "complete"
        assert summary.rejected["not_json"] == 2
        assert summary.kept > 0
        assert summary.other_subreddits > 0
    HERE.run(plan(stage_named("merge"), corpus))
    submissions, comments = _tables(corpus)
    assert {thing.id for thing in submissions} == _ids_read(corpus, "submissions")
    assert {thing.id for thing in comments} == _ids_read(corpus, "comments")
    assert isinstance(storage.read_table(corpus.fs, corpus.shard_path(0, "comments")), pa.Table)


def test_no_line_of_the_long_window_dumps_and_hard_cases_is_dropped_without_a_reason(shared, tmp_path):
    """Count each line as a row, another subreddit's, or a private message."""
    folder = shared / "data" / "reddit"
    corpus = create_corpus(tmp_path / "c", subreddits=("redditdev", "science", "pics", "picrequests"), shards=8)
    inputs = [str(folder / "*.zst"), str(folder / "picrequests.jsonl"), str(folder / "hard")]
    summaries = HERE.run(ingest.plan(corpus, inputs))
    assert len(summaries) == 18
    for summary in summaries:
        assert summary.lines == _accounted(summary)
        assert set(summary.rejected) <= {"private_message"}
        assert summary.ending == "complete"
    HERE.run(plan(stage_named("merge"), corpus))
    assert sum(summary.kept for summary in summaries) > 4000
    for table, things in zip(("submissions", "comments"), _tables(corpus), strict=True):
        ids = [thing.id for thing in things]
        assert len(set(ids)) == len(ids)
        assert set(ids) == _ids_read(corpus, table)


def test_a_file_without_objects_is_not_read_to_its_end(corpus, tmp_path, monkeypatch):
    """Stop at the bound, where a decompression bomb goes on for billions of lines."""
    monkeypatch.setattr(ingester, "_FOREIGN_LINES", 1000)
    path = tmp_path / "bomb.zst"
    path.write_bytes(zstandard.compress(b"\n" * 50_000_000))
    with pytest.raises(ForeignInputError, match="no Reddit object in"):
        ingest.ingest_file(corpus, str(path))


def test_every_reject_is_counted_but_not_all_are_kept(corpus, tmp_path, monkeypatch):
    """Keep rejected lines up to the bound."""
    monkeypatch.setattr(ingester, "_MAX_REJECTS", 3)
    path = _write(tmp_path / "a.zst", [_submission(1), *(b"x" for _ in range(10))])
    summary = ingest.ingest_file(corpus, str(path))
    assert sum(summary.rejected.values()) == 10
    assert len(corpus.fs.cat_file(corpus.path("rejects", "archive", f"{summary.part}.jsonl")).splitlines()) == 3
