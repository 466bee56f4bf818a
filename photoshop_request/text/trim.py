"""What is taken off the end and the middle of a wish, and which of its words carry content."""

import re

from photoshop_request.text.lexicon import words_of
from photoshop_request.text.noise import Rule
from photoshop_request.text.wishes import plain_verb

__all__ = ["content", "is_vague", "trim"]

_PLEASE = re.compile(
    r"[,.]?\s*\b(?:pretty please|please|pls|plz|kindly)\b(?:\s+and\s+(?:thank you|thanks))?\s*[,!]*", re.IGNORECASE
)
_THANKS = re.compile(
    r"[\s,.;:!?&(-]*\b(?:and )?(?:many |much |big |huge |tons of |a million )?(?:thanks|thank you|thank u|thx|ty|tia|cheers)\b[^.?!]*[.?!)]*\s*$"
    r"|[\s,.;!?-]*\b(?:i(?:'d| would|'ll| will)? (?:really |be (?:so |very |really |extremely |forever |eternally )?)?(?:appreciate|grateful|thankful|love you|owe)\b[^.?!]*)[.?!]*\s*$"
    r"|[\s,.;!?-]*\b(?:it|that|this)(?:'d| would) (?:really |also )?(?:be (?:so |really |very |super |much |greatly |truly |absolutely |just )?(?:great|awesome|amazing|wonderful|cool|fantastic|incredible|sweet|perfect|nice|appreciated|helpful|rad|hilarious)|mean (?:a lot|the world|so much|everything)|make my \w+)\b[^.?!]*[.?!]*\s*$",
    re.IGNORECASE,
)
_FOR_ME = re.compile(r"\s+for (?:me|us|him|her|them)\b(?=\s*(?:please|\?|\.|!|$|,))", re.IGNORECASE)
_PEOPLE = r"(?:mom|mum|mother|dad|father|grand\w+|nan|nana|wife|husband|girlfriend|boyfriend|gf|bf|fianc\w+|sister|brother|friend|friends|family|parents|son|daughter|aunt|uncle|cousin|boss|coworker|kids|roommate|buddy|sisters|brothers|mother-in-law|in-laws|niece|nephew)"
_OCCASION = r"(?:birthday|funeral|memorial|christmas|wedding|anniversary|mother'?s day|father'?s day|service|obituary|gift|present|surprise|xmas|valentine'?s day|graduation|card|keepsake|retirement|\d+\w{2} birthday)"
_PURPOSE = re.compile(
    rf"[\s,]+(?:(?:to give|and give|as a (?:\w+ )?{_OCCASION}|for) (?:(?:it )?to )?(?:(?:my|his|her|our|their|a|the|an|this|next|upcoming|\w+'s)\s+)?(?:\w+\s+){{0,2}}?(?:{_PEOPLE}|{_OCCASION})(?:'s)?(?:\s+{_OCCASION})?)(?=\s*(?:[.?!,]|$))"
    r"|[\s,]+so (?:that )?(?:i|we|she|he|they|my \w+) (?:can|could|may|might|will) (?:give|have|use|print|frame|hang|put|send|show|post|share|keep|surprise|get|finally|at least)\b[^.?!]*"
    r"|[\s,]+(?:because|cuz|cause|as) (?:i|we|my|it's|it is|it was|she|he|they)\b[^.?!,]*",
    re.IGNORECASE,
)
_INNER_FRAME = re.compile(
    r"(?<=[,.\s])(?:(?:can|could|would) (?:you|someone|anyone|somebody|anybody|u)(?: guys)?(?: also| maybe| possibly| perhaps)*|i(?:'d| would) (?:also )?(?:like|love|appreciate it) (?:for|if) (?:you|someone|anyone) (?:to|could|can)) (?=\w)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^[\s,;:.!?\-\u2013~)\]*]+|[\s,;:\-\u2013~(\[*]+$")
_SPACES = re.compile(r"\s+([,.?!;:])|\s{2,}")
_WORD = re.compile(r"[a-z0-9']+")
_STOP = words_of(
    "a an the and or of to in on is are was were be been it its it's this that these those my me i we our us you your he his him she her they them with for "
    "from at by as so if can could would will should do does did have has had just also please really very some any all up out there here into onto one "
    "picture pictures photo photos pic pics image images someone anyone somebody anybody help get make like want need love i'd i'm photoshop guys reddit "
    "possible maybe then than but not what which who how when where while because about too more much such old favorite only great best good nice "
    "passed away take taken give look looks looking thing something anything way"
)
_VAGUE_VERBS = words_of("fix help clean repair edit improve do try touch photoshop work enhance restor better")


def trim(text: str, *, gerund: bool = False) -> tuple[str, tuple[Rule, ...]]:
    """A wish without "please", thanks, occasions and reasons, and the rules that fired."""
    fired: list[Rule] = []
    short = _THANKS.sub("", text, count=1)
    if short != text:
        fired.append(Rule.TAIL)
    short = _PLEASE.sub(" ", short)
    short = _INNER_FRAME.sub("", short)
    short = _FOR_ME.sub("", short)
    bare = _PURPOSE.sub("", short)
    if bare != short and _WORD.search(bare.lower()):
        fired.append(Rule.TAIL)
        short = bare
    short = _SPACES.sub(lambda found: found.group(1) or " ", _LEADING.sub("", short)).strip()
    if short.endswith("?"):
        short = short.rstrip("?!. ") + "."
    if gerund and short:
        first, _, rest = short.partition(" ")
        short = f"{plain_verb(first.lower())} {rest}"
    return short, tuple(fired)


def content(low: str) -> frozenset[str]:
    """Stems of the words that say what is meant, to see whether something was said before."""
    return frozenset(_stem(word) for word in _WORD.findall(low) if word not in _STOP)


def is_vague(text: str) -> bool:
    """Does the wish name no thing and no particular edit ("fix it", "do something with this picture")?"""
    return content(text.lower()) <= _VAGUE_VERBS


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return (
                word[: -len(ending)].replace("colour", "color").replace("is", "iz")
                if "colo" in word
                else word[: -len(ending)]
            )
    return word
