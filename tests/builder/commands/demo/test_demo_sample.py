"""The embedded sample is whole: its dumps, pictures, routes and truth fit together, and its origin is stated."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard

from photoshop_request.media.files.decode import Picture, Rejected, decode
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.demo import sample_folder

Json = dict[str, Any]
ADDRESS_ANSWERS_WITH_PICTURE = {"source", "triplet", "same", "unrelated", "op_image", "duplicate", "bot"}


@pytest.fixture(scope="module")
def sample():
    with sample_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def routes(sample: Path) -> Json:
    return json.loads((sample / "routes.json").read_text())


@pytest.fixture(scope="module")
def truth(sample: Path) -> list[Json]:
    return [json.loads(line) for line in (sample / "truth.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def submissions(sample: Path) -> tuple[list[Json], int]:
    return read_dump(sample / "submissions.zst")


@pytest.fixture(scope="module")
def comments(sample: Path) -> tuple[list[Json], int]:
    return read_dump(sample / "comments.zst")


def read_dump(path: Path) -> tuple[list[Json], int]:
    """Every object of a dump, and how many lines were not JSON."""
    reader = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(path.read_bytes())
    rows, broken = [], 0
    for line in reader.read().splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            broken += 1
    return rows, broken


def newest(rows: list[Json]) -> dict[str, Json]:
    return {row["id"]: row for row in rows if row["subreddit"] == "PhotoshopRequest"}


def test_the_sample_is_small_enough_to_ship(sample):
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) <= 2_600_000


def test_every_routed_file_exists_and_every_file_is_routed(sample, routes):
    routed = {route["file"] for route in routes.values() if "file" in route}
    assert routed == {f"files/{path.name}" for path in (sample / "files").iterdir()}


def test_every_redirect_leads_to_a_picture(routes):
    redirects = [route["redirect"] for route in routes.values() if "redirect" in route]
    assert redirects
    assert all("file" in routes[address] for address in redirects)


def test_pictures_are_of_a_size_for_the_demo_and_decode(sample):
    """All but the one that is cut off on purpose."""
    for path in (sample / "files").iterdir():
        picture = decode(path.read_bytes())
        if path.stem == "rocket-cut":
            assert isinstance(picture, Rejected)
            assert picture.verdict == Verdict.CORRUPT
        else:
            assert isinstance(picture, Picture), path.name
            assert max(picture.pixels.shape) <= 900, path.name


def test_what_an_address_answers_is_what_the_truth_says(sample, routes, truth):
    for link in truth:
        route = routes.get(link["url"])
        match link["expect"]:
            case "gone":
                assert route == {"status": 404}
            case "html":
                assert "html" in route
            case "placeholder":
                assert route["redirect"].endswith("/removed.png")
            case "corrupt":
                assert isinstance(decode((sample / route["file"]).read_bytes()), Rejected)
            case "blocked" | "not_image":
                assert route is None
            case expect:
                assert expect in ADDRESS_ANSWERS_WITH_PICTURE
                assert isinstance(decode((sample / route["file"]).read_bytes()), Picture)


def test_the_truth_holds_every_kind_of_link(truth):
    counts = Counter(link["expect"] for link in truth)
    assert counts["source"] == 12
    assert counts["triplet"] >= 15
    assert set(counts) - ADDRESS_ANSWERS_WITH_PICTURE == {
        "gone",
        "html",
        "placeholder",
        "corrupt",
        "blocked",
        "not_image",
    }


def test_duplicates_are_the_same_file_and_fail_first(routes, truth):
    [duplicate] = [link for link in truth if link["expect"] == "duplicate"]
    twins = [a for a, route in routes.items() if route.get("file") == routes[duplicate["url"]]["file"]]
    assert len(twins) == 2
    assert routes[duplicate["url"]]["first"] == [503]


def test_the_truth_speaks_of_posts_and_comments_that_exist(truth, submissions, comments):
    posts, replies = newest(submissions[0]), newest(comments[0])
    for link in truth:
        assert link["submission_id"] in posts
        if link["comment_id"]:
            assert replies[link["comment_id"]]["link_id"] == f"t3_{link['submission_id']}"
    assert {link["submission_id"] for link in truth if link["expect"] == "source"} == set(posts)


def test_dumps_need_a_long_window_like_the_real_ones(sample):
    """A decompressor with its default limit refuses them, as it refuses the published archives."""
    for name in ("submissions.zst", "comments.zst"):
        with pytest.raises(zstandard.ZstdError, match="too much memory"):
            zstandard.ZstdDecompressor().stream_reader((sample / name).read_bytes()).read()


def test_dumps_hold_what_real_dumps_hold(submissions, comments):
    """One broken line, a post and a comment seen twice with a newer score, and lines of another subreddit."""
    assert (submissions[1], comments[1]) == (1, 0)
    for rows, _ in (submissions, comments):
        assert any(row["subreddit"] != "PhotoshopRequest" for row in rows)
        [twice] = [name for name, count in Counter(row["id"] for row in rows).items() if count == 2]
        first, second = [row for row in rows if row["id"] == twice]
        assert second["score"] > first["score"]


def test_posts_come_in_the_shapes_of_their_years(submissions):
    posts = newest(submissions[0])
    years = {int(post["created_utc"]) // 31_556_952 + 1970 for post in posts.values()}
    assert min(years) == 2014
    assert max(years) == 2025
    assert isinstance(posts["zcoffee"]["created_utc"], str)
    assert posts["zcoffee"]["url"].startswith("http://i.imgur.com/")
    assert "](http://imgur.com/" in posts["zcamera"]["selftext"]
    assert "&amp;s=" in posts["zhopper"]["preview"]["images"][0]["source"]["url"]
    gallery = posts["zcatsky"]
    order = [item["media_id"] for item in gallery["gallery_data"]["items"]]
    assert order != sorted(gallery["media_metadata"])
    assert all(item["caption"] for item in gallery["gallery_data"]["items"])
    assert list(posts["znotes"]) == sorted(posts["znotes"])


def test_comments_show_pictures_in_every_way(comments):
    bodies = [row["body"] for row in comments[0]]
    for shape in (
        "![img](",
        "![gif](giphy|",
        "https://preview.redd.it/held-the-camera-crooked-v0-",
        "](http://i.imgur.com/",
    ):
        assert any(shape in body for body in bodies), shape
    inline = next(row for row in comments[0] if row["body"].startswith("![img]("))
    assert all("&amp;s=" in entry["s"]["u"] for entry in inline["media_metadata"].values())


def test_nobody_in_the_sample_can_be_taken_for_a_real_account(submissions, comments):
    for row in submissions[0] + comments[0]:
        assert row["author"].endswith("_sample") or row["author"] in {"AutoModerator", "[deleted]"}
        assert row["id"].startswith("z")


def test_the_origin_of_every_picture_is_stated(sample):
    sources = (sample / "SOURCES.md").read_text()
    assert "composed" in sources
    for path in (sample / "files").iterdir():
        stem = path.stem.split("-")[0]
        assert f"`{stem}*.jpg`" in sources or f"`{path.name}`" in sources, path.name
