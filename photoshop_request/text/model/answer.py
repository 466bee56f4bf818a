"""Read and check a language model's answer. An answer is used unchanged, or refused with a reason."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from photoshop_request.text import lexicon
from photoshop_request.text.language import UNKNOWN, language
from photoshop_request.text.model.prompt import RequestWords
from photoshop_request.text.usernames import username_filter
from photoshop_request.text.word_patterns import word_set

LONGEST_ANSWER = 1000
"""Characters. That is twice the 80 words that the prompt allows, even in a language with long words."""
_MIN_LENGTH_LIMIT = 240
"""Characters allowed for the shortest request: with a picture a model can spell out "fix this"."""
_SAME_WORDS = 0.5
"""Minimum fraction of an answer's specific words that come from the request. With pictures half of that suffices."""


class NoRewrite(StrEnum):
    """The reasons why a request has no rewritten instruction, counted for every run."""

    NOT_JSON = "not_json"
    WRONG_FORM = "wrong_form"
    """JSON, but not the requested object."""
    REFUSAL = "refusal"
    """The model writes about itself, or that it cannot help."""
    CUT_OFF = "cut_off"
    """The answer ends in the middle."""
    NOT_AN_EDIT_REQUEST = "not_an_edit_request"
    """The model says that the post asks for no edit."""
    EMPTY = "empty"
    TOO_LONG = "too_long"
    ADDRESS = "address"
    """The answer contains a web or mail address."""
    USER_NAME = "user_name"
    MARKUP = "markup"
    """The answer has several lines, markup, the markers of the prompt, or invisible characters."""
    OTHER_LANGUAGE = "other_language"
    OFF_TOPIC = "off_topic"
    """The answer names no edit, or objects that are not in the request."""
    REQUEST_TOO_LONG = "request_too_long"
    """Not sent."""
    SUSPICIOUS_REQUEST = "suspicious_request"
    """Not sent: the request addresses a language model rather than an editor."""
    TIMED_OUT = "timed_out"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REJECTED = "rejected"
    """The endpoint refuses the question: too long, pictures not supported, or blocked by its filter."""
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not_asked"
    """Not asked yet, or the request has changed since."""


@dataclass(frozen=True, slots=True)
class RewrittenInstruction:
    """An answer that passed all checks."""

    instruction: str
    needs_more_than_the_source: bool
    """True if the model says that the request lacks a needed photo, logo or text."""


@dataclass(frozen=True, slots=True)
class _AnswerJson:
    instruction: str
    is_edit_request: bool
    needs_more_than_the_source: bool


_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_FENCES = ("```", "```json")
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
"""Scripts without spaces between words. Each character counts as a word."""
_STEM = 4
"""Letters at the beginning of a word that are compared."""
_EDITS = lexicon.EDIT_VERBS | lexicon.EDIT_NOUNS | lexicon.EDIT_PARTICIPLES | {"give", "take"}
_COMMON = _EDITS | word_set(
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
    """Return the instruction in a model's answer, or the reason why it is refused.

    `words` is the request as sent. `is_cut` is True if the model reached its token limit. `names` are all user names of
    the thread. The model's reasoning (`<think>`) and a code fence around the JSON are skipped.
    """
    if not content or not content.strip():
        return NoRewrite.EMPTY
    text = _THOUGHT.sub("", content, count=1)
    try:
        answer = msgspec.json.decode(_without_fence(text), type=_AnswerJson)
    except msgspec.ValidationError:
        return NoRewrite.WRONG_FORM
    except (msgspec.DecodeError, UnicodeEncodeError):
        if is_cut:
            return NoRewrite.CUT_OFF
        return NoRewrite.REFUSAL if _REFUSAL.search(text) else NoRewrite.NOT_JSON
    if not answer.is_edit_request:
        return NoRewrite.NOT_AN_EDIT_REQUEST
    instruction = answer.instruction.strip()
    reason = _failed_check(instruction, words, username_filter(names), with_pictures=with_pictures)
    return reason or RewrittenInstruction(instruction, answer.needs_more_than_the_source)


def _without_fence(text: str) -> str:
    """Return the lines between two code fences, or the whole text if it is not fenced."""
    fence, _, fenced = text.strip().partition("\n")
    body = fenced.removesuffix("```")
    is_own_line = "\n" in body[len(body.rstrip()) :]
    return body if fence.rstrip() in _FENCES and fenced.endswith("```") and is_own_line else text


def _failed_check(
    instruction: str, words: RequestWords, hide_names: Callable[[str], str], *, with_pictures: bool
) -> NoRewrite | None:
    request = words.joined()
    max_length = min(LONGEST_ANSWER, max(_MIN_LENGTH_LIMIT, int(1.25 * len(request))))
    checks: tuple[tuple[NoRewrite, Callable[[], object]], ...] = (
        (NoRewrite.EMPTY, lambda: len(instruction) < 3),
        (NoRewrite.TOO_LONG, lambda: len(instruction) > max_length),
        (NoRewrite.ADDRESS, lambda: _ADDRESS.search(instruction)),
        (NoRewrite.USER_NAME, lambda: _USER.search(instruction) or hide_names(instruction) != instruction),
        (NoRewrite.MARKUP, lambda: _MARKUP.search(instruction)),
        (NoRewrite.REFUSAL, lambda: _REFUSAL.search(instruction)),
        (NoRewrite.OTHER_LANGUAGE, lambda: _languages_differ(request, instruction)),
        (NoRewrite.OFF_TOPIC, lambda: not _is_on_topic(request, instruction, with_pictures=with_pictures)),
    )
    return next((reason for reason, fails in checks if fails()), None)


def _languages_differ(request: str, instruction: str) -> bool:
    """Return True if both languages are known and differ. Short instructions do not count."""
    if len(instruction.split()) < 6:
        return False
    languages = {language(request[:600]), language(instruction)}
    return len(languages) == 2 and UNKNOWN not in languages


def _is_on_topic(request: str, instruction: str, *, with_pictures: bool) -> bool:
    if instruction.isascii() and language(request[:600]) == "en" and not _names_edit(instruction):
        return False
    specific = _stems(instruction) - _COMMON_STEMS
    min_share = _SAME_WORDS / 2 if with_pictures else _SAME_WORDS
    return len(specific & _stems(request)) >= min_share * len(specific)


def _names_edit(instruction: str) -> bool:
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", instruction.lower())
    return any(
        not _EDITS.isdisjoint((word, word.removesuffix("ing"), word.removesuffix("ing") + "e", word.removesuffix("s")))
        for word in words
    )


def _stems(text: str) -> frozenset[str]:
    lower = text.lower()
    return frozenset([word[:_STEM] for word in _WORD.findall(lower)] + _SIGN.findall(lower))
