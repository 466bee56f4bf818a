"""Find user names that stand in a text without `u/`."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from photoshop_request.text.common_words import is_common_word

_TOKEN = re.compile(r"[^\W_]++(?:(?:\\*+[-_])++[^\W_]++)*+")
"""Letters and digits, joined by hyphens and underscores, which may have a backslash before them."""
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_SEPARATOR = re.compile(r"[\\_-]+")
_LONGEST_NAME = 32
"""Letters of a name that is looked for. Reddit's names have at most 20, old ones a few more."""
_SHORTEST_WORD = 3
"""Letters of a name without digits that is looked for without a mark."""


class _Mark(IntEnum):
    """A sign that makes a word a name."""

    AT = 0
    """The name is a common word, so an @ must stand before it."""
    SEPARATOR = 1
    """An @, or a hyphen or underscore in the name or beside it: the names are `_red_` and `back_ground`."""
    NONE = 2


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of a thread, for lookups."""

    marks: Mapping[str, _Mark]
    """Folded name -> the mark that it needs."""
    initials: frozenset[str]
    """First letter of each name."""
    most: int
    """Maximum pieces of a name."""

    def places(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the places of names in a token. They begin and end between letters, digits and separators."""
        spans = [piece.span() for piece in _PIECE.finditer(text, start, end)]
        last = -1
        for first, (begin, _) in enumerate(spans):
            if first <= last or text[begin].lower() not in self.initials:
                continue
            longest_first = range(min(first + self.most, len(spans)) - 1, first - 1, -1)
            last = next((number for number in longest_first if self._is_name(text, begin, spans[number][1])), last)
            if last >= first:
                yield begin, spans[last][1]

    def _is_name(self, text: str, start: int, end: int) -> bool:
        mark = self.marks.get(_folded(text[start:end]))
        if mark is None or mark is _Mark.NONE or text[start - 1 : start] == "@":
            return mark is not None
        return mark is _Mark.SEPARATOR and _SEPARATOR.search(text, max(0, start - 1), end + 1) is not None


def bare_name_filter(names: Iterable[str], placeholder: str) -> Callable[[str], str]:
    """Return a function that replaces names in a text, in any case, in the plural and inside file names.

    A name that is a common English word is replaced only after an @. Takes linear time, whatever the number of names.
    """
    names = frozenset(names)
    marks = _marks(names)
    if not marks:
        return lambda text: text
    most = max(len(_PIECE.findall(name)) for name in names)
    known = _Names(marks, frozenset(name[0] for name in marks), most)

    def hide(text: str) -> str:
        parts: list[str] = []
        done = 0
        for token in _TOKEN.finditer(text):
            if token[0].isalpha() and token[0].lower() not in marks:  # most words
                continue
            for start, end in known.places(text, *token.span()):
                parts += [text[done : start - (text[start - 1 : start] == "@")], placeholder]
                done = end
        return "".join([*parts, text[done:]])

    return hide


def _marks(names: Iterable[str]) -> dict[str, _Mark]:
    """Return the folded names, with the mark that each needs."""
    marks: dict[str, _Mark] = {}
    for name in names:
        folded = _folded(name)
        if not folded or len(folded) > _LONGEST_NAME:
            continue
        is_word = folded.isalpha() and (len(folded) < _SHORTEST_WORD or is_common_word(folded))
        mark = _Mark.NONE if not is_word else _Mark.SEPARATOR if _SEPARATOR.search(name) else _Mark.AT
        for ending in ("", "s", "es") if folded[-1].isalpha() else ("",):
            marks[folded + ending] = max(mark, marks.get(folded + ending, mark))
    return marks


def _folded(name: str) -> str:
    """Return a name in lower case without separators. Plain texts lose some: `jon_doe_` becomes "jondoe"."""
    return _SEPARATOR.sub("", name.lower())
