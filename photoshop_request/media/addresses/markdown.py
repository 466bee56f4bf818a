"""Find addresses in Reddit markdown, in every form that occurs, without the punctuation around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photoshop_request.reddit.fields import LONGEST_TEXT

# Zero-width and direction marks, soft hyphen, byte-order mark: pasted with an address, never part of it.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# Possessive quantifiers (`*+`, `?+`) never backtrack. Two scans share no more than four levels of brackets, so all scans
# together take linear time. A label holds brackets one deep, also of an inner link.
_LABEL = r"\[(?P<label>(?:\\.|!?\[(?:\\.|[^\[\]\\])*+\](?:\((?:\\.|[^()\s\\])*+\))?+|[^\[\]\\]){0,400}+)\]"
# A destination has no blanks. Brackets inside it are balanced, two deep.
_ROUND = r"\((?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*+\))*+\)"
_DESTINATION = rf"(?:<(?P<pointed>[^<>\n]*+)>|(?P<plain>(?:\\.|[^\s()\\]|{_ROUND})++))"
# Bounded like the label: without a bound, every unclosed title is scanned to the end of the text.
_TITLE = r"(?:\s++(?:\"(?P<title>[^\"]{0,1000}+)\"|'[^']{0,1000}+'|\([^)]{0,1000}+\)))?"
_INLINE = rf"(?P<bang>!?){_LABEL}\(\s*+{_DESTINATION}{_TITLE}\s*+\)"
_DEFINITION = r"^[ ]{0,3}\[(?P<name>[^\[\]\n]+)\]:[ \t]*<?(?P<target>[^\s<>]+)>?[^\n]*$"
_ANGLE = r"<(?P<angle>(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}:)[^<>\s]*)>"
_REFERENCE = r"\[(?P<words>[^\[\]\n]+)\](?:[ ]?\[(?P<ref>[^\[\]\n]*)\])?"
_BARE = r"(?P<bare>(?:(?:https?|ftp)://|www\.)(?:(?!\]\(|\[/)[^\s<>\"])+)"
_SCHEMELESS = r"(?<![\w/@.:=-])(?P<schemeless>(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,6}/[^\s<>\"\]]+)"
_SKIPPED = r"\\[\[\]!<(]"  # an escaped bracket starts no link
_LINK = re.compile(f"{_DEFINITION}|{_SKIPPED}|{_INLINE}|{_ANGLE}|{_BARE}|{_REFERENCE}|{_SCHEMELESS}", re.MULTILINE)
_TRAILING = ".,;:!?'\"*_~`|\\]}>\u2026\u201d\u2019"
_MAX_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """Describe one address in a text."""

    address: str
    """Without markdown escapes and punctuation around it. It may be a media id or a relative path."""
    text: str | None
    """The text of the link, or the title of an inline picture."""
    inline: bool
    """Written as `![…](…)`. The address may be the id of an uploaded picture."""
    explicit: bool
    """Written as a link. False for a host name and path without `http`."""


def find_links(text: str) -> list[FoundAddress]:
    """Return the addresses in the first `LONGEST_TEXT` letters, in order. Takes linear time and never raises."""
    text = _INVISIBLE.sub("", text[:LONGEST_TEXT])
    definitions = {_name(match["name"]): match["target"] for match in re.finditer(_DEFINITION, text, re.MULTILINE)}
    return list(_scan(text, definitions, set()))


def _scan(text: str, definitions: dict[str, str], used: set[str]) -> Iterator[FoundAddress]:
    for match in _LINK.finditer(text):
        group = match.groupdict()
        if group["name"] is not None:
            if _name(group["name"]) not in used:
                used.add(_name(group["name"]))
                yield FoundAddress(_clean(group["target"]), group["name"], inline=False, explicit=True)
        elif group["label"] is not None:
            yield from _inline(group, definitions, used)
        elif group["angle"] is not None:
            yield FoundAddress(_clean(group["angle"]), None, inline=False, explicit=True)
        elif group["bare"] is not None:
            yield FoundAddress(_trim(group["bare"]), None, inline=False, explicit=True)
        elif group["words"] is not None:
            yield from _reference(group, definitions, used)
        elif group["schemeless"] is not None:
            yield FoundAddress(_trim(group["schemeless"]), None, inline=False, explicit=False)


def _inline(group: dict[str, str | None], definitions: dict[str, str], used: set[str]) -> Iterator[FoundAddress]:
    label = group["label"] or ""
    address = _clean(group["pointed"] if group["pointed"] is not None else group["plain"] or "")
    if "](" in label or "://" in label:  # a picture inside a link, or an address as the text of a link
        yield from (inner for inner in _scan(label, definitions, used) if inner.address != address)
    words = (group["title"] or label) if group["bang"] else label
    yield FoundAddress(address, _ESCAPED.sub(r"\1", words).strip() or None, inline=bool(group["bang"]), explicit=True)


def _reference(group: dict[str, str | None], definitions: dict[str, str], used: set[str]) -> Iterator[FoundAddress]:
    name = _name(group["ref"] or group["words"] or "")
    if name in definitions:
        if name not in used:
            used.add(name)
            yield FoundAddress(_clean(definitions[name]), group["words"], inline=False, explicit=True)
        return
    # not a reference: the text in brackets may hold an address
    yield from _scan(group["words"] or "", {}, used)


def _name(label: str) -> str:
    return " ".join(label.casefold().split())


def _clean(address: str) -> str:
    return _ESCAPED.sub(r"\1", address).replace("&amp;", "&").strip()[:_MAX_LENGTH]


def _trim(address: str) -> str:
    """Return a bare address without the punctuation of its sentence. Closing brackets stay if the address opens them."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while end:
        last = address[end - 1]
        stray = unopened > 0 if last == ")" else last in _TRAILING
        if not stray or address.endswith("\\_", 0, end):
            break
        unopened -= last == ")"
        end -= 1
    return _clean(address[:end])
