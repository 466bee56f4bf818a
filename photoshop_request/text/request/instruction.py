"""What the editor was asked to do, in the requester's own words.

Sentences are sorted, by small named rules, into wishes, details of a wish, and everything else (greetings, thanks,
payment, back story). Wishes lose their way of asking ("could anyone please"); details that tell which thing or person is
meant stay. Nothing is written that the requester did not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.language import UNKNOWN, is_english, language
from photoshop_request.text.plain import Line, plain_lines, plain_title
from photoshop_request.text.request.chitchat import is_signature, title_tags
from photoshop_request.text.request.not_requests import not_a_request
from photoshop_request.text.request.rules import Rule
from photoshop_request.text.request.sentence_choice import Piece, Selection, joined, select
from photoshop_request.text.sentences import Part, Sentence, split
from photoshop_request.text.usernames import without_usernames

__all__ = ["Instruction", "Rule", "instruction"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """A request, reduced to what is to be done."""

    text: str
    """Empty only when the request has no words."""
    is_edit_request: bool
    """False for questions, offers, announcements and posts that ask for nothing; the text is then what was said."""
    language: str
    """ISO 639-1, or "und"."""
    rules: tuple[Rule, ...] = ()
    """Which rules fired, in order of first use."""


_DOTS = ". \u2026"
_GOES_ON = ("..", "\u2026", ",", ":")


def instruction(submission: Submission, clarifications: Sequence[Comment] = ()) -> Instruction:
    """The instruction of a request. `clarifications`: the requester's own comments before the edit, oldest first.

    The rules know English. A text in another language is kept whole, without markup and addresses.
    """
    sentences, read = _read(submission, clarifications)
    code = _language(sentences)
    chosen = select(sentences) if code in ("en", UNKNOWN) else Selection()
    chosen.fired = {**dict.fromkeys(read), **chosen.fired}
    if code not in ("en", UNKNOWN):
        verdict = None
        chosen.fire(Rule.WHOLE_TEXT)
        chosen.kept = [_as_written(each) for each in sentences]
    else:
        verdict = not_a_request(submission, sentences, chosen)
        _fall_back(sentences, chosen)
    if verdict:
        chosen.fire(verdict)
    return Instruction(joined(chosen.kept), verdict is None, code, tuple(chosen.fired))


def _language(sentences: Sequence[Sentence]) -> str:
    """The words are known already: they settle nearly every request without a second look at the text."""
    if is_english(each.words for each in sentences):
        return "en"
    return language(" ".join(each.text for each in sentences)[:600])


def _read(submission: Submission, clarifications: Sequence[Comment]) -> tuple[list[Sentence], list[Rule]]:
    """Every sentence of a request without tags, user names and markup, and the rules that took them off."""
    raw = [title_tags(submission.title), submission.selftext]
    raw += [media.caption for media in submission.media if media.caption]
    captions = len(raw)
    raw += [comment.body for comment in clarifications]
    clean = [without_usernames(text) for text in raw]
    fired = [Rule.TITLE_TAG] if raw[0] != submission.title else []
    fired += [Rule.USERNAME] if clean != raw else []
    title, lines = plain_title(clean[0]), list(plain_lines(clean[1]))
    if title.endswith(_GOES_ON) and lines and (lines[0].text[0].islower() or lines[0].text.startswith("..")):
        title = title.rstrip(_DOTS) + " " + lines.pop(0).text.lstrip(_DOTS)
        fired.append(Rule.CONTINUED_TITLE)
    if lines and is_signature(lines[-1]):
        lines.pop()
        fired.append(Rule.SIGNATURE)
    found = list(split((Line(title),), Part.TITLE)) if title else []
    found += split(lines, Part.BODY)
    for index, text in enumerate(clean[2:], 2):
        found += split(plain_lines(text), Part.CAPTION if index < captions else Part.CLARIFICATION)
    return found, fired


def _fall_back(sentences: Sequence[Sentence], chosen: Selection) -> None:
    """Without a wish that names an edit: wishes that ask for something; else the title; else all that is no noise."""
    if chosen.solid:
        return
    if chosen.weak:
        chosen.fire(Rule.FRAME)
        chosen.kept[:0] = chosen.asked()
        if any(len(each.words) > 3 for each, _ in chosen.weak):
            return
    titles = [each for each in chosen.spare if each.part is Part.TITLE]
    spare = titles or chosen.spare or ([] if chosen.kept else list(sentences))
    if spare:
        chosen.fire(Rule.TITLE_ONLY if titles else Rule.WHOLE_TEXT)
        chosen.kept[:0] = [_as_written(each) for each in spare]


def _as_written(sentence: Sentence) -> Piece:
    return Piece(sentence.text, sentence.words, sentence.part, sentence.marker, wish=True)
