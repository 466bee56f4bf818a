"""Read payment, AI permission and solved state from a request's flair and title tags."""

import re
from dataclasses import dataclass

from photoshop_request.reddit.fields import LONGEST_TITLE

AI_FLAIRS_SINCE = 1_754_006_400
"""1 August 2025, UTC. Since then r/PhotoshopRequest has flairs that allow or forbid AI."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold the terms of a request. None if nothing states a term: a solved flair, for example, replaces others."""

    paid: bool | None
    ai_allowed: bool | None
    solved: bool


_PAID = re.compile(r"\bpaid\b|\bpaying\b|\bwill (?:pay|tip)\b|[$\u00a3\u20ac]\s?\d|\d\s?[$\u00a3\u20ac]", re.IGNORECASE)
_UNPAID = re.compile(r"\bunpaid\b|\bfree\b|\bno (?:pay|money)\b", re.IGNORECASE)
_NO_AI = re.compile(r"\b(?:no|not|without)[ -]ai\b|:no-ai:", re.IGNORECASE)
_AI = re.compile(r"\bai[ -](?:ok|okay|allowed|fine|welcome|yes)\b|:yes-ai:", re.IGNORECASE)
_SOLVED = re.compile(r"(?<!un)(?<!not )\b(?:solved|completed?|fulfilled)\b", re.IGNORECASE)
_TAG = re.compile(r"[\[(][^\])]{1,40}[\])]")


def terms(flair: str | None, title: str, created_utc: int) -> Terms:
    """Return the terms of a request. Flair overrides title tags. Flairs before `AI_FLAIRS_SINCE` say nothing about AI."""
    flair = flair and flair[:LONGEST_TITLE]
    tags = " ".join(_TAG.findall(title[:LONGEST_TITLE]))
    paid = _paid(flair or "")
    if paid is None:
        paid = _paid(tags)
    ai = _ai(flair or "") if created_utc >= AI_FLAIRS_SINCE else None
    if ai is None:
        ai = _ai(tags)
    return Terms(paid, ai, says_solved(flair or "") or says_solved(tags))


def says_solved(text: str) -> bool:
    """Return True if a flair or title tag says that the request was solved."""
    return _SOLVED.search(text) is not None


def _paid(text: str) -> bool | None:
    if _UNPAID.search(text):
        return False
    return True if _PAID.search(text) else None


def _ai(text: str) -> bool | None:
    if _NO_AI.search(text):
        return False
    return True if _AI.search(text) else None
