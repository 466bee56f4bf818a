"""Find and remove the words that name something: ids, user names, addresses and digests, in texts and in raw JSON."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from photoshop_request.text.bare_names import bare_name_filter
from photoshop_request.text.usernames import in_encoded_addresses
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget

_REMOVED, _USER = "[removed]", "[user]"
_PIECE = re.compile(r"[0-9a-z]+")
_ESCAPED = re.compile(r"\\[nrtbf]")
"""Escapes of JSON that would stick to the word behind them."""
_POST_PAGES = "comments|gallery|duplicates|related|tb"
_NO_KEY = r"(?!\s*:)"
"""The end of a text that is no key of JSON. A user may be called author or permalink."""
_START = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrtbf]))"


class Scrubber:
    """Removes the names of some things from texts. A word counts only where it names the thing, such as in an address."""

    def __init__(self, targets: Iterable[TombstoneTarget]) -> None:
        self._patterns: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
        for target in targets:
            for word, pattern, put in _patterns(target):
                self._patterns[_longest_piece(word)].append((re.compile(pattern), put))

    def __call__(self, text: str) -> str:
        """Return the text without the names."""
        return self._scrub(in_encoded_addresses(text, self._scrub))

    def _scrub(self, text: str) -> str:
        found = self._patterns.keys() & _PIECE.findall(_ESCAPED.sub("  ", text.lower()))
        for piece in sorted(found):
            for pattern, put in self._patterns[piece]:
                text = pattern.sub(rf"\g<1>{put}", text)
        return text

    def finds(self, text: str) -> bool:
        """Return True if a text holds one of the names."""
        return self(text) != text


@lru_cache(maxsize=4096)
def name_scrubber(names: frozenset[str]) -> Callable[[str], str]:
    """Return a function that replaces these user names in a text, as in published texts. Other names stay."""
    hide_bare = bare_name_filter(names, _USER)
    scrub = Scrubber(TombstoneTarget(TombstoneKind.AUTHOR, name) for name in names)

    def hide(text: str) -> str:
        return scrub(hide_bare(text))

    return lambda text: hide(in_encoded_addresses(text, hide))


def scrub_values(value: Any, scrub: Callable[[str], str]) -> Any:
    """Return a JSON value with each text in it scrubbed. Keys stay."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [scrub_values(part, scrub) for part in value]
    return {name: scrub_values(part, scrub) for name, part in value.items()} if isinstance(value, dict) else value


def scrub_line(line: bytes, scrub: Callable[[str], str]) -> bytes:
    """Return a line of JSON with each text in it scrubbed. A line without a change keeps its bytes."""
    before = json.loads(line.decode(errors="replace"))
    after = scrub_values(before, scrub)
    return line if after == before else json.dumps(after, separators=(",", ":")).encode()


def _patterns(target: TombstoneTarget) -> Iterable[tuple[str, str, str]]:
    """Yield a word, the pattern that finds it behind a first group, and the text in its place."""
    value = target.identity
    match target.kind:
        case TombstoneKind.SUBMISSION:
            yield value, rf"(?i)(t3_|(?:{_POST_PAGES}|redd\.it)\\?/){value}(?![0-9a-z_])", _REMOVED
            yield from _alone(value, value, _REMOVED, _NO_KEY)
        case TombstoneKind.COMMENT:
            path = r"comments\\?/[0-9a-z]+\\?/[^/\s\"]*/"
            yield value, rf"(?i)(t1_|{path}){value}(?![0-9a-z_])", _REMOVED
            yield from _alone(value, value, _REMOVED, _NO_KEY)
        case TombstoneKind.AUTHOR:
            name = _spelled(value)
            before = rf"{_START}(?:u|user)\\?/|{_START}u_|[?&](?:to|user|username|author)=|author:|@"
            yield value, rf"(?i)({before}){name}(?![0-9a-z_]|-[0-9a-z])", _USER
            yield from _alone(value, name, _USER, _NO_KEY)
        case TombstoneKind.SHA256:
            yield value, rf"(){value}", _REMOVED
        case TombstoneKind.ADDRESS:
            yield from _address_patterns(value)


def _address_patterns(identity: str) -> Iterable[tuple[str, str, str]]:
    family, has_name, name = identity.partition(":")
    if not has_name or "/" in family:
        host, *parts = identity.split("/")
        path = r"\\?/".join(f"(?:{re.escape(part)}|{re.escape(quote(part))})" for part in parts)
        yield identity, rf"(?i)((?:\A|[/.]){re.escape(host)}\\?/){path}(?![0-9a-z])", _REMOVED
        return
    word = name.rpartition("/")[2]
    flags = "(?i)" if family == "reddit" else ""
    yield word, rf"{flags}([/=]|\]\(|/[\w%-]*-){re.escape(word)}(?![0-9A-Za-z])", _REMOVED
    yield from _alone(word, re.escape(word), _REMOVED)


def _alone(word: str, pattern: str, put: str, behind: str = "") -> Iterable[tuple[str, str, str]]:
    """Yield the patterns of a word that is a whole text, or a whole text in JSON. Keys may be ids of pictures."""
    yield word, rf"(?i)(\A){pattern}\Z", put
    yield word, rf"(?i)(\"){pattern}(?=\\?\"{behind})", put


def _spelled(name: str) -> str:
    """Return a pattern of a user name. Reddit's editor writes a backslash before `_`, and JSON doubles it."""
    return re.sub(r"\\?[_-]", lambda mark: rf"\\{{0,2}}{mark[0][-1]}", re.escape(name))


def _longest_piece(word: str) -> str:
    return max(_PIECE.findall(word.lower()), key=len, default="")
