"""Sentences to pieces: wishes, details of a wish, context a wish points to, and what is left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from photoshop_request.text.lexicon import DEFECTS, EDIT_NOUNS, either, words_of
from photoshop_request.text.noise import edit_note, noise
from photoshop_request.text.plain import Line
from photoshop_request.text.rules import Rule
from photoshop_request.text.sentences import Part, Sentence, split
from photoshop_request.text.trim import content, is_empty, is_vague, points_back, trim
from photoshop_request.text.wishes import Frame, Wish, cannot_wish, find_wish

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
        self.fired.update(dict.fromkeys(rules))

    @property
    def solid(self) -> bool:
        """Has a wish that names an edit."""
        return any(piece.solid for piece in self.kept)


_BARE = 10
"""Letters: a wish of a verb alone ("add?") means nothing without what stands before it."""
_SHORT = 22
"""Words: a longer sentence with a place in it tells a story."""
_PRESENT = words_of("is am are i'm he's she's it's they're that's who's standing sitting wearing has have with the")
_POSITION = either(
    r"\b(?:on|to|in|at|from) (?:the|my|his|her|your) (?:far |very |top |bottom |upper |lower )?(?:left|right|middle|center|centre|back|front|top|bottom|background|foreground|corner)\b",
    r"\bthe (?:one|guy|girl|man|woman|lady|dude|person|kid|boy|baby|tall\w*|skinny)(?: \w+)? (?:with|in|on|who|wearing|holding|sitting|standing|that)\b",
    r"\b(?:far|bottom|top|upper|lower) (?:left|right)\b",
)
_COLOURS = words_of(
    "red blue green brown black white grey gray blond blonde brunette hazel gold golden pink purple yellow orange silver maroon navy tan auburn dark light "
    "olive teal turquoise beige brownish reddish greenish blueish bluish khaki cream crimson ginger"
)
_COLOURED = words_of(
    "eye eyes hair skin dress shirt suit uniform car tie jacket coat hat color colors colour colours truck house shoes pants jeans sweater lips lipstick "
    "blouse skirt scarf grass trees background boots robe gown flowers belt"
)
_DIRECTIVE = either(
    r"\b(?:should (?:be|have|say|look|read)|must (?:be|have|say)|has to be|have to be|needs? to (?:be|have|say|fit|look)|(?:don't|do not) (?:forget|want|remove|change|touch|make|need to (?:be|look))|instead of|prefer\w*|ideally|rather than|as long as|make sure|bonus|something like|similar to|along the lines|(?:the|my) idea (?:is|was)|if (?:it's |it is )?(?:at all )?possible)\b",
    r"^\W*(?:maybe|perhaps|possibly|preferably|or|no|without|with|keep|leave)\b",
    r"^\W*(?:it|he|she|that|i|they)(?:\'s|\'m|\'re| is| am| are) (?:\w+ )?the\b.*\b(?:one|guy|girl|man|woman|kid|on|with|wearing|behind|next)\b",
    r"\b(?:png|psd|jpe?g|dpi|px|pixels|transparent|vector|4k|1080p|\d+\s?[x\u00d7]\s?\d+|a[34])\b",
)
_TELLS = re.compile(
    r"\W*(?:(?:and|but|so|also|because|since|when|as|then|now|this|that|it|there)\s+)*(?:i|we|he|she|they|my \w+|our \w+|you|it) (?:was|were|had|did|tried|went|took|got|thought|decided|know|think|really|just|have (?:been|no|tried)|don't (?:know|care|have|want to)|passed|died|love|loved|would|will|would've|can't|couldn't|could|can|am (?:not|so|trying|going))\b"
)
_LIKED = re.compile(
    r"\b(?:i|we)(?:'d| would) (?:also |really )?(?:love|like) (?:a|an|some|it|him|her|them|the|his|my|our) (?!lot\b)\w+"
)
_FLUFF = re.compile(
    r"\b(?:(?:doesn't|does not|don't) (?:even )?(?:have|need) to be (?:\w+ ){0,2}(?:good|perfect|great|fancy|extravagant|anything|amazing|hard|professional)|have (?:fun|at it|a (?:go|great|good|nice))|(?:be|get) creative|go (?:nuts|crazy|wild|ham|to town)|take your time|good luck|surprise me|do your (?:best|worst|thing|magic)|work your magic|let me know|feel free to (?:ask|message|pm|comment|reply|contact|use|choose|pick|post)|"
    r"pick (?:whichever|your|the one|any)|let'?s see|show (?:me|us) what|see what you can|(?:do|use) (?:what|whatever|anything|any) you|keep (?:it|them|'em) (?:up|coming)|tell me|don't (?:hesitate|worry)|excuse|check (?:it|this) out|make (?:this|it) (?:awesome|epic|so)\b)"
)


def select(sentences: Iterable[Sentence]) -> Selection:
    """Sort sentences into what is kept and what is not, in the order in which they were written."""
    chosen = Selection()
    noted = False
    for each in sentences:
        if each.part is not Part.BODY:
            noted = False
        sentence = each
        if each.part is not Part.TITLE and (rest := edit_note(each.text)) is not None:
            chosen.fire(Rule.EDIT_NOTE)
            noted = True
            found = next(split((Line(rest),), each.part), None)
            if found is None:
                continue
            sentence = replace(found, marker=each.marker)
        count = len(chosen.kept)
        _place(sentence, chosen, noted=noted)
        chosen.listed = len(chosen.kept) > count
    return chosen


def _place(sentence: Sentence, chosen: Selection, *, noted: bool) -> None:
    if cannot_wish(sentence.words) and (quick := noise(sentence.low, sentence.words)):
        chosen.fire(quick)
        return
    wish = find_wish(sentence.low, sentence.words)
    if (
        wish is None
        and sentence.part is Part.TITLE
        and not sentence.words.isdisjoint(EDIT_NOUNS)
        and not _TELLS.match(sentence.low)
    ):
        wish = Wish(0, Frame.NONE, solid=True)
    rule = None
    if wish is None or noted or not wish.solid or wish.frame is Frame.NONE:
        rule = noise(sentence.low, sentence.words)
    if wish and noted and (rule is not None):
        wish = None
    if (
        wish
        and wish.solid
        and not (rule and wish.frame is Frame.NONE and (rule is not Rule.THANKS or "help" in sentence.words))
    ):
        _keep_wish(sentence, wish, chosen)
    elif wish and rule is None and not _FLUFF.search(sentence.low):
        chosen.weak.append((sentence, wish))
    elif rule:
        chosen.fire(rule)
    elif not noted:
        if (
            sentence.part is not Part.TITLE
            and (chosen.solid or chosen.weak)
            and _is_detail(sentence, listed=chosen.listed)
        ):
            chosen.fire(Rule.DETAIL)
            chosen.kept.append(_piece(sentence))
        else:
            chosen.spare.append(sentence)


def _is_detail(sentence: Sentence, *, listed: bool) -> bool:
    """Does it say which thing is meant, of what colour, or how it should be?"""
    low, words = sentence.low, sentence.words
    if sentence.part is Part.TITLE or _FLUFF.search(low):
        return False
    if (sentence.marker and listed) or _LIKED.search(low):
        return True
    if _coloured(sentence):
        return True
    if low.endswith("?") or _TELLS.match(low):
        return False
    placed = len(words) <= _SHORT and not words.isdisjoint(_PRESENT) and _POSITION.search(low) is not None
    return placed or _DIRECTIVE.search(low) is not None


def _coloured(sentence: Sentence) -> bool:
    return not sentence.words.isdisjoint(_COLOURS) and not sentence.words.isdisjoint(_COLOURED)


def _keep_wish(sentence: Sentence, wish: Wish, chosen: Selection) -> None:
    text, rules = trim(sentence.text[wish.start :], gerund=wish.gerund)
    stems = content(text.lower())
    if not text:
        return
    vague = is_vague(stems)
    if _repeated(stems, chosen, vague=vague):
        chosen.fire(Rule.REPEATED)
        return
    chosen.fire(*rules)
    if wish.start:
        chosen.fire(Rule.FRAME)
    if (points_back(stems) or len(text) < _BARE) and not chosen.solid and (context := _context(sentence, wish, chosen)):
        chosen.fire(Rule.CONTEXT)
        chosen.kept.append(context)
    chosen.kept.append(Piece(text, stems, sentence.part, sentence.marker, wish=True, solid=True))


_PICTURED = either(
    r"\b(?:this|these|only|old|favou?rite|last|first|best)\b.*\b(?:picture|pic|photo|photograph|shot|image|headshot|portrait|drawing|logo)s?\b",
    r"\b(?:picture|pic|photo|photograph|photocopy|shot|image|portrait)s? (?:\w+ ){0,3}of\b",
)
_BREAK = re.compile(r"[,;]?\s+(?:and|but|so|can|could|would)?\s*$|[\s,;:.\-]+$")


def _context(sentence: Sentence, wish: Wish, chosen: Selection) -> Piece | None:
    """What a vague wish ("can you fix it?") points to: the words before it, or the last sentence that shows something."""
    before = sentence.text[: wish.start]
    if wish.frame is not Frame.IMPERATIVE and wish.start > 25:
        head = re.split(
            r"[,;.\-\u2013?!]\s+(?=[^,;?!]*$)|\s+(?=(?:can|could|would|will|please|any chance)\b[^,]*$)", before
        )[0]
        low = head.lower()
        shows = len(sentence.low) - wish.start < _BARE or _PICTURED.search(low)
        if 3 <= len(low.split()) <= 24 and (shows or not DEFECTS.isdisjoint(low.split())):
            return Piece(_BREAK.sub("", head), content(low), sentence.part, sentence.marker)
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


def _repeated(stems: frozenset[str], chosen: Selection, *, vague: bool) -> bool:
    """Was this said before? A shorter saying of the same, kept earlier, gives way to the fuller one."""
    said: frozenset[str] = frozenset().union(*(piece.stems for piece in chosen.kept))
    if chosen.kept and (stems or chosen.solid) and _covers(said, stems):
        return True
    if vague and chosen.solid and len(stems - said) <= 1 and not is_vague(said):
        return True
    if not vague:
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
            marker = f"{each.marker} " if any(sign.isdigit() for sign in each.marker) else ""
            pieces.append(f"{marker}{text[0].upper()}{text[1:]}{end}")
    return " ".join(pieces)
