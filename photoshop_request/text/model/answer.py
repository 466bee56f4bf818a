"""What a language model answered: read, checked, and refused for a named reason where it does not stay on the request.

Nothing is repaired: an answer is used as it is or not at all.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from photoshop_request.text import lexicon
from photoshop_request.text.language import UNKNOWN, language
from photoshop_request.text.model.prompt import RequestWords
from photoshop_request.text.usernames import username_pattern

__all__ = ["LONGEST_ANSWER", "NoRewrite", "RewrittenInstruction", "read_answer"]

LONGEST_ANSWER = 1000
"""Characters: twice the 80 words that the prompt allows, in a wordy language."""
_SHORT = 240
"""Characters that even the shortest request may be given: a picture lets "fix this" be spelt out."""
_SAME_WORDS = 0.5
"""Share of an answer's telling words that must come from the request; with pictures half of that."""


class NoRewrite(StrEnum):
    """Why a request has no rewritten instruction: the closed list, counted for every run."""

    NOT_JSON = "not_json"
    WRONG_FORM = "wrong_form"
    """JSON, but not the object that was asked for."""
    REFUSAL = "refusal"
    """The model talks about itself, or says that it cannot help."""
    CUT_OFF = "cut_off"
    """The answer ends in the middle."""
    NOT_AN_EDIT_REQUEST = "not_an_edit_request"
    """The model says that nobody is asked to edit a picture."""
    EMPTY = "empty"
    TOO_LONG = "too_long"
    ADDRESS = "address"
    """Holds a web or mail address."""
    USER_NAME = "user_name"
    MARKUP = "markup"
    """Several lines, markup, the fence of the prompt, or signs that cannot be seen."""
    OTHER_LANGUAGE = "other_language"
    OFF_TOPIC = "off_topic"
    """Names no edit, or speaks of what the request does not."""
    REQUEST_TOO_LONG = "request_too_long"
    """Not sent."""
    SUSPICIOUS_REQUEST = "suspicious_request"
    """Not sent: speaks to a language model rather than to an editor."""
    TIMED_OUT = "timed_out"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REJECTED = "rejected"
    """The endpoint does not take the question: too long for the model, no pictures, blocked by its own filter."""
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not_asked"
    """Not asked yet, or not in these words."""


@dataclass(frozen=True, slots=True)
class RewrittenInstruction:
    """An answer that may be used."""

    instruction: str
    needs_more_than_the_source: bool
    """The model's word: another photo, a logo or a text is needed that the request does not hold."""


@dataclass(frozen=True, slots=True)
class _Answer:
    instruction: str
    is_edit_request: bool
    needs_more_than_the_source: bool


_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"^\s*```(?:json)?\s*\n(.*)\n\s*```\s*$", re.DOTALL)
_ADDRESS = re.compile(
    r"https?:|www\.|\w@\w|\b[\w-]+\.(?:com|net|org|io|co|gg|ly|me|ai|app|dev|xyz|info|ru|uk|de)\b", re.IGNORECASE
)
_USER = re.compile(r"(?<!\w)(?:/?[ur]/\w|@\w{2})")
_MARKUP = re.compile(r"[\n\r\t`\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|<<<|>>>|\*\*|</?\w+>|\]\(")
_REFUSAL = re.compile(
    r"^\W*(?:i|we)\b.{0,12}\b(?:sorry|unable|can ?not|can't|won't|not able|decline|apologi[sz]e)\b"
    r"|^\W*(?:sorry|unfortunately|apologies)\b"
    r"|\b(?:as an ai|language model|ai assistant|my (?:guidelines|instructions|rules|programming))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that put no spaces between words: each sign counts as a word."""
_STEM = 4
_EDITS = lexicon.EDIT_VERBS | lexicon.EDIT_NOUNS | lexicon.EDIT_PARTICIPLES | {"give", "take"}
_COMMON = _EDITS | lexicon.words_of(
    "picture photo image person people woman background foreground subject face natural realistic original unchanged "
    "quality same rest left right middle centre center front behind visible entire whole while keep keeping using with "
    "from that this into them they their appear look make instead only light other without area"
)
_COMMON_STEMS = frozenset(word[:_STEM] for word in _COMMON)


def read_answer(
    content: str | None,
    words: RequestWords,
    *,
    is_cut: bool = False,
    with_pictures: bool = False,
    names: Iterable[str] = (),
) -> RewrittenInstruction | NoRewrite:
    """The rewrite that a model's answer holds, or why it is not used.

    `words` is what was asked, `is_cut` whether the model ran into its limit of tokens, `names` are those of everybody
    in the thread. A model's thoughts (`<think>`) and a fence of code around the JSON are passed over.
    """
    if not content or not content.strip():
        return NoRewrite.EMPTY
    text = _THOUGHT.sub("", content, count=1)
    fenced = _FENCED.match(text)
    try:
        answer = msgspec.json.decode(fenced.group(1) if fenced else text, type=_Answer)
    except msgspec.ValidationError:
        return NoRewrite.WRONG_FORM
    except (msgspec.DecodeError, UnicodeEncodeError):
        if is_cut:
            return NoRewrite.CUT_OFF
        return NoRewrite.REFUSAL if _REFUSAL.search(text) else NoRewrite.NOT_JSON
    if not answer.is_edit_request:
        return NoRewrite.NOT_AN_EDIT_REQUEST
    instruction = answer.instruction.strip()
    reason = _fault(instruction, words, username_pattern(names), with_pictures=with_pictures)
    return reason or RewrittenInstruction(instruction, answer.needs_more_than_the_source)


def _fault(
    instruction: str, words: RequestWords, names: re.Pattern[str] | None, *, with_pictures: bool
) -> NoRewrite | None:
    asked = words.joined()
    longest = min(LONGEST_ANSWER, max(_SHORT, int(1.25 * len(asked))))
    checks: tuple[tuple[NoRewrite, Callable[[], object]], ...] = (
        (NoRewrite.EMPTY, lambda: len(instruction) < 3),
        (NoRewrite.TOO_LONG, lambda: len(instruction) > longest),
        (NoRewrite.ADDRESS, lambda: _ADDRESS.search(instruction)),
        (NoRewrite.USER_NAME, lambda: _USER.search(instruction) or (names and names.search(instruction))),
        (NoRewrite.MARKUP, lambda: _MARKUP.search(instruction)),
        (NoRewrite.REFUSAL, lambda: _REFUSAL.search(instruction)),
        (NoRewrite.OTHER_LANGUAGE, lambda: _languages_differ(asked, instruction)),
        (NoRewrite.OFF_TOPIC, lambda: not _is_on_topic(asked, instruction, with_pictures=with_pictures)),
    )
    return next((reason for reason, fails in checks if fails()), None)


def _languages_differ(asked: str, instruction: str) -> bool:
    """Only where both are long enough to tell."""
    if len(instruction.split()) < 6:
        return False
    languages = {language(asked[:600]), language(instruction)}
    return len(languages) == 2 and UNKNOWN not in languages


def _is_on_topic(asked: str, instruction: str, *, with_pictures: bool) -> bool:
    said = _stems(instruction)
    if instruction.isascii() and language(asked[:600]) == "en" and not _names_an_edit(instruction):
        return False
    telling = said - _COMMON_STEMS
    if not telling:
        return True
    least = _SAME_WORDS / 2 if with_pictures else _SAME_WORDS
    return len(telling & _stems(asked)) >= least * len(telling)


def _names_an_edit(instruction: str) -> bool:
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", instruction.lower())
    return any(
        not _EDITS.isdisjoint((word, word.removesuffix("ing"), word.removesuffix("ing") + "e", word.removesuffix("s")))
        for word in words
    )


def _stems(text: str) -> frozenset[str]:
    low = text.lower()
    return frozenset([word[:_STEM] for word in _WORD.findall(low)] + _SIGN.findall(low))
