"""Text to words: looked at once for each sentence, so that most rules need no pattern to see that they do not fit."""

import re
from collections.abc import Callable

__all__ = ["bare_words", "splitter", "starts_of"]


def splitter(signs: str) -> Callable[[str], list[str]]:
    """A function from lower-case text to its words in order: runs of a to z, 0 to 9 and `signs`."""
    pattern = re.compile(f"[a-z0-9{re.escape(signs)}]+")
    table = bytes(code if pattern.match(chr(code)) else ord(" ") for code in range(256))

    def words(low: str) -> list[str]:
        # Nearly every text is ASCII: a table of bytes is then ten times as fast as the pattern.
        return low.encode().translate(table).decode().split() if low.isascii() else pattern.findall(low)

    return words


_bare = splitter("")


def bare_words(low: str, words: frozenset[str]) -> frozenset[str]:
    """The words of a text without their apostrophes and signs ("'make" is make, "don't" is don and t).

    A pattern that matches a whole word always matches one of them. `words` are the words with such signs: mostly the same.
    """
    return frozenset(_bare(low)) if "'" in low or "+" in low else words


def starts_of(low: str, tokens: list[str]) -> list[int]:
    """Where each word of a text begins. `tokens` are its first words, all of them, in order."""
    starts = []
    end = 0
    for token in tokens:
        start = low.index(token, end)
        starts.append(start)
        end = start + len(token)
    return starts
