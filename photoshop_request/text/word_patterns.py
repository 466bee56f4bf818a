"""Split text into words, and try a pattern only if one of its words occurs. Most sentences need no pattern at all."""

import re
from collections.abc import Callable

_Find = Callable[[str], re.Match[str] | None]


class WordPatterns:
    """Match several patterns, indexed by words that they need.

    Each pattern comes with its keywords. Every match of the pattern contains at least one of them as a bare word.
    A keyword that ends with "*" may be any part of the text ("apolog*"). The keyword "*" alone sets no condition.
    A pattern that begins with "^" is tried at the beginning only, so all its alternatives must be anchored.
    """

    def __init__(self, *patterns: tuple[str, str]) -> None:
        self.patterns = tuple((keywords, re.compile(pattern)) for keywords, pattern in patterns)
        self._by_word: dict[str, tuple[_Find, ...]] = {}
        self._by_part: list[tuple[str, _Find]] = []
        self._always: list[_Find] = []
        for keywords, pattern in self.patterns:
            find = pattern.match if pattern.pattern.startswith("^") else pattern.search
            for keyword in keywords.split():
                if keyword == "*":
                    self._always.append(find)
                elif keyword.endswith("*"):
                    self._by_part.append((keyword[:-1], find))
                else:
                    self._by_word[keyword] = (*self._by_word.get(keyword, ()), find)
        self._words = frozenset(self._by_word)

    def occur_in(self, lower: str, bare: frozenset[str]) -> bool:
        """Return True if a pattern fits a lower-case text. `bare` holds the text's `bare_words`."""
        for word in bare & self._words:
            for find in self._by_word[word]:
                if find(lower):
                    return True
        for part, find in self._by_part:
            if part in lower and find(lower):
                return True
        for find in self._always:  # noqa: SIM110 - a generator costs more than most of these patterns
            if find(lower):
                return True
        return False


def any_of(*patterns: str) -> re.Pattern[str]:
    """Compile alternatives to one pattern. Each is an argument, so that it stands on its own line."""
    return re.compile("|".join(patterns))


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one string."""
    return frozenset(text.split())


def lower_case(text: str) -> str:
    """Return the text in lower case with its length unchanged, so that positions stay valid."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(sign.lower() if sign.isascii() else sign for sign in text)


def word_splitter(signs: str) -> Callable[[str], list[str]]:
    """Return a function from lower-case text to its words in order: runs of a to z, 0 to 9 and `signs`."""
    pattern = re.compile(f"[a-z0-9{re.escape(signs)}]+")
    table = bytes(code if pattern.match(chr(code)) else ord(" ") for code in range(256))

    def words(lower: str) -> list[str]:
        # Nearly every text is ASCII: a byte table is then ten times as fast as the pattern.
        return lower.encode().translate(table).decode().split() if lower.isascii() else pattern.findall(lower)

    return words


_split_bare = word_splitter("")


def bare_words(lower: str, words: frozenset[str]) -> frozenset[str]:
    """Return the words of a text, split at apostrophes and other signs ("'make" is make, "don't" is don and t).

    A pattern that matches whole words always matches at least one bare word.
    `words` are the words with these signs, returned unchanged where the text has none.
    """
    return frozenset(_split_bare(lower)) if "'" in lower or "+" in lower else words


def word_starts(lower: str, words: list[str]) -> list[int]:
    """Return where each word of a text begins. `words` are its first words in order, without a gap."""
    starts = []
    end = 0
    for word in words:
        start = lower.index(word, end)
        starts.append(start)
        end = start + len(word)
    return starts


def contains_any(text: str, parts: tuple[str, ...]) -> bool:
    """Return True if the text contains one of the parts."""
    for part in parts:  # noqa: SIM110 - a generator costs more than the search
        if part in text:
            return True
    return False
