"""Measure agreement between reviewers and with automatic verdicts, and propose confidence thresholds."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from photoshop_request_builder.dataset.analysis.proportion import Proportion
from photoshop_request_builder.store.decisions import Decision, unanimous

PRECISION = 0.95
"""Precision that a proposed threshold must reach at the low end of its interval."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two reviewers on the candidates that both decided."""

    first: str
    second: str
    both: int
    same: int
    kappa: float | None
    """Cohen's kappa: 1 is full agreement, 0 is chance. None if both used only one and the same verdict."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lowest confidence at which a verdict reaches `PRECISION`."""

    confidence: float
    precision: Proportion
    """Precision at this confidence and above."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One automatic verdict compared with the reviewers' decisions."""

    verdict: str
    precision: Proportion
    """Candidates with this automatic verdict that reviewers confirm."""
    recall: Proportion
    """Candidates with this decision that have the same automatic verdict."""
    proposal: Proposal | None
    """None if no confidence is high enough, or too few candidates are decided."""


def agreements(decisions: Sequence[Decision]) -> list[Agreement]:
    """Return the agreement of each pair of reviewers with common candidates."""
    verdicts: dict[str, dict[Any, str]] = defaultdict(dict)
    for decision in decisions:
        verdicts[decision.reviewer][decision.item.key] = decision.verdict
    result = []
    for first, second in combinations(sorted(verdicts), 2):
        pairs = [(verdicts[first][key], verdicts[second][key]) for key in verdicts[first] if key in verdicts[second]]
        if pairs:
            same = sum(one == other for one, other in pairs)
            result.append(Agreement(first, second, len(pairs), same, _kappa(pairs)))
    return result


def calibrate(decisions: Sequence[Decision]) -> list[Calibration]:
    """Compare each verdict with the decisions, for candidates on which the reviewers agree.

    Only decisions about a random sample describe the whole corpus.
    """
    agreed = unanimous(decisions)
    verdicts = sorted({decision.item.machine for decision in agreed} | {decision.verdict for decision in agreed})
    return [_calibration(agreed, verdict) for verdict in verdicts]


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    n = len(pairs)
    observed = sum(one == other for one, other in pairs) / n
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[verdict] * second[verdict] for verdict in first) / n**2
    return (observed - chance) / (1 - chance) if chance < 1 else None


def _calibration(agreed: Sequence[Decision], verdict: str) -> Calibration:
    called = [decision for decision in agreed if decision.item.machine == verdict]
    decided = [decision for decision in agreed if decision.verdict == verdict]
    right = sum(decision.verdict == verdict for decision in called)
    return Calibration(verdict, Proportion(right, len(called)), Proportion(right, len(decided)), _proposal(called))


def _proposal(called: Sequence[Decision]) -> Proposal | None:
    """Return the lowest confidence that reaches `PRECISION`."""
    sure = sorted(
        ((decision.item.confidence, decision.verdict == decision.item.machine) for decision in called
         if decision.item.confidence is not None),
        reverse=True,
    )  # fmt: skip
    proposal, right = None, 0
    for number, (confidence, is_right) in enumerate(sure, 1):
        right += is_right
        share = Proportion(right, number)
        is_last_of_ties = number == len(sure) or sure[number][0] < confidence
        if is_last_of_ties and share.interval[0] >= PRECISION:
            proposal = Proposal(confidence, share)
    return proposal
