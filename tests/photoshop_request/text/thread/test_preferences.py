"""Preference pairs, on threads where the truth is known."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.text.thread.acceptance import Acceptance, AcceptanceEvidence
from photoshop_request.text.thread.participants import Edit
from photoshop_request.text.thread.preferences import (
    FirstPosterAdvantage,
    NoPreference,
    Signal,
    VotePolicy,
    first_poster_advantage,
    preferences,
)

HOUR = 3600
LATER = 100 * HOUR


def made(
    name: str,
    at: int,
    score: int | None,
    solver: str | None = None,
    picture: str | None = None,
    source: str | None = None,
) -> Edit:
    return Edit(name, solver or f"solver of {name}", "t3_p", at, score, picture or f"picture of {name}", source)


def taken(name: str, at: int | None) -> dict[str, Acceptance]:
    return {name: Acceptance(name, (AcceptanceEvidence.THANKED,), at, ("r1",))}


def test_a_clear_gap_is_a_pair():
    """Forty votes beat four; the margin is the difference of logarithms."""
    pairs, left_out = preferences([made("a", 0, 4), made("b", 60, 40)], {}, observed_utc=LATER)
    (pair,) = pairs
    assert (pair.chosen, pair.rejected, pair.signal) == ("b", "a", Signal.SCORE)
    assert pair.margin == pytest.approx(math.log(41 / 5), abs=1e-3)
    assert not left_out


@pytest.mark.parametrize(
    ("one", "other", "observed", "why"),
    [
        (made("a", 0, 7), made("b", 60, 7), LATER, NoPreference.TOO_CLOSE),
        (made("a", 0, 7), made("b", 60, 9), LATER, NoPreference.TOO_CLOSE),
        (made("a", 0, 1), made("b", 60, 3), LATER, NoPreference.TOO_CLOSE),
        (made("a", 0, 4), made("b", 60, 40), 23 * HOUR, NoPreference.TOO_YOUNG),
        (made("a", 0, 4), made("b", 90 * HOUR, 40), LATER, NoPreference.TOO_YOUNG),
        (made("a", 0, None), made("b", 60, 40), LATER, NoPreference.NO_SCORE),
        (made("a", 0, 4), made("b", 60, 40), None, NoPreference.NO_SCORE),
        (made("a", 0, 4, "ana"), made("b", 60, 40, "ana"), LATER, NoPreference.SAME_SOLVER),
        (made("a", 0, 4, picture="x"), made("b", 60, 40, picture="x"), LATER, NoPreference.SAME_PICTURE),
        (made("a", 0, 4, source="x"), made("b", 60, 40, source="y"), LATER, NoPreference.OTHER_SOURCE),
    ],
)
def test_no_pair_without_a_reason(one, other, observed, why):
    """Ties, small gaps, young edits, hidden scores, revisions and copies are no pairs, and each is counted."""
    assert preferences([one, other], {}, observed_utc=observed) == ([], Counter([why]))


def test_the_requester_chose():
    """The requester's word makes a pair where votes say nothing; the margin is the policy's."""
    pairs, _ = preferences([made("a", 0, 5), made("b", 60, 6)], taken("a", 500), observed_utc=LATER)
    (pair,) = pairs
    assert (pair.chosen, pair.rejected, pair.margin, pair.signal) == ("a", "b", 1.0, Signal.ACCEPTED)


def test_the_requester_cannot_choose_against_what_was_not_there_yet():
    """An edit posted after the thanks was no alternative; nor is anything known when only the flair speaks."""
    late = [made("a", 0, 5), made("b", 600, 6)]
    assert preferences(late, taken("a", 500), observed_utc=LATER) == ([], Counter([NoPreference.TOO_CLOSE]))
    assert preferences(late, taken("a", None), observed_utc=LATER) == ([], Counter([NoPreference.TOO_CLOSE]))


def test_both_taken_says_nothing():
    """Thanks for everybody leave the votes to speak."""
    both = taken("a", 500) | taken("b", 500)
    pairs, _ = preferences([made("a", 0, 4), made("b", 60, 40)], both, observed_utc=LATER)
    assert [pair.signal for pair in pairs] == [Signal.SCORE]


def test_votes_that_agree_widen_the_margin_and_votes_that_differ_leave_the_pair_out():
    """The requester and the voters together are surer; against each other they are no preference."""
    edits = [made("a", 0, 4), made("b", 60, 40)]
    (pair,), _ = preferences(edits, taken("b", 500), observed_utc=LATER)
    assert pair.margin == pytest.approx(1 + math.log(41 / 5), abs=1e-3)
    assert preferences(edits, taken("a", 500), observed_utc=LATER) == ([], Counter([NoPreference.CONFLICT]))


def test_coming_first_is_worth_what_the_corpus_says():
    """Where early edits get twice the votes for the same work, the estimate finds the factor."""
    luck = random.Random(7)
    threads = []
    for _ in range(3000):
        base = luck.choice([40, 80, 160])
        threads.append([made(str(rank), rank, round(base * luck.uniform(0.8, 1.2) / 2**rank)) for rank in range(3)])
    found = first_poster_advantage(threads)
    assert found.threads == 3000
    assert found.of(0) - found.of(1) == pytest.approx(math.log(2), abs=0.03)
    assert found.of(9) == found.of(2)


def test_the_correction_takes_the_head_start_off():
    """What was a clear win is no pair when it is no more than coming first is worth."""
    edits = [made("a", 0, 40), made("b", 60, 20)]
    assert len(preferences(edits, {}, observed_utc=LATER)[0]) == 1
    fair = FirstPosterAdvantage((math.log(2), 0.0), 100)
    assert preferences(edits, {}, observed_utc=LATER, correction=fair) == ([], Counter([NoPreference.TOO_CLOSE]))


def test_the_correction_never_turns_votes_round():
    """A huge correction leaves a pair out; it does not prefer what fewer people voted for."""
    edits = [made("a", 0, 40), made("b", 60, 20)]
    pairs, left_out = preferences(edits, {}, observed_utc=LATER, correction=FirstPosterAdvantage((5.0, 0.0), 1))
    assert not pairs
    assert left_out == Counter([NoPreference.TOO_CLOSE])


def test_threads_with_one_scored_edit_estimate_nothing():
    """There is no first without a second."""
    assert first_poster_advantage(
        [[made("a", 0, 5)], [made("a", 0, 5), made("b", 1, None)], []]
    ) == FirstPosterAdvantage((), 0)
    assert FirstPosterAdvantage().of(3) == 0.0


def test_chance_makes_few_pairs():
    """Equally good edits whose votes differ by chance alone: at most one pair in twenty is kept."""
    luck = random.Random(3)

    def poisson(mean: float) -> int:
        count, product, limit = 0, luck.random(), math.exp(-mean)
        while product > limit:
            count, product = count + 1, product * luck.random()
        return count

    kept = 0
    for _ in range(4000):
        mean = luck.choice([1, 3, 10, 30])
        pairs, _ = preferences([made("a", 0, poisson(mean)), made("b", 60, poisson(mean))], {}, observed_utc=LATER)
        kept += len(pairs)
    assert kept / 4000 < 0.05


EDITS = st.lists(
    st.builds(
        made,
        st.uuids().map(str),
        st.integers(0, 200 * HOUR),
        st.none() | st.integers(-20, 500),
        st.sampled_from(["ana", "bo", "cy", "di"]),
        st.sampled_from("wxyz"),
    ),
    max_size=7,
)


@given(EDITS, st.none() | st.integers(0, 300 * HOUR), st.data())
def test_every_pair_of_edits_is_kept_or_counted(edits, observed, data):
    """Kept and left out add up; margins are above 0; nothing depends on the order in which edits are given."""
    accepted = taken(edits[0].comment_id, 50 * HOUR) if edits else {}
    pairs, left_out = preferences(edits, accepted, observed_utc=observed, policy=VotePolicy())
    assert len(pairs) + left_out.total() == math.comb(len(edits), 2)
    assert all(pair.margin > 0 and pair.chosen != pair.rejected for pair in pairs)
    shuffled = data.draw(st.permutations(edits))
    again, left_again = preferences(shuffled, accepted, observed_utc=observed)
    assert set(again) == set(pairs)
    assert left_again == left_out


def test_too_few_threads_estimate_nothing() -> None:
    """Three threads where the first was good would take away every first edit's lead."""
    thread = [Edit("a", "one", "t3_x", 1, 100, "p"), Edit("b", "two", "t3_x", 2, 1, "q")]
    assert first_poster_advantage([thread] * 29) == FirstPosterAdvantage((), 29)
    assert first_poster_advantage([thread] * 30).advantage
