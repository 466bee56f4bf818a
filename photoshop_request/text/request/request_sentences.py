"""Split a request into sentences, without the title's tags, the signature, user names, addresses and markup."""

import re
from collections.abc import Iterable, Sequence

from photoshop_request.reddit.fields import LONGEST_TITLE
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.plain_text import Line, plain_lines, plain_title
from photoshop_request.text.request.chitchat import OFFERED_MONEY
from photoshop_request.text.sentences import Section, Sentence, split_sentences
from photoshop_request.text.usernames import without_usernames

_TAG_WORDS = (
    r"(?:very serious|serious|silly|request|requests|reqeust|requst|regiest|paid|free|random|specific|solved|photoshop|help|psr|nsfw|sfw|picrequest|picrequests|pic|photo|edit|"
    r"restoration|restore|sincere|simple|easy|quick|funny|fun|other|update|closed|done|completed|finished|no ai|ai ok|ai allowed|urgent|tip|will tip|picture|and|or|real|not serious|semi)"
)
_TAG_IN_BRACKETS = re.compile(
    rf"[\[({{<*|]++\s*(?:[$\u00a3\u20ac]?\d+[$\u00a3\u20ac]?\s*)?{_TAG_WORDS}(?:[\s/,&+!:-]+(?:[$\u00a3\u20ac]?\d+[$\u00a3\u20ac]?|{_TAG_WORDS}))*\s*[!?.:]*\s*[\])}}>*|]+",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[\[({<*|]")
_LEADING_TAG = re.compile(
    r"^\W*(?:(?:a |my |first |just a )?(?:very |really )?(?:serious|silly|simple|quick|small|easy|photoshop|photo|pic|picture|humble|sincere|huge|weird|odd|strange|urgent|paid|lame|tiny|little)?\s*"
    r"(?:request|requesting|reqeust|requst|psr)\s*(?:[:;\-\u2013\u2014~|,.!]+|\.{2,}))\s*",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}\W*")
_SIGNATURE = re.compile(
    r"(?:[-~\u2013\u2014]+ ?|(?:love|sincerely|(?:kind |best |warm )?regards|best|yours(?: truly)?|xoxo|cheers)[,.! ]+)(?:from )?[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}\W*",
    re.IGNORECASE,
)
_EDIT_NOTE = re.compile(
    r"^\W*(?:(?:quick|small|another|final|first|second|ninja|double|triple)\s+)?(?:edit|update|eta|edited|updated)\s*(?:\(?\d+\)?|one|two|three)?\s*(?:[:;\-\u2013\u2014.,!~=>]+|(?-i:(?=\s*[A-Z(]))|\W*$)\s*(?!needed|help|request)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 200
"""Letters. Name patterns take quadratic time."""
_DOTS = ". \u2026"
_BREAKS_OFF = ("..", "\u2026", ",", ":")


def request_sentences(submission: Submission, clarifications: Iterable[Comment]) -> list[Sentence]:
    """Return the sentences of title, self text, captions and clarifications, in this order."""
    title = plain_title(without_usernames(_without_tags(submission.title[:LONGEST_TITLE])))
    lines = list(_plain_lines(submission.selftext))
    if title.endswith(_BREAKS_OFF) and lines and (lines[0].text[0].islower() or lines[0].text.startswith("..")):
        title = title.rstrip(_DOTS) + " " + lines.pop(0).text.lstrip(_DOTS)
    if lines and _is_signature(lines[-1]):
        lines.pop()
    sentences = list(split_sentences([Line(title)] if title else [], Section.TITLE))
    sentences += split_sentences(lines, Section.BODY)
    for media in submission.media:
        if media.caption:
            sentences += split_sentences(_plain_lines(media.caption), Section.CAPTION)
    for comment in clarifications:
        sentences += split_sentences(_plain_lines(comment.body), Section.CLARIFICATION)
    return sentences


def edit_note(text: str, lower: str) -> str | None:
    """Return the text after "EDIT:" or "Update 2 -" at the beginning of a sentence, or None without such a note."""
    head = lower[:16]
    if "edit" not in head and "update" not in head and "eta" not in head:
        return None
    note = _EDIT_NOTE.match(text)
    return text[note.end() :] if note else None


def _plain_lines(markdown: str) -> Sequence[Line]:
    return plain_lines(without_usernames(markdown))


def _without_tags(title: str) -> str:
    """Return a title without its tags ("[Request]", "(serious)", "Request:") and offers of money."""
    text = _TAG_IN_BRACKETS.sub(" ", title) if _BRACKET.search(title) else title
    lower = text.lower()
    if "req" in lower or "psr" in lower:
        text = _LEADING_TAG.sub("", text, count=1)
    if "$" in text or "\u00a3" in text or "\u20ac" in text:
        text = OFFERED_MONEY.sub(" ", text)
    return text.strip(" \t:;-\u2013\u2014~|,*") if text != title else title


def _is_signature(line: Line) -> bool:
    """Return True if a line is only a name ("- Mira", "Best regards, Mira")."""
    if len(line.text) > _LONGEST_SIGNATURE:
        return False
    is_dashed_name = line.marker in ("-", "\u2013", "\u2014") and _NAME.fullmatch(line.text)
    return bool(is_dashed_name or _SIGNATURE.fullmatch(line.text))
