"""Sentences beside a wish: which say what is meant or how it should be, and which only talk."""

import re

from photoshop_request.text.cues import cued, occurs
from photoshop_request.text.lexicon import words_of
from photoshop_request.text.sentences import Sentence

__all__ = ["is_detail", "is_fluff", "tells"]

_SHORT = 22
"""Words: a longer sentence with a place in it tells a story."""
_PRESENT = words_of("is am are i'm he's she's it's they're that's who's standing sitting wearing has have with the")
_POSITION = cued(
    (
        "left right middle center centre back front top bottom background foreground corner",
        r"\b(?:on|to|in|at|from) (?:the|my|his|her|your) (?:far |very |top |bottom |upper |lower )?(?:left|right|middle|center|centre|back|front|top|bottom|background|foreground|corner)\b",
    ),
    ("left right", r"\b(?:far|bottom|top|upper|lower) (?:left|right)\b"),
    (
        "one guy girl man woman lady dude person kid boy baby tall* skinny",
        r"\bthe (?:one|guy|girl|man|woman|lady|dude|person|kid|boy|baby|tall\w*|skinny)(?: \w+)? (?:with|in|on|who|wearing|holding|sitting|standing|that)\b",
    ),
)
_COLOURS = words_of(
    "red blue green brown black white grey gray blond blonde brunette hazel gold golden pink purple yellow orange silver maroon navy tan auburn dark light "
    "olive teal turquoise beige brownish reddish greenish blueish bluish khaki cream crimson ginger"
)
_COLOURED = words_of(
    "eye eyes hair skin dress shirt suit uniform car tie jacket coat hat color colors colour colours truck house shoes pants jeans sweater lips lipstick "
    "blouse skirt scarf grass trees background boots robe gown flowers belt"
)
_DIRECTIVE = cued(
    ("*", r"^\W*(?:maybe|perhaps|possibly|preferably|or|no|without|with|keep|leave)\b"),
    ("should must", r"\b(?:should (?:be|have|say|look|read)|must (?:be|have|say))\b"),
    ("has have need needs", r"\b(?:has to be|have to be|needs? to (?:be|have|say|fit|look))\b"),
    ("don do", r"\b(?:don't|do not) (?:forget|want|remove|change|touch|make|need to (?:be|look))\b"),
    (
        "instead prefer* ideally rather long sure bonus something similar along idea",
        r"\b(?:instead of|prefer\w*|ideally|rather than|as long as|make sure|bonus|something like|similar to|along the lines|(?:the|my) idea (?:is|was))\b",
    ),
    ("possible", r"\bif (?:it's |it is )?(?:at all )?possible\b"),
    (
        "the",
        r"^\W*(?:it|he|she|that|i|they)(?:\'s|\'m|\'re| is| am| are) (?:\w+ )?the\b.*\b(?:one|guy|girl|man|woman|kid|on|with|wearing|behind|next)\b",
    ),
    (
        "png psd jpg jpeg dpi px pixels transparent vector 4k 1080p a3 a4",
        r"\b(?:png|psd|jpe?g|dpi|px|pixels|transparent|vector|4k|1080p|a[34])\b",
    ),
    ("x* \u00d7*", r"\b\d+\s?[x\u00d7]\s?\d+\b"),
)
_TELLS = re.compile(
    r"\W*(?:(?:and|but|so|also|because|since|when|as|then|now|this|that|it|there)\s+)*(?:i|we|he|she|they|my \w+|our \w+|you|it) (?:was|were|had|did|tried|went|took|got|thought|decided|know|think|really|just|have (?:been|no|tried)|don't (?:know|care|have|want to)|passed|died|love|loved|would|will|would've|can't|couldn't|could|can|am (?:not|so|trying|going))\b"
)
_LIKED = cued(
    (
        "love like",
        r"\b(?:i|we)(?:'d| would) (?:also |really )?(?:love|like) (?:a|an|some|it|him|her|them|the|his|my|our) (?!lot\b)\w+",
    ),
)
_FLUFF = cued(
    (
        "be",
        r"\b(?:doesn't|does not|don't) (?:even )?(?:have|need) to be (?:\w+ ){0,2}(?:good|perfect|great|fancy|extravagant|anything|amazing|hard|professional)",
    ),
    ("have", r"\bhave (?:fun|at it|a (?:go|great|good|nice))"),
    ("be get go", r"\b(?:(?:be|get) creative|go (?:nuts|crazy|wild|ham|to town))"),
    (
        "your good surprise",
        r"\b(?:take your time|good luck|surprise me|do your (?:best|worst|thing|magic)|work your magic)",
    ),
    ("let feel", r"\b(?:let me know|feel free to (?:ask|message|pm|comment|reply|contact|use|choose|pick|post))"),
    ("pick", r"\bpick (?:whichever|your|the one|any)"),
    ("let lets show see", r"\b(?:let'?s see|show (?:me|us) what|see what you can)"),
    ("do use", r"\b(?:do|use) (?:what|whatever|anything|any) you"),
    ("keep", r"\bkeep (?:it|them|'em) (?:up|coming)"),
    ("tell check make", r"\b(?:tell me|check (?:it|this) out|make (?:this|it) (?:awesome|epic|so)\b)"),
    ("hesitate* worry* excuse*", r"\b(?:don't (?:hesitate|worry)|excuse)"),
)


def is_fluff(sentence: Sentence) -> bool:
    """Is it encouragement or politeness ("have fun with it", "let me know")?"""
    return occurs(_FLUFF, sentence.low, sentence.bare)


def tells(low: str) -> bool:
    """Does a lower-case sentence begin like a story ("and my mother was ...")?"""
    return _TELLS.match(low) is not None


def is_detail(sentence: Sentence, *, listed: bool) -> bool:
    """Does it say which thing is meant, of what colour, or how it should be?"""
    low, bare = sentence.low, sentence.bare
    if is_fluff(sentence):
        return False
    if (sentence.marker and listed) or occurs(_LIKED, low, bare):
        return True
    if _coloured(sentence):
        return True
    if low.endswith("?") or tells(low):
        return False
    words = sentence.words
    placed = len(words) <= _SHORT and not words.isdisjoint(_PRESENT) and occurs(_POSITION, low, bare)
    return placed or occurs(_DIRECTIVE, low, bare)


def _coloured(sentence: Sentence) -> bool:
    return not sentence.words.isdisjoint(_COLOURS) and not sentence.words.isdisjoint(_COLOURED)
