"""The commands that fetch: what they say and return about addresses that stay pending."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image
from servers.hosts import reply, status
from servers.threaded import served
from typer.testing import CliRunner

from photoshop_request.errors import PendingError
from photoshop_request_builder.cli.program import app

A, REFUSES = "https://i.redd.it/aaaaaaaaaaaaa.jpg", "https://refuses.org/b.jpg"
FAST = "*=500,i.redd.it=500"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 80), (1, 2, 3)).save(out, "JPEG")
    return out.getvalue()


def archive(folder: Path) -> Path:
    """Write one post with a picture at each address."""
    posts = [
        {"id": f"zpost{number}", "title": "Remove the car", "selftext": "", "author": f"asker_{number}", "url": url}
        | {"subreddit": "PhotoshopRequest", "created_utc": 1_720_000_000, "score": 3, "num_comments": 0}
        | {"permalink": f"/r/PhotoshopRequest/comments/zpost{number}/t/", "is_self": False, "over_18": False}
        for number, url in enumerate((A, REFUSES))
    ]
    path = folder / "PhotoshopRequest_submissions.jsonl"
    path.write_text("".join(f"{json.dumps(post)}\n" for post in posts))
    return path


@contextmanager
def answers(folder: Path, routes: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the hosts and a function that runs a command on the corpus."""
    with served(dict(routes)) as hosts:

        def call(name: str, *arguments: str) -> Result:
            files = [str(archive(folder))] if name in {"run", "ingest"} else []
            reading = ["--workers", "1", "--shards", "1"] if files else []
            fetching = ["--mirror", hosts.base, "--rate", FAST] if name != "ingest" else []
            return CliRunner().invoke(app, [name, str(folder / "corpus"), *files, *reading, *fetching, *arguments])

        yield hosts, call


@pytest.mark.parametrize("name", ["fetch", "run"])
def test_addresses_that_stay_pending_have_an_exit_code(tmp_path: Path, name: str) -> None:
    """Finish everything else first. Run it again later, and the exit code is 0."""
    with answers(tmp_path, {A: reply(jpeg()), REFUSES: status(429, Retry_After="86400")}) as (hosts, call):
        assert call("ingest").exit_code == 0
        error = call(name).exception
        assert isinstance(error, PendingError)
        assert "Addresses left pending: 1. refuses.org 1 (" in str(error)
        if name == "run":
            assert (tmp_path / "corpus" / "dataset" / "README.md").exists()
        hosts.routes[REFUSES] = reply(jpeg())
        assert call(name).exit_code == 0


def test_addresses_left_out_by_the_user_are_no_failure(tmp_path: Path) -> None:
    """Return 0 for `--limit` and `--only-host`."""
    with answers(tmp_path, {A: reply(jpeg()), REFUSES: status(429, Retry_After="86400")}) as (_, call):
        assert call("ingest").exit_code == 0
        assert call("fetch", "--limit", "0").exit_code == 0
        assert call("fetch", "--only-host", "i.redd.it").exit_code == 0
