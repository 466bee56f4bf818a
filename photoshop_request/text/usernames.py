"""Texts without the names of the people in them: user names do not leave the corpus, not in a sentence either."""

import re
from collections.abc import Callable, Iterable

__all__ = ["mentioned_usernames", "username_filter", "username_pattern", "without_usernames"]

SOMEBODY = "[user]"
"""What stands where a name stood."""

_NAME = r"(?:\\?[\w-]){3,20}"
"""A user name in markdown: Reddit's editor writes a backslash before an underscore."""
_MENTION = re.compile(rf"(?<!\w)/?\bu(?:ser)?/{_NAME}", re.IGNORECASE)
_SPOKEN_OF = re.compile(rf"(?<![\w/])/?u/({_NAME})(?:'s)?")
"""Not in addresses: those are taken off whole."""
_HANDLE = re.compile(r"(?=.*[\d_-])[\w-]{3,20}$")
"""A user name that cannot be taken for a word."""


def username_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What finds the names among `names` that cannot be taken for a word, as whole words; None if there are none."""
    found = sorted({name for name in names if _HANDLE.match(name)}, key=lambda name: (-len(name), name))
    if not found:
        return None
    either = "|".join(re.sub("[_-]", r"\\\\?\g<0>", name) for name in found)
    return re.compile(rf"(?<![\w-])@?(?:{either})(?![\w-])", re.IGNORECASE)


def mentioned_usernames(markdown: str) -> frozenset[str]:
    """The user names that a text speaks of as `u/somebody`, case-folded."""
    return frozenset(name.replace("\\", "").casefold() for name in _SPOKEN_OF.findall(markdown))


def without_usernames(markdown: str) -> str:
    """A text without "/u/somebody"."""
    return _SPOKEN_OF.sub("", markdown) if "u/" in markdown else markdown


def username_filter(names: Iterable[str]) -> Callable[[str], str]:
    """What takes user names out of texts: every `u/somebody`, and the `names` (of a thread) that are no words.

    A name that is a plain word ("sunny") stays where it stands alone: it says nothing there, and taking it out would
    take out the word too.
    """
    pattern = username_pattern(names)

    def hide(text: str) -> str:
        shown = _MENTION.sub(f"u/{SOMEBODY}", text) if "u" in text or "U" in text else text
        return pattern.sub(SOMEBODY, shown) if pattern else shown

    return hide
