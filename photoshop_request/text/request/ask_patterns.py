"""The ways of asking, as patterns: what stands before a wish, and what looks like a wish and is none."""

import re
from dataclasses import dataclass

from photoshop_request.text.cues import has_part
from photoshop_request.text.lexicon import MODALS, either, words_of
from photoshop_request.text.words import splitter, starts_of

__all__ = [
    "GIVES",
    "HOLLOW",
    "SUBJECT",
    "TOLD",
    "UNKNOWN_VERB",
    "WISHING",
    "ends_of_asking",
    "ends_of_funny",
    "names_picture",
    "wants_state",
]


@dataclass(frozen=True, slots=True)
class _Ask:
    """A question to the editors ("could anyone", "if somebody can")."""

    cues: frozenset[str]
    """Words of which one stands in the sentence."""
    first: frozenset[str]
    """Bare words (see `bare_words`) with one of which the pattern begins."""
    pattern: re.Pattern[str]


_PICTURE_OF = re.compile(
    r"\b(?:a|an|another|some|this) (?:\w+ ){0,3}(?:picture|photo|pic|image|version|drawing|poster|design)s? (?:of|with|where|like)\b"
)
_WHO = r"(?:any\s?(?:one|body)|some\s?(?:one|body)|sombody|somone|(?:any|some|one) of|you(?:'d|'ll)?|u|ya|y'?all|reddit(?:ors)?|people|an?|the|some|any)"
_ASK = re.compile(
    rf"\b(?:can|could|would|will|may|might|cud|cld)(?:n't)?\s+(?:(?:please|possibly|maybe|pretty|also|perhaps|plz|pls)\s+)*(?:(?:it|there) be (?:possible|any \w+)|(?:{_WHO}|i|we)\b)"
)
_ASK_IF = re.compile(
    rf"\b(?:if|that|wondering|hoping|think|appreciate|love|like|want|need|for|chance|there|grateful to|thankful to)\s+(?:(?:maybe|perhaps|possibly)\s+)?(?:(?:{_WHO})\b(?=(?:\s+[\w'-]+){{0,8}}?\s+(?:can|could|would|might|will|able|to|wants?|please|has|have|who)\b)|(?:i|we) (?:can|could)\b)"
)
_ASK_WHO = re.compile(
    r"\b(?:(?:great|awesome|nice|cool|amazing|fantastic|incredible|wonderful|love|like|perfect) to (?=have|get|see)"
    r"|(?:is|are|was|be) (?:it|there) (?:at all )?(?:possible|any ?way|a way|any chance|any\s?one|some\s?one)\b|any ?(?:way|chance) (?:to|you|some|any|of|that|this)\b"
    r"|how (?:hard|difficult) would it be\b|(?:(?:any|some)\s?(?:one|body)|person|people|one) (?:who|that) (?:can|could|will|wants?|is|would|takes?|took)\b|(?:any|some)(?:\s?(?:one|body)| of you)(?: \w+){0,3}? (?:mind|up for|willing|want|wanna|interested|care|fancy|down|feel like|who|that)\b|(?:would|do) you mind\b|(?:who|whoever) (?:can|could|wants? to|would)\b|any \w+ (?:willing|able) to\b|care to\b|possible (?:for (?:some|any)one )?to\b)"
)
_FUNNY_IF = re.compile(
    r"\b(?:funny|cool|great|awesome|nice|hilarious|amazing|fun|epic) if (?=(?:there|the|he|she|it|they|we|my|his|her)\b)"
)
SUBJECT = re.compile(
    r"(?:\b(?:i|we|she|he|they|who|and|but|all)\b\s?)?(?:'?(?:d|m|ve)\s+)?(?:(?:would|am|is|are|was|were|do|really|just|also|simply|only|absolutely|be|have|been|kinda|basically|[a-z]+ly)\s+)*$"
)
_ASK_WHO_WORDS = words_of(
    "anyone someone anybody somebody any some who whoever care mind possible way anyway chance hard difficult great awesome nice cool "
    "amazing fantastic incredible wonderful perfect"
)
_ASK_FIRST = words_of("can could would will may might cud cld cann couldn wouldn willn mayn mightn cudn cldn")
_ASK_IF_WORDS = words_of(
    "if that wondering hoping think appreciate love like want need for chance there grateful thankful"
)
_ASK_WHO_FIRST = words_of(
    "great awesome nice cool amazing fantastic incredible wonderful love like perfect is are was be any anyway anychance how anyone anybody someone "
    "somebody some person people one would do who whoever care possible"
)
_ASKS = (
    _Ask(MODALS, _ASK_FIRST, _ASK),
    _Ask(_ASK_IF_WORDS, _ASK_IF_WORDS, _ASK_IF),
    _Ask(_ASK_WHO_WORDS, _ASK_WHO_FIRST, _ASK_WHO),
)
HOLLOW = either(
    r"make (?:my|her|his|our|their|someone's|the)\b(?: [\w']+)?(?: [\w']+)? (?:day|week|year|life|christmas|happy|smile|cry|laugh|birthday|special|holidays?|dreams?)\b",
    r"make (?:it|this) (?:happen|work|up to)\b",
    r"make (?:a|me) (?:difference|so happy|happy|very happy)",
    r"(?:make|be) sure",
    r"make sense",
    r"give (?:it|this|that|these|me|us) (?:a |some )?(?:hand|try|shot|go|stab|crack|whirl|help|advice|ideas?|tips?)\b",
    r"take on (?:this|the|it|my)\b",
    r"take (?:a )?(?:look|credit|care|pictures?|a picture|the time|your time|this request)",
    r"print",
    r"frame",
    r"show (?:it|them|her|him) (?:to|off)",
    r"hang",
    r"put (?:it|this|them) (?:on|up|in) (?:my|a|the|our|his|her) (?:wall|frame|mantel|desk|facebook)",
    r"(?:enhance|improve|practice|test|hone|use|show|sharpen) (?:your|their|my) (?:\w+ )?skills",
    r"give (?:\w+ )+(?:gift|present|copy|print|gold|surprise|credit)",
    r"give (?:it|this|them|these) to",
    r"bring (?:a )?(?:smile|joy|tears)",
    r"use (?:(?:it|these|them) (?:as|for|in|on)\b|(?:a|this|the|that) (?:\w+ )?(?:pic|photo|one|image)|(?:it|them) )",
    r"keep (?:it|them) (?:up|coming)",
)
GIVES = either(
    r"put (?:(?:it|this|them|these) )?(?:back )?together\b",
    r"(?:get|take|give|keep|leave|turn) (?!(?:this|it|these|that|them) (?:done|a (?:shot|go|try))|it\b\W*$|(?:her|him|them|my|our) (?:\w+ )?(?:something|an?|for|as|the)\b)\w+ \w",
    r"get rid",
    r"(?:have|get) .*\b(?:look|looking|out|off|removed|done|into|away)\b",
)
_WANTS_STATE = re.compile(
    r"(?:\b(?:would|i'd|we'd) (?:really )?(?:like|love|prefer)|\b(?:wants?|needs?)) (?:this|it|the|my|him|her|them|these|our|his)\b[^.?!]{0,40}\bto (?:be|look|have|say|show)\b"
)
UNKNOWN_VERB = re.compile(
    r"\b(?:can|could|would|will) (?:any\s?one|some\s?one|any\s?body|some\s?body|you|u)(?: guys| please| kindly| possibly| maybe| be able to)* (?!(?:tell|explain|know|please|here|out|guys|kindly|be)\b)(\w{3,}) (?=me|this|my|the|these|him|her|it|us|that|our|a|an\b)"
)
WISHING = words_of(
    "like love need needs want wants hoping hope wish looking appreciate appreciated request requesting please possible great awesome amazing nice cool "
    "wonderful perfect fantastic ideally preferably deserves should maybe perhaps possibly incredible needed"
)
TOLD = either(
    r"^\W*(?:i'm|we're|i am|we are) not",
    r"^\W*(?:i|we) (?:tried|would appreciate (?:all|any)|think i|have|had|was able|did|finished|got|made|know|don't|do not|just|can't|mean|feel|do)\b",
    r"^\W*(?:thank|thanks|wow|you guys|this sub|there (?:are|is))",
)
_ANY_FIRST = frozenset[str]().union(*(ask.first for ask in _ASKS))
_bare = splitter("")


def ends_of_asking(low: str, words: frozenset[str], tokens: list[str], starts: list[int]) -> list[int]:
    """Where each question to the editors ends. Tried at the words that begin one: far fewer places than letters."""
    if "'" in low or "-" in low or "+" in low:
        tokens = _bare(low)
        starts = starts_of(low, tokens)
    spots = [count for count, token in enumerate(tokens) if token in _ANY_FIRST]
    ends = []
    for ask in _ASKS:
        if words.isdisjoint(ask.cues):
            continue
        end = 0
        for count in spots:
            if tokens[count] in ask.first and starts[count] >= end and (found := ask.pattern.match(low, starts[count])):
                end = found.end()
                ends.append(end)
    return ends if len(ends) < 2 else list(dict.fromkeys(ends))


# Below: parts of the text of which one stands in whatever a pattern matches.
_FUNNY = (
    "funny if ",
    "cool if ",
    "great if ",
    "awesome if ",
    "nice if ",
    "hilarious if ",
    "amazing if ",
    "fun if ",
    "epic if ",
)
_TO_BE = ("to be", "to look", "to have", "to say", "to show")
_PICTURES = ("picture", "photo", "pic", "image", "version", "drawing", "poster", "design")


def ends_of_funny(low: str) -> list[int]:
    """Where each "it would be funny if" ends."""
    return [found.end() for found in _FUNNY_IF.finditer(low)] if has_part(low, _FUNNY) else []


def wants_state(low: str) -> bool:
    """Is something wanted to be, look or say something?"""
    return has_part(low, _TO_BE) and _WANTS_STATE.search(low) is not None


def names_picture(low: str) -> bool:
    """Is a picture of something named ("a photo of him without the hat")?"""
    return has_part(low, _PICTURES) and _PICTURE_OF.search(low) is not None
