"""Pairs of edits of one request of which people preferred one, by the requester's word or by votes.

Votes are noisy and unfair: few people vote, and who comes first is seen by more of them. So a pair counts only where the
gap is larger than chance makes it, where both edits were there long enough, and after what it is worth to come first was
taken off. What that is worth is estimated from the corpus (`first_poster_advantage`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from photoshop_request.text.thread.acceptance import Acceptance
from photoshop_request.text.thread.participants import Edit

__all__ = [
    "FirstPosterAdvantage",
    "NoPreference",
    "Preference",
    "Signal",
    "VotePolicy",
    "first_poster_advantage",
    "preferences",
]


class Signal(StrEnum):
    """What says that one edit was preferred."""

    ACCEPTED = "accepted"
    """The requester took one when the other was there to be taken."""
    SCORE = "score"
    """Votes."""


class NoPreference(StrEnum):
    """Why two edits of one request are no pair."""

    SAME_SOLVER = "same_solver"
    """A revision, not a rival."""
    SAME_PICTURE = "same_picture"
    OTHER_SOURCE = "other_source"
    """Of two pictures of the request: not the same thing done better or worse."""
    NO_SCORE = "no_score"
    """Hidden, or nobody knows when it was read."""
    TOO_YOUNG = "too_young"
    """The later edit was not there long enough."""
    TOO_CLOSE = "too_close"
    """The gap may be chance; ties are here too."""
    CONFLICT = "conflict"
    """The requester took one, and votes clearly prefer the other."""


@dataclass(frozen=True, slots=True)
class VotePolicy:
    """When votes say anything. The defaults leave about one chance pair in twenty."""

    min_gap: float = 2.0
    """In standard errors of the difference of the logarithms of two Poisson counts."""
    min_votes: int = 3
    """Least difference of the raw scores."""
    min_visible_s: int = 24 * 3600
    """Seconds that both were there before the scores were read."""
    accepted_margin: float = 1.0
    """What the requester's word adds to the margin, in the same unit (a factor e in votes)."""


@dataclass(frozen=True, slots=True)
class FirstPosterAdvantage:
    """What it is worth to be early: log score over the thread's mean, by rank of arrival (0 is first)."""

    advantage: tuple[float, ...] = ()
    """The last entry holds for all later ranks; empty means no correction."""
    threads: int = 0
    """How many threads it was estimated from."""

    def of(self, rank: int) -> float:
        """The advantage of a rank, in natural-log units."""
        return self.advantage[min(rank, len(self.advantage) - 1)] if self.advantage else 0.0


@dataclass(frozen=True, slots=True)
class Preference:
    """Two edits of one request."""

    chosen: str
    """Comment id."""
    rejected: str
    margin: float
    """Above 0: difference of corrected log scores, plus `accepted_margin` where the requester chose."""
    signal: Signal


def first_poster_advantage(
    threads: Iterable[Sequence[Edit]], *, ranks: int = 5, least: int = 30
) -> FirstPosterAdvantage:
    """Estimate what coming first is worth, from threads with at least two scored edits of different solvers.

    From fewer than `least` threads nothing is estimated: log scores vary by about 1 within a thread, so that the standard
    error would be above 0.2, as large as what is to be corrected.

    The thread's mean is taken off first, so that popular requests do not count more. It cannot tell early from good: if
    better solvers are quicker, the estimate is too large, and fewer pairs are kept than could be.
    """
    sums, counts = [0.0] * ranks, [0] * ranks
    used = 0
    for thread in threads:
        logs = [_log(each.score) for each in _by_arrival(thread) if each.score is not None]
        if len(logs) < 2:
            continue
        used += 1
        mean = math.fsum(logs) / len(logs)
        for rank, value in enumerate(logs):
            sums[min(rank, ranks - 1)] += value - mean
            counts[min(rank, ranks - 1)] += 1
    if used < least:
        return FirstPosterAdvantage((), used)
    return FirstPosterAdvantage(tuple(total / count for total, count in zip(sums, counts, strict=True) if count), used)


def preferences(
    edits: Sequence[Edit],
    accepted: Mapping[str, Acceptance],
    *,
    observed_utc: int | None,
    correction: FirstPosterAdvantage = FirstPosterAdvantage(),
    policy: VotePolicy = VotePolicy(),
) -> tuple[list[Preference], Counter[NoPreference]]:
    """The pairs of one thread, and why each other pair of edits is none: pairs kept + left out = all pairs.

    `observed_utc` is when the scores were read. Edits in one comment share a score: give one of them.
    """
    arrived = _by_arrival(edits)
    pairs: list[Preference] = []
    left_out: Counter[NoPreference] = Counter()
    for (rank_a, a), (rank_b, b) in combinations(enumerate(arrived), 2):
        if why := _no_rivals(a, b):
            left_out[why] += 1
            continue
        votes = _votes(a, b, correction.of(rank_a) - correction.of(rank_b), observed_utc, policy)
        chosen = _taken(a, b, accepted)
        if chosen is None and isinstance(votes, NoPreference):
            left_out[votes] += 1
        elif chosen is None:
            assert not isinstance(votes, NoPreference)
            pairs.append(_pair(a, b, votes, Signal.SCORE))
        else:
            gap = 0.0 if isinstance(votes, NoPreference) else (votes if chosen is a else -votes)
            if gap < 0:
                left_out[NoPreference.CONFLICT] += 1
                continue
            margin = policy.accepted_margin + gap
            pairs.append(_pair(a, b, margin if chosen is a else -margin, Signal.ACCEPTED))
    return pairs, left_out


def _pair(a: Edit, b: Edit, margin: float, signal: Signal) -> Preference:
    chosen, rejected = (a, b) if margin > 0 else (b, a)
    return Preference(chosen.comment_id, rejected.comment_id, round(abs(margin), 4), signal)


def _no_rivals(a: Edit, b: Edit) -> NoPreference | None:
    if a.solver == b.solver:
        return NoPreference.SAME_SOLVER
    if a.picture == b.picture:
        return NoPreference.SAME_PICTURE
    return NoPreference.OTHER_SOURCE if a.source != b.source else None


def _votes(a: Edit, b: Edit, advantage: float, observed_utc: int | None, policy: VotePolicy) -> float | NoPreference:
    """By how much votes prefer `a` (above 0) or `b` (below), or why they say nothing."""
    if a.score is None or b.score is None or observed_utc is None:
        return NoPreference.NO_SCORE
    if observed_utc - max(a.created_utc, b.created_utc) < policy.min_visible_s:
        return NoPreference.TOO_YOUNG
    gap = _log(a.score) - _log(b.score) - advantage
    # The variance of log(1 + n) of a Poisson count n is about 1 / (1 + n).
    error = math.sqrt(1 / (1 + max(0, a.score)) + 1 / (1 + max(0, b.score)))
    if abs(gap) < policy.min_gap * error or abs(a.score - b.score) < policy.min_votes:
        return NoPreference.TOO_CLOSE
    # A correction may weaken what the votes say, never turn it round.
    return gap if (gap > 0) == (a.score > b.score) else NoPreference.TOO_CLOSE


def _taken(a: Edit, b: Edit, accepted: Mapping[str, Acceptance]) -> Edit | None:
    """The one that the requester took while the other was there, or None: neither, both, or the other came later."""
    one, other = accepted.get(a.comment_id), accepted.get(b.comment_id)
    if (one is None) == (other is None):
        return None
    taken, left, said = (a, b, one) if one else (b, a, other)
    assert said is not None
    return taken if said.at_utc is not None and left.created_utc < said.at_utc else None


def _by_arrival(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda each: (each.created_utc, each.comment_id))


def _log(score: int) -> float:
    return math.log1p(max(0, score))
