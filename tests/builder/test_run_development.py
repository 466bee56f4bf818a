"""Tests of a run over the development corpus, whose truth is known. Skipped if ../shared is missing."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping

import datasets
import pytest
from commands import DevelopmentRun, decisions

from photoshop_request.verdicts import Verdict

pytestmark = pytest.mark.slow
Key = tuple[str, object, str | None]


@pytest.fixture(scope="module")
def outcome(development: DevelopmentRun) -> Counter[tuple[str, str]]:
    """Count the links by truth and decision. Extensions are ignored: imgur ignores them, and some truths are guesses."""
    found: dict[Key, str] = {}
    by_comment: dict[tuple[str, object], set[str]] = defaultdict(set)
    for line in decisions(development.corpus):
        key = _key(line)
        found[key] = str(line["decision"])
        by_comment[key[:2]].add(str(line["decision"]))
    counts: Counter[tuple[str, str]] = Counter()
    for link in development.truth:
        key = _key(link)
        decided = {found[key]} if link["url"] else by_comment[key[:2]]
        assert len(decided) == 1, f"{link}: {decided}"
        counts[str(link["expect"]), decided.pop()] += 1
    return counts


def _key(line: Mapping[str, object]) -> Key:
    url = str(line["url"])
    return str(line["submission_id"]), line["comment_id"], url.rpartition(".")[0] if "i.imgur.com" in url else url


def test_precision_and_recall_of_edits(outcome: Counter[tuple[str, str]]) -> None:
    """Recall is at least 0.95, precision without duplicates at least 0.96."""
    triplets = sum(count for (expect, _), count in outcome.items() if expect == "triplet")
    kept = {expect: count for (expect, decision), count in outcome.items() if decision == Verdict.EDIT}
    recall = kept["triplet"] / triplets
    precision = kept["triplet"] / sum(count for expect, count in kept.items() if expect != "duplicate")
    assert recall >= 0.95
    assert precision >= 0.96


@pytest.mark.parametrize(
    ("expect", "decided"),
    [
        ("gone", Verdict.GONE),
        ("placeholder", Verdict.PLACEHOLDER),
        ("html", Verdict.NOT_AN_IMAGE),
        ("corrupt", Verdict.CORRUPT),
        ("not_image", Verdict.NOT_AN_IMAGE),
        ("blocked", Verdict.BLOCKED_ADDRESS),
        ("op_image", Verdict.REQUESTERS_OWN),
        ("source", "source"),
    ],
)
def test_every_other_link_has_its_reason(outcome: Counter[tuple[str, str]], expect: str, decided: str) -> None:
    """Flaky addresses are fetched in the end."""
    found = {decision: count for (kind, decision), count in outcome.items() if kind == expect}
    assert found == {decided: sum(found.values())}
    assert found[decided] > 0


@pytest.mark.parametrize("expect", ["triplet", "same", "unrelated", "duplicate"])
def test_every_picture_of_a_solver_is_fetched(outcome: Counter[tuple[str, str]], expect: str) -> None:
    """Flaky addresses are fetched in the end, whatever the verdict."""
    found = {decision for (kind, decision) in outcome if kind == expect}
    assert found <= {Verdict.EDIT, Verdict.SAME_IMAGE, Verdict.UNRELATED, Verdict.DUPLICATE_EDIT, Verdict.COLLAGE}
    assert found


def test_no_forbidden_address_was_requested(development: DevelopmentRun) -> None:
    """Links, redirects and tricks in the address lead to none."""
    hosts = set(development.requests)
    assert "i.redd.it" in hosts
    assert not [host for host in hosts if host.startswith(("127.", "169.254.", "10.", "[", "localhost", "0"))]
    assert not [host for host in hosts if "@" in host or ":" in host]


def test_no_host_was_requested_faster_than_its_rate(development: DevelopmentRun) -> None:
    """Holds for any window of one second, with a tolerance for network jitter."""
    for host, times in development.requests.items():
        times.sort()
        most = max(sum(begin <= time < begin + 1 for time in times) for begin in times)
        assert most <= development.rate + 2, f"{host}: {most} requests in a second, {development.rate} allowed"


def test_published_bytes_are_the_served_bytes_or_stated(development: DevelopmentRun) -> None:
    """Rows are loaded with `Image(decode=False)`. Only pictures whose `bytes_changed` says so differ from the served ones."""
    loaded = datasets.load_dataset(
        str(development.corpus / "dataset"), cache_dir=str(development.corpus / "cache"), split="train"
    )
    assert loaded.column_names[:3] == ["source_image", "instruction", "edited_image"]
    assert len(loaded) > 60
    for side in ("source", "edited"):
        loaded = loaded.cast_column(f"{side}_image", datasets.Image(decode=False))
    for row in loaded:
        for side in ("source", "edited"):
            assert hashlib.sha256(row[f"{side}_image"]["bytes"]).hexdigest() == row[f"{side}_published_sha256"]
        same = [row[f"{side}_published_sha256"] == row[f"{side}_sha256"] for side in ("source", "edited")]
        others = row["second_source_image"] or row["reference_images"]
        assert row["bytes_changed"] or all(same)
        assert not row["bytes_changed"] or not all(same) or others
