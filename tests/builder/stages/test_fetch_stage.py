"""The stage `fetch`: pictures on disk, and a ledger with a state for each address."""

import asyncio
import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow as pa
import pytest
from PIL import Image
from servers.hosts import Hosts, Request, redirect, reply, stall, status
from servers.threaded import served

from photoshop_request.errors import Interrupted
from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.addresses.links import Link, Role
from photoshop_request.media.addresses.outcomes import AddressState, Outcome, PictureLink
from photoshop_request.media.http.rate_limits import OTHER_SITES, Rate
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages import gather
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.fetch import fetch_corpus, load_links
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings, site_rates
from photoshop_request_builder.stages.fetching.postponed import pending_error
from photoshop_request_builder.stages.fetching.quarantine import suspects
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.ledger_rows import NewAddress
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

FREE = Rate(float("inf"), 8)
RATES = dict.fromkeys(("i.redd.it", "imgur.com", "drive.google.com"), FREE)


def jpeg(seed: int = 0, quality: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 80), (seed % 256, seed // 256 % 256, 7)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def link(address: str, submission: str = "1abcd2", comment: str | None = "c1", **changes: Any) -> Link:
    target = classify(address)
    values: dict[str, Any] = {
        "submission_id": submission, "comment_id": comment, "position": 0, "url": address, "canonical": target.canonical,
        "host": host_of(target.canonical), "kind": target.kind, "role": Role.CANDIDATE, "reason": target.reason,
        "author": "solver", "caption": None, "fallback": None, "width": None, "height": None,
    }  # fmt: skip
    return Link(**{**values, **changes})


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1)


def write(corpus: Corpus, links: list[Link]) -> None:
    storage.write_table(corpus.fs, corpus.shard_path(0, "links"), tables.to_table(links, tables.LINKS), "l")


def settings(state: Hosts, **changes: Any) -> FetchSettings:
    """Return settings without rate limits. Tests of robots.txt turn it on."""
    return FetchSettings(**{"mirror": state.base, "rates": RATES, "other": FREE, "robots": False, **changes})


def states(corpus: Corpus) -> dict[str, str]:
    with sqlite3.connect(Path(corpus.root) / "ledger.sqlite") as database:
        return dict(database.execute("SELECT address, state FROM address"))


A, B = "https://i.imgur.com/AAAAA.jpg", "https://i.redd.it/bbbbbbbbbbbb.png"


def test_pictures_are_saved_under_their_digest(corpus: Corpus) -> None:
    """Save the same bytes of two addresses as one file, and leave no other file."""
    with served({A: reply(jpeg()), B: reply(jpeg())}) as state:
        write(corpus, [link(A), link(B)])
        done = fetch_corpus(corpus, settings(state))
    digest = hashlib.sha256(jpeg()).hexdigest()
    files = [path for path in Path(corpus.root, "images").rglob("*") if path.is_file()]
    assert files == [Path(corpus.image_path(digest, "jpg"))]
    assert files[0].read_bytes() == jpeg()
    assert (dict(done.states), done.pending) == ({AddressState.OK: 2}, 0)


def test_an_open_ending_becomes_that_of_the_file(corpus: Corpus) -> None:
    """Publish the address that answered, not the one that leaves the ending open."""
    found, lost = "https://i.redd.it/bbbbbbbbbbbb", "https://i.redd.it/cccccccccccc"
    with served({f"{found}.jpeg": reply(jpeg())}) as state:
        write(corpus, [link(found), link(lost)])
        fetch_corpus(corpus, settings(state))
    (job,) = plan(stage_named("gather"), corpus)
    job.run()
    rows = storage.read_table(corpus.fs, corpus.shard_path(0, "pictures")).to_pylist()
    assert [(row["url"], row["state"]) for row in rows] == [(f"{found}.jpeg", "ok"), (lost, "gone")]


def test_only_links_without_a_reason_are_requested(corpus: Corpus) -> None:
    """Count dead and unsupported hosts, and leave links with other reasons out of the ledger."""
    with served({A: reply(jpeg())}) as state:
        write(
            corpus,
            [
                link(A),
                link("http://i51.tinypic.com/x.jpg"),
                link("https://prnt.sc/abc"),
                link("http://127.0.0.1:22/x.jpg"),
                link("https://v.redd.it/abc123def456"),
                link(B, reason=Verdict.BOT),
                link("https://i.imgur.com/CCCCC.jpg", reason=Verdict.DELETED_BY_AUTHOR),
            ],
        )
        fetch_corpus(corpus, settings(state))
        assert state.urls() == [A]
    assert states(corpus) == {
        A: "ok",
        "https://i51.tinypic.com/x.jpg": "dead_host",
        "https://prnt.sc/abc": "unsupported_host",
    }


def test_a_second_run_requests_nothing(corpus: Corpus) -> None:
    """Keep final states until a retry is requested."""
    with served({A: status(404), B: reply(jpeg())}) as state:
        write(corpus, [link(A), link(B)])
        fetch_corpus(corpus, settings(state))
        fetch_corpus(corpus, settings(state))
        assert len(state.requests) == 2
        fetch_corpus(corpus, settings(state, retry=(AddressState.GONE,)))
        assert state.urls() == [A, B, A] or state.urls() == [B, A, A]


def test_a_host_that_refuses_for_ever_is_left_pending_and_named(corpus: Corpus) -> None:
    """End the run without it. Fetch the other hosts, and fetch its pictures in a later run."""
    refusing = [f"https://refuses.org/{number}.jpg" for number in range(30)]
    said: list[str] = []
    with served({**dict.fromkeys(refusing, status(429, Retry_After="7200")), A: reply(jpeg())}) as state:
        write(corpus, [link(address) for address in (*refusing, A)])
        done = fetch_corpus(corpus, settings(state), say=said.append)
        assert dict(states(corpus)) == {**dict.fromkeys(refusing, "pending"), A: "ok"}
        assert [(left.host, left.addresses) for left in done.left] == [("refuses.org", 30)]
        assert len([line for line in said if "refuses.org" in line]) == 1
        assert len(state.requests) <= 10
        message = str(pending_error(done.left))
        assert "Addresses left pending: 30. refuses.org 30 (" in message
        state.routes.update(dict.fromkeys(refusing, reply(jpeg())))
        later = fetch_corpus(corpus, settings(state))
    assert (later.pending, later.left) == (0, ())


def test_addresses_that_a_user_leaves_out_are_not_left_by_hosts(corpus: Corpus) -> None:
    """Name only hosts that did not answer, not those that `limit` or `only_host` leave out."""
    refusing = "https://refuses.org/1.jpg"
    with served({refusing: status(503, Retry_After="99999"), A: reply(jpeg()), B: reply(jpeg())}) as state:
        write(corpus, [link(A), link(B), link(refusing)])
        assert fetch_corpus(corpus, settings(state, limit=0)).left == ()
        assert fetch_corpus(corpus, settings(state, only_host="imgur.com")).left == ()
        assert [left.host for left in fetch_corpus(corpus, settings(state)).left] == ["refuses.org"]


def test_an_address_is_left_if_its_redirect_leads_to_a_closed_host(corpus: Corpus) -> None:
    """Count it for its own host."""
    first, second = "https://a.org/1.jpg", "https://refuses.org/1.jpg"
    with served({first: redirect(second), second: status(429, Retry_After="7200")}) as state:
        write(corpus, [link(first), link(second)])
        done = fetch_corpus(corpus, settings(state))
    assert [(left.host, left.addresses) for left in done.left] == [("a.org", 1), ("refuses.org", 1)]


@pytest.mark.slow
def test_dripping_links_do_not_hold_the_run(tmp_path: Path) -> None:
    """Fetch 201 pictures beside 64 links that drip a byte each 4 s, from one host and from as many hosts as links.

    The two runs take minutes of waiting, so they wait at the same time.
    """
    with ThreadPoolExecutor(2) as pool:
        runs = {hosts: pool.submit(_fetch_beside_drips, tmp_path / str(hosts), hosts) for hosts in (1, 64)}
    for hosts, run in runs.items():
        states, last_fetched, seconds = run.result()
        assert states == {AddressState.OK: 201, AddressState.TIMEOUT: 64}
        assert last_fetched < (30 if hosts == 1 else 120)
        assert seconds < 200


def _fetch_beside_drips(folder: Path, hosts: int) -> tuple[dict[AddressState, int], float, float]:
    """Return the states, and the seconds until the last picture and until the end."""
    good = [f"https://i.redd.it/{number:013d}.jpg" for number in range(201)]
    dripping = [f"https://slow{number % hosts}.org/{number}.jpg" for number in range(64)]
    fetched_at: list[float] = []
    corpus = create_corpus(folder, subreddits=("PhotoshopRequest",), shards=1)

    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n\xff\xd8\xff")
        while True:
            await writer.drain()
            await asyncio.sleep(4)
            writer.write(b"\0")

    def note(outcome: Outcome) -> None:
        if outcome.state is AddressState.OK:
            fetched_at.append(time.monotonic() - began)

    free = Rate(float("inf"), 16)
    with served({**dict.fromkeys(dripping, drip), **{each: reply(jpeg(i)) for i, each in enumerate(good)}}) as state:
        write(corpus, [link(address) for address in (*dripping, *good)])
        began = time.monotonic()
        done = fetch_corpus(corpus, settings(state, rates={"i.redd.it": free}, other=free), on_done=note)
    return dict(done.states), max(fetched_at), time.monotonic() - began


def test_a_host_whose_robots_txt_cannot_be_read_is_left_pending(corpus: Corpus) -> None:
    """Request the file, not one picture, and name the host."""
    addresses = [f"https://a.org/{number}.jpg" for number in range(20)]
    with served({**dict.fromkeys([*addresses, A], reply(jpeg())), "https://a.org/robots.txt": status(500)}) as state:
        write(corpus, [link(address) for address in (*addresses, A)])
        done = fetch_corpus(corpus, settings(state, robots=True))
        assert [(left.host, left.addresses, left.why) for left in done.left] == [
            ("a.org", 20, "https://a.org/robots.txt: HTTP 500")
        ]
        assert set(addresses).isdisjoint(state.urls())
        state.routes["https://a.org/robots.txt"] = reply(b"User-agent: *\nDisallow: /1\n")
        done = fetch_corpus(corpus, settings(state, robots=True))
    assert (dict(done.states), done.left) == ({AddressState.OK: 9, AddressState.ROBOTS: 11}, ())


def test_opt_outs_that_were_gathered_as_gone_are_gathered_again(corpus: Corpus) -> None:
    """The rule of `gather` differs for corpora that have some, and for no other."""
    with open_ledger(corpus.ledger_path) as ledger:
        ledger.add([NewAddress(A), NewAddress(B)])
        ledger.record([Outcome(A, AddressState.GONE)])
        assert gather.rule(corpus) == {"ledger": ledger.stamp()}
        ledger.record([Outcome(B, AddressState.OPTED_OUT)])
        assert gather.rule(corpus) != {"ledger": ledger.stamp()}
        assert gather.rule(corpus)["ledger"] == ledger.stamp()


def test_one_host_and_a_number_can_be_chosen(corpus: Corpus) -> None:
    """Leave other addresses pending."""
    with served({A: reply(jpeg()), B: reply(jpeg())}) as state:
        write(corpus, [link(A), link(B)])
        assert fetch_corpus(corpus, settings(state, only_host="imgur.com")).pending == 1
        assert state.urls() == [A]
        assert fetch_corpus(corpus, settings(state, limit=0)).pending == 1


def test_an_unchanged_picture_is_not_sent_twice(corpus: Corpus) -> None:
    """Retry with the ETag: a 304 keeps the picture, another answer replaces it."""
    with served({A: [reply(jpeg(), ETag='"1"'), status(304), reply(jpeg(9), ETag='"2"')]}) as state:
        write(corpus, [link(A)])
        for _ in range(3):
            fetch_corpus(corpus, settings(state, retry=(AddressState.OK,)))
            with open_ledger(corpus.ledger_path) as ledger:
                entry = ledger.get([A])[A]
            assert entry.state is AddressState.OK
            assert Path(corpus.image_path(entry.sha256 or "", "jpg")).exists()
        assert [request.headers.get("if-none-match") for request in state.requests] == [None, '"1"', '"1"']
        assert entry.etag == '"2"'


def test_new_links_are_added_to_the_ledger(corpus: Corpus) -> None:
    """Request only the new addresses of a growing corpus."""
    with served({A: reply(jpeg()), B: reply(jpeg(1))}) as state:
        write(corpus, [link(A)])
        fetch_corpus(corpus, settings(state))
        write(corpus, [link(A), link(B)])
        fetch_corpus(corpus, settings(state))
        assert state.urls() == [A, B]


# -- taken down ---------------------------------------------------------------------------------------------------------

PAGE = "https://imgur.com/a/AbCdE"


def posted(corpus: Corpus) -> None:
    """Return a submission by `op` and a comment by `Solver`."""
    for table, schema, thing_id, author in (
        ("submissions", tables.SUBMISSIONS, "1abcd2", "op"),
        ("comments", tables.COMMENTS, "c1", "Solver"),
    ):
        row = dict.fromkeys(schema.names) | {"id": thing_id, "author": author}
        storage.write_table(corpus.fs, corpus.shard_path(0, table), pa.Table.from_pylist([row], schema=schema), "x")


@pytest.mark.parametrize(
    "target",
    [
        TombstoneTarget(TombstoneKind.SUBMISSION, "1abcd2"),
        TombstoneTarget(TombstoneKind.COMMENT, "c1"),
        TombstoneTarget(TombstoneKind.AUTHOR, "op"),
        TombstoneTarget(TombstoneKind.AUTHOR, "solver"),
        TombstoneTarget(TombstoneKind.ADDRESS, A),
    ],
)
def test_addresses_that_were_taken_down_are_not_requested(corpus: Corpus, target: TombstoneTarget) -> None:
    """Cover links that came later, and retries."""
    posted(corpus)
    add_tombstones(corpus, [target])
    with served({A: reply(jpeg()), B: reply(jpeg(1))}) as state:
        write(corpus, [link(A), link(B, submission="1abcd3", comment="c2")])
        for retry in ((), (AddressState.TAKEN_DOWN,)):
            fetch_corpus(corpus, settings(state, retry=retry))
        assert state.urls() == [B]
    assert states(corpus) == {A: "taken_down", B: "ok"}


def test_an_address_that_others_link_to_is_requested(corpus: Corpus) -> None:
    """Keep it, unless the address itself was taken down."""
    posted(corpus)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.COMMENT, "c1")])
    with served({A: reply(jpeg())}) as state:
        write(corpus, [link(A), link(A, submission="1abcd3", comment="c2")])
        fetch_corpus(corpus, settings(state))
    assert states(corpus) == {A: "ok"}


def test_pictures_of_an_album_that_was_taken_down_are_not_requested(corpus: Corpus) -> None:
    """Cover a run that stopped between the album and its pictures. Keep a picture that is linked elsewhere."""
    write(corpus, [link(PAGE), link(B, submission="1abcd3", comment="c2")])
    with open_ledger(corpus.ledger_path) as ledger:
        load_links(corpus, ledger)
        ledger.record([Outcome(PAGE, AddressState.RESOLVED, pictures=(PictureLink(A), PictureLink(B)))])
    posted(corpus)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.COMMENT, "c1")])
    with served({B: reply(jpeg())}) as state:
        fetch_corpus(corpus, settings(state))
        assert state.urls() == [B]
    assert states(corpus) == {PAGE: "resolved", A: "taken_down", B: "ok"}


def test_the_ledger_stays_unchanged_without_takedowns(corpus: Corpus) -> None:
    """Leave the stamp of the ledger, on which tables depend."""
    posted(corpus)
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.COMMENT, "c1")])
    with served({}) as state:
        write(corpus, [link(A)])
        fetch_corpus(corpus, settings(state))
        with open_ledger(corpus.ledger_path) as ledger:
            before = ledger.stamp()
        fetch_corpus(corpus, settings(state))
        with open_ledger(corpus.ledger_path) as ledger:
            assert ledger.stamp() == before


# -- fallbacks ----------------------------------------------------------------------------------------------------------

CDX = "https://web.archive.org/cdx/search/cdx"
ARCHIVED = "https://web.archive.org/web/2020id_/http://i.imgur.com/AAAAA.jpg"
SIGNED = "https://external-preview.redd.it/x.jpg?s=1"
FALLBACKS = {
    A: status(404),
    CDX: reply(json.dumps([["timestamp", "original"], ["2020", "http://i.imgur.com/AAAAA.jpg"]]).encode()),
    ARCHIVED: reply(jpeg(1)),
    SIGNED: reply(jpeg(2)),
}


def via(corpus: Corpus) -> tuple[str, str | None]:
    with open_ledger(corpus.ledger_path) as ledger:
        entry = ledger.get([A])[A]
    return entry.state, entry.via


def test_fallbacks_are_opt_in(corpus: Corpus) -> None:
    """Leave a dead address dead by default, without other requests."""
    with served(FALLBACKS) as state:
        write(corpus, [link(A, fallback=SIGNED)])
        fetch_corpus(corpus, settings(state))
        assert state.urls() == [A]
    assert via(corpus) == (AddressState.GONE, "host")


def test_the_archive_goes_before_the_preview(corpus: Corpus) -> None:
    """Prefer the full picture to the smaller copy, and record the source."""
    with served(FALLBACKS) as state:
        write(corpus, [link(A, fallback=SIGNED)])
        fetch_corpus(corpus, settings(state, archive_fallback=True, preview_fallback=True))
    assert via(corpus) == (AddressState.OK, "wayback")


def test_the_preview_has_its_own_setting(corpus: Corpus) -> None:
    """Use it only if it is enabled."""
    with served(FALLBACKS) as state:
        write(corpus, [link(A, fallback=SIGNED)])
        fetch_corpus(corpus, settings(state, preview_fallback=True))
        assert state.urls() == [A, SIGNED]
    assert via(corpus) == (AddressState.OK, "preview")


@pytest.mark.parametrize(
    "change", [{"removed_by_category": "moderator"}, {"removed_by_category": "deleted"}, {"deleted_by_author": True}]
)
@pytest.mark.parametrize("comment", [None, "c1"])
def test_removed_pictures_are_not_requested_from_archives(
    corpus: Corpus, change: dict[str, Any], comment: str | None
) -> None:
    """Cover removed and deleted posts and comments."""
    schema = tables.COMMENTS if comment else tables.SUBMISSIONS
    row = dict.fromkeys(schema.names) | {"id": comment or "1abcd2", "deleted_by_author": False} | change
    storage.write_table(
        corpus.fs, corpus.shard_path(0, "comments" if comment else "submissions"), schema.empty_table().from_pylist([row], schema=schema), "x"
    )  # fmt: skip
    with served(FALLBACKS) as state:
        write(corpus, [link(A, comment=comment, fallback=SIGNED)])
        fetch_corpus(corpus, settings(state, archive_fallback=True, preview_fallback=True))
        assert state.urls() == [A]
    assert via(corpus) == (AddressState.GONE, "host")


def test_pictures_behind_a_removed_link_are_not_requested_from_archives(corpus: Corpus, tmp_path: Path) -> None:
    """Cover a page and an album in a removed comment."""
    row = dict.fromkeys(tables.COMMENTS.names) | {
        "id": "c1",
        "removed_by_category": "moderator",
        "deleted_by_author": False,
    }
    table = pa.Table.from_pylist([row], schema=tables.COMMENTS)
    storage.write_table(corpus.fs, corpus.shard_path(0, "comments"), table, "x")
    program = tmp_path / "resolver.py"
    program.write_text(f'print(\'{{"url": "{A}"}}\')')
    with served(FALLBACKS) as state:
        write(corpus, [link("https://prnt.sc/abc")])
        command = (sys.executable, str(program))
        retry = (AddressState.UNSUPPORTED_HOST,)
        fetch_corpus(corpus, settings(state, external_resolver=command, retry=retry, archive_fallback=True))
        assert state.urls() == [A]
    assert via(corpus) == (AddressState.GONE, "host")


def test_a_users_resolver_is_called_for_unsupported_hosts(corpus: Corpus, tmp_path: Path) -> None:
    """Fetch the pictures that it names in the same run."""
    program = tmp_path / "resolver.py"
    program.write_text(f'print(\'{{"url": "{A}"}}\')')
    with served({A: reply(jpeg())}) as state:
        write(corpus, [link("https://prnt.sc/abc")])
        command = (sys.executable, str(program))
        fetch_corpus(corpus, settings(state, external_resolver=command, retry=(AddressState.UNSUPPORTED_HOST,)))
    assert states(corpus) == {"https://prnt.sc/abc": "resolved", A: "ok"}


# -- learned placeholders -----------------------------------------------------------------------------------------------


def test_the_same_bytes_for_unrelated_people_are_held_back(corpus: Corpus) -> None:
    """Quarantine bytes of three requests by three authors from one host, until they are released."""
    addresses = [f"https://i.imgur.com/{name}.jpg" for name in ("AAAAA", "BBBBB", "CCCCC")]
    routes: dict[str, Any] = {address: reply(jpeg()) for address in addresses}
    with served(routes) as state:
        write(corpus, [link(address, f"post{i}", author=f"solver{i}") for i, address in enumerate(addresses)])
        done = fetch_corpus(corpus, settings(state))
    (suspect,) = done.suspects
    assert (suspect.host, suspect.addresses) == ("i.imgur.com", tuple(addresses))
    assert set(states(corpus).values()) == {"placeholder_suspected"}
    with open_ledger(corpus.ledger_path) as ledger:
        assert ledger.release(suspect.sha256) == 3
        assert suspects(corpus, ledger) == []
    assert set(states(corpus).values()) == {"ok"}


def test_later_addresses_with_the_same_bytes_are_held_back_too(corpus: Corpus) -> None:
    """Give the same states as one fetch of all addresses."""
    links = [link(f"https://i.imgur.com/{i:05}.jpg", f"post{i}", author=f"solver{i}") for i in range(4)]
    with served({each.canonical: reply(jpeg()) for each in links}) as state:
        write(corpus, links[:3])
        fetch_corpus(corpus, settings(state))
        write(corpus, links)
        (suspect,) = fetch_corpus(corpus, settings(state)).suspects
        assert fetch_corpus(corpus, settings(state)).suspects == ()
    assert suspect.addresses == tuple(each.canonical for each in links)
    assert set(states(corpus).values()) == {"placeholder_suspected"}


@pytest.mark.parametrize(
    "posts",
    [
        [("p1", "a"), ("p2", "b")],
        [("p1", "a"), ("p1", "b"), ("p1", "c")],
        [("p1", "a"), ("p2", "a"), ("p3", "a")],
        [("p1", "a"), ("p2", "b"), ("p2", "c")],
    ],
    ids=["two", "one request", "one author", "two requests"],
)
def test_re_uploads_among_the_same_people_are_not_held_back(corpus: Corpus, posts: list[tuple[str, str]]) -> None:
    """Accept one picture by one solver everywhere, or by everybody in one thread."""
    addresses = [f"https://i.imgur.com/{name * 5}.jpg" for name in "ABC"[: len(posts)]]
    with served({address: reply(jpeg()) for address in addresses}) as state:
        write(
            corpus,
            [link(address, post, author=author) for address, (post, author) in zip(addresses, posts, strict=True)],
        )
        assert fetch_corpus(corpus, settings(state)).suspects == ()


# -- stopping and going on ----------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from photoshop_request.media.http.rate_limits import Rate
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.stages.fetch import fetch_corpus
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings
from photoshop_request.errors import Interrupted
free = Rate(float("inf"), 2)
try:
    print("began", flush=True)
    fetch_corpus(open_corpus(sys.argv[1]), FetchSettings(mirror=sys.argv[2], rates={"imgur.com": free}, other=free),
                 on_done=lambda outcome: print(outcome.state, flush=True))
except Interrupted as stopped:
    print(stopped, flush=True)
    sys.exit(stopped.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly(corpus: Corpus, number: int) -> None:
    """Record finished pictures, leave the open one pending, and trust no part file."""
    routes: dict[str, Any] = {A: reply(jpeg()), "https://hangs.org/x.jpg": stall}
    with served(routes) as state:
        write(corpus, [link(A), link("https://hangs.org/x.jpg")])
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, corpus.root, state.base], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(2)] == ["began", "ok"]
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == Interrupted.exit_code
    assert "same command" in out
    assert states(corpus) == {A: "ok", "https://hangs.org/x.jpg": "pending"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_the_very_end_is_heard(corpus: Corpus, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the later stages, although every address was requested."""
    close = aiohttp.ClientSession.close

    async def close_late(session: aiohttp.ClientSession) -> None:
        await close(session)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(aiohttp.ClientSession, "close", close_late)
    with served({A: reply(jpeg())}) as state:
        write(corpus, [link(A)])
        with pytest.raises(Interrupted):
            fetch_corpus(corpus, settings(state))
    assert states(corpus) == {A: "ok"}


def test_a_kill_loses_no_recorded_picture(corpus: Corpus) -> None:
    """Find the file of every `ok` row after SIGKILL, and fetch the others in the next run."""
    addresses = [f"https://i.imgur.com/{number:05}.jpg" for number in range(300)]
    with served({address: reply(jpeg(i)) for i, address in enumerate(addresses)}) as state:
        write(corpus, [link(address) for address in addresses])
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, corpus.root, state.base], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(120):
            process.stdout.readline()
        process.kill()
        process.communicate()
        with open_ledger(corpus.ledger_path) as ledger:
            for entry in ledger.get(addresses).values():
                if entry.state is AddressState.OK:
                    file = Path(corpus.image_path(entry.sha256 or "", entry.extension or ""))
                    assert hashlib.sha256(file.read_bytes()).hexdigest() == entry.sha256
        fetch_corpus(corpus, settings(state))
    assert set(states(corpus).values()) == {"ok"}
    assert not list(Path(corpus.root, "images", ".part").iterdir())


def test_a_full_disk_pauses_fetching(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch the same picture again once there is space."""
    write(corpus, [link(A)])
    monkeypatch.setattr("photoshop_request_builder.stages.fetching.host_workers._DISK_FULL_SECONDS", 0.01)
    real, failures, said = os.fsync, [1, 1], []

    def fsync(number: int) -> None:
        if failures:
            failures.pop()
            raise OSError(28, "No space left on device")
        real(number)

    monkeypatch.setattr("photoshop_request_builder.store.pictures.os.fsync", fsync)
    with served({A: reply(jpeg())}) as state:
        fetch_corpus(corpus, settings(state), say=said.append)
    assert states(corpus) == {A: "ok"}
    assert len(said) == 2
    assert not list(Path(corpus.root, "images", ".part").iterdir())


@pytest.mark.slow
def test_a_large_ledger_causes_no_delay(corpus: Corpus) -> None:
    """Start within 5 seconds with 400,000 finished addresses."""
    write(corpus, [link(A)])
    with open_ledger(corpus.ledger_path) as ledger:
        ledger.add(NewAddress(f"https://i.redd.it/{number:012}.jpg") for number in range(1000))
        load_links(corpus, ledger)
    with sqlite3.connect(corpus.ledger_path) as database:
        columns = "host, family, kind, depth, state, detail, tries, http, etag, sha256, bytes, extension, final, via, retrieved, fallback, changed"
        database.execute("UPDATE address SET state = 'ok', sha256 = printf('%064d', id) WHERE host = 'i.redd.it'")
        database.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
            f" INSERT INTO address (address, {columns}) SELECT replace(address, '.jpg', '-' || i || '.jpg'), {columns}"
            f" FROM address, n WHERE host = 'i.redd.it'"
        )
        assert database.execute("SELECT count(*) FROM address WHERE state = 'ok'").fetchone()[0] >= 400_000
    with served({A: reply(jpeg())}) as state:
        start = time.monotonic()
        fetch_corpus(corpus, settings(state))
        assert state.requests[0].at - start < 5


def test_rates_are_given_by_host() -> None:
    """Read `*` as every other site, and raise the concurrency with the rate, up to 16."""
    rates, other = site_rates({"imgur.com": 8, "i.redd.it": float("inf"), "x.org": 0.1})
    assert rates == {"imgur.com": Rate(8, 4), "i.redd.it": Rate(float("inf"), 16), "x.org": Rate(0.1, 1)}
    assert other == OTHER_SITES
    assert site_rates({"*": 40}) == ({}, Rate(40, 16))


def test_signals_have_their_handlers_back_after_the_first_and_after_fetching() -> None:
    """End the program at once on a second Ctrl-C, and on one in a later stage."""
    from photoshop_request_builder.stages.fetch import _stopped_by_signals

    def mine(_number: int, _frame: object) -> None:
        pass

    async def fetching(stops: bool) -> None:
        stop = asyncio.Event()
        async with _stopped_by_signals(stop):
            assert mine not in [signal.getsignal(number) for number in before]
            if stops:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.wait_for(stop.wait(), 10)
                assert [signal.getsignal(number) for number in before] == [mine, mine]

    before = {number: signal.signal(number, mine) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for stops in (False, True):
            asyncio.run(fetching(stops))
            assert [signal.getsignal(number) for number in before] == [mine, mine]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
