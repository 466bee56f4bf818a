"""Remove user names from texts. No user name is published, not even inside a sentence."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

from photoshop_request.media.addresses.people import personal_host
from photoshop_request.text.bare_names import bare_name_filter

_PLACEHOLDER = "[user]"
_NAME = r"(?:\\?[A-Za-z0-9_-])++"
"""A user name in Markdown, of any length. Reddit's editor writes a backslash before an underscore."""
_MENTION = re.compile(
    rf"(?<![^\W_])(?:/?u(?:ser)?\\?/(?!\d{{1,2}}/)|/?r\\?/u\\?_){_NAME}",
    re.IGNORECASE,
)
"""`u/somebody`, `user/somebody` and `r/u_somebody`. A number before another slash is Google's number of an account."""
_RECIPIENT = re.compile(
    rf"((?:[?&](?:to|user|username|author)=|\bauthor:)\"?)(?:/?u(?:ser)?/|(?:%2F)?u(?:ser)?%2F)?{_NAME}", re.IGNORECASE
)
"""The user of a link that writes a message (`compose?to=NAME`) or searches."""
_MENTION_IN_TEXT = re.compile(rf"(?<![\w/])/?(?:u/|r/u\\?_)({_NAME})(?:'s)?")
"""Mentions inside addresses do not match, because addresses are removed as a whole."""
_ADDRESS = re.compile(
    r"(?:https?://|(?<![\w@.-]))(?:[a-z0-9-]{1,63}+\.){1,8}[a-z]{2,12}+\b(?:[/?][^\s<>()\[\]\"'`|]*+)?", re.IGNORECASE
)

_SAFE = "/:?&=#@!$+,;()*'[]~"
"""Letters that an address keeps. No quote or backslash, so that JSON around it stays valid."""


def mentioned_usernames(markdown: str) -> frozenset[str]:
    """Return the user names that a text mentions as `u/somebody`, case-folded."""
    return frozenset(name.replace("\\", "").casefold() for name in _MENTION_IN_TEXT.findall(markdown))


def without_usernames(markdown: str) -> str:
    """Return a text without each "/u/somebody"."""
    return _MENTION_IN_TEXT.sub("", markdown) if "/" in markdown else markdown


def username_filter(names: Iterable[str], placeholder: str = _PLACEHOLDER) -> Callable[[str], str]:
    """Return a function that replaces user names in a text by a placeholder.

    It replaces every `u/somebody`, every address of a profile, and the names of `names` (of a thread) in any case,
    within an address or a file name too. A name that is a common English word ("red") stays, unless a mark stands before
    it: `u/red`, `@red`. It identifies nobody there, and the sentence needs the word.
    """
    hide_bare = bare_name_filter(names, placeholder)

    def hide_written(text: str) -> str:
        if "/" in text:
            text = _MENTION.sub(f"u/{placeholder}", text)
        if "=" in text or ":" in text:
            text = _RECIPIENT.sub(rf"\g<1>{placeholder}", text)
        return text

    def hide_address(found: re.Match[str]) -> str:
        address = found[0]
        if host := personal_host(address):
            return f"{'https://' if '://' in address else ''}{host}/{placeholder}"
        if "%" not in address:
            return address
        decoded = unquote(unquote(address))
        hidden = hide_bare(hide_written(decoded))
        return address if hidden == decoded else hidden

    def hide(text: str) -> str:
        text = hide_written(text)
        return hide_bare(_ADDRESS.sub(hide_address, text) if "." in text else text)

    return hide


def in_encoded_addresses(text: str, hide: Callable[[str], str]) -> str:
    """Apply `hide` to the decoded text of each percent-encoded address. Addresses that it leaves alone keep their spelling.

    An address ends at a backslash, so that a line of JSON stays valid.
    """

    def hide_address(found: re.Match[str]) -> str:
        address, *rest = found[0].split("\\", 1)
        decoded = unquote(unquote(address)) if "%" in address else ""
        hidden = hide(decoded)
        return found[0] if hidden == decoded else "\\".join([quote(hidden, safe=_SAFE), *rest])

    return _ADDRESS.sub(hide_address, text) if "%" in text else text
