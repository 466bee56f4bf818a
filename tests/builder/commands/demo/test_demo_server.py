"""The loopback server plays the image hosts as `routes.json` says, in mirror form, and counts."""

import json

import pytest
import requests

from photoshop_request_builder.commands.demo.server import serve

ROUTES = {
    "https://i.example.com/a.jpg": {"file": "a.jpg"},
    "https://i.example.com/moved.jpg": {"redirect": "https://i.example.com/a.jpg"},
    "https://i.example.com/page.jpg": {"html": "<html>busy</html>"},
    "https://i.example.com/gone.jpg": {"status": 404},
    "https://i.example.com/flaky.jpg": {"file": "a.jpg", "first": [503]},
}


@pytest.fixture
def hosts(tmp_path):
    (tmp_path / "routes.json").write_text(json.dumps(ROUTES))
    (tmp_path / "a.jpg").write_bytes(b"picture")
    with serve(tmp_path) as hosts:
        yield hosts


def ask(hosts, path, method="GET"):
    return requests.request(method, f"{hosts.address}/{path}", timeout=5, allow_redirects=False)


def test_a_file_is_sent_whole_with_its_type(hosts):
    answer = ask(hosts, "i.example.com/a.jpg")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"picture", "image/jpeg")


def test_a_signed_address_is_found_without_its_query_and_counted_with_it(hosts):
    assert ask(hosts, "i.example.com/a.jpg?width=640&s=1").content == b"picture"
    assert hosts.requests == {"https://i.example.com/a.jpg?width=640&s=1": 1}


def test_a_redirect_names_the_original_address_not_the_mirror(hosts):
    answer = ask(hosts, "i.example.com/moved.jpg")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://i.example.com/a.jpg")


def test_a_page_may_be_named_like_a_picture(hosts):
    answer = ask(hosts, "i.example.com/page.jpg")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text == "<html>busy</html>"


@pytest.mark.parametrize(
    "path", ["i.example.com/gone.jpg", "i.example.com/unknown.jpg", "i.example.com/../routes.json"]
)
def test_everything_else_is_not_found(hosts, path):
    assert ask(hosts, path).status_code == 404


def test_the_first_requests_get_the_statuses_that_come_first(hosts):
    first, second = (ask(hosts, "i.example.com/flaky.jpg") for _ in range(2))
    assert (first.status_code, first.headers["Retry-After"]) == (503, "1")
    assert (second.status_code, second.content) == (200, b"picture")
    assert hosts.requests["https://i.example.com/flaky.jpg"] == 2


def test_head_gives_the_length_without_the_body(hosts):
    answer = ask(hosts, "i.example.com/a.jpg", "HEAD")
    assert (answer.headers["Content-Length"], answer.content) == ("7", b"")


def test_the_server_listens_on_loopback_and_stops_with_its_context(tmp_path):
    (tmp_path / "routes.json").write_text("{}")
    with serve(tmp_path) as hosts:
        assert hosts.address.startswith("http://127.0.0.1:")
        assert ask(hosts, "x").status_code == 404
    with pytest.raises(requests.ConnectionError):
        ask(hosts, "x")
