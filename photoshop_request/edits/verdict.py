"""From evidence to a verdict: do the pictures share content, was the shutter opened twice, was anything changed?"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photoshop_request.edits.thresholds import thresholds
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from photoshop_request.edits.evidence import Evidence
    from photoshop_request.edits.tone import Tone

__all__ = ["Judgement", "change_score", "hangs_on_noise", "judge", "related_features", "related_probability"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evidence amounts to."""

    verdict: Verdict
    """`edit`, `same_image` or `unrelated`."""
    confidence: float
    """0.5 to 1: near 0.5 it could as well be otherwise; fitted on real pairs, not a promise of their frequencies."""
    second_shot: bool
    """True where the pictures show one scene but not one exposure; the verdict is then `unrelated`."""


def judge(evidence: "Evidence") -> Judgement:
    """Ask the three questions in turn."""
    related = related_probability(evidence)
    least = thresholds().related.least
    if related < least:
        return Judgement(Verdict.UNRELATED, _sure(math.log(least / (1 - least)) - _logit(related)), second_shot=False)
    shared = _sure(_logit(related) - math.log(least / (1 - least)))
    shot = _shot_score(evidence)
    if shot is not None and shot > 1:
        return Judgement(Verdict.UNRELATED, min(shared, _sure(6 * (shot - 1) + 0.2)), second_shot=True)
    change = change_score(evidence)
    verdict = Verdict.EDIT if change > 1 else Verdict.SAME_IMAGE
    sure = _sure(3 * abs(math.log(max(change, 1e-3))))
    one_exposure = 1.0 if shot is None or verdict is Verdict.SAME_IMAGE else _sure(6 * (1 - shot) + 0.2)
    return Judgement(verdict, min(shared, sure, one_exposure), second_shot=False)


def related_probability(evidence: "Evidence") -> float:
    """Probability, 0 to 1, that the pictures share content."""
    weights = thresholds().related
    score = weights.intercept
    for name, value in related_features(evidence).items():
        score += getattr(weights, name) * value
    return 1 / (1 + math.exp(-score))


def related_features(evidence: "Evidence") -> dict[str, float]:
    """What speaks for shared content, by the names of their weights in `[related]`; at most 1 each, at least 0."""
    return {
        "structure": min(math.sqrt(evidence.structure) / 0.5, 1),
        "outline": min(max(evidence.outline, 0.0) / 0.6, 1),
        "exact": min(math.log1p(evidence.exact_blocks) / math.log(60), 1),
        "detail": min(math.sqrt(evidence.detail) / 0.5, 1),
        "noise": max(evidence.noise.high, 0.0) * min(evidence.noise.blocks, 8) / 8,
    }


def _shot_score(evidence: "Evidence") -> float | None:
    """Over 1 where the noise is another exposure's; None where noise cannot tell."""
    limits = thresholds().second_shot
    noise = evidence.noise
    telling = (
        noise.blocks >= limits.blocks
        and limits.noise_ratio[0] < noise.ratio < limits.noise_ratio[1]
        and _could_be_second_shot(evidence)
    )
    if not telling:
        return None
    doubt = 1 + limits.few * max(0.0, 1 / noise.blocks - 1 / limits.enough)
    return (1 - max(noise.high, 0.0)) / (1 - limits.correlation) / doubt


def hangs_on_noise(evidence: "Evidence") -> bool:
    """Whether noise, not measured yet, could move the verdict: seldom, and it costs more than all the rest."""
    limits = thresholds()
    margin = _logit(related_probability(evidence)) - math.log(limits.related.least / (1 - limits.related.least))
    if margin + limits.related.noise < 0:
        return False  # unrelated, even with the source's own noise
    return margin < _CLEAR or _could_be_second_shot(evidence)


def _could_be_second_shot(evidence: "Evidence") -> bool:
    limits = thresholds().second_shot
    is_sharp = limits.sharpness[0] < evidence.sharpness < limits.sharpness[1]
    return is_sharp and min(evidence.structure, evidence.detail) <= limits.standing


_CLEAR = 3.0
"""Margin of the logit for shared content from which noise adds nothing to the confidence."""


def change_score(evidence: "Evidence") -> float:
    """Over 1 where something was changed: the 4-norm of all that can tell, each in units of what re-uploads reach."""
    limits = thresholds().changed
    sharpness = math.log(min(max(evidence.sharpness, 0.2), 5.0))
    parts = (
        evidence.shade / limits.shade,
        evidence.peak / limits.peak,
        evidence.lone / limits.lone,
        _tone_shift(evidence.tone) / limits.tone,
        sharpness / math.log(limits.softer if sharpness < 0 else limits.sharper),
        evidence.uneven / limits.uneven,
        evidence.added / limits.added,
        evidence.tilt / limits.tilt if evidence.tilt <= limits.tilt_most else 0.0,
    )
    return float(sum(part**4 for part in parts) ** 0.25)


def _tone_shift(tone: "Tone") -> float:
    """Grey levels by which the tone moves black plus mid grey, and chroma beyond what re-encoding does."""
    contrast = abs(tone.gain - 1) * 128
    return contrast + abs((tone.gain - 1) * 128 + tone.offset) + 2 * max(tone.cast - 1, 0.0)


def _sure(margin: float) -> float:
    return 1 / (1 + math.exp(-min(max(margin, 0.0), 30.0)))


def _logit(p: float) -> float:
    p = min(max(p, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
