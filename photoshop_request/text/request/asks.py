"""Find the ask in a sentence: the edit that is asked for, and where it begins.

Most asks follow a pattern of asking ("could anyone please", "I would love it if you"). From the end of the pattern the
words are walked to the first verb that can be an edit.
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
    plain_verb,
)
from photoshop_request.text.request.ask_patterns import (
    FILLER,
    LEAD_IN,
    LIGHT_VERB_EDIT,
    NO_EDIT,
    NOUN_FOLLOWERS,
    REQUEST_WORDS,
    STATEMENT,
    SUBJECT,
    UNKNOWN_VERB,
    funny_if_ends,
    names_picture,
    question_ends,
    wants_state,
)
from photoshop_request.text.word_patterns import word_set, word_splitter, word_starts


class AskPattern(IntEnum):
    """Pattern of an ask, the plainest first."""

    IMPERATIVE = 0
    QUESTION = 1
    PLEASE = 2
    HELP = 3
    DESIRE = 4
    STATE = 5
    """Something is wanted in a state: "I would like the wires removed"."""
    NAMED = 6
    """An edit is named beside a word of requesting."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Hold an ask and its place in the sentence."""

    start: int
    """Index of its first letter: after the pattern, or of the sentence if no verb follows the pattern."""
    pattern: AskPattern
    names_edit: bool
    """False for asks without an edit ("do something silly", "help with this")."""
    is_gerund: bool = False
    """Begins with an -ing form, to be turned into a plain verb."""


_split_words = word_splitter("'+-")
_by_position = attrgetter("start", "pattern")
_ABILITIES = word_set("skill skills skillz experience knowledge software program programs ability abilities know-how")
_MOVE_BEGINNINGS = ("take ", "get ", "turn ", "give ", "keep ", "leave ")
_NEVER_FIRST = word_set(
    "see let work come play help find have do go like even age drop lose close open wish love try bring show look mess provide pull build"
)
_AFTER_SUBJECT = word_set("is was are were would will has had or of by from")
_DETERMINERS = word_set("a an the this my his her our your some any good nice better that")
_AFTER_PHOTOSHOP_NOUN = word_set("to so but and or with at who that i for thanks")
_MAX_STEPS = 11
"""Maximum words between a pattern and its verb."""
_SENTENCE_ENDS = (". ", "? ", "! ")
_PLEASE = word_set("please pls plz kindly")
_ANYONE = word_set("you u anyone someone any some")
_ATTEMPTS = word_set("crack stab shot go try whack swing")
_DESIRE = word_set(
    "like love hoping hope wondering looking need needs needed want wants wanted wish asking asked requesting appreciate prefer"
)
_WOULD = word_set("would i'd we'd she'd he'd they'd id really")
_FIRST_VERBS = (EDIT_VERBS | (LIGHT_VERBS - LEAD_IN)) - _NEVER_FIRST
_EDIT_NAMES = EDIT_PARTICIPLES | EDIT_NOUNS
_EDIT_WORDS = EDIT_VERBS | _EDIT_NAMES | GERUNDS
_ASK_WORDS = MODALS | word_set(
    "please pls plz kindly help if anyone someone anybody somebody any some way mind care who give get take turn keep leave make use"
)
_MOVE_VERBS = word_set("get take give keep leave turn have")
_GET = word_set("get getting")
_CARRIER_VERBS = LIGHT_VERBS - word_set("help try go come")
_TRIGGER_WORDS = _PLEASE | _DESIRE | word_set("if help at hand")
"""Patterns of one word."""


def has_edit_word(words: frozenset[str]) -> bool:
    """Return True if a word could name an edit. Chit-chat without such a word holds no ask."""
    return not words.isdisjoint(_EDIT_WORDS) or not words.isdisjoint(_MOVE_VERBS)


def find_ask(lower: str, words: frozenset[str]) -> Ask | None:
    """Return the ask in a lower-case sentence, or None. `words` are its words. They are checked first."""
    if words.isdisjoint(_EDIT_WORDS):
        if words.isdisjoint(_ASK_WORDS):
            return None
        if words.isdisjoint(LIGHT_VERBS):
            return _without_known_verb(lower, words)
    tokens = _split_words(lower)
    best = _imperative(lower, tokens)
    if (best and best.names_edit) or (words.isdisjoint(DESIRES) and words.isdisjoint(MODALS)):
        return best
    asks = sorted(filter(None, _after_patterns(lower, words, tokens)), key=_by_position)
    edits = [ask for ask in asks if ask.names_edit]
    if edits:
        best = next((ask for ask in edits if ask.pattern < AskPattern.STATE), edits[0])
    elif best is None and asks:
        best = asks[0]
    if (best is None or not best.names_edit) and "to" in words and wants_state(lower):
        return Ask(0, AskPattern.STATE, names_edit=True)
    if (
        best is None
        and not words.isdisjoint(_EDIT_NAMES)
        and not words.isdisjoint(REQUEST_WORDS)
        and not STATEMENT.match(lower)
    ):
        return Ask(0, AskPattern.NAMED, names_edit=True)
    return best


def _without_known_verb(lower: str, words: frozenset[str]) -> Ask | None:
    """Return an ask without a listed verb: "could you Americanize me", "it would be funny if there was a shark"."""
    if words.isdisjoint(MODALS):
        return None
    if "if" in words and (ends := funny_if_ends(lower)):
        return Ask(ends[0], AskPattern.QUESTION, names_edit=True)
    unknown = UNKNOWN_VERB.search(lower)
    return Ask(unknown.start(1), AskPattern.QUESTION, names_edit=False) if unknown else None


def _imperative(lower: str, tokens: list[str]) -> Ask | None:
    """Return an ask that begins with its verb, after words that lead in: "remove the leaf", "also, just make it blue"."""
    for index, word in enumerate(tokens):
        if word in _FIRST_VERBS:
            after = _next(tokens, index)
            edits = word in EDIT_VERBS
            start = word_starts(lower, tokens[: index + 1])[-1]
            if NO_EDIT.match(lower, start) or (edits and (after in NOUN_FOLLOWERS or after in _AFTER_SUBJECT)):
                return None
            return Ask(
                start, AskPattern.IMPERATIVE, names_edit=edits or _light_verb_edits(lower, start, AskPattern.IMPERATIVE)
            )
        if word.endswith("ing") and index and plain_verb(word) != word:
            start = word_starts(lower, tokens[: index + 1])[-1]
            return Ask(start, AskPattern.IMPERATIVE, names_edit=True, is_gerund=True)
        if word not in LEAD_IN or index > 6:
            return None
    return None


def _after_patterns(lower: str, words: frozenset[str], tokens: list[str]) -> Iterator[Ask | None]:
    """Yield the ask after each pattern of asking, or None."""
    starts = word_starts(lower, tokens)
    for end in question_ends(lower, words, tokens, starts):
        yield _ask_after(lower, tokens, starts, bisect_left(starts, end), AskPattern.QUESTION)
    if "if" in words:
        yield from (Ask(end, AskPattern.QUESTION, names_edit=True) for end in funny_if_ends(lower))
    if _TRIGGER_WORDS.isdisjoint(tokens):
        return
    for index, word in enumerate(tokens):
        if word not in _TRIGGER_WORDS:
            continue
        before = tokens[index - 1] if index else ""
        if word in _PLEASE or (word == "if" and _next(tokens, index) in _ANYONE):
            yield _ask_after(lower, tokens, starts, index + 1 + (word == "if"), AskPattern.PLEASE)
        elif word == "help" or (word == "at" and before in _ATTEMPTS) or (word == "hand" and "ing " in lower):
            yield _ask_after(lower, tokens, starts, index + 1, AskPattern.HELP)
        elif word in _DESIRE and (word != "like" or before in _WOULD):
            yield _ask_after(lower, tokens, starts, index + 1, AskPattern.DESIRE, starts[index])


def _ask_after(
    lower: str, tokens: list[str], starts: list[int], first: int, pattern: AskPattern, pattern_start: int = -1
) -> Ask | None:
    """Walk from the end of a pattern to the first verb, and return the ask that begins there.

    `QUESTION` passes over any word, the other patterns only over `FILLER`.
    """
    pending = -1  # start of a light verb that has no edit yet
    before = ""
    has_ends = ". " in lower or "? " in lower or "! " in lower
    for index in range(first, min(len(tokens), first + _MAX_STEPS + 1)):
        word, start = tokens[index], starts[index]
        if has_ends and before and lower[start - 2 : start] in _SENTENCE_ENDS:
            break
        if word in EDIT_VERBS:
            if _is_verb(word, before, _next(tokens, index), pending):
                begin = _ask_start(lower, word, before, starts[max(0, index - 1) : index + 1], pending)
                names_edit = not NO_EDIT.match(lower, start) or _names_edit(lower[start:])
                return Ask(begin, pattern, names_edit=names_edit, is_gerund=before == "getting" and begin < start)
        elif word.endswith("ing") and word != "getting" and _is_gerund(word, before, _next(tokens, index)):
            return Ask(start, pattern, names_edit=True, is_gerund=True)
        elif pending < 0 and word in _CARRIER_VERBS:
            pending = start
        if pattern is not AskPattern.QUESTION and word not in FILLER:
            break
        before = word
    offset = starts[first] if first < len(tokens) else len(lower)
    if pending >= 0:
        return Ask(pending, pattern, names_edit=_light_verb_edits(lower, pending, pattern))
    if pattern is AskPattern.DESIRE and _names_edit(lower[offset:]):
        subject = SUBJECT.search(lower, max(0, pattern_start - 40), pattern_start)
        pattern_start = lower.rfind(" ", 0, subject.start() + 1) + 1 if subject else pattern_start
        return Ask(pattern_start if pattern_start > 14 else 0, AskPattern.STATE, names_edit="surprise" not in lower)
    return None


def _ask_start(lower: str, word: str, before: str, starts: list[int], pending: int) -> int:
    """Return where an ask with this verb begins: at "get" of "get rid", at "take" of "take her face and put it on"."""
    if before == "and" and pending >= 0 and lower.startswith(_MOVE_BEGINNINGS, pending):
        return pending
    return starts[0] if word == "rid" and before in _GET else starts[-1]


def _is_verb(word: str, before: str, after: str, pending: int) -> bool:
    """Return True if this word is used as a verb, and is the verb that the pattern leads to."""
    if before in _DETERMINERS or (pending >= 0 and word != "rid" and before not in ("and", "to")):
        return False
    return after not in NOUN_FOLLOWERS and not (word == "photoshop" and after in _AFTER_PHOTOSHOP_NOUN)


def _is_gerund(word: str, before: str, after: str) -> bool:
    """Return True if this is the -ing form of a verb, not a noun ("this drawing", "some editing skills")."""
    return before not in _DETERMINERS and after not in _ABILITIES and plain_verb(word) != word


def _next(tokens: list[str], index: int) -> str:
    return tokens[index + 1] if index + 1 < len(tokens) else ""


def _light_verb_edits(lower: str, start: int, pattern: AskPattern) -> bool:
    """Return True if a light verb ("get", "give") means an edit: an edit is named after it, or it moves an object."""
    if NO_EDIT.match(lower, start):
        return False
    return _names_edit(lower[start:]) or (
        pattern < AskPattern.DESIRE and LIGHT_VERB_EDIT.match(lower, start) is not None
    )


def _names_edit(lower: str) -> bool:
    return not _EDIT_NAMES.isdisjoint(_split_words(lower)) or names_picture(lower)
