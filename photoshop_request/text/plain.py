"""Reddit markdown to plain lines: what a person would read aloud, without addresses."""

import re
from dataclasses import dataclass

__all__ = ["Line", "plain_lines", "plain_title"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, without markup."""

    text: str
    marker: str = ""
    """The list marker as written ("1.", "-"), empty outside lists."""


_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f]|&#x200b;|&nbsp;", re.IGNORECASE)
_FENCE = re.compile(r"^\s*(```|~~~)")
_LEAD = re.compile(r"^[ \t]*(?:>+!?[ \t]*)*(?:#{1,6}[ \t]*)?")
_RULE = re.compile(r"^[ \t]*([-*_=][ \t]*){3,}$")
_MARKER = re.compile(
    r"^(?:[-+\u2022\u2013\u2014]\s+|[-\u2022](?=\w)|\*\s+|\*(?=\w)(?!.*\*)|\(?\d{1,2}[.):]\)?\s+|#\d\s+|\(?[a-hA-H]\)\s+)"
)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\s*\(\s*<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)*>?(?:\s+\"[^\"]*\")?\s*\)")
_ADDRESS = re.compile(
    r"<?\b(?:https?:/{1,2}|www\.)[^\s<>\[\]]+>?"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|gg|ly|cc|it|me|be|edu|gov|uk|de|us)/[^\s<>\[\]]*"
    r"|\b(?:i\.)?(?:imgur|redd|ibb|postimg|min|flickr|tinypic|photobucket|imageshack)\.(?:com|it|co|us|cc|org)\b",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"~~.+?~~")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(?=\S)([^*_]+?)(?<=\S)\1(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>^|&/])")
_LEFTOVER = re.compile(r"`+|\*{2,}|~~|>!|!<|\^(?=[\w(])|\[/?img\]", re.IGNORECASE)
_EMPTY_PAIR = re.compile(r"\(\s*\)|\[\s*\]|<\s*>|\"\s*\"")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_MARKUP = frozenset("*_~`^[]()<>\\/.")
_ENTITY = re.compile(r"&(amp|lt|gt|quot|#39);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'"}


def plain_lines(markdown: str) -> tuple[Line, ...]:
    """The lines of a self text or comment that hold words. Struck-out words, fenced code and addresses are gone."""
    lines: list[Line] = []
    fenced = False
    for raw in _INVISIBLE.sub("", markdown).replace("\u2019", "'").replace("\u2018", "'").splitlines():
        if _FENCE.match(raw):
            fenced = not fenced
        elif not fenced and not _RULE.match(raw):
            lead = _LEAD.sub("", raw, count=1)
            found = _MARKER.match(lead)
            marker = found.group().strip() if found else ""
            text = _inline(lead[found.end() :] if found else lead)
            if any(letter.isalnum() for letter in text):
                lines.append(Line(text, marker))
    return tuple(lines)


def plain_title(title: str) -> str:
    """A title on one line. Titles are not markdown, but people put links and emphasis in them all the same."""
    return _inline(" ".join(_INVISIBLE.sub("", title).replace("\u2019", "'").replace("\u2018", "'").split()))


def _inline(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda found: _ENTITIES[found.group(1)], text)
    if not _MARKUP.isdisjoint(text):
        text = _PICTURE.sub(" ", text)
        text = _LINK.sub(r"\1 ", text)
        text = _ADDRESS.sub(" ", text)
        text = _STRUCK.sub(" ", text)
        text = _ESCAPE.sub(r"\1", text)
        text = _EMPHASIS.sub(r"\2", text)
        text = _LEFTOVER.sub("", text)
        text = _EMPTY_PAIR.sub(" ", text)
    return _BLANKS.sub(" ", text).strip()
