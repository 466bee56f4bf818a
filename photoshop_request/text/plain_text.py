"""Convert Reddit Markdown to plain lines, without markup and addresses."""

import html
import re
from typing import NamedTuple

from photoshop_request.reddit.fields import LONGEST_TEXT, LONGEST_TITLE


class Line(NamedTuple):
    """One line of a text, without markup. A named tuple is created twice as fast as a dataclass."""

    text: str
    marker: str = ""
    """The list marker as written ("1.", "-"), empty outside lists."""


_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\ufffd]")
_LEAD = re.compile(r"^(?:>+!?\s*)*(?:#{1,6}\s*)?")
_MARKER = re.compile(
    r"^(?:[-+\u2022\u2013\u2014]\s+|[-\u2022](?=\w)|\*\s+|\*(?=\w)(?!.*\*)|\(?\d{1,2}[.):]\)?\s+|#\d\s+|\(?[a-hA-H]\)\s+)"
)
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\s*\(\s*<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)*>?(?:\s+\"[^\"]*\")?\s*\)")
_NO_ADDRESS = (
    r"\s<>\[\]|\u2010-\u2015\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f"  # dashes and full-width punctuation
)
_ADDRESS = re.compile(
    rf"<?\b(?:https?:/{{1,2}}|www\.)[^{_NO_ADDRESS}]+>?"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|io|co|gg|ly|cc|it|me|be|edu|gov|uk|de|us)/"
    rf"[^{_NO_ADDRESS}]*"
    r"|\b(?:i\.)?(?:imgur|redd|ibb|postimg|min|flickr|tinypic|photobucket|imageshack)\.(?:com|it|co|us|cc|org)\b",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"~~.+?~~")
# an underscore inside a word begins no emphasis, but may end one
_EMPHASIS = re.compile(r"(\*{1,3}|(?<![^\W_])_{1,3})(?=\S)([^*_]+?)(?<=\S)\1(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>^|&/])")
_LEFTOVER = re.compile(r"`+|\*{2,}|~~|>!|!<|\^(?=[\w(])|\[/?img\]", re.IGNORECASE)
_EMPTY_PAIR = re.compile(r"\(\s*\)|\[\s*\]|<\s*>|\"\s*\"")
_MARKS = frozenset("-+*(#\u2022\u2013\u20140123456789")
_LETTER = re.compile(r"[^\W_]")
_HOST = re.compile(r"\.(?:com|net|org|io|co|gg|ly|cc|it|me|be|edu|gov|uk|de|us)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PROCESSING = re.compile(r"\*?Processing (?:img|gif|video) [a-z0-9]{5,20}\.\.\.\*?")  # stands for an upload


def plain_lines(markdown: str) -> tuple[Line, ...]:
    """Return the lines of a self text or comment that hold words, without struck-out words, code and addresses.

    Reads `LONGEST_TEXT` letters.
    """
    lines: list[Line] = []
    in_code = False
    for line in map(str.strip, _normalized(markdown[:LONGEST_TEXT]).splitlines()):
        if line.startswith(("```", "~~~")):
            in_code = not in_code
        elif line and not in_code and not (line.startswith("http") and " " not in line):
            content = _LEAD.sub("", line, count=1) if line[0] in ">#" else line
            marker = _MARKER.match(content) if content and (content[0] in _MARKS or content[1:2] == ")") else None
            text = _without_markup(content[marker.end() :] if marker else content)
            if text and (text[0].isalnum() or _LETTER.search(text)):
                lines.append(Line(text, marker.group().strip() if marker else ""))
    return tuple(lines)


def plain_title(title: str) -> str:
    """Return a title on one line, without markup. Titles are not Markdown, but many contain links and emphasis.

    Reads `LONGEST_TITLE` letters.
    """
    return _without_markup(_normalized(title[:LONGEST_TITLE]))


def _normalized(text: str) -> str:
    """Decode entities such as `&rsquo;`, remove invisible characters and straighten apostrophes."""
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("\u2019", "'").replace("\u2018", "'")
    return text


def _character(entity: re.Match[str]) -> str:
    character = html.unescape(entity[0])
    return character if character != entity[0] else html.unescape(entity[0].lower())


def _link_text(link: re.Match[str]) -> str:
    """Return the text of a link, separated from a word that follows. Return "" for an embedded picture."""
    if link.group(1):
        return " "
    return link.group(2) + (" " if link.string[link.end() : link.end() + 1].isalnum() else "")


def _without_markup(text: str) -> str:
    """Return one line without markup. Each pattern runs only if its characters occur, because most lines have none."""
    if "](" in text or "] (" in text:
        text = _LINK.sub(_link_text, text)
    if "http" in text or "://" in text or "www." in text or ("." in text and _HOST.search(text)):
        text = _ADDRESS.sub(" ", text)
    if "Processing " in text:
        text = _PROCESSING.sub(" ", text)
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if "*" in text or "~" in text or "`" in text or "^" in text or "<" in text or ">" in text or "[img" in text:
        text = _LEFTOVER.sub("", text)
    if "(" in text or "[" in text or "<" in text or '"' in text:
        text = _EMPTY_PAIR.sub(" ", text)
    if text.isprintable() and "  " not in text and text == text.strip():
        return text
    return " ".join(_CONTROL.sub("", text).split())
