"""Read comments: as plain text, and reduced to the edit that they ask for."""

import re

from photoshop_request.text.plain_text import plain_lines
from photoshop_request.text.request.clause_choice import choose_clauses, join_clauses
from photoshop_request.text.sentences import Section, split_sentences
from photoshop_request.text.usernames import without_usernames

_ASKS = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|someone|anyone)\b(?! (?:tell|send|pm|dm|message|share|let me|explain|give me your|please (?:pm|dm|send)))"
    r"|\bany chance\b|\bis it possible\b|\b(?:another|one more|different) (?:version|one|try)\b"
)


def plain_text(markdown: str) -> str:
    """Return a comment as plain lines, without markup, addresses and user names."""
    return "\n".join(line.text for line in plain_lines(without_usernames(markdown)))


def instruction_in(markdown: str) -> str:
    """Return the edit that a comment asks for, in the requester's own words. Empty if it asks for none."""
    lines = plain_lines(without_usernames(markdown))
    choice = choose_clauses(split_sentences(lines, Section.CLARIFICATION))
    return join_clauses(choice.kept if choice.names_edit else choice.trimmed_asks_without_edit())


def asks_for_more(text: str) -> bool:
    """Return True if a plain text asks for an edit."""
    choice = choose_clauses(split_sentences(plain_lines(text), Section.CLARIFICATION))
    return choice.names_edit or _ASKS.search(text.lower()) is not None
