"""The client of Reddit's API, with PRAW against a Reddit on loopback."""

import itertools
import json
import random

import pytest
from servers.loopback import Response
from servers.reddit import fill, reddit_server

from photoshop_request.errors import CredentialsError, InputError, NetworkError
from photoshop_request.reddit import api
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment, Submission

BEGIN = 1_700_000_000


@pytest.fixture
def server():
    with reddit_server() as state:
        yield state


@pytest.fixture
def waits():
    return []


@pytest.fixture
def reddit(server, waits):
    given = api.Credentials("id", "secret", "test agent", server.base)
    return api.connect(given, sleep=waits.append, clock=lambda: BEGIN)


def _submission(number: int, **changes):
    return {
        "id": f"s{number}", "title": f"T {number}", "selftext": "", "author": "op", "subreddit": "PhotoshopRequest",
        "created_utc": BEGIN + number, "permalink": f"/r/PhotoshopRequest/comments/s{number}/t/", "score": 5,
        "url": "https://i.redd.it/x.jpg", "num_comments": 1, "is_self": False, **changes,
    }  # fmt: skip


def _comment(number: int, parent: str, **changes):
    return {
        "id": f"c{number}", "link_id": "t3_s1", "parent_id": parent, "body": f"text {number}", "author": "solver",
        "subreddit": "PhotoshopRequest", "created_utc": BEGIN + 100 + number, "score": 1, "is_submitter": False,
        "stickied": False, "permalink": f"/r/PhotoshopRequest/comments/s1/t/c{number}/", **changes,
    }  # fmt: skip


def _fill(server, *things):
    fill(server, [json.dumps(thing).encode() for thing in things])


def _big_tree(server, count=120):
    """Add comments in wide levels and long chains."""
    chance = random.Random(3)
    parents = ["t3_s1"]
    things = []
    for number in range(count):
        # two in three go on where the last ended, one in three crowds the top: deeper and wider than any answer
        parent = parents[-1] if number % 3 else chance.choice(parents[:3])
        things.append(_comment(number, parent))
        parents.append(f"t1_c{number}")
    _fill(server, _submission(1), *things)
    return things


def _ids(lines):
    return [json.loads(line)["id"] for line in lines]


def test_new_submissions_go_page_by_page_to_the_end_of_the_listing(server, reddit):
    _fill(server, *(_submission(number) for number in range(250)))
    server.listing_end = 230
    assert _ids(api.new_submissions(reddit, "PhotoshopRequest")) == [f"s{number}" for number in range(249, 19, -1)]
    assert server.paths() == ["/r/PhotoshopRequest/new"] * 3


def test_search_halves_spans_until_nothing_is_cut_off(server, reddit):
    _fill(server, *(_submission(number * 60) for number in range(700)))
    found = list(api.search_submissions(reddit, "PhotoshopRequest", BEGIN, BEGIN + 36_000))
    assert sorted(_ids(found)) == sorted(f"s{number * 60}" for number in range(600))


def test_a_thread_has_every_comment_below_more_and_continue(server, reddit):
    things = _big_tree(server)
    thread = api.comment_tree(reddit, "s1")
    assert thread.problem is None
    records = [parse(line) for line in thread.lines]
    assert isinstance(records[0], Submission)
    assert {record.id for record in records[1:]} == {thing["id"] for thing in things}
    assert len(records) == len(things) + 1
    paths = server.paths()
    assert any(path.startswith("/api/morechildren") for path in paths)
    assert any("/_/" in path for path in paths)


def test_objects_from_praw_are_those_of_an_archive(server, reddit):
    things = [
        _submission(
            1, author=None, title="a \u00e9 & b", selftext="[deleted]", media_metadata={"m": {"status": "valid"}}
        ),
        _comment(1, "t3_s1", author=None, body="[removed]", edited=BEGIN + 900.0),
        _comment(2, "t1_c1", distinguished="moderator", author_flair_text="pro"),
    ]
    _fill(server, *things)
    assert [parse(line) for line in api.comment_tree(reddit, "s1").lines] == [
        parse(json.dumps(thing).encode()) for thing in things
    ]


@pytest.mark.parametrize(("post", "trouble"), [("gone", api.TreeProblem.NOT_FOUND), ("s1", api.TreeProblem.FORBIDDEN)])
def test_a_thread_that_cannot_be_read_is_a_value(server, reddit, post, trouble):
    _fill(server, _submission(1))
    server.forbidden.add("s1")
    assert api.comment_tree(reddit, post) == api.CommentTree(post, (), trouble)


def test_a_branch_that_went_away_costs_only_itself(server, reddit):
    chain = [_comment(0, "t3_s1"), _comment(1, "t1_c0"), _comment(2, "t1_c1"), _comment(9, "t3_s1")]
    _fill(server, _submission(1), *chain)
    server.failures.append(("/comments/s1/_/", Response([{"kind": "Listing", "data": {"children": []}}] * 2)))
    thread = api.comment_tree(reddit, "s1")
    assert thread.problem is api.TreeProblem.INCOMPLETE
    assert {"s1", "c0", "c1", "c9"} <= set(_ids(thread.lines))


def test_known_things_are_refreshed_in_hundreds(server, reddit):
    _fill(server, *(_submission(number, score=number) for number in range(250)), _comment(1, "t3_s1", score=77))
    names = [f"t3_s{number}" for number in range(250)] + ["t1_c1", "t3_unknown"]
    records = [parse(line) for line in api.refresh(reddit, names)]
    assert len(records) == 251
    assert isinstance(records[-1], Comment)
    assert records[-1].score == 77
    assert server.paths() == ["/api/info/"] * 3


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"Retry-After": "7"}, 7.0), ({"x-ratelimit-reset": "30"}, 30.0), ({}, 60.0)],
)
def test_too_many_requests_are_waited_out_as_asked(server, reddit, waits, headers, expected):
    _fill(server, *(_submission(number) for number in range(3)))
    server.failures.append(("/r/", Response({}, 429, headers)))
    assert len(list(api.new_submissions(reddit, "PhotoshopRequest"))) == 3
    assert waits == [expected]


def test_what_came_before_endless_429_is_given_and_then_it_stops(server, reddit, waits):
    _fill(server, *(_submission(number) for number in range(250)))
    found = []
    lines = api.new_submissions(reddit, "PhotoshopRequest")
    found += itertools.islice(lines, 100)
    server.failures += [("/r/", Response({}, 429, {"Retry-After": "2"}))] * 9
    with pytest.raises(NetworkError, match=r"too many requests.*again later"):
        found += lines
    assert len(found) == 100
    assert waits == [2.0, 2.0, 2.0]


def test_a_wait_longer_than_a_window_is_not_waited(server, reddit, waits):
    server.failures.append(("/r/", Response({}, 429, {"Retry-After": "86400"})))
    with pytest.raises(NetworkError):
        list(api.new_submissions(reddit, "PhotoshopRequest"))
    assert waits == []


def test_a_server_error_that_passes_is_retried(server, reddit):
    _fill(server, _submission(1))
    server.failures.append(("/r/", Response({}, 503)))
    assert _ids(api.new_submissions(reddit, "PhotoshopRequest")) == ["s1"]


def test_a_server_that_stays_down_stops_with_what_to_do(server, reddit, monkeypatch):
    monkeypatch.setattr("prawcore.sessions.time.sleep", lambda _: None)
    server.failures += [("/r/", Response({}, 500))] * 3
    with pytest.raises(NetworkError, match=r"does not answer.*again later"):
        list(api.new_submissions(reddit, "PhotoshopRequest"))


def test_refused_credentials_say_which_variables_to_check(server, reddit):
    server.failures.append(("/api/v1/access_token", Response({"message": "Unauthorized", "error": 401}, 401)))
    with pytest.raises(CredentialsError, match=api.CLIENT_ID):
        list(api.new_submissions(reddit, "PhotoshopRequest"))


@pytest.mark.parametrize("status", [403, 404])
def test_a_closed_subreddit_is_named(server, reddit, status):
    server.failures.append(("/r/", Response({"message": "x", "error": status}, status)))
    with pytest.raises(InputError, match="r/PhotoshopRequest"):
        list(api.new_submissions(reddit, "PhotoshopRequest"))


def test_credentials_come_from_the_environment_alone():
    environment = {api.CLIENT_ID: "a", api.CLIENT_SECRET: "b", api.USER_AGENT: "me"}
    assert api.credentials(environment) == api.Credentials("a", "b", "me", None)


@pytest.mark.parametrize("missing", [api.CLIENT_ID, api.CLIENT_SECRET])
def test_without_credentials_the_message_says_how_to_get_them_and_that_archives_need_none(missing):
    environment = {api.CLIENT_ID: "a", api.CLIENT_SECRET: "b"}
    del environment[missing]
    with pytest.raises(CredentialsError, match=r"approved.*need no account"):
        api.credentials(environment)


def test_neither_praw_nor_requests_is_imported_before_it_is_needed():
    import subprocess
    import sys

    code = "import sys, photoshop_request.reddit.api, photoshop_request.reddit.arctic_shift; print({'praw', 'requests'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
