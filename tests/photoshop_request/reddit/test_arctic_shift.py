"""Pages, repetitions, rate limits and failures of Arctic Shift, against a server on loopback."""

import json

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.arctic_shift import arctic_shift_server
from servers.loopback import Response

from photoshop_request.errors import NetworkError
from photoshop_request.reddit.arctic_shift import make_fetch, search
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment

BEGIN = 1_700_000_000


@pytest.fixture(scope="module")
def running():
    with arctic_shift_server() as state:
        yield state


@pytest.fixture
def server(running):
    running.records, running.failures, running.requests = [], [], []
    running.page, running.after_counts, running.spent_every = 100, False, 0
    return running


@pytest.fixture
def fetch(server, waits):
    with requests.Session() as session:
        yield make_fetch(session, base=server.base + "/", sleep=waits.append, clock=lambda: BEGIN)


def _post(number: int, second: int):
    return {"id": f"p{number}", "title": "t", "subreddit": "PhotoshopRequest", "created_utc": second}


def _ids(pages):
    return [json.loads(line)["id"] for page in pages for line in page.lines]


def test_all_pages_are_read_and_nothing_twice(server, fetch):
    server.records = [_post(number, BEGIN + number) for number in range(350)]
    pages = list(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 10_000, fetch))
    assert _ids(pages) == [f"p{number}" for number in range(350)]
    assert [page.reached for page in pages][-1] == BEGIN + 10_000


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 12), max_size=25),
    st.integers(0, 12),
    st.integers(0, 13),
    st.booleans(),
)
def test_any_seam_gives_every_object_of_the_range_once(running, offsets, since, until, after_counts):
    by_second = {second: offsets.count(second) for second in offsets}
    running.failures, running.spent_every = [], 0
    # a page must hold the objects of two seconds and one more
    running.page, running.after_counts = 2 * max(by_second.values(), default=1) + 1, after_counts
    running.records = [_post(number, BEGIN + second) for number, second in enumerate(offsets)]
    with requests.Session() as session:
        fetch = make_fetch(session, base=running.base, sleep=lambda _: None, clock=lambda: BEGIN)
        pages = list(search("posts", "photoshoprequest", BEGIN + since, BEGIN + until, fetch))
    expected = {f"p{number}" for number, second in enumerate(offsets) if since <= second < until}
    assert sorted(_ids(pages)) == sorted(expected)
    given_before = set()
    for page in pages:
        given_before |= set(_ids([page]))
        # what a page promises is there: a run that stops here may go on from `reached`
        assert {
            f"p{n}" for n, s in enumerate(offsets) if since <= s < until and BEGIN + s < page.reached
        } <= given_before


def test_comments_come_as_they_were_sent(server, fetch):
    thing = {
        "id": "c1", "body": "\u00e9", "link_id": "t3_a", "parent_id": "t3_a", "subreddit": "PhotoshopRequest",
        "created_utc": BEGIN, "media_metadata": {"b": {"status": "valid"}, "a": {"status": "valid"}},
    }  # fmt: skip
    server.records = [thing]
    [page, _] = search("comments", "PhotoshopRequest", BEGIN, BEGIN + 1, fetch)
    assert page.lines == (json.dumps(thing).encode(),)
    assert isinstance(parse(page.lines[0]), Comment)
    assert "fields" not in server.requests[0].values


def test_a_spent_window_is_waited_out(server, fetch, waits):
    server.records, server.page, server.spent_every = [_post(n, BEGIN + n) for n in range(20)], 10, 2
    assert len(_ids(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 50, fetch))) == 20
    assert waits
    assert set(waits) == {5.0}


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (Response({"data": None}, 429, {"Retry-After": "3"}), 3.0),
        (Response({"data": None}, 429, {"X-RateLimit-Reset": str(BEGIN + 8)}), 8.0),
        (Response({"data": None, "error": "slow down"}, 503), 1.0),
        (Response(b"<html>", 200), 1.0),
        (Response({"data": None, "error": "timeout"}, 200), 1.0),
        (Response(status=None), 1.0),
        (Response(b"hello", 200, {"Content-Encoding": "gzip"}), 1.0),
    ],
)
def test_what_passes_is_tried_again(server, fetch, waits, failure, wait):
    server.records, server.failures = [_post(1, BEGIN)], [failure]
    assert _ids(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 1, fetch)) == ["p1"]
    assert waits == [pytest.approx(wait, abs=0 if wait > 1 else 1)]


def test_what_does_not_pass_stops_with_what_to_do(server, fetch, waits):
    server.failures = [Response({"error": "down"}, 500)] * 20
    with pytest.raises(NetworkError, match=r"down, 8 times.*run the same command again"):
        list(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 1, fetch))
    assert [min(int(wait), 60) for wait in waits] == [1, 2, 4, 8, 16, 32, 60]


def test_a_refusal_is_not_tried_again(server, fetch):
    server.failures = [Response({"data": None, "error": "bad date"}, 400)]
    with pytest.raises(NetworkError, match="bad date"):
        list(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 1, fetch))
    assert len(server.requests) == 1


def test_an_object_without_a_time_is_not_followed_blindly(server, fetch):
    server.failures = [Response({"data": [{"id": "a"}]}, 200)]
    with pytest.raises(NetworkError, match="base address"):
        list(search("posts", "PhotoshopRequest", BEGIN, BEGIN + 1, fetch))
