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
# Where a bare address ends before a blank. A scheme in the middle begins the next address, but not in a query. People
# glue words to an address with punctuation, which few paths hold.
_END = (
    r"(?<![=?])(?i:https?|ftp)://"
    r"|[,;](?i:www\.|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,6}/)"
    r"|[,;*'\x80-\U0010ffff](?<=(?i:\.jpg|\.png|\.gif|jpeg|webp).)|--(?<=(?i:\.jpg|\.png|\.gif|jpeg|webp)--)"
    r"|(?![\w\u0300-\u036f\u2019])[\x80-\U0010ffff]"  # dashes, emoji and punctuation. Names of files have letters
    # scripts that put no blank between words, unless the name of a picture goes on
    r"|[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af](?![^\s/]{0,60}\.(?i:jpe?g|png|gif|webp))"
    r"|&(?!amp;)(?:#\w{1,8}|[a-zA-Z]{2,8});"
    r"|\]\(|\[/|\[[^\[\]\n]{0,200}+\]\(|\*\*|~~"
)
# letters that begin no end are read in one step
_BODY = rf"(?:[a-egi-zA-EGI-Z0-9./_%=?#+:]++|(?!{_END})[^\s<>\"`|])++"
_ARCHIVE = r"https?://(?:web\.)?archive\.[a-z]{2,5}/(?:[\w*]{1,30}/){0,3}https?://"  # goes on with the archived address
_BARE = rf"(?=[hHfFwW])(?P<bare>(?i:{_ARCHIVE}|(?:https?|ftp)://|www\.){_BODY})"
_SCHEMELESS = rf"(?<![a-zA-Z0-9_/@.=-])(?P<schemeless>(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{{2,6}}/{_BODY})"
# Reddit's text in place of an upload that it has not stored yet
_PROCESSING = r"Processing (?P<upload>img|gif|video) (?P<media_id>[a-z0-9]{10,20})\.\.\.\*?"
_SKIPPED = r"\\[\[\]!<(]"  # an escaped bracket starts no link
_LINK = re.compile(
    f"{_DEFINITION}|{_SKIPPED}|{_INLINE}|{_ANGLE}|{_BARE}|{_PROCESSING}|{_REFERENCE}|{_SCHEMELESS}", re.MULTILINE
)
_TRAILING = ".,;:!?&'\"*_~`^|\\[]{}>\u2019"
_BRACKET = re.compile(r"[()\[\]]")
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
        elif bare := group["bare"] or group["schemeless"]:
            yield FoundAddress(_trim(bare), None, inline=False, explicit=group["bare"] is not None)
        elif group["upload"] == "video":
            yield FoundAddress(f"https://v.redd.it/{group['media_id']}", None, inline=False, explicit=True)
        elif group["upload"] is not None:
            yield FoundAddress(group["media_id"], group["upload"], inline=True, explicit=True)
        elif group["words"] is not None:
            yield from _reference(group, definitions, used)


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
    address = address[: _unopened(address)]
    end = len(address)
    while end and address[end - 1] in _TRAILING and not address.endswith("\\_", 0, end):
        end -= 1
    return _clean(address[:end])


def _unopened(address: str) -> int:
    """Return the place of the first closing bracket that the address does not open, or its length."""
    depth = {"(": 0, "[": 0}
    for bracket in _BRACKET.finditer(address):
        opening = {")": "(", "]": "["}.get(bracket[0])
        if opening is None:
            depth[bracket[0]] += 1
        elif depth[opening]:
            depth[opening] -= 1
        else:
            return bracket.start()
    return len(address)
