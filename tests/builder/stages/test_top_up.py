"""Ingest from services on loopback: the same tables as from a dump, and runs that resume where they stopped."""

import json

import pytest
import requests
from msgspec.structs import replace
from servers.arctic_shift import arctic_shift_server
from servers.loopback import Response
from servers.reddit import fill, reddit_server

from photoshop_request.errors import NetworkError
from photoshop_request.reddit import api
from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.arctic_shift import make_fetch
from photoshop_request_builder.engine.jobs import HERE
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.ingesting import arctic_shift, reddit
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import read_parts
from photoshop_request_builder.store.tables import comments_of, submissions_of

BEGIN = 1_700_000_000
NOW = BEGIN + 30 * 86_400


def _post(number: int, **changes):
    return {
        "id": f"s{number}", "title": f"T {number}", "selftext": "a & b", "author": "op", "subreddit": "PhotoshopRequest",
        "created_utc": BEGIN + number * 3600, "permalink": f"/r/PhotoshopRequest/comments/s{number}/t/", "score": 5,
        "url": "https://i.redd.it/x.jpg", "num_comments": 1, "is_self": False, "over_18": False, **changes,
    }  # fmt: skip


def _comment(number: int, **changes):
    return {
        "id": f"c{number}", "link_id": f"t3_s{number}", "parent_id": f"t3_s{number}", "body": "done &lt;here&gt;",
        "author": "solver", "subreddit": "PhotoshopRequest", "created_utc": BEGIN + number * 3600 + 60, "score": 1,
        "is_submitter": False, "stickied": False, "permalink": f"/r/PhotoshopRequest/comments/s{number}/t/c{number}/",
        **changes,
    }  # fmt: skip


@pytest.fixture
def corpus(tmp_path):
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=4)


@pytest.fixture
def server():
    with reddit_server() as state:
        yield state


@pytest.fixture
def client(server):
    return api.connect(
        api.Credentials("id", "secret", "test agent", server.base), sleep=lambda _: None, clock=lambda: NOW
    )


@pytest.fixture
def arctic():
    with arctic_shift_server() as state:
        yield state


@pytest.fixture
def fetch(arctic):
    with requests.Session() as session:
        yield make_fetch(session, base=arctic.base, sleep=lambda _: None, clock=lambda: NOW)


def _merged(corpus):
    HERE.run(plan(stage_named("merge"), corpus))
    found = {}
    for shard in range(corpus.shards):
        for table, rows_of in (("submissions", submissions_of), ("comments", comments_of)):
            for thing in rows_of(storage.read_table(corpus.fs, corpus.shard_path(shard, table))):
                found[thing.id] = thing
    return found


def _plain(found):
    """Return the table without its sources and times."""
    return {key: replace(thing, sources=(), first_seen=None, last_seen=None) for key, thing in found.items()}


def _dumped(tmp_path, lines):
    (tmp_path / "dump.jsonl").write_bytes(b"\n".join(lines))
    other = create_corpus(tmp_path / "dumped", subreddits=("PhotoshopRequest",), shards=4)
    ingest.ingest_file(other, str(tmp_path / "dump.jsonl"))
    return _merged(other)


def _objects(count=12):
    return [thing for number in range(count) for thing in (_post(number), _comment(number))]


def test_praw_ends_in_the_same_tables_as_the_same_objects_from_a_dump(corpus, server, client, tmp_path):
    lines = [json.dumps(thing).encode() for thing in _objects()]
    fill(server, lines)
    reddit.ingest_reddit(corpus, client, since=BEGIN, until=NOW, clock=lambda: NOW)
    found = _merged(corpus)
    assert _plain(found) == _plain(_dumped(tmp_path, lines))
    assert {thing.sources for thing in found.values()} == {("reddit",)}
    assert {thing.last_seen for thing in found.values()} == {NOW}


def test_praw_ends_in_the_same_tables_as_a_real_dump(shared, corpus, server, client, tmp_path):
    """Compose real objects of the development corpus into whole threads."""
    lines = []
    for name in ("submissions.zst", "comments.zst"):
        for batch in Archive(shared / "data" / "corpus" / name).batches():
            lines += [line for line in batch.lines if b'"subject"' not in line and line.endswith(b"}")]
    things = {json.loads(line)["id"]: line for line in lines if "photoshoprequest" in line.decode().lower()}
    posts = sorted(key for key, line in things.items() if b'"body"' not in line)[:25]
    kept = [line for key, line in things.items() if key in posts or json.loads(line).get("link_id", "")[3:] in posts]
    fill(server, kept)
    times = [json.loads(things[key])["created_utc"] for key in posts]
    until = int(max(map(float, times))) + 1
    reddit.ingest_reddit(corpus, client, since=int(min(map(float, times))), until=until, clock=lambda: until)
    ours, dumped = _plain(_merged(corpus)), _plain(_dumped(tmp_path, kept))
    assert set(ours) == set(dumped)
    different = {key for key in ours if ours[key] != dumped[key]}
    assert not different


def test_where_the_listing_ends_the_search_goes_on(corpus, server, client):
    fill(server, [json.dumps(_post(number)).encode() for number in range(60)])
    server.listing_end = 20
    summaries = reddit.ingest_reddit(corpus, client, since=BEGIN, until=NOW, clock=lambda: NOW)
    assert {summary.part.split("-")[0] for summary in summaries} == {"new", "search", "threads"}
    assert set(_merged(corpus)) == {f"s{number}" for number in range(60)}


def test_too_many_requests_stop_cleanly_and_the_next_run_goes_on(corpus, server, client):
    fill(server, [json.dumps(thing).encode() for thing in _objects(30)])
    server.failures += [("/comments/s2/", Response({}, 429, {"Retry-After": "1"}))] * 4
    with pytest.raises(NetworkError, match="too many requests"):
        reddit.ingest_reddit(corpus, client, since=BEGIN, until=NOW, clock=lambda: NOW)
    stopped = [part for part in read_parts(corpus) if part.ending == "stopped"]
    assert len(stopped) == 1
    read = {thing for part in read_parts(corpus) for thing in part.threads}
    assert "s2" not in read
    assert read
    assert {thing_id for thing_id in _merged(corpus) if thing_id[0] == "c"} == {f"c{thing[1:]}" for thing in read}
    server.requests.clear()
    reddit.ingest_reddit(corpus, client, since=BEGIN, until=NOW, clock=lambda: NOW + 60)
    asked = {path.split("/")[2] for path in server.paths() if path.startswith("/comments/")}
    assert asked == {f"s{number}" for number in range(30)} - read
    assert len(_merged(corpus)) == 60


def test_a_thread_that_went_away_is_told_and_costs_nothing_else(corpus, server, client):
    fill(server, [json.dumps(thing).encode() for thing in _objects(3)])
    server.forbidden.add("s1")
    summaries = reddit.ingest_reddit(corpus, client, since=BEGIN, until=NOW, clock=lambda: NOW)
    assert summaries[-1].detail == "1 threads forbidden"
    assert set(_merged(corpus)) == {"s0", "s1", "s2", "c0", "c2"}


def test_refresh_takes_new_numbers_and_deletions_and_keeps_texts(corpus, server, client, tmp_path):
    lines = [json.dumps(thing | {"retrieved_on": BEGIN + 9}).encode() for thing in _objects(3)]
    (tmp_path / "dump.jsonl").write_bytes(b"\n".join(lines))
    ingest.ingest_file(corpus, str(tmp_path / "dump.jsonl"))
    _merged(corpus)
    later = [
        _post(0, score=900, link_flair_text="Solved"),
        _comment(0, score=70),
        _comment(1, body="[deleted]", author=None),
    ]
    fill(server, [json.dumps(thing).encode() for thing in later])
    [summary] = reddit.refresh(corpus, client, clock=lambda: NOW)
    assert (summary.lines, summary.detail) == (3, "3 not known to Reddit")
    found = _merged(corpus)
    assert (found["s0"].score, found["s0"].flair, found["s0"].title, found["c0"].score) == (900, "Solved", "T 0", 70)
    assert found["s0"].sources == ("dump.jsonl", "reddit")
    assert (found["c1"].body, found["c1"].author, found["c1"].deleted_by_author) == ("done <here>", "solver", True)
    assert summary.unknown == ("t1_c2", "t3_s1", "t3_s2")
    assert reddit.refresh(corpus, client, clock=lambda: NOW + 60) == []


def test_a_refresh_in_pieces_comes_past_what_reddit_does_not_know(corpus, server, client, tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(b"\n".join(json.dumps(thing).encode() for thing in _objects(3)))
    ingest.ingest_file(corpus, str(tmp_path / "dump.jsonl"))
    fill(server, [json.dumps(_post(number)).encode() for number in range(3)])
    asked = []
    for moment in (NOW, NOW + reddit.FRESH + 60):
        for _ in range(2):
            _merged(corpus)
            reddit.refresh(corpus, client, clock=lambda moment=moment: moment, limit=3)
        asked.append([server.requests[-back].values["id"].split(",") for back in (2, 1)])
    assert asked == [[["t1_c0", "t1_c1", "t1_c2"], ["t3_s0", "t3_s1", "t3_s2"]]] * 2


def test_arctic_shift_ends_in_the_same_tables_as_the_same_objects_from_a_dump(corpus, arctic, fetch, tmp_path):
    arctic.records = _objects(150)
    arctic.page = 40
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=NOW, clock=lambda: NOW)
    found = _merged(corpus)
    assert _plain(found) == _plain(_dumped(tmp_path, [json.dumps(thing).encode() for thing in arctic.records]))
    assert {thing.sources for thing in found.values()} == {("arctic-shift",)}


def test_a_range_that_is_there_is_not_asked_for_again(corpus, arctic, fetch):
    arctic.records = _objects(10)
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=BEGIN + 86_400, clock=lambda: NOW)
    arctic.requests.clear()
    assert arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=BEGIN + 86_400, clock=lambda: NOW) == []
    assert arctic.requests == []
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN - 3600, until=BEGIN + 90_000, clock=lambda: NOW)
    ranges = {(int(request.values["after"]) + 1, int(request.values["before"]) - 1) for request in arctic.requests}
    assert ranges == {(BEGIN - 3600, BEGIN), (BEGIN + 86_400, BEGIN + 90_000)}


def test_a_stopped_run_goes_on_at_the_second_where_it_stopped(corpus, arctic, fetch):
    arctic.records = [_post(number) for number in range(100)]
    arctic.page = 30
    asked = []

    def failing(path, values):
        if len(asked) == 2:
            raise NetworkError("down")
        asked.append(values)
        return fetch(path, values)

    with pytest.raises(NetworkError, match="down"):
        arctic_shift.ingest_arctic_shift(corpus, failing, since=BEGIN, until=NOW, clock=lambda: NOW)
    [stopped] = read_parts(corpus)
    assert (stopped.ending, stopped.submissions) == ("stopped", 59)
    assert stopped.covered == (BEGIN, BEGIN + 58 * 3600)
    arctic.requests.clear()
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=NOW, clock=lambda: NOW + 1)
    assert int(arctic.requests[0].values["after"]) + 1 == BEGIN + 58 * 3600
    assert len(_merged(corpus)) == 100


def test_the_last_days_are_read_but_asked_for_again_later(corpus, arctic, fetch):
    arctic.records = [_post(number) for number in range(3)]
    soon = BEGIN + 5 * 3600
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=NOW, clock=lambda: soon)
    arctic.records += [_post(3), _post(4, created_utc=BEGIN + 5400)]  # the second is late
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=NOW, clock=lambda: soon + 60)
    assert set(_merged(corpus)) == {"s0", "s1", "s2", "s3", "s4"}


def test_long_runs_are_written_in_parts(corpus, arctic, fetch, monkeypatch):
    monkeypatch.setattr(arctic_shift, "_ROWS", 20)
    arctic.records = [_post(number) for number in range(100)]
    arctic.page = 10
    heard = []
    arctic_shift.ingest_arctic_shift(corpus, fetch, since=BEGIN, until=NOW, clock=lambda: NOW, on_part=heard.append)
    posts = [part for part in heard if part.part.startswith("posts-")]
    assert len(posts) >= 4
    assert [first.covered[1] for first in posts[:-1]] == [second.covered[0] for second in posts[1:]]
    assert len(_merged(corpus)) == 100
