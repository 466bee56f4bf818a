"""Sentences to pieces: wishes, details of a wish, context a wish points to, and what is left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from photoshop_request.text.lexicon import DEFECTS, EDIT_NOUNS, either, words_of
from photoshop_request.text.plain import Line
from photoshop_request.text.request.asks import Frame, Wish, cannot_wish, find_wish
from photoshop_request.text.request.chitchat import edit_note, noise
from photoshop_request.text.request.details import is_detail, is_fluff, tells
from photoshop_request.text.request.rules import Rule
from photoshop_request.text.request.trim import content, is_empty, is_vague, points_back, trim
from photoshop_request.text.sentences import Part, Sentence, split

__all__ = ["Piece", "Selection", "joined", "select"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One kept piece of a request."""

    text: str
    stems: frozenset[str]
    part: Part
    marker: str = ""
    wish: bool = False
    solid: bool = False
    """A wish that names an edit."""


@dataclass(slots=True)
class Selection:
    """What was kept, what is spare, and which rules fired."""

    kept: list[Piece] = field(default_factory=list)
    weak: list[tuple[Sentence, Wish]] = field(default_factory=list)
    """Wishes that name no edit: used when there is nothing better."""
    spare: list[Sentence] = field(default_factory=list)
    """Neither wish nor noise, in order."""
    fired: dict[Rule, None] = field(default_factory=dict)
    listed: bool = False
    """The sentence before was kept, so that a list after it belongs to it."""

    def fire(self, *rules: Rule) -> None:
        """Note that rules fired."""
        for rule in rules:
            self.fired[rule] = None

    @property
    def solid(self) -> bool:
        """Has a wish that names an edit."""
        for piece in self.kept:  # noqa: SIM110 - asked for every sentence, and a generator costs more than the answer
            if piece.solid:
                return True
        return False

    def asked(self) -> list[Piece]:
        """The wishes that name no edit, without their way of asking."""
        found = ((each, trim(each.text[wish.start :], gerund=wish.gerund)[0]) for each, wish in self.weak)
        return [Piece(text, each.words, each.part, each.marker, wish=True) for each, text in found if text]


_BARE = 10
"""Letters: a wish of a verb alone ("add?") means nothing without what stands before it."""


def select(sentences: Iterable[Sentence]) -> Selection:
    """Sort sentences into what is kept and what is not, in the order in which they were written."""
    chosen = Selection()
    noted = False
    for each in sentences:
        if each.part is not Part.BODY:
            noted = False
        sentence = each
        if each.part is not Part.TITLE and (rest := edit_note(each.text, each.low)) is not None:
            chosen.fire(Rule.EDIT_NOTE)
            noted = True
            found = next(split((Line(rest),), each.part), None)
            if found is None:
                continue
            sentence = found._replace(marker=each.marker)
        count = len(chosen.kept)
        _place(sentence, chosen, noted=noted)
        chosen.listed = len(chosen.kept) > count
    return chosen


def _place(sentence: Sentence, chosen: Selection, *, noted: bool) -> None:
    hopeless = cannot_wish(sentence.words)
    rule = noise(sentence.low, sentence.words, sentence.bare) if hopeless else None
    if rule:
        chosen.fire(rule)
        return
    wish = find_wish(sentence.low, sentence.words)
    if (
        wish is None
        and sentence.part is Part.TITLE
        and not sentence.words.isdisjoint(EDIT_NOUNS)
        and not tells(sentence.low)
    ):
        wish = Wish(0, Frame.NONE, solid=True)
    if not hopeless and (wish is None or noted or not wish.solid or wish.frame is Frame.NONE):
        rule = noise(sentence.low, sentence.words, sentence.bare)
    if wish and noted and (rule is not None):
        wish = None
    if wish and wish.solid and not (rule and wish.frame is Frame.NONE and _drowns(rule, sentence)):
        _keep_wish(sentence, wish, chosen)
    elif wish and rule is None and not is_fluff(sentence):
        chosen.weak.append((sentence, wish))
    elif rule:
        chosen.fire(rule)
    elif not noted:
        if (
            sentence.part is not Part.TITLE
            and (chosen.solid or chosen.weak)
            and is_detail(sentence, listed=chosen.listed)
        ):
            chosen.fire(Rule.DETAIL)
            chosen.kept.append(_piece(sentence))
        else:
            chosen.spare.append(sentence)


_WORKS = EDIT_NOUNS - words_of("photoshop photoshops shop edit edits editing")
"""Names of an edit that say what is to be done."""


def _drowns(rule: Rule, sentence: Sentence) -> bool:
    """Is a sentence that names an edit no more than noise? A title may ask for help and name it ("Photo restoration, help")."""
    if rule is Rule.GENERIC_HELP and sentence.part is Part.TITLE and not sentence.words.isdisjoint(_WORKS):
        return False
    return rule is not Rule.THANKS or "help" in sentence.words


def _keep_wish(sentence: Sentence, wish: Wish, chosen: Selection) -> None:
    text, rules = trim(sentence.text[wish.start :], gerund=wish.gerund)
    stems = content(text.lower())
    if not text:
        return
    vague = is_vague(stems)
    if _repeated(stems, chosen, vague=vague, plain=wish.frame < Frame.NONE):
        chosen.fire(Rule.REPEATED)
        return
    chosen.fire(*rules)
    if wish.start:
        chosen.fire(Rule.FRAME)
    is_bare = len(text) < _BARE
    if (is_bare or (points_back(stems) and not chosen.solid)) and (
        context := _context(sentence, wish, chosen, is_bare=is_bare)
    ):
        chosen.fire(Rule.CONTEXT)
        chosen.kept.append(context)
    chosen.kept.append(Piece(text, stems, sentence.part, sentence.marker, wish=True, solid=True))


_PICTURED = either(
    r"\b(?:this|these|only|old|favou?rite|last|first|best)\b.*\b(?:picture|pic|photo|photograph|shot|image|headshot|portrait|drawing|logo)s?\b",
    r"\b(?:picture|pic|photo|photograph|photocopy|shot|image|portrait)s? (?:\w+ ){0,3}of\b",
)
_BREAK = re.compile(
    r"\s+(?:that )?(?:i|we)(?:'d)?(?: (?:would|really|want|need|love|like|to))*\s*$|[,;]?\s+(?:and|but|so|can|could|would)?\s*$|[\s,;:.\-]+$",
    re.IGNORECASE,
)


def _context(sentence: Sentence, wish: Wish, chosen: Selection, *, is_bare: bool) -> Piece | None:
    """What a vague wish ("can you fix it?") points to: the words before it, or the last sentence that shows something."""
    before = sentence.text[: wish.start]
    if wish.frame is not Frame.IMPERATIVE and wish.start > 25:
        head = re.split(
            r"[,;.\-\u2013?!]\s+(?=[^,;?!]*$)|\s+(?=(?:can|could|would|will|please|any chance)\b[^,]*$)",
            before,
            maxsplit=1,
        )[0]
        low = head.lower()
        shows = (is_bare and not tells(low)) or _PICTURED.search(low)
        if 3 <= len(low.split()) <= 24 and (shows or not DEFECTS.isdisjoint(low.split())):
            return Piece(_BREAK.sub("", head), content(low), sentence.part, sentence.marker)
    if chosen.solid:
        return None
    near = [each for each in reversed(chosen.spare[-2:]) if len(each.words) <= 24]
    shown = [each for each in near if _PICTURED.search(each.low)]
    broken = [each for each in near if not DEFECTS.isdisjoint(each.words)]
    for each in (shown + broken)[:1]:
        chosen.spare.remove(each)
        return _piece(each)
    return None


def _piece(sentence: Sentence) -> Piece:
    text = trim(sentence.text)[0]
    return Piece(text, content(text.lower()), sentence.part, sentence.marker)


def _repeated(stems: frozenset[str], chosen: Selection, *, vague: bool, plain: bool) -> bool:
    """Was this said before? A shorter saying of the same, kept earlier, gives way to a fuller one that is plain."""
    said: frozenset[str] = frozenset().union(*(piece.stems for piece in chosen.kept))
    if chosen.kept and (stems or chosen.solid) and _covers(said, stems):
        return True
    if vague and chosen.solid and len(stems - said) <= 1 and not is_vague(said):
        return True
    if plain and not vague:
        before = next((piece for piece in chosen.kept if piece.wish and _gives_way(piece.stems, stems)), None)
        if before:
            chosen.kept.remove(before)
    return False


def _covers(large: frozenset[str], small: frozenset[str]) -> bool:
    """Does one saying hold all of another, but for one word of a long one?"""
    missing = len(small - large)
    return missing == 0 or (missing == 1 and len(small) >= 5)


def _gives_way(before: frozenset[str], stems: frozenset[str]) -> bool:
    return is_empty(before) or _covers(stems, before)


def joined(kept: Iterable[Piece]) -> str:
    """Pieces as sentences: a capital first, a full stop last, numbers of a numbered list kept."""
    pieces = []
    for each in kept:
        text = each.text.strip()
        if text.endswith("..") and not text.endswith("..."):
            text = text[:-1]
        if text:
            end = "" if text[-1] in ".!?:;\u2026" or text[-2:] in ('."', '!"', '?"', ".)", "!)", "?)") else "."
            marker = f"{each.marker} " if each.marker and any(sign.isdigit() for sign in each.marker) else ""
            pieces.append(f"{marker}{text[0].upper()}{text[1:]}{end}")
    return " ".join(pieces)
