"""Decide on a watermark from the score of a comparison and from what was written. Needs no picture."""

from enum import StrEnum

from photoshop_request.edits.thresholds import thresholds


class Prior(StrEnum):
    """Expectation of a watermark by what the request and the solver's comment say."""

    NEUTRAL = "neutral"
    EXPECTED = "expected"
    """The request is paid, or the solver writes of a watermark or a payment."""
    ASKED_FOR = "asked_for"
    """The request asks for a drawing that looks like one: a text, a logo, a pattern, a fence."""


def has_watermark(score: float | None, prior: Prior = Prior.NEUTRAL) -> bool:
    """Return True if a `watermark_score` means a watermark. None means no sign of one."""
    limits = thresholds().watermark
    least = {Prior.NEUTRAL: 0.5, Prior.EXPECTED: limits.expected, Prior.ASKED_FOR: limits.asked_for}
    return score is not None and score >= least[prior]
