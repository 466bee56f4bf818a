"""Who is answered by the review, and with what."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.analysis.agreement import Share, agreements, calibrate
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import (
    CandidateOrder,
    Decision,
    Decisions,
    ReviewItem,
    open_decisions,
    unanimous,
)
from photoshop_request_builder.store.final_verdicts import read_candidates

pytest.importorskip("starlette", reason="needs the extra review")

import asyncio

from viewer_corpus import change, make_corpus

from photoshop_request_builder.pages.review.app import application
from photoshop_request_builder.pages.review.candidates import read_deck
from photoshop_request_builder.pages.review.session import Desk
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

HOST = "127.0.0.1:1234"


def ask(
    app: Any, path: str, *, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer."""
    sent: list[Any] = []
    named = {"host": HOST, "content-length": str(len(body)), **headers}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, b"".join(each.get("body", b"") for each in sent[1:])


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", 4)


@pytest.fixture
def store(corpus: Corpus) -> Iterator[Decisions]:
    with open_decisions(corpus.decisions_path, clock=lambda: 1_700_000_000.0) as opened:
        yield opened


@pytest.fixture
def desk(corpus: Corpus, store: Decisions) -> Desk:
    return Desk(read_deck(corpus, CandidateOrder.DOUBT), store, "ann", CandidateOrder.DOUBT)


@pytest.fixture
def app(corpus: Corpus, desk: Desk) -> Any:
    return application(corpus, desk, "ann", "secret", {HOST})


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/secret/", {}, 200),
        ("/secret/review.js", {}, 200),
        ("/secret/api/start", {}, 200),
        ("/", {}, 404),
        ("/secre/", {}, 404),
        ("/secrets/api/start", {}, 404),
        ("/sécret/", {}, 404),
        ("/secret/..%2fapp.py", {}, 404),
        ("/secret/", {"host": "evil.example:1234"}, 421),
        ("/secret/", {"host": "127.0.0.1"}, 421),
        ("/secret/api/start", {"origin": "http://evil.example"}, 403),
        ("/secret/api/start", {"origin": f"http://{HOST}"}, 200),
    ],
)
def test_only_who_knows_the_address_is_answered(app: Any, path: str, headers: dict[str, str], status: int) -> None:
    """Token, host and origin; nobody is ever given leave to read from another page."""
    found, answered, _ = ask(app, path, **headers)
    assert found == status
    assert "default-src 'none'" in answered["content-security-policy"]
    assert not [name for name in answered if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"number": 0, "verdict": "edit"}', "application/json", 200),
        (b'{"number": 0, "verdict": "edit"}', "text/plain", 415),
        (b'{"number": 0, "verdict": "gone"}', "application/json", 422),
        (b'{"number": -1, "verdict": "edit"}', "application/json", 422),
        (b'{"number": true, "verdict": "edit"}', "application/json", 422),
        (b'{"number": 99999, "verdict": "edit"}', "application/json", 422),
        (b'{"number": 0, "verdict": ["edit"]}', "application/json", 422),
        (b"[", "application/json", 422),
    ],
)
def test_only_decisions_are_kept(app: Any, store: Decisions, body: bytes, kind: str, status: int) -> None:
    """Of a candidate that there is, with a verdict that people can give, as JSON."""
    assert ask(app, "/secret/api/decide", method="POST", body=body, content_type=kind)[0] == status
    assert len(store.decisions()) == (status == 200)


def test_a_picture_is_given_by_its_own_digest_only(app: Any, desk: Desk) -> None:
    """Of the candidate that it belongs to."""
    pictures = desk.show(0)["card"]["pictures"]
    for address, *_ in pictures.values():
        status, answered, data = ask(app, f"/secret/{address}")
        assert (status, answered["content-type"]) == (200, "image/png" if "/mask/" in address else "image/jpeg")
        assert data
    sha256 = pictures["before"][0].rsplit("/", 1)[1]
    assert ask(app, f"/secret/pictures/0/posted/{sha256}")[0] == 404
    assert ask(app, f"/secret/pictures/0/etc/{sha256}")[0] == 404
    assert ask(app, "/secret/pictures/99999/before/x")[0] == 404


def test_a_takedown_ends_the_review(app: Any, corpus: Corpus) -> None:
    """What is in memory is shown to nobody any more."""
    assert ask(app, "/secret/api/start")[0] == 200
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, "r00001")])
    assert ask(app, "/secret/api/start")[0] == 410


def test_decisions_are_the_owners_alone(corpus: Corpus, store: Decisions) -> None:
    """0600, with who and when."""
    assert corpus.decisions_path.stat().st_mode & 0o777 == 0o600
    item = ReviewItem("s", "c", 0, 0, "f" * 64, Verdict.EDIT, 0.6)
    store.decide(item, "ann", Verdict.UNRELATED, "doubt")
    assert store.decisions() == [Decision(item, "ann", Verdict.UNRELATED, "doubt", 1_700_000_000)]


def test_doubt_comes_first_and_a_sample_is_the_same_for_all(corpus: Corpus) -> None:
    """By confidence; or by nothing that has to do with it."""
    for number in range(4):
        change(corpus, "candidates", "comment_id", f"c0000{number}2", confidence=0.5 + number / 10)
    deck = read_deck(corpus, CandidateOrder.DOUBT)
    assert [deck.item(number).comment_id for number in range(4)] == [f"c0000{number}2" for number in range(4)]
    samples = [read_deck(corpus, CandidateOrder.RANDOM) for _ in range(2)]
    first, second = ([deck.item(number) for number in range(len(deck))] for deck in samples)
    assert first == second
    assert {item.key for item in first} == {deck.item(number).key for number in range(len(deck))}


def decision(number: int, machine: str, verdict: str, reviewer: str = "ann", confidence: float = 0.9) -> Decision:
    item = ReviewItem("s", f"c{number}", 0, 0, "f", Verdict(machine), confidence)
    return Decision(item, reviewer, Verdict(verdict), "random", 0)


def test_reviewers_who_differ_settle_nothing() -> None:
    """Until they agree the machine's word stays; what only one has decided is settled."""
    given = [decision(1, "edit", "edit"), decision(1, "edit", "unrelated", "ben"), decision(2, "edit", "collage")]
    assert [each.item.comment_id for each in unanimous(given)] == ["c2"]


def test_kappa_is_cohens() -> None:
    """Of the textbook's table: 20 and 15 alike, 5 and 10 not."""
    pairs = [("edit", "edit")] * 20 + [("edit", "unrelated")] * 5 + [("unrelated", "edit")] * 10
    pairs += [("unrelated", "unrelated")] * 15
    given = [
        decision(number, "edit", verdict, reviewer)
        for number, pair in enumerate(pairs)
        for reviewer, verdict in zip(("ann", "ben"), pair, strict=True)
    ]
    [found] = agreements(given)
    assert (found.both, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_intervals_are_wilsons() -> None:
    """Against figures worked out by hand; of nothing, nothing is known."""
    assert Share(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert Share(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-3)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_calibration_counts_both_ways_and_proposes_where_it_is_sure() -> None:
    """200 right ones over 0.8, 20 wrong ones under it."""
    given = [decision(number, "edit", "edit", confidence=0.8 + number / 1000) for number in range(200)]
    given += [decision(1000 + number, "edit", "same_image", confidence=0.6) for number in range(20)]
    edit, same = calibrate(given)
    assert (edit.precision, edit.recall) == (Share(200, 220), Share(200, 200))
    assert (same.precision, same.recall) == (Share(0, 0), Share(0, 20))
    assert edit.proposal
    assert edit.proposal.confidence == 0.8
    assert same.proposal is None


def test_what_is_settled_overrules_only_its_own_candidate_and_shard(corpus: Corpus, store: Decisions) -> None:
    """The same bytes in the same place; other shards have no such table, and a second plan nothing to do."""
    deck = read_deck(corpus, CandidateOrder.DOUBT)
    item = next(deck.item(number) for number in range(len(deck)) if deck.item(number).machine == Verdict.EDIT)
    store.decide(item, "ann", Verdict.REJECTED, "doubt")
    [job] = plan(stage_named("settle"), corpus)
    job.run()
    assert plan(stage_named("settle"), corpus) == []
    rows = [row for shard in range(4) for row in read_candidates(corpus, shard).to_pylist()]
    assert [row["comment_id"] for row in rows if row["verified"]] == [item.comment_id]
    assert [row["verdict"] for row in rows if row["verified"]] == ["rejected"]
    change(corpus, "candidates", "comment_id", item.comment_id, sha256="0" * 64)
    assert not any(row["verified"] for shard in range(4) for row in read_candidates(corpus, shard).to_pylist())
