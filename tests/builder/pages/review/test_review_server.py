"""Tests of the review application, agreement and calibration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.analysis.proportion import Proportion
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.pages.review.agreement import agreements, calibrate
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

pytest.importorskip("uvicorn", reason="needs the extra review")

import asyncio

from viewer_corpus import change, make_corpus

from photoshop_request_builder.pages.review.candidates import read_candidate_queue
from photoshop_request_builder.pages.review.server import application
from photoshop_request_builder.pages.review.session import ReviewSession
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

HOST = "127.0.0.1:1234"


def ask(
    app: Any, path: str, *, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send one request and return status, headers and body."""
    sent: list[Any] = []
    all_headers = {"host": HOST, "content-length": str(len(body)), **headers}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in all_headers.items()],
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    received = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], received, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", 4)


@pytest.fixture
def store(corpus: Corpus) -> Iterator[Decisions]:
    with open_decisions(corpus.decisions_path, clock=lambda: 1_700_000_000.0) as opened:
        yield opened


@pytest.fixture
def session(corpus: Corpus, store: Decisions) -> ReviewSession:
    return ReviewSession(read_candidate_queue(corpus, CandidateOrder.DOUBT), store, "ann", CandidateOrder.DOUBT)


@pytest.fixture
def app(corpus: Corpus, session: ReviewSession) -> Any:
    return application(corpus, session, "ann", "secret", {HOST})


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
def test_only_the_private_url_is_answered(app: Any, path: str, headers: dict[str, str], status: int) -> None:
    """Token, host and origin must match. No CORS header is sent."""
    received, answered, _ = ask(app, path, **headers)
    assert received == status
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
def test_only_valid_decisions_are_stored(app: Any, store: Decisions, body: bytes, kind: str, status: int) -> None:
    """The candidate exists, the verdict is a choice, and the body is JSON."""
    assert ask(app, "/secret/api/decide", method="POST", body=body, content_type=kind)[0] == status
    assert len(store.decisions()) == (status == 200)


def test_a_picture_needs_its_own_digest(app: Any, session: ReviewSession) -> None:
    """The digest must belong to the candidate."""
    pictures = session.show(0)["card"]["pictures"]
    for address, *_ in pictures.values():
        status, answered, data = ask(app, f"/secret/{address}")
        assert (status, answered["content-type"]) == (200, "image/png" if "/mask/" in address else "image/jpeg")
        assert data
    sha256 = pictures["before"][0].rsplit("/", 1)[1]
    assert ask(app, f"/secret/pictures/0/posted/{sha256}")[0] == 404
    assert ask(app, f"/secret/pictures/0/etc/{sha256}")[0] == 404
    assert ask(app, "/secret/pictures/99999/before/x")[0] == 404


def test_a_takedown_ends_the_review(app: Any, corpus: Corpus) -> None:
    """Data in memory is no longer served."""
    assert ask(app, "/secret/api/start")[0] == 200
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, "r00001")])
    assert ask(app, "/secret/api/start")[0] == 410


def test_decisions_are_readable_by_the_owner_only(corpus: Corpus, store: Decisions) -> None:
    """Mode 0600. Each decision has reviewer and time."""
    assert corpus.decisions_path.stat().st_mode & 0o777 == 0o600
    item = ReviewItem("s", "c", 0, 0, "f" * 64, Verdict.EDIT, 0.6)
    store.decide(item, "ann", Verdict.UNRELATED, "doubt")
    assert store.decisions() == [Decision(item, "ann", Verdict.UNRELATED, "doubt", 1_700_000_000)]


def test_order_by_doubt_and_random_order(corpus: Corpus) -> None:
    """Doubt sorts by confidence. The random order is equal for all reviewers."""
    for number in range(4):
        change(corpus, "candidates", "comment_id", f"c0000{number}2", confidence=0.5 + number / 10)
    queue = read_candidate_queue(corpus, CandidateOrder.DOUBT)
    assert [queue.item(number).comment_id for number in range(4)] == [f"c0000{number}2" for number in range(4)]
    samples = [read_candidate_queue(corpus, CandidateOrder.RANDOM) for _ in range(2)]
    first, second = ([queue.item(number) for number in range(len(queue))] for queue in samples)
    assert first == second
    assert {item.key for item in first} == {queue.item(number).key for number in range(len(queue))}


def decision(number: int, machine: str, verdict: str, reviewer: str = "ann", confidence: float = 0.9) -> Decision:
    item = ReviewItem("s", f"c{number}", 0, 0, "f", Verdict(machine), confidence)
    return Decision(item, reviewer, Verdict(verdict), "random", 0)


def test_disagreement_settles_nothing() -> None:
    """The automatic verdict stays until reviewers agree. One reviewer alone settles a candidate."""
    decisions = [decision(1, "edit", "edit"), decision(1, "edit", "unrelated", "ben"), decision(2, "edit", "collage")]
    assert [decided.item.comment_id for decided in unanimous(decisions)] == ["c2"]


def test_cohens_kappa() -> None:
    """The textbook example: 20 and 15 agree, 5 and 10 do not."""
    pairs = [("edit", "edit")] * 20 + [("edit", "unrelated")] * 5 + [("unrelated", "edit")] * 10
    pairs += [("unrelated", "unrelated")] * 15
    decisions = [
        decision(number, "edit", verdict, reviewer)
        for number, pair in enumerate(pairs)
        for reviewer, verdict in zip(("ann", "ben"), pair, strict=True)
    ]
    [pair] = agreements(decisions)
    assert (pair.both, pair.same) == (50, 35)
    assert pair.kappa == pytest.approx(0.4)


def test_wilson_intervals() -> None:
    """Equal to values computed by hand. Without cases, the interval is 0 to 1."""
    assert Proportion(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert Proportion(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-3)
    assert Proportion(0, 0).interval == (0.0, 1.0)


def test_calibration_measures_and_proposes() -> None:
    """200 right decisions above 0.8, 20 wrong ones below."""
    decisions = [decision(number, "edit", "edit", confidence=0.8 + number / 1000) for number in range(200)]
    decisions += [decision(1000 + number, "edit", "same_image", confidence=0.6) for number in range(20)]
    edit, same = calibrate(decisions)
    assert (edit.precision, edit.recall) == (Proportion(200, 220), Proportion(200, 200))
    assert (same.precision, same.recall) == (Proportion(0, 0), Proportion(0, 20))
    assert edit.proposal
    assert edit.proposal.confidence == 0.8
    assert same.proposal is None


def test_a_settled_decision_overrules_only_its_candidate(corpus: Corpus, store: Decisions) -> None:
    """Other shards get no table, a second plan has nothing to do, and changed bytes void the decision."""
    queue = read_candidate_queue(corpus, CandidateOrder.DOUBT)
    item = next(queue.item(number) for number in range(len(queue)) if queue.item(number).machine == Verdict.EDIT)
    store.decide(item, "ann", Verdict.REJECTED, "doubt")
    [job] = plan(stage_named("settle"), corpus)
    job.run()
    assert plan(stage_named("settle"), corpus) == []
    rows = [row for shard in range(4) for row in read_candidates(corpus, shard).to_pylist()]
    assert [row["comment_id"] for row in rows if row["verified"]] == [item.comment_id]
    assert [row["verdict"] for row in rows if row["verified"]] == ["rejected"]
    change(corpus, "candidates", "comment_id", item.comment_id, sha256="0" * 64)
    assert not any(row["verified"] for shard in range(4) for row in read_candidates(corpus, shard).to_pylist())
