"""What the editor was asked to do, in the requester's own words.

Sentences are sorted, by small named rules, into wishes, details of a wish, and everything else (greetings, thanks,
payment, back story). Wishes lose their way of asking ("could anyone please"); details that tell which thing or person is
meant stay. Nothing is written that the requester did not write.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.language import language
from photoshop_request.text.lexicon import DEFECTS
from photoshop_request.text.noise import Rule, edit_note, noise, title_tags
from photoshop_request.text.plain import Line, plain_lines, plain_title
from photoshop_request.text.questions import not_a_request
from photoshop_request.text.sentences import Part, Sentence, split
from photoshop_request.text.trim import content, is_vague, trim
from photoshop_request.text.wishes import find_wish

__all__ = ["Instruction", "instruction"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """A request, reduced to what is to be done."""

    text: str
    """Empty only when the request has no words."""
    is_edit_request: bool
    """False for questions, offers and announcements; the text is then whatever was said."""
    language: str
    """ISO 639-1, or "und"."""
    rules: tuple[Rule, ...] = ()
    """Which rules fired, in order of first use."""


@dataclass(slots=True)
class _Kept:
    """One piece of the instruction while it is put together."""

    text: str
    words: frozenset[str]
    part: Part
    marker: str
    wish: bool
    solid: bool = False


@dataclass(slots=True)
class _Draft:
    kept: list[_Kept] = field(default_factory=list)
    fired: dict[Rule, None] = field(default_factory=dict)
    spare: list[Sentence] = field(default_factory=list)
    """What is neither wish nor noise: the fallback, and where pronouns point."""

    def fire(self, *rules: Rule) -> None:
        for rule in rules:
            self.fired[rule] = None


def instruction(submission: Submission, clarifications: Sequence[Comment] = ()) -> Instruction:
    """The instruction of a request. `clarifications`: the requester's own comments before the edit, oldest first."""
    title = title_tags(plain_title(submission.title))
    draft = _Draft()
    if title != submission.title:
        draft.fire(Rule.TITLE_TAG)
    sentences = _sentences(title, submission, clarifications)
    code = language(" ".join(each.text for each in sentences)[:600])
    verdict = not_a_request(submission, sentences)
    if code not in ("en", "und"):
        draft.fire(Rule.WHOLE_TEXT)
        text = _joined([_Kept(each.text, each.words, each.part, each.marker, wish=True) for each in sentences])
        return Instruction(text, verdict is None, code, (*draft.fired, *([verdict] if verdict else ())))
    _sort(sentences, draft)
    _fall_back(title, sentences, draft)
    if verdict:
        draft.fire(verdict)
    return Instruction(_joined(draft.kept), verdict is None, code, tuple(draft.fired))


def _sentences(title: str, submission: Submission, clarifications: Sequence[Comment]) -> list[Sentence]:
    found = list(split((Line(title),), Part.TITLE)) if title else []
    found += split(plain_lines(submission.selftext), Part.BODY)
    for media in submission.media:
        if media.caption:
            found += split(plain_lines(media.caption), Part.CAPTION)
    for comment in clarifications:
        found += split(plain_lines(comment.body), Part.CLARIFICATION)
    return found


_POSITION = re.compile(
    r"\b(?:on|to|in|at|from) (?:the|my|his|her|your) (?:far |very |top |bottom |upper |lower )?(?:left|right|middle|center|centre|back|front|top|bottom|background|foreground|corner)\b"
    r"|\bthe (?:one|guy|girl|man|woman|lady|dude|person|kid|boy|baby|other) (?:with|in|on|who|wearing|holding|sitting|standing|that)\b|\b(?:far|bottom|top|upper|lower) (?:left|right)\b"
)
_COLOUR = re.compile(
    r"\b(?:red|blue|green|brown|black|white|grey|gray|blonde?|brunette|hazel|gold|golden|pink|purple|yellow|orange|silver|maroon|navy|tan|auburn|dark|light|olive|teal|turquoise|beige)(?:ish)?\b.*"
    r"\b(?:eyes?|hair|skin|dress|shirt|suit|uniform|car|tie|jacket|coat|hat|colou?rs?|truck|house|shoes|pants|jeans|sweater|lips|lipstick|blouse|skirt)\b"
    r"|\b(?:eyes?|hair|skin|dress|shirt|suit|uniform|car|tie|jacket|coat|hat|colou?rs?|truck|house)\b.*\b(?:red|blue|green|brown|black|white|grey|gray|blonde?|brunette|hazel|gold|golden|pink|purple|yellow|orange|silver|maroon|navy|tan|auburn|dark|light)\b"
)
_DIRECTIVE = re.compile(
    r"\b(?:should (?:be|have|say|look|read)|must|has to|have to be|needs? to be|don't|do not|doesn't (?:have|need) to|without|keep|leave|instead|prefer\w*|ideally|rather than|as long as|doesn't matter|"
    r"feel free|make sure|bonus|free rein|free reign|up to you|creative|as (?:\w+ )+as (?:possible|you)|would be (?:great|awesome|nice|cool|fantastic|ideal|perfect|good|better)|background|realistic|subtle|style|say(?:s|ing)?|reads?|look(?:s|ing)? like|the idea|something like|similar to|for example)\b"
)


def _sort(sentences: Iterable[Sentence], draft: _Draft) -> None:
    """Sort sentences into wishes, details and the rest, in the order in which they were written."""
    noted = False
    marker_line = False
    for each in sentences:
        sentence = each
        if (rest := edit_note(each.text)) is not None:
            draft.fire(Rule.EDIT_NOTE)
            noted = True
            if not rest:
                continue
            sentence = next(split((Line(rest),), each.part), each)
        elif each.part is not Part.BODY or (noted and each.marker):
            noted = False
        wish = find_wish(sentence.low, sentence.words)
        rule = noise(sentence.low, sentence.words)
        if wish and (wish.solid or rule is None):
            if _keep_wish(sentence, wish.start if wish.framed else 0, wish.gerund, wish.solid, draft):
                marker_line = bool(each.marker)
                if wish.framed:
                    draft.fire(Rule.FRAME)
            continue
        if rule is not None:
            draft.fire(rule)
            continue
        if noted:
            continue
        if draft.kept and _is_detail(sentence) or (marker_line and each.marker):
            draft.fire(Rule.DETAIL)
            draft.kept.append(
                _Kept(trim(sentence.text)[0], content(sentence.low), sentence.part, sentence.marker, wish=False)
            )
        else:
            draft.spare.append(sentence)


def _is_detail(sentence: Sentence) -> bool:
    low = sentence.low
    return bool(_POSITION.search(low) or _COLOUR.search(low) or _DIRECTIVE.search(low))


def _keep_wish(sentence: Sentence, start: int, gerund: bool, solid: bool, draft: _Draft) -> bool:
    text, rules = trim(sentence.text[start:], gerund=gerund)
    words = content(text.lower())
    if not text:
        return False
    vague = is_vague(text)
    if _repeated(words, vague, solid, draft):
        draft.fire(Rule.REPEATED)
        return False
    draft.fire(*rules)
    if vague and start and not DEFECTS.isdisjoint(sentence.words - content(text.lower())):
        text = sentence.text
        draft.fire(Rule.CONTEXT)
    elif vague and draft.spare and not DEFECTS.isdisjoint(draft.spare[-1].words):
        before = draft.spare[-1]
        draft.fire(Rule.CONTEXT)
        draft.kept.append(_Kept(before.text, content(before.low), before.part, before.marker, wish=False))
    draft.kept.append(_Kept(text, words, sentence.part, sentence.marker, wish=True, solid=solid))
    return True


def _repeated(words: frozenset[str], vague: bool, solid: bool, draft: _Draft) -> bool:
    """Was this said before? Drops what it replaces: a short title that the body says again with more words."""
    said: frozenset[str] = frozenset().union(*(each.words for each in draft.kept)) if draft.kept else frozenset()
    if draft.kept and (len(words & said) >= 0.8 * len(words)):
        return True
    if vague and any(each.solid for each in draft.kept) and len(words - said) <= 1:
        return True
    for index, each in enumerate(draft.kept):
        if each.wish and each.words and len(each.words & words) >= 0.8 * len(each.words):
            del draft.kept[index]
            break
    return False


def _fall_back(title: str, sentences: Sequence[Sentence], draft: _Draft) -> None:
    """Without a wish, the title stands; with a title that says nothing, all that is no noise."""
    if any(each.wish and each.solid for each in draft.kept):
        return
    spare = [each for each in draft.spare if each.part is Part.TITLE]
    rule = Rule.TITLE_ONLY
    if not spare and not draft.kept:
        spare, rule = draft.spare, Rule.WHOLE_TEXT
    if not spare and not draft.kept:
        spare = [each for each in sentences if each.part is Part.TITLE]
        rule = Rule.TITLE_ONLY
    if spare:
        draft.fire(rule)
        draft.kept[:0] = [_Kept(trim(each.text)[0], each.words, each.part, each.marker, wish=True) for each in spare]


def _joined(kept: Sequence[_Kept]) -> str:
    pieces = []
    for each in kept:
        text = each.text.strip()
        if text:
            end = "" if text[-1] in ".!?:;)\"'" else "."
            marker = f"{each.marker} " if each.marker[:1].isdigit() or each.marker[:2].strip("(").isdigit() else ""
            pieces.append(f"{marker}{text[0].upper()}{text[1:]}{end}")
    return " ".join(pieces)
