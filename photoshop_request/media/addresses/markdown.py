"""Addresses in Reddit markdown as people really write it: every form, in order, cleaned of what is not the address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["FoundAddress", "find_links"]

# Zero-width and direction marks, soft hyphen, byte-order mark: pasted along, never part of an address.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LABEL = r"\[(?P<label>(?:\\.|!?\[(?:\\.|[^\[\]\\])*\](?:\([^()\s]*\))?|[^\[\]\\]){0,400})\]"
# A destination has no blanks; brackets inside it are balanced, two deep.
_DESTINATION = r"(?:<(?P<pointed>[^<>\n]*)>|(?P<plain>(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\]|\([^\s()]*\))*\))+))"
# Bounded, like the label: a title that is never closed would be looked through to the end from each of its beginnings.
_TITLE = r"(?:\s+(?:\"(?P<title>[^\"]{0,1000})\"|'[^']{0,1000}'|\([^)]{0,1000}\)))?"
_INLINE = rf"(?P<bang>!?){_LABEL}\(\s*{_DESTINATION}{_TITLE}\s*\)"
_DEFINITION = r"^[ ]{0,3}\[(?P<name>[^\[\]\n]+)\]:[ \t]*<?(?P<target>[^\s<>]+)>?[^\n]*$"
_ANGLE = r"<(?P<angle>(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}:)[^<>\s]*)>"
_REFERENCE = r"\[(?P<words>[^\[\]\n]+)\](?:[ ]?\[(?P<ref>[^\[\]\n]*)\])?"
_BARE = r"(?P<bare>(?:(?:https?|ftp)://|www\.)(?:(?!\]\(|\[/)[^\s<>\"])+)"
_SCHEMELESS = r"(?<![\w/@.:=-])(?P<schemeless>(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,6}/[^\s<>\"\]]+)"
_SKIPPED = r"\\[\[\]!<(]"  # an escaped bracket begins nothing
_LINK = re.compile(f"{_DEFINITION}|{_SKIPPED}|{_INLINE}|{_ANGLE}|{_BARE}|{_REFERENCE}|{_SCHEMELESS}", re.MULTILINE)
_TRAILING = ".,;:!?'\"*_~`|\\]}>\u2026\u201d\u2019"
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """One address in a text."""

    address: str
    """As the author meant it: without markdown escapes and stray punctuation; may be a media id or a relative path."""
    text: str | None
    """The words of the link, or the title of an inline picture."""
    inline: bool
    """Written as `![…](…)`: the address may be the id of an uploaded picture."""
    explicit: bool
    """Written as a link; False for a host name and path that merely stand in the text."""


def find_links(text: str) -> list[FoundAddress]:
    """Every address in `text` in order of writing. Linear in the length of the text; never raises."""
    text = _INVISIBLE.sub("", text)
    definitions = {_name(found["name"]): found["target"] for found in re.finditer(_DEFINITION, text, re.MULTILINE)}
    used: set[str] = set()
    return list(_scan(text, definitions, used))


def _scan(text: str, definitions: dict[str, str], used: set[str]) -> Iterator[FoundAddress]:
    for found in _LINK.finditer(text):
        group = found.groupdict()
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
    if "](" in label or "://" in label:  # a picture inside a link, or an address as the words of a link
        destination = _clean(group["pointed"] if group["pointed"] is not None else group["plain"] or "")
        yield from (inner for inner in _scan(label, definitions, used) if inner.address != destination)
    address = group["pointed"] if group["pointed"] is not None else group["plain"] or ""
    words = (group["title"] or label) if group["bang"] else label
    yield FoundAddress(
        _clean(address), _ESCAPED.sub(r"\1", words).strip() or None, inline=bool(group["bang"]), explicit=True
    )


def _reference(group: dict[str, str | None], definitions: dict[str, str], used: set[str]) -> Iterator[FoundAddress]:
    name = _name(group["ref"] or group["words"] or "")
    if name in definitions:
        if name not in used:
            used.add(name)
            yield FoundAddress(_clean(definitions[name]), group["words"], inline=False, explicit=True)
        return
    # not a reference after all: brackets around something that may hold an address
    yield from _scan(group["words"] or "", {}, used)


def _name(label: str) -> str:
    return " ".join(label.casefold().split())


def _clean(address: str) -> str:
    return _ESCAPED.sub(r"\1", address).replace("&amp;", "&").strip()[:_LONGEST]


def _trim(address: str) -> str:
    """A bare address without the punctuation of the sentence around it; a closing bracket stays if it was opened."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while end:
        last = address[end - 1]
        stray = unopened > 0 if last == ")" else last in _TRAILING
        if not stray or address.endswith("\\_", 0, end):
            break
        unopened -= last == ")"
        end -= 1
    return _clean(address[:end])
