"""Plain lines to sentences: the unit that is kept or left out."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from photoshop_request.text.plain import Line
from photoshop_request.text.words import bare_words, splitter

__all__ = ["Part", "Sentence", "split"]


class Part(StrEnum):
    """Where a sentence was written."""

    TITLE = "title"
    BODY = "body"
    CAPTION = "caption"
    CLARIFICATION = "clarification"


class Sentence(NamedTuple):
    """One sentence with what the rules look at. A named tuple, because it is made twice as fast as a dataclass."""

    text: str
    part: Part
    marker: str
    """The list marker as written, on the first sentence of a list item."""
    low: str
    """The text in lower case, of the same length."""
    words: frozenset[str]
    """Its words, with their apostrophes."""
    bare: frozenset[str]
    """The same without apostrophes: see `bare_words`."""


_END = re.compile(r"[.!?](?:[)\"'\u201d]*\s+(?=[^\s.,;:)!?])|(?<=[a-z0-9].)(?=[A-Z][a-z]+ ))")
"""A stop and a blank, or a stop between a small letter and a capitalised word ("... in 1885.Could you")."""
_STARTS = re.compile(r"(?:can|could|please|would|change|remove|make|add|replace|put|turn)\b")
"""What begins a new sentence after "..." even in lower case."""
_ABBREVIATION = re.compile(r"\b(?:[a-z]|e\.?g|i\.?e|etc|vs|mr|mrs|ms|dr|st|jr|sr|approx|no|pic|fig)\.$", re.IGNORECASE)
_SMILEY = re.compile(r"(?:^|\s)(?:[:;=8][-o^']?[)(\]\[DPpO/\\|*3]+|<3+|\^_?\^|:'\()(?=\s|$|[.!?])")
_words = splitter("'+")


def split(lines: Iterable[Line], part: Part) -> Iterator[Sentence]:
    """The sentences of some lines, in order. A line break ends a sentence; so does a full stop that is no abbreviation."""
    for line in lines:
        marker, text = line.marker, line.text
        if ":" in text or ";" in text or "=" in text or "<" in text or "^" in text or "8" in text:
            text = _SMILEY.sub(" ", text).strip()
        for each in _cut(text):
            low = each.lower()
            if len(low) != len(each):
                low = "".join(c.lower() if c.isascii() else c for c in each)
            words = frozenset(_words(low))
            if words or not each.isascii():
                yield Sentence(each, part, marker, low, words, bare_words(low, words))
                marker = ""


def _abbreviated(text: str, stop: int) -> bool:
    """Does an abbreviation end with the full stop before `stop`? Most words are too long to be one."""
    if (
        text[max(0, stop - 5) : stop - 1].isalpha() and stop > 4 and text[stop - 2] not in "xX"
    ):  # "approx" is the longest
        return False
    return _ABBREVIATION.search(text, max(0, stop - 8), stop) is not None


def _cut(text: str) -> Iterator[str]:
    inside = text[:-1].rstrip(".?!")
    if "." not in inside and "?" not in inside and "!" not in inside:
        yield text.strip()
        return
    start = 0
    for found in _END.finditer(text):
        stop, end = found.start() + 1, found.end()
        if text[end].islower() and (
            text[stop] in "\"'\u201d)" or (text[stop - 2 : stop] == ".." and not _STARTS.match(text, end))
        ):
            continue
        if text[stop - 1] == "." and _abbreviated(text, stop):
            continue
        yield text[start:end].strip()
        start = end
    if start < len(text):
        yield text[start:].strip()
