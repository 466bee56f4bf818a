"""Test preference pairs on small threads."""

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


def posted(
    name: str,
    at: int,
    score: int | None,
    solver: str | None = None,
    picture: str | None = None,
    source: str | None = None,
) -> Edit:
    return Edit(name, solver or f"solver of {name}", "t3_p", at, score, picture or f"picture of {name}", source)


def accept(name: str, at: int | None) -> dict[str, Acceptance]:
    return {name: Acceptance(name, (AcceptanceEvidence.THANKED,), at, ("r1",))}


def test_a_clear_gap_is_a_pair():
    """Forty votes beat four. The margin is the difference of logarithms."""
    pairs, left_out = preferences([posted("a", 0, 4), posted("b", 60, 40)], {}, observed_utc=LATER)
    (pair,) = pairs
    assert (pair.chosen, pair.rejected, pair.signal) == ("b", "a", Signal.SCORE)
    assert pair.margin == pytest.approx(math.log(41 / 5), abs=1e-3)
    assert not left_out


@pytest.mark.parametrize(
    ("one", "other", "observed", "why"),
    [
        (posted("a", 0, 7), posted("b", 60, 7), LATER, NoPreference.TOO_CLOSE),
        (posted("a", 0, 7), posted("b", 60, 9), LATER, NoPreference.TOO_CLOSE),
        (posted("a", 0, 1), posted("b", 60, 3), LATER, NoPreference.TOO_CLOSE),
        (posted("a", 0, 4), posted("b", 60, 40), 23 * HOUR, NoPreference.TOO_YOUNG),
        (posted("a", 0, 4), posted("b", 90 * HOUR, 40), LATER, NoPreference.TOO_YOUNG),
        (posted("a", 0, None), posted("b", 60, 40), LATER, NoPreference.NO_SCORE),
        (posted("a", 0, 4), posted("b", 60, 40), None, NoPreference.NO_SCORE),
        (posted("a", 0, 4, "ana"), posted("b", 60, 40, "ana"), LATER, NoPreference.SAME_SOLVER),
        (posted("a", 0, 4, picture="x"), posted("b", 60, 40, picture="x"), LATER, NoPreference.SAME_PICTURE),
        (posted("a", 0, 4, source="x"), posted("b", 60, 40, source="y"), LATER, NoPreference.OTHER_SOURCE),
    ],
)
def test_no_pair_without_a_reason(one, other, observed, why):
    """Ties, small gaps, young edits, hidden scores, revisions and copies are no pairs. Each is counted by its reason."""
    assert preferences([one, other], {}, observed_utc=observed) == ([], Counter([why]))


def test_an_accepted_edit_is_preferred():
    """The acceptance makes a pair even if votes are too close. The policy sets the margin."""
    pairs, _ = preferences([posted("a", 0, 5), posted("b", 60, 6)], accept("a", 500), observed_utc=LATER)
    (pair,) = pairs
    assert (pair.chosen, pair.rejected, pair.margin, pair.signal) == ("a", "b", 1.0, Signal.ACCEPTED)


def test_an_edit_after_the_acceptance_is_no_alternative():
    """A solved flair alone gives no time, so there is no pair either."""
    late = [posted("a", 0, 5), posted("b", 600, 6)]
    assert preferences(late, accept("a", 500), observed_utc=LATER) == ([], Counter([NoPreference.TOO_CLOSE]))
    assert preferences(late, accept("a", None), observed_utc=LATER) == ([], Counter([NoPreference.TOO_CLOSE]))


def test_votes_decide_if_both_are_accepted():
    """Thanks for both edits prefer neither."""
    both = accept("a", 500) | accept("b", 500)
    pairs, _ = preferences([posted("a", 0, 4), posted("b", 60, 40)], both, observed_utc=LATER)
    assert [pair.signal for pair in pairs] == [Signal.SCORE]


def test_votes_support_or_contradict_an_acceptance():
    """Support widens the margin. A contradiction leaves the pair out."""
    edits = [posted("a", 0, 4), posted("b", 60, 40)]
    (pair,), _ = preferences(edits, accept("b", 500), observed_utc=LATER)
    assert pair.margin == pytest.approx(1 + math.log(41 / 5), abs=1e-3)
    assert preferences(edits, accept("a", 500), observed_utc=LATER) == ([], Counter([NoPreference.CONFLICT]))


def test_the_advantage_is_estimated_from_threads():
    """Each edit gets twice the votes of the next for equal work, so the estimate is a factor of two."""
    rng = random.Random(7)
    threads = []
    for _ in range(3000):
        base = rng.choice([40, 80, 160])
        threads.append([posted(str(rank), rank, round(base * rng.uniform(0.8, 1.2) / 2**rank)) for rank in range(3)])
    advantage = first_poster_advantage(threads)
    assert advantage.threads == 3000
    assert advantage.of(0) - advantage.of(1) == pytest.approx(math.log(2), abs=0.03)
    assert advantage.of(9) == advantage.of(2)


def test_the_correction_subtracts_the_advantage():
    """A clear win is no pair if the advantage explains it."""
    edits = [posted("a", 0, 40), posted("b", 60, 20)]
    assert len(preferences(edits, {}, observed_utc=LATER)[0]) == 1
    fair = FirstPosterAdvantage((math.log(2), 0.0), 100)
    assert preferences(edits, {}, observed_utc=LATER, correction=fair) == ([], Counter([NoPreference.TOO_CLOSE]))


def test_the_correction_never_reverses_votes():
    """A huge correction leaves the pair out and does not prefer the edit with fewer votes."""
    edits = [posted("a", 0, 40), posted("b", 60, 20)]
    pairs, left_out = preferences(edits, {}, observed_utc=LATER, correction=FirstPosterAdvantage((5.0, 0.0), 1))
    assert not pairs
    assert left_out == Counter([NoPreference.TOO_CLOSE])


def test_threads_with_one_scored_edit_do_not_count():
    """An advantage needs two scored edits."""
    assert first_poster_advantage(
        [[posted("a", 0, 5)], [posted("a", 0, 5), posted("b", 1, None)], []]
    ) == FirstPosterAdvantage((), 0)
    assert FirstPosterAdvantage().of(3) == 0.0


def test_chance_makes_few_pairs():
    """At most one pair in twenty is kept if votes differ by chance only."""
    rng = random.Random(3)

    def poisson(mean: float) -> int:
        count, product, limit = 0, rng.random(), math.exp(-mean)
        while product > limit:
            count, product = count + 1, product * rng.random()
        return count

    kept = 0
    for _ in range(4000):
        mean = rng.choice([1, 3, 10, 30])
        pairs, _ = preferences([posted("a", 0, poisson(mean)), posted("b", 60, poisson(mean))], {}, observed_utc=LATER)
        kept += len(pairs)
    assert kept / 4000 < 0.05


EDITS = st.lists(
    st.builds(
        posted,
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
    """Margins are above 0, and the order of the edits does not matter."""
    accepted = accept(edits[0].comment_id, 50 * HOUR) if edits else {}
    pairs, left_out = preferences(edits, accepted, observed_utc=observed, policy=VotePolicy())
    assert len(pairs) + left_out.total() == math.comb(len(edits), 2)
    assert all(pair.margin > 0 and pair.chosen != pair.rejected for pair in pairs)
    shuffled = data.draw(st.permutations(edits))
    again, left_again = preferences(shuffled, accepted, observed_utc=observed)
    assert set(again) == set(pairs)
    assert left_again == left_out


def test_too_few_threads_estimate_nothing() -> None:
    """A few threads with a good first edit would give every first edit a disadvantage."""
    thread = [Edit("a", "one", "t3_x", 1, 100, "p"), Edit("b", "two", "t3_x", 2, 1, "q")]
    assert first_poster_advantage([thread] * 29) == FirstPosterAdvantage((), 29)
    assert first_poster_advantage([thread] * 30).advantage
