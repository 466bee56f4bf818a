"""Patterns that are tried only where a word of theirs stands: most sentences have none, and then a set answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Cued", "cued", "has_part", "occurs"]

_Find = Callable[[str], re.Match[str] | None]


@dataclass(frozen=True, slots=True)
class Cued:
    """Several patterns, of which it is asked whether any fits."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    """As they were given, with their cues."""
    words: frozenset[str]
    by_word: dict[str, tuple[_Find, ...]]
    by_part: tuple[tuple[str, _Find], ...]
    always: tuple[_Find, ...]


def cued(*patterns: tuple[str, str]) -> Cued:
    """Patterns for `occurs`, each with its cues: bare words, of which one stands in whatever the pattern matches.

    A cue that ends with "*" is any part of the text ("apolog*"); "*" alone is no condition. A pattern that begins with
    "^" is tried at the beginning only: all its alternatives have to be anchored.
    """
    by_word: dict[str, tuple[_Find, ...]] = {}
    by_part: list[tuple[str, _Find]] = []
    always: list[_Find] = []
    compiled = tuple((cues, re.compile(pattern)) for cues, pattern in patterns)
    for cues, pattern in compiled:
        find = pattern.match if pattern.pattern.startswith("^") else pattern.search
        for cue in cues.split():
            if cue == "*":
                always.append(find)
            elif cue.endswith("*"):
                by_part.append((cue[:-1], find))
            else:
                by_word[cue] = (*by_word.get(cue, ()), find)
    return Cued(compiled, frozenset(by_word), by_word, tuple(by_part), tuple(always))


def occurs(rule: Cued, low: str, bare: frozenset[str]) -> bool:
    """Does one of the patterns fit a lower-case text? `bare` are its words, as `bare_words` gives them."""
    for word in bare & rule.words:
        for find in rule.by_word[word]:
            if find(low):
                return True
    for part, find in rule.by_part:
        if part in low and find(low):
            return True
    for find in rule.always:  # noqa: SIM110 - a generator costs more than most of these patterns
        if find(low):
            return True
    return False


def has_part(text: str, parts: tuple[str, ...]) -> bool:
    """Does any of some parts stand in a text?"""
    for part in parts:  # noqa: SIM110 - a generator costs more than the search
        if part in text:
            return True
    return False
