"""Does a sentence wish for an edit, and where does the wish begin?

A frame is the way of asking ("could anyone please", "I would love it if you"): the wish is what follows it. Frames are
found by pattern, then words are walked to the first verb that can be a wish.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter

from photoshop_request.text.lexicon import (
    DESIRES,
    EDIT_NOUNS,
    EDIT_PARTICIPLES,
    EDIT_VERBS,
    GERUNDS,
    LIGHT_VERBS,
    MODALS,
    words_of,
)
from photoshop_request.text.request.ask_patterns import (
    GIVES,
    HOLLOW,
    SUBJECT,
    TOLD,
    UNKNOWN_VERB,
    WISHING,
    ends_of_asking,
    ends_of_funny,
    names_picture,
    wants_state,
)
from photoshop_request.text.words import splitter, starts_of

__all__ = ["Frame", "Wish", "cannot_wish", "find_wish", "plain_verb"]


class Frame(IntEnum):
    """How it is asked, the plainest first."""

    IMPERATIVE = 0
    ASK = 1
    PLEASE = 2
    HELP = 3
    DESIRE = 4
    STATE = 5
    """A thing is wanted in a state: "I would like the wires removed"."""
    NONE = 6
    """An edit is named beside a word of wishing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where in its sentence the wish lies."""

    start: int
    """First letter of the wish: after the frame, or of the sentence where no verb follows the frame."""
    frame: Frame
    solid: bool
    """Names an edit; otherwise it only asks for something ("do something silly", "help with this")."""
    gerund: bool = False
    """Begins with an -ing form that has to become a plain verb."""


_words = splitter("'+-")
_plainest = attrgetter("start", "frame")
_FILLER = words_of(
    "it if that for to someone somebody anyone anybody some any one body you u guys of could can would might will be able please pls plz reddit is was "
    "there way help helping get getting have having had people who also just maybe possibly perhaps kindly simply really me us out and with by in at "
    "a crack stab shot go try whack swing here else kind enough so willing nice possible like love take give i we your skills magic photoshop use using "
    "on making i'd all y'all ya everyone redditors chance hand too them him her see somehow both best work do play show let keep leave look find"
)
_NOT_A_VERB_BEFORE = words_of(
    "user users wizard wizards genius geniuses guru gurus master masters pro pros expert experts skill skills people guys god gods artist artists ninja "
    "ninjas magic folks person whiz savvy skillz guy editor editors enthusiast enthusiasts junkie work request requests wiz badass hero heroes community "
    "talent talents better help needed wanted"
)
_SKILLS = words_of("skill skills skillz experience knowledge software program programs ability abilities know-how")
_MOVES = ("take ", "get ", "turn ", "give ", "keep ", "leave ")
_LEAD = words_of(
    "so just also and then basically maybe please pls plz kindly simply perhaps but or possibly to need needs needing help me us looking trying want wanting "
    "even first second third lastly finally next secondly only ok okay try request requesting bonus if possible well hey hi reddit guys urgent ideally "
    "preferably someone somebody anyone hello"
)
_NO_START = words_of(
    "see let work come play help find have do go like even age drop lose close open wish love try bring show look mess provide pull build"
)
_NOUNISH_NEXT = words_of("is was are were would will has had or of by from")
_DETERMINERS = words_of("a an the this my his her our your some any good nice better that")
_NOT_PHOTOSHOPPED = words_of("to so but and or with at who that i for thanks")
_LONGEST_WALK = 11
_STOPS = (". ", "? ", "! ")
_PLEASE = words_of("please pls plz kindly")
_ANYONE = words_of("you u anyone someone any some")
_TRIES = words_of("crack stab shot go try whack swing")
_DESIRE = words_of(
    "like love hoping hope wondering looking need needs needed want wants wanted wish asking asked requesting appreciate prefer"
)
_WOULD = words_of("would i'd we'd she'd he'd they'd id really")
_STARTERS = (EDIT_VERBS | (LIGHT_VERBS - _LEAD)) - _NO_START
_NAMES = EDIT_PARTICIPLES | EDIT_NOUNS
_EDIT_WORDS = EDIT_VERBS | _NAMES | GERUNDS
_ASKING = MODALS | words_of(
    "please pls plz kindly help if anyone someone anybody somebody any some way mind care who give get take turn keep leave make use"
)
_MOVING = words_of("get take give keep leave turn have")
_GET = words_of("get getting")
_CARRIERS = LIGHT_VERBS - words_of("help try go come")
_CUES = _PLEASE | _DESIRE | words_of("if help at hand")
"""What begins a frame that is one word long."""


def cannot_wish(words: frozenset[str]) -> bool:
    """Is there no word in a sentence that could name an edit? Then what is noise need not be looked at for a wish."""
    return words.isdisjoint(_EDIT_WORDS) and words.isdisjoint(_MOVING)


def find_wish(low: str, words: frozenset[str]) -> Wish | None:
    """The wish in a lower-case sentence, or None. `words` are the sentence's words (a quick way out)."""
    edits = not words.isdisjoint(_EDIT_WORDS)
    if not edits and words.isdisjoint(_ASKING):
        return None
    if not edits and words.isdisjoint(LIGHT_VERBS):
        return _without_known_verb(low, words)
    tokens = _words(low)
    best = _imperative(low, tokens)
    if (best and best.solid) or (words.isdisjoint(DESIRES) and words.isdisjoint(MODALS)):
        return best
    found = list(_framed(low, words, tokens))
    if found:
        found.sort(key=_plainest)
        solid = [wish for wish in found if wish.solid]
        best = next((wish for wish in solid if wish.frame < Frame.STATE), solid[0]) if solid else best or found[0]
    if (best is None or not best.solid) and "to" in words and wants_state(low):
        return Wish(0, Frame.STATE, solid=True)
    if best is None and not words.isdisjoint(_NAMES) and not words.isdisjoint(WISHING) and not TOLD.match(low):
        return Wish(0, Frame.NONE, solid=True)
    return best


def _without_known_verb(low: str, words: frozenset[str]) -> Wish | None:
    """Asked for without a verb of the lexicon: "could you Americanize me", "it would be funny if there was a shark"."""
    if words.isdisjoint(MODALS):
        return None
    funny = ends_of_funny(low) if "if" in words else []
    if funny:
        return Wish(funny[0], Frame.ASK, solid=True)
    unknown = UNKNOWN_VERB.search(low)
    return Wish(unknown.start(1), Frame.ASK, solid=False) if unknown else None


def _imperative(low: str, tokens: list[str]) -> Wish | None:
    """A verb at the beginning, after words that only lead in: "remove the leaf", "also, just make it blue"."""
    for count, word in enumerate(tokens):
        if word in _STARTERS:
            after = _next(tokens, count)
            edits = word in EDIT_VERBS
            start = starts_of(low, tokens[: count + 1])[-1]
            if HOLLOW.match(low, start) or (edits and (after in _NOT_A_VERB_BEFORE or after in _NOUNISH_NEXT)):
                return None
            return Wish(start, Frame.IMPERATIVE, solid=edits or _light_is_solid(low, start, Frame.IMPERATIVE))
        if word.endswith("ing") and count and plain_verb(word) != word:
            start = starts_of(low, tokens[: count + 1])[-1]
            return Wish(start, Frame.IMPERATIVE, solid=True, gerund=True)
        if word not in _LEAD or count > 6:
            return None
    return None


def _framed(low: str, words: frozenset[str], tokens: list[str]) -> Iterator[Wish]:
    """Every wish behind a frame."""
    starts = starts_of(low, tokens)
    for end in ends_of_asking(low, words, tokens, starts):
        yield from _walk(low, tokens, starts, bisect_left(starts, end), Frame.ASK)
    if "if" in words:
        yield from (Wish(end, Frame.ASK, solid=True) for end in ends_of_funny(low))
    if _CUES.isdisjoint(tokens):
        return
    for count, word in enumerate(tokens):
        if word not in _CUES:
            continue
        before = tokens[count - 1] if count else ""
        if word in _PLEASE or (word == "if" and _next(tokens, count) in _ANYONE):
            yield from _walk(low, tokens, starts, count + 1 + (word == "if"), Frame.PLEASE)
        elif word == "help" or (word == "at" and before in _TRIES) or (word == "hand" and "ing " in low):
            yield from _walk(low, tokens, starts, count + 1, Frame.HELP)
        elif word in _DESIRE and (word != "like" or before in _WOULD):
            yield from _walk(low, tokens, starts, count + 1, Frame.DESIRE, starts[count])


def _walk(
    low: str, tokens: list[str], starts: list[int], first: int, frame: Frame, frame_start: int = -1
) -> Iterator[Wish]:
    """From the end of a frame to the first verb. Only ASK passes over any word; others over words of asking alone."""
    pending = -1
    before = ""
    stops = ". " in low or "? " in low or "! " in low
    for count in range(first, min(len(tokens), first + _LONGEST_WALK + 1)):
        word, start = tokens[count], starts[count]
        if stops and before and low[start - 2 : start] in _STOPS:
            break
        if word in EDIT_VERBS:
            if _is_verb(word, before, _next(tokens, count), pending):
                begin = _begin(low, word, before, starts[max(0, count - 1) : count + 1], pending)
                solid = not HOLLOW.match(low, start) or _names_edit(low[start:])
                yield Wish(begin, frame, solid=solid, gerund=before == "getting" and begin < start)
                return
        elif word.endswith("ing") and word != "getting" and _is_gerund(word, before, _next(tokens, count)):
            yield Wish(start, frame, solid=True, gerund=True)
            return
        elif pending < 0 and word in _CARRIERS:
            pending = start
        if frame is not Frame.ASK and word not in _FILLER:
            break
        before = word
    offset = starts[first] if first < len(tokens) else len(low)
    if pending >= 0:
        yield Wish(pending, frame, solid=_light_is_solid(low, pending, frame))
    elif frame is Frame.DESIRE and _names_edit(low[offset:]):
        subject = SUBJECT.search(low, max(0, frame_start - 40), frame_start)
        frame_start = low.rfind(" ", 0, subject.start() + 1) + 1 if subject else frame_start
        yield Wish(frame_start if frame_start > 14 else 0, Frame.STATE, solid="surprise" not in low)


def _begin(low: str, word: str, before: str, starts: list[int], pending: int) -> int:
    """Where a wish with this verb begins: at "get" of "get rid", at "take" of "take her face and put it on mine"."""
    if before == "and" and pending >= 0 and low.startswith(_MOVES, pending):
        return pending
    return starts[0] if word == "rid" and before in _GET else starts[-1]


def _is_verb(word: str, before: str, after: str, pending: int) -> bool:
    """Is this word a verb where it stands, and the one that the frame leads to?"""
    if before in _DETERMINERS or (pending >= 0 and word != "rid" and before not in ("and", "to")):
        return False
    return after not in _NOT_A_VERB_BEFORE and not (word == "photoshop" and after in _NOT_PHOTOSHOPPED)


def _is_gerund(word: str, before: str, after: str) -> bool:
    """Is this the -ing form of a verb, and no thing ("this drawing", "some editing skills")?"""
    return before not in _DETERMINERS and after not in _SKILLS and plain_verb(word) != word


def _next(tokens: list[str], count: int) -> str:
    return tokens[count + 1] if count + 1 < len(tokens) else ""


def _light_is_solid(low: str, start: int, frame: Frame) -> bool:
    """Does a light verb ("get", "give", "have") carry an edit: one that is named after it, or an object that it moves?"""
    if HOLLOW.match(low, start):
        return False
    return _names_edit(low[start:]) or (frame < Frame.DESIRE and GIVES.match(low, start) is not None)


def _names_edit(low: str) -> bool:
    return not _NAMES.isdisjoint(_words(low)) or names_picture(low)


def plain_verb(gerund: str) -> str:
    """The verb of an -ing form ("removing" -> "remove", "cropping" -> "crop"), or the word itself if none is known."""
    if gerund == "getting":
        return "get"
    stem = gerund[:-3]
    shorter = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    for verb in (stem, stem + "e", shorter):
        if verb in EDIT_VERBS and verb != gerund:
            return verb
    return gerund
