"""Classify a pair by its evidence: unrelated, two shots of one scene, a re-upload, or an edit."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photoshop_request.edits.thresholds import thresholds
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from photoshop_request.edits.evidence import Evidence
    from photoshop_request.edits.tone import Tone


@dataclass(frozen=True, slots=True)
class Classification:
    """Hold the verdict on a pair."""

    verdict: Verdict
    """`edit`, `same_image`, `unrelated` or `second_shot`."""
    confidence: float
    """0.5 to 1. Near 0.5 another verdict is as likely. On real pairs, each origin left out of the fit, its Brier score is 0.025."""
    second_shot_doubt: bool
    """True if the grain could be that of another exposure. The confidence is then limited."""


def classify(evidence: "Evidence") -> Classification:
    """Decide the verdict in this order: unrelated without shared content, two exposures, edit, re-upload."""
    threshold = _logit(thresholds().related.min_probability)
    margin = _logit(related_probability(evidence)) - threshold
    if margin < 0:
        return Classification(Verdict.UNRELATED, _confidence(-margin), second_shot_doubt=False)
    related = _confidence(margin)
    limits, shot = thresholds().second_shot, _second_shot_score(evidence)
    if shot is not None and shot > 1 and evidence.texture is not None and evidence.texture < limits.texture:
        confidence = min(related, _confidence(6 * (shot - 1) + 0.2))
        return Classification(Verdict.SECOND_SHOT, confidence, second_shot_doubt=False)
    change = change_score(evidence)
    verdict = Verdict.EDIT if change > 1 else Verdict.SAME_IMAGE
    changed = _confidence(3 * abs(math.log(max(change, 1e-3))))
    doubt = shot is not None and shot > limits.doubt
    one_exposure = 1.0 if shot is None or verdict is Verdict.SAME_IMAGE else _confidence(6 * (1 - shot) + 0.2)
    one_exposure = limits.max_confidence if doubt else one_exposure
    return Classification(verdict, min(related, changed, one_exposure), second_shot_doubt=doubt)


def classify_part(evidence: "Evidence", confidence: float) -> Classification:
    """Decide the verdict on a picture that shows a part of the source: an edit, unless it is another exposure."""
    limits, shot = thresholds().second_shot, _second_shot_score(evidence)
    if shot is not None and shot > 1 and (evidence.texture is None or evidence.texture < limits.texture):
        return Classification(Verdict.SECOND_SHOT, _confidence(6 * (shot - 1) + 0.2), second_shot_doubt=False)
    doubt = shot is not None and shot > limits.doubt
    return Classification(
        Verdict.EDIT, min(confidence, limits.max_confidence) if doubt else confidence, second_shot_doubt=doubt
    )


def related_probability(evidence: "Evidence") -> float:
    """Return the probability, 0 to 1, that the pictures share content."""
    weights = thresholds().related
    score = weights.intercept
    for name, value in related_features(evidence).items():
        score += getattr(weights, name) * value
    return 1 / (1 + math.exp(-score))


def related_features(evidence: "Evidence") -> dict[str, float]:
    """Return the features of shared content, each 0 to 1, by the names of their weights in `[related]`."""
    covered = max(evidence.overlap, 1 - evidence.uncovered)  # a chance alignment moves both pictures out of each other
    return {
        "structure": covered * min(math.sqrt(evidence.shared.structure) / 0.5, 1),
        "detail": covered * min(math.sqrt(evidence.shared.detail) / 0.5, 1),
        "outline": min(max(evidence.shared.outline, 0.0) / 0.1, 1),
    }


def needs_grain(evidence: "Evidence") -> bool:
    """Return True if measuring the grain could change the verdict. It takes longer than all other measurements."""
    return related_probability(evidence) >= thresholds().related.min_probability and _could_be_second_shot(evidence)


def needs_texture(evidence: "Evidence") -> bool:
    """Return True if the grain is that of another exposure. Texture then decides."""
    shot = _second_shot_score(evidence)
    return shot is not None and shot > 1


def _could_be_second_shot(evidence: "Evidence") -> bool:
    limits = thresholds().second_shot
    is_sharp = limits.sharpness[0] < evidence.sharpness < limits.sharpness[1]
    return is_sharp and min(evidence.structure, evidence.detail) <= limits.max_agreement


def _second_shot_score(evidence: "Evidence") -> float | None:
    """Return a score, or None if the grain cannot tell. Over 1 the grain is that of another exposure."""
    limits, grain = thresholds().second_shot, evidence.grain
    can_tell = (
        grain.blocks >= limits.min_blocks
        and limits.grain_ratio[0] < grain.ratio < limits.grain_ratio[1]
        and _could_be_second_shot(evidence)
    )
    if not can_tell:
        return None
    doubt = 1 + limits.few_blocks_penalty * max(0.0, 1 / grain.blocks - 1 / limits.enough_blocks)
    return (1 - max(grain.correlation, 0.0)) / (1 - limits.correlation) / doubt


def change_score(evidence: "Evidence") -> float:
    """Return the score of change. Over 1 the picture was edited.

    It is the 4-norm of the measurements, each divided by the largest value that a re-upload reaches.
    """
    limits = thresholds().changed
    sharpness = math.log(min(max(evidence.sharpness, 0.2), 5.0))
    parts = (
        evidence.block_change / limits.block_change,
        evidence.peak / limits.peak,
        evidence.spot_contrast / limits.spot_contrast,
        _tone_change(evidence.tone) / limits.tone,
        sharpness / math.log(limits.softer if sharpness < 0 else limits.sharper),
        evidence.uneven_sharpness / limits.uneven_sharpness,
        evidence.added / limits.added,
        evidence.tilt / limits.tilt if evidence.tilt <= limits.max_tilt else 0.0,
    )
    return float(sum(part**4 for part in parts) ** 0.25)


def _tone_change(tone: "Tone") -> float:
    """Return the sum of three changes in gray levels: contrast, mid gray, and chroma beyond that of re-encoding."""
    contrast = abs(tone.gain - 1) * 128
    return contrast + abs((tone.gain - 1) * 128 + tone.offset) + 2 * max(tone.cast - 1, 0.0)


def _confidence(margin: float) -> float:
    return 1 / (1 + math.exp(-min(max(margin, 0.0), 30.0)))


def _logit(p: float) -> float:
    p = min(max(p, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
