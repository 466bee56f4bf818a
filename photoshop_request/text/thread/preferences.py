"""Find pairs of edits of one request with a preferred edit, by the requester's acceptance or by votes.

Votes are noisy and biased: few people vote, and more of them see the first edit. So a pair counts only if both edits
were visible long enough and the gap is larger than chance. The first-poster advantage is subtracted from the gap.
`first_poster_advantage` estimates it from the corpus.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from photoshop_request.text.thread.acceptance import Acceptance
from photoshop_request.text.thread.participants import Edit


class Signal(StrEnum):
    """Signal that one edit was preferred."""

    ACCEPTED = "accepted"
    """The requester accepted one when the other was already posted."""
    SCORE = "score"
    """Votes."""


class NoPreference(StrEnum):
    """Reason why two edits of one request are not a pair."""

    SAME_SOLVER = "same_solver"
    """One is a revision of the other."""
    SAME_PICTURE = "same_picture"
    OTHER_SOURCE = "other_source"
    """Made from two different pictures of the request."""
    NO_SCORE = "no_score"
    """The score is hidden, or the time when it was read is unknown."""
    TOO_YOUNG = "too_young"
    """The later edit was not visible long enough."""
    TOO_CLOSE = "too_close"
    """The gap may be chance. Includes ties."""
    CONFLICT = "conflict"
    """The requester accepted one, but votes clearly prefer the other."""


@dataclass(frozen=True, slots=True)
class VotePolicy:
    """Thresholds for votes. The defaults keep about one chance pair in twenty."""

    min_gap: float = 2.0
    """Minimum gap of log scores, in standard errors of the difference of the logarithms of two Poisson counts."""
    min_votes: int = 3
    """Minimum difference of the scores."""
    min_visible_s: int = 24 * 3600
    """Minimum seconds that both were visible before the scores were read."""
    accepted_margin: float = 1.0
    """Added to the margin if the requester accepted one, in natural-log units (a factor e in votes)."""


@dataclass(frozen=True, slots=True)
class FirstPosterAdvantage:
    """Hold the advantage of early edits: log score minus the thread's mean, by rank of arrival (0 is first)."""

    advantage: tuple[float, ...] = ()
    """The last entry holds for all later ranks. Empty means no correction."""
    threads: int = 0
    """Number of threads in the estimate."""

    def of(self, rank: int) -> float:
        """Return the advantage of a rank, in natural-log units."""
        return self.advantage[min(rank, len(self.advantage) - 1)] if self.advantage else 0.0


@dataclass(frozen=True, slots=True)
class Preference:
    """Hold two edits of one request, and the preferred one."""

    chosen: str
    """Comment id."""
    rejected: str
    margin: float
    """Above 0: difference of corrected log scores, plus `accepted_margin` if the requester accepted one."""
    signal: Signal


def first_poster_advantage(
    threads: Iterable[Sequence[Edit]], *, ranks: int = 5, min_threads: int = 30
) -> FirstPosterAdvantage:
    """Estimate the advantage of early edits, from threads with at least two scored edits of different solvers.

    Below `min_threads` nothing is estimated. Log scores vary by about 1 within a thread. The standard error would then
    be above 0.2, as large as the advantage itself.

    The thread's mean is subtracted first, so that popular requests do not count more. The estimate cannot separate
    early edits from good edits. If better solvers are quicker, it is too large, and fewer pairs are kept than possible.
    """
    sums, counts = [0.0] * ranks, [0] * ranks
    used = 0
    for thread in threads:
        logs = [_log(edit.score) for edit in _by_arrival(thread) if edit.score is not None]
        if len(logs) < 2:
            continue
        used += 1
        mean = math.fsum(logs) / len(logs)
        for rank, value in enumerate(logs):
            sums[min(rank, ranks - 1)] += value - mean
            counts[min(rank, ranks - 1)] += 1
    if used < min_threads:
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
    """Return the preference pairs of one thread, and the number of all other pairs of edits by reason.

    `observed_utc` is when the scores were read. Edits in one comment share a score, so pass only one of them.
    """
    pairs: list[Preference] = []
    left_out: Counter[NoPreference] = Counter()
    for (rank_a, a), (rank_b, b) in combinations(enumerate(_by_arrival(edits)), 2):
        advantage = correction.of(rank_a) - correction.of(rank_b)
        pair = _not_comparable(a, b) or _preference(
            a, b, accepted, _vote_gap(a, b, advantage, observed_utc, policy), policy.accepted_margin
        )
        if isinstance(pair, NoPreference):
            left_out[pair] += 1
        else:
            pairs.append(pair)
    return pairs, left_out


def _not_comparable(a: Edit, b: Edit) -> NoPreference | None:
    if a.solver == b.solver:
        return NoPreference.SAME_SOLVER
    if a.picture == b.picture:
        return NoPreference.SAME_PICTURE
    return NoPreference.OTHER_SOURCE if a.source != b.source else None


def _preference(
    a: Edit, b: Edit, accepted: Mapping[str, Acceptance], gap: float | NoPreference, accepted_margin: float
) -> Preference | NoPreference:
    chosen = _accepted_edit(a, b, accepted)
    if chosen is None:
        return gap if isinstance(gap, NoPreference) else _pair(a, b, gap, Signal.SCORE)
    sign = 1 if chosen is a else -1
    support = 0.0 if isinstance(gap, NoPreference) else sign * gap
    if support < 0:
        return NoPreference.CONFLICT
    return _pair(a, b, sign * (accepted_margin + support), Signal.ACCEPTED)


def _pair(a: Edit, b: Edit, margin: float, signal: Signal) -> Preference:
    chosen, rejected = (a, b) if margin > 0 else (b, a)
    return Preference(chosen.comment_id, rejected.comment_id, round(abs(margin), 4), signal)


def _vote_gap(a: Edit, b: Edit, advantage: float, observed_utc: int | None, policy: VotePolicy) -> float | NoPreference:
    """Return the gap by which votes prefer `a` (above 0) or `b` (below 0), or why they prefer neither."""
    if a.score is None or b.score is None or observed_utc is None:
        return NoPreference.NO_SCORE
    if observed_utc - max(a.created_utc, b.created_utc) < policy.min_visible_s:
        return NoPreference.TOO_YOUNG
    gap = _log(a.score) - _log(b.score) - advantage
    # the variance of log(1 + n) of a Poisson count n is about 1 / (1 + n)
    error = math.sqrt(1 / (1 + max(0, a.score)) + 1 / (1 + max(0, b.score)))
    if abs(gap) < policy.min_gap * error or abs(a.score - b.score) < policy.min_votes:
        return NoPreference.TOO_CLOSE
    # a correction may weaken votes, but never reverse them
    return gap if (gap > 0) == (a.score > b.score) else NoPreference.TOO_CLOSE


def _accepted_edit(a: Edit, b: Edit, accepted: Mapping[str, Acceptance]) -> Edit | None:
    """Return the edit that the requester accepted when the other was already posted, or None."""
    for edit, other in ((a, b), (b, a)):
        acceptance = accepted.get(edit.comment_id)
        if acceptance and other.comment_id not in accepted:
            was_posted = acceptance.at_utc is not None and other.created_utc < acceptance.at_utc
            return edit if was_posted else None
    return None


def _by_arrival(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: (edit.created_utc, edit.comment_id))


def _log(score: int) -> float:
    return math.log1p(max(0, score))
