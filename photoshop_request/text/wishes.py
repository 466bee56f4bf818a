"""Does a sentence wish for an edit, and where does the wish begin?

A frame is the way of asking ("could anyone please", "I would love it if you"): the wish is what follows it. Frames are
found by pattern, then words are walked to the first verb that can be a wish.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photoshop_request.text.lexicon import (
    DESIRES,
    EDIT_NOUNS,
    EDIT_PARTICIPLES,
    EDIT_VERBS,
    LIGHT_VERBS,
    MODALS,
    VERBS,
    words_of,
)

__all__ = ["Wish", "find_wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Where in its sentence the wish lies."""

    start: int
    """First letter of the wish: after the frame, or that of the frame where nothing can be cut."""
    framed: bool
    """A frame before it was recognised and ends at `start`."""
    solid: bool
    """Names an edit; otherwise it only asks for something ("do something silly", "help with this")."""
    gerund: bool = False
    """Begins with an -ing form that has to become a plain verb."""
    frame_start: int = 0


_WORD = re.compile(r"[a-z0-9'+-]+")
_WHO = r"(?:any\s?(?:one|body)|some\s?(?:one|body)|sombody|somone|(?:any|some|one) of|you(?:'d|'ll)?|u|ya|y'?all|reddit(?:ors)?|people|an?|the|some|any)"
_ASK = re.compile(
    rf"\b(?:can|could|would|will|may|might|cud|cld)(?:n't)?\s+(?:(?:please|possibly|maybe|pretty|also|perhaps|plz|pls)\s+)*(?:(?:it|there) be (?:possible|any \w+)|(?:{_WHO}|i|we)\b)"
    rf"|\b(?:if|that|wondering|hoping|think|appreciate|love|like|want|need|for|looking for|way|chance)\s+(?:{_WHO})\b(?=(?:\s+[\w'-]+){{0,6}}?\s+(?:can|could|would|might|will|able|to|wants?|please|has|have)\b)"
    r"|\b(?:is|are|was|be) (?:it|there) (?:at all )?(?:possible|any ?way|a way|any chance|any\s?one|some\s?one)\b|\bany ?(?:way|chance) (?:to|you|some|any|of|that|this)\b"
    r"|\bhow (?:hard|difficult) would it be\b|\b(?:who|whoever) (?:can|could|wants? to|would)\b|\bcare to\b"
)
_PLEASE = re.compile(r"\b(?:please|pls|plz|kindly)\b")
_HELP = re.compile(
    r"\b(?:need(?:ing|s|ed)?|want|help|looking for|like|use) (?:some |a little |your |a )?(?:help|hand|assistance)\b|\bhelp\b|\b(?:crack|stab|shot|go|try|whack|swing) at\b"
)
_DESIRE = re.compile(
    r"\b(?:i|we|she|he|they|my \w+|who|and|but|all)?(?:\s|'|\b)(?:(?:'?d|would|'?m|am|is|are|was|were|do|really|just|also|simply|only|absolutely|be|have|'?ve|been|kinda|basically|\w+ly)\s+)*"
    r"(?:like|love|hoping|hope|wondering|looking|need|needs|needed|want|wants|wanted|wish|trying|asking|requesting|request|rather|appreciate|prefer)\b(?!\s+(?:a lot of )?help\b)"
)
_FILLER = words_of(
    "it if that for to someone somebody anyone anybody some any one body you u guys of could can would might will be able please pls plz reddit is was "
    "there way help helping get getting have having had people who also just maybe possibly perhaps kindly simply really me us out and with by in at "
    "a crack stab shot go try whack swing here else kind enough so willing nice possible like love take give i we your skills magic photoshop use using "
    "on making could've do i'd all y'all ya everyone here's redditors chance hand too them him her see"
)
_NOT_A_VERB_BEFORE = words_of(
    "user users wizard wizards genius geniuses guru gurus master masters pro pros expert experts skill skills people guys god gods artist artists ninja "
    "ninjas magic folks person whiz savvy skillz guy editor editors enthusiast enthusiasts junkie work request requests wiz badass hero heroes community "
    "talent talents though if better"
)
_LEAD = words_of(
    "so just also and then basically maybe please pls plz kindly simply perhaps but or possibly to need needing help me us looking trying want wanting "
    "first second third lastly finally next secondly only ok okay try request requesting bonus if possible well hey hi reddit guys urgent "
    "ideally preferably"
)
_NO_START = words_of(
    "see let work come play help find have do go like even age drop lose close open wish love try bring"
)
_NOUNISH_NEXT = words_of("is was are were would will has had and or of 's by from")
_HOLLOW = re.compile(
    r"make (?:my|her|his|our|their|someone's|the)\b(?: \w+)?(?: \w+)? (?:day|week|year|life|christmas|happy|smile|cry|laugh|birthday)\b|make (?:it|this) (?:happen|work|up to)\b|make (?:a|me) (?:difference|so happy|happy|very happy)|give (?:it|this|that|these) (?:a )?(?:try|shot|go|stab|crack|whirl)\b|take (?:a )?(?:look|credit|care|pictures?|a picture|the time)|print|frame|show (?:it|them|her|him) (?:to|off)|hang|put (?:it|this|them) (?:on|up|in) (?:my|a|the|our|his|her) (?:wall|frame|mantel|desk|facebook)|give (?:\w+ )+(?:gift|present|copy|print|gold|surprise|credit)|give (?:it|this|them|these) to|bring (?:a )?(?:smile|joy|tears)"
)
_LONGEST_WALK = 9


def find_wish(low: str, words: frozenset[str]) -> Wish | None:
    """The wish in a lower-case sentence, or None. `words` are the sentence's words (a quick way out)."""
    verbs = not words.isdisjoint(VERBS)
    named = not words.isdisjoint(EDIT_PARTICIPLES) or not words.isdisjoint(EDIT_NOUNS)
    asks = not words.isdisjoint(DESIRES) or not words.isdisjoint(MODALS)
    if not (verbs or named) and not (asks and "ing" in low):
        return None
    best: Wish | None = _imperative(low) if verbs else None
    if best and best.solid:
        return best
    if asks:
        found = sorted(_framed(low, words), key=lambda wish: wish.start)
        solid = next((wish for wish in found if wish.solid), None)
        best = solid or best or (found[0] if found else None)
        if best is None and named:
            best = Wish(0, framed=False, solid=True)
    return best


def _imperative(low: str) -> Wish | None:
    """ "Remove the leaf", "Also, just make it blue": a verb at the beginning, after words that only lead in."""
    for count, found in enumerate(_WORD.finditer(low)):
        word = found.group()
        if word in EDIT_VERBS and word not in _NO_START:
            following = _WORD.search(low, found.end())
            if following and (following.group() in _NOT_A_VERB_BEFORE or following.group() in _NOUNISH_NEXT):
                return None
            if _HOLLOW.match(low, found.start()):
                return None
            return Wish(found.start(), framed=found.start() > 0, solid=True)
        if word in LIGHT_VERBS and word not in _NO_START and word not in _LEAD:
            return Wish(found.start(), framed=found.start() > 0, solid=False)
        if word.endswith("ing") and count and (plain := plain_verb(word)) in EDIT_VERBS and plain != word:
            return Wish(found.start(), framed=True, solid=True, gerund=True)
        if word not in _LEAD or count > 6:
            return None
    return None


def _framed(low: str, words: frozenset[str]) -> Iterator[Wish]:
    """Every wish behind a frame."""
    if (
        not words.isdisjoint(MODALS)
        or "any" in low
        or "possible" in words
        or "who" in low
        or "way" in words
        or "care" in words
        or "for" in words
        or "if" in words
    ):
        for found in _ASK.finditer(low):
            yield from _walk(low, found, strict=False)
    if not words.isdisjoint({"please", "pls", "plz", "kindly"}):
        for found in _PLEASE.finditer(low):
            yield from _walk(low, found, strict=True)
    if "help" in low or " at " in low:
        for found in _HELP.finditer(low):
            yield from _walk(low, found, strict=True)
    for found in _DESIRE.finditer(low):
        yield from _walk(low, found, strict=True)


def _walk(low: str, frame: re.Match[str], *, strict: bool) -> Iterator[Wish]:
    """From the end of a frame to the first verb. A strict walk passes over nothing but words of asking."""
    passed = 0
    pending: int | None = None
    for found in _WORD.finditer(low, frame.end()):
        word = found.group()
        gap = low[found.start() - 1 : found.start()] if found.start() else ""
        if word in EDIT_VERBS:
            following = _WORD.search(low, found.end())
            if not (following and following.group() in _NOT_A_VERB_BEFORE):
                hollow = _HOLLOW.match(low, found.start()) is not None
                yield Wish(found.start(), framed=True, solid=not hollow, frame_start=frame.start())
                return
        elif word.endswith("ing") and plain_verb(word) in EDIT_VERBS:
            yield Wish(found.start(), framed=True, solid=True, gerund=True, frame_start=frame.start())
            return
        elif word in LIGHT_VERBS and word not in _FILLER:
            yield Wish(found.start(), framed=True, solid=_names_edit(low[found.end() :]), frame_start=frame.start())
            return
        elif word in ("have", "get", "take", "give", "use", "do", "see") and pending is None:
            pending = found.start()
        if strict and word not in _FILLER:
            break
        passed += 1
        if passed > _LONGEST_WALK or gap in ".?!":
            break
    rest = low[frame.end() :]
    if pending is not None:
        yield Wish(pending, framed=True, solid=_names_edit(rest), frame_start=frame.start())
    elif _names_edit(rest):
        yield Wish(
            frame.start() + len(frame.group()) - len(frame.group().lstrip(" '")),
            framed=False,
            solid=True,
            frame_start=frame.start(),
        )


def _names_edit(low: str) -> bool:
    words = _WORD.findall(low)
    return any(word in EDIT_PARTICIPLES or word in EDIT_NOUNS for word in words)


_DOUBLED_ING = re.compile(r"([bdgmnprt])\1ing$")


def plain_verb(gerund: str) -> str:
    """ "removing" -> "remove", "cropping" -> "crop"; the word itself when no known verb fits."""
    stem = gerund[:-3]
    for verb in (stem, stem + "e", _DOUBLED_ING.sub(r"\1", gerund)):
        if verb in EDIT_VERBS:
            return verb
    return gerund
