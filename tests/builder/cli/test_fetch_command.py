"""The commands that fetch: what they say and return about addresses that stay pending."""

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image
from servers.hosts import reply, status
from servers.threaded import served
from typer.testing import CliRunner

from photoshop_request.errors import BusyError, PendingError
from photoshop_request_builder.cli.program import app
from photoshop_request_builder.dataset.analysis.database import open_database
from photoshop_request_builder.dataset.analysis.sections import sections
from photoshop_request_builder.store.corpus import lock_corpus, open_corpus

A, REFUSES = "https://i.redd.it/aaaaaaaaaaaaa.jpg", "https://refuses.org/b.jpg"
FAST = "*=500,i.redd.it=500"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 80), (1, 2, 3)).save(out, "JPEG")
    return out.getvalue()


def archive(folder: Path, solvers: Sequence[str] = ()) -> Path:
    """Write one post with a picture at each address, and a solver's comment on the first for each of `solvers`."""
    posts: list[dict[str, Any]] = [
        {"id": f"zpost{number}", "title": "Remove the car", "selftext": "", "author": f"asker_{number}", "url": url}
        | {"subreddit": "PhotoshopRequest", "created_utc": 1_720_000_000, "score": 3, "num_comments": 0}
        | {"permalink": f"/r/PhotoshopRequest/comments/zpost{number}/t/", "is_self": False, "over_18": False}
        for number, url in enumerate((A, REFUSES))
    ]
    posts += [
        {"id": f"zreply{number}", "link_id": "t3_zpost0", "parent_id": "t3_zpost0", "body": f"Here: {url}"}
        | {"author": f"solver_{number}", "subreddit": "PhotoshopRequest", "created_utc": 1_720_000_600, "score": 2}
        for number, url in enumerate(solvers)
    ]
    path = folder / "PhotoshopRequest.jsonl"
    path.write_text("".join(f"{json.dumps(post)}\n" for post in posts))
    return path


@contextmanager
def answers(folder: Path, routes: Mapping[str, Any], solvers: Sequence[str] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield the hosts and a function that runs a command on the corpus."""
    with served(dict(routes)) as hosts:

        def call(name: str, *arguments: str) -> Result:
            files = [str(archive(folder, solvers))] if name in {"run", "ingest"} else []
            reading = ["--workers", "1", "--shards", "1"] if files else []
            fetching = ["--mirror", hosts.base, "--rate", FAST] if name in {"fetch", "run"} else []
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


# -- opt-outs and robots.txt ------------------------------------------------------------------------------------------

NOAI, CLOSED, HALF = "https://noai.org/a.jpg", "https://closed.org/b.jpg", "https://half.org/private/c.jpg"
OPEN, NOINDEX = "https://half.org/d.jpg", "https://noindex.org/e.jpg"
SOLVERS = (NOAI, CLOSED, HALF, OPEN, NOINDEX)
ROUTES = {
    A: reply(jpeg()),
    REFUSES: status(404),
    NOAI: reply(jpeg(), X_Robots_Tag="noai"),
    CLOSED: reply(jpeg()),
    HALF: reply(jpeg()),
    OPEN: reply(jpeg()),
    NOINDEX: reply(jpeg(), X_Robots_Tag="noindex"),
    "https://closed.org/robots.txt": reply(b"User-agent: *\nDisallow: /\n", "text/plain"),
    "https://half.org/robots.txt": reply(b"User-agent: photoshop-request\nDisallow: /private/\n", "text/plain"),
}


def test_opt_outs_have_reasons_of_their_own(tmp_path: Path) -> None:
    """Name them in decisions and card, and do not count them as link rot."""
    with answers(tmp_path, ROUTES, SOLVERS) as (hosts, call):
        done = call("run")
        assert done.exit_code == 0
        assert "fetch: 1 answers have the tag noindex. It concerns search engines: they are used" in done.stderr
        decided = {line["url"]: line["decision"] for line in map(json.loads, call("decisions").stdout.splitlines())}
        assert {CLOSED, HALF}.isdisjoint(hosts.urls())
    assert (decided[NOAI], decided[CLOSED], decided[HALF]) == ("opted_out", "robots", "robots")
    assert decided[OPEN] == decided[NOINDEX] == "unrelated"  # compared, as pictures of one color have no content
    card = (tmp_path / "corpus" / "dataset" / "README.md").read_text()
    assert "| fetch |" in card
    assert "opted_out" in card
    assert "robots" in card
    with open_database(open_corpus(tmp_path / "corpus")) as database:
        charts = {chart.name: chart for section in sections(database).values() for chart in section}
        links, fetched, gone, otherwise = next(row[2:6] for row in charts["hosts"].rows if row[0] == "…")
        assert (links, fetched, gone, otherwise) == (6, 2, 1, 3)  # gone: refuses.org, otherwise: the three opt-outs


def test_a_dry_run_counts_what_robots_txt_refuses(tmp_path: Path) -> None:
    """Request only robots.txt, once a day, and leave every address pending."""
    with answers(tmp_path, {**ROUTES, "https://noindex.org/robots.txt": status(500)}, SOLVERS) as (hosts, call):
        assert call("ingest").exit_code == 0
        plan = json.loads(call("fetch", "--dry-run", "--json").stdout)
        assert {each["host"]: (each["addresses"], each["refused"]) for each in plan["hosts"]} == {
            "i.redd.it": (1, 0),
            "refuses.org": (1, 0),
            "noai.org": (1, 0),
            "closed.org": (1, 1),
            "half.org": (2, 1),
            "noindex.org": (1, None),
        }
        assert {url.rpartition("/")[2] for url in hosts.urls()} == {"robots.txt"}
        one = json.loads(call("fetch", "--dry-run", "--json", "--only-host", "half.org").stdout)
        assert one["hosts"] == [each for each in plan["hosts"] if each["host"] == "half.org"]
        table = call("fetch", "--dry-run").stdout
        assert "unknown" in table
        assert "refused: addresses that the robots.txt of the host refuses" in table
        asked = [url for url in hosts.urls() if "noindex" not in url]
        assert len(asked) == len(set(asked)) == 5
        with sqlite3.connect(tmp_path / "corpus" / "ledger.sqlite") as ledger:
            assert ledger.execute("SELECT DISTINCT state FROM address").fetchall() == [("pending",)]


def test_a_setting_turns_robots_txt_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Request no robots.txt, and fetch what it refused after `--retry robots`. Opt-outs still count."""
    with answers(tmp_path, ROUTES, SOLVERS) as (hosts, call):
        assert call("ingest").exit_code == 0
        assert call("fetch").exit_code == 0
        monkeypatch.setenv("PHOTOSHOP_REQUEST_ROBOTS", "no")
        hosts.requests.clear()
        plan = json.loads(call("fetch", "--dry-run", "--json").stdout)
        assert (plan["hosts"], hosts.urls()) == ([], [])
        assert call("fetch", "--retry", "robots", "--retry", "opted_out").exit_code == 0
        assert sorted(hosts.urls()) == sorted([NOAI, CLOSED, HALF])
    with sqlite3.connect(tmp_path / "corpus" / "ledger.sqlite") as ledger:
        states = dict(ledger.execute("SELECT address, state FROM address"))
    assert (states[NOAI], states[CLOSED], states[HALF]) == ("opted_out", "ok", "ok")


def test_a_dry_run_waits_for_no_other_process(tmp_path: Path) -> None:
    """It writes to the ledger, so it needs the lock of the corpus."""
    with answers(tmp_path, ROUTES) as (hosts, call):
        assert call("ingest").exit_code == 0
        with lock_corpus(open_corpus(tmp_path / "corpus")):
            assert isinstance(call("fetch", "--dry-run").exception, BusyError)
        assert hosts.urls() == []
