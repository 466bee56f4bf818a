"""Remove user names from texts. No user name is published, not even inside a sentence."""

import re
from collections.abc import Callable, Iterable

_PLACEHOLDER = "[user]"
_NAME = r"(?:\\?[\w-]){3,20}"
"""A user name in Markdown. Reddit's editor writes a backslash before an underscore."""
_MENTION = re.compile(rf"(?<!\w)/?\bu(?:ser)?/{_NAME}", re.IGNORECASE)
_MENTION_IN_TEXT = re.compile(rf"(?<![\w/])/?u/({_NAME})(?:'s)?")
"""Mentions inside addresses do not match, because addresses are removed as a whole."""
_NO_WORD = re.compile(r"(?=.*[\d_-])[\w-]{3,20}$")
"""A user name that cannot be a word, because it has a digit, a hyphen or an underscore."""


def username_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for the names that cannot be words, as whole words. Return None if there are none."""
    no_words = sorted({name for name in names if _NO_WORD.match(name)}, key=lambda name: (-len(name), name))
    if not no_words:
        return None
    alternatives = "|".join(re.sub("[_-]", r"\\\\?\g<0>", name) for name in no_words)
    return re.compile(rf"(?<![\w-])@?(?:{alternatives})(?![\w-])", re.IGNORECASE)


def mentioned_usernames(markdown: str) -> frozenset[str]:
    """Return the user names that a text mentions as `u/somebody`, case-folded."""
    return frozenset(name.replace("\\", "").casefold() for name in _MENTION_IN_TEXT.findall(markdown))


def without_usernames(markdown: str) -> str:
    """Return a text without each "/u/somebody"."""
    return _MENTION_IN_TEXT.sub("", markdown) if "u/" in markdown else markdown


def username_filter(names: Iterable[str]) -> Callable[[str], str]:
    """Return a function that replaces user names in a text by "[user]".

    It replaces every `u/somebody`, and the names of `names` (of a thread) that cannot be words. A name that is a plain
    word ("sunny") stays without `u/`: it identifies nobody there, and the sentence needs the word.
    """
    pattern = username_pattern(names)

    def hide(text: str) -> str:
        hidden = _MENTION.sub(f"u/{_PLACEHOLDER}", text) if "u" in text or "U" in text else text
        return pattern.sub(_PLACEHOLDER, hidden) if pattern else hidden

    return hide
