"""How far reviewers agree with each other and with the machine, and from which confidence on the machine may be believed."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from photoshop_request_builder.store.decisions import Decision, unanimous

__all__ = ["Agreement", "Calibration", "Proposal", "Share", "agreements", "calibrate"]

_Z = 1.96
"""Of 95 %."""
WANTED = 0.95
"""Share of right verdicts that a proposed threshold is to reach, at the low end of its interval."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers over the candidates that both decided."""

    first: str
    second: str
    both: int
    same: int
    kappa: float | None
    """Cohen's: 1 is full agreement, 0 what chance gives; None where both always said one and the same."""


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion with its 95 % interval (Wilson)."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end, 0 to 1. Wilson, 1927: holds for few cases and near the ends, unlike the normal one."""
        if not self.of:
            return 0.0, 1.0
        share, spread = self.right / self.of, _Z**2 / self.of
        middle = (share + spread / 2) / (1 + spread)
        reach = _Z / (1 + spread) * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of))
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The least confidence from which on a verdict is right often enough."""

    confidence: float
    precision: Share
    """Of the decided candidates from there on."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One verdict of the machine against what people say."""

    verdict: str
    precision: Share
    """Of those that the machine calls so, how many people call so."""
    recall: Share
    """Of those that people call so, how many the machine calls so."""
    proposal: Proposal | None
    """None where no confidence is enough, or too few were decided to know."""


def agreements(decisions: Sequence[Decision]) -> list[Agreement]:
    """Of every two reviewers who decided some of the same candidates."""
    said: dict[str, dict[Any, str]] = defaultdict(dict)
    for decision in decisions:
        said[decision.reviewer][decision.item.key] = decision.verdict
    found = []
    for first, second in combinations(sorted(said), 2):
        pairs = [(said[first][key], said[second][key]) for key in said[first] if key in said[second]]
        if pairs:
            same = sum(one == other for one, other in pairs)
            found.append(Agreement(first, second, len(pairs), same, _kappa(pairs)))
    return found


def calibrate(decisions: Sequence[Decision]) -> list[Calibration]:
    """Every verdict that the machine or people gave, of candidates on which the reviewers agree.

    Only a random sample tells what holds for the corpus: leave out what was drawn by doubt.
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
    meant = [decision for decision in agreed if decision.verdict == verdict]
    right = sum(decision.verdict == verdict for decision in called)
    return Calibration(verdict, Share(right, len(called)), Share(right, len(meant)), _proposal(called))


def _proposal(called: Sequence[Decision]) -> Proposal | None:
    """Of all confidences that reach `WANTED`, the least."""
    sure = sorted(
        ((decision.item.confidence, decision.verdict == decision.item.machine) for decision in called
         if decision.item.confidence is not None),
        reverse=True,
    )  # fmt: skip
    found, right = None, 0
    for place, (confidence, is_right) in enumerate(sure, 1):
        right += is_right
        share = Share(right, place)
        is_last_of_its_kind = place == len(sure) or sure[place][0] < confidence
        if is_last_of_its_kind and share.interval[0] >= WANTED:
            found = Proposal(confidence, share)
    return found
