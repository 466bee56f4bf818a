"""A comment's words: plain, and reduced to what it asks for."""

import re

from photoshop_request.text.plain import Line, plain_lines
from photoshop_request.text.request.sentence_choice import joined, select
from photoshop_request.text.sentences import Part, split
from photoshop_request.text.usernames import without_usernames

__all__ = ["asks_for_more", "plain_text", "wish"]

_ASKED = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|someone|anyone)\b(?! (?:tell|send|pm|dm|message|share|let me|explain|give me your|please (?:pm|dm|send)))"
    r"|\bany chance\b|\bis it possible\b|\b(?:another|one more|different) (?:version|one|try)\b"
)


def plain_text(markdown: str) -> str:
    """A comment as plain lines, without markup, addresses and user names."""
    return "\n".join(line.text for line in _lines(markdown))


def wish(markdown: str) -> str:
    """What a comment asks for, in the requester's own words; empty when it asks for no edit."""
    chosen = select(split(_lines(markdown), Part.CLARIFICATION))
    return joined(chosen.kept if chosen.solid else chosen.asked())


def asks_for_more(text: str) -> bool:
    """Does a plain text wish for an edit?"""
    return select(split(plain_lines(text), Part.CLARIFICATION)).solid or _ASKED.search(text.lower()) is not None


def _lines(markdown: str) -> tuple[Line, ...]:
    return plain_lines(without_usernames(markdown))
