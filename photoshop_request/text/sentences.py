"""Split plain lines into sentences."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from photoshop_request.text.plain_text import Line
from photoshop_request.text.word_patterns import bare_words, lower_case, word_splitter


class Section(StrEnum):
    """The section of a request that a sentence was written in."""

    TITLE = "title"
    BODY = "body"
    CAPTION = "caption"
    CLARIFICATION = "clarification"


class Sentence(NamedTuple):
    """Hold one sentence, prepared for the patterns. A named tuple is created twice as fast as a dataclass."""

    text: str
    section: Section
    marker: str
    """The list marker as written, on the first sentence of a list item."""
    lower: str
    """The text in lower case, of the same length."""
    words: frozenset[str]
    """The words with their apostrophes."""
    bare_words: frozenset[str]
    """The words without apostrophes, see `word_patterns.bare_words`."""


_END = re.compile(r"[.!?](?:[)\"'\u201d]*\s+(?=[^\s.,;:)!?])|(?<=[a-z0-9].)(?=[A-Z][a-z]+ ))")
"""A full stop and a space, or a full stop between a small letter and a capitalized word ("... in 1885.Could you")."""
_STARTS = re.compile(r"(?:can|could|please|would|change|remove|make|add|replace|put|turn)\b")
"""Words that begin a new sentence after "..." even in lower case."""
_ABBREVIATION = re.compile(r"\b(?:[a-z]|e\.?g|i\.?e|etc|vs|mr|mrs|ms|dr|st|jr|sr|approx|no|pic|fig)\.$", re.IGNORECASE)
_SMILEY = re.compile(r"(?:^|\s)(?:[:;=8][-o^']?[)(\]\[DPpO/\\|*3]+|<3+|\^_?\^|:'\()(?=\s|$|[.!?])")
_MAX_LETTERS = 2_000
"""Letters of a sentence. The longest of 51,801 real texts has 1,716. Some patterns take quadratic time."""
_split_words = word_splitter("'+")


def split_sentences(lines: Iterable[Line], section: Section) -> Iterator[Sentence]:
    """Yield the sentences of the lines in order. Line breaks and full stops end a sentence, abbreviations do not.

    A sentence of more than 2,000 letters is split between words.
    """
    for line in lines:
        marker, text = line.marker, line.text
        if ":" in text or ";" in text or "=" in text or "<" in text or "^" in text or "8" in text:
            text = _SMILEY.sub(" ", text).strip()
        for sentence in _bounded(_cut(text)):
            lower = lower_case(sentence)
            words = frozenset(_split_words(lower))
            if words or not sentence.isascii():
                yield Sentence(sentence, section, marker, lower, words, bare_words(lower, words))
                marker = ""


def _bounded(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        start = 0
        while len(sentence) - start > _MAX_LETTERS:
            end = sentence.rfind(" ", start + 1, start + _MAX_LETTERS)
            end = end if end > 0 else start + _MAX_LETTERS
            yield sentence[start:end].strip()
            start = end
        yield sentence[start:].strip() if start else sentence


def _is_abbreviation(text: str, stop: int) -> bool:
    """Return True if the full stop before `stop` ends an abbreviation."""
    # A word of four or more letters is no abbreviation, except "approx", recognized by its x.
    if stop > 4 and text[max(0, stop - 5) : stop - 1].isalpha() and text[stop - 2] not in "xX":
        return False
    return _ABBREVIATION.search(text, max(0, stop - 8), stop) is not None


def _cut(text: str) -> Iterator[str]:
    inside = text[:-1].rstrip(".?!")
    if "." not in inside and "?" not in inside and "!" not in inside:
        yield text.strip()
        return
    start = 0
    for sentence_end in _END.finditer(text):
        stop, end = sentence_end.start() + 1, sentence_end.end()
        if text[end].islower() and (
            text[stop] in "\"'\u201d)" or (text[stop - 2 : stop] == ".." and not _STARTS.match(text, end))
        ):
            continue
        if text[stop - 1] == "." and _is_abbreviation(text, stop):
            continue
        yield text[start:end].strip()
        start = end
    if start < len(text):
        yield text[start:].strip()
