"""Recognize details of an ask: sentences that say which thing is meant, or what the edit must look like."""

from photoshop_request.text.request.chitchat import is_encouragement, is_story
from photoshop_request.text.sentences import Sentence
from photoshop_request.text.word_patterns import WordPatterns, word_set

_MAX_WORDS_POSITION = 22
"""Maximum words of a sentence that names a position. Longer sentences tell a story."""
_PRESENT_WORDS = word_set(
    "is am are i'm he's she's it's they're that's who's standing sitting wearing has have with the"
)
_POSITION = WordPatterns(
    ("left right middle center centre back front top bottom background foreground corner", r"\b(?:on|to|in|at|from) (?:the|my|his|her|your) (?:far |very |top |bottom |upper |lower )?(?:left|right|middle|center|centre|back|front|top|bottom|background|foreground|corner)\b"),
    ("left right", r"\b(?:far|bottom|top|upper|lower) (?:left|right)\b"),
    ("one guy girl man woman lady dude person kid boy baby tall* skinny", r"\bthe (?:one|guy|girl|man|woman|lady|dude|person|kid|boy|baby|tall\w*|skinny)(?: \w+)? (?:with|in|on|who|wearing|holding|sitting|standing|that)\b"),
)  # fmt: skip
_COLOURS = word_set(
    "red blue green brown black white grey gray blond blonde brunette hazel gold golden pink purple yellow orange silver maroon navy tan auburn dark light "
    "olive teal turquoise beige brownish reddish greenish blueish bluish khaki cream crimson ginger"
)
_COLOURED_THINGS = word_set(
    "eye eyes hair skin dress shirt suit uniform car tie jacket coat hat color colors colour colours truck house shoes pants jeans sweater lips lipstick "
    "blouse skirt scarf grass trees background boots robe gown flowers belt"
)
_DIRECTIVE = WordPatterns(
    ("*", r"^\W*(?:maybe|perhaps|possibly|preferably|or|no|without|with|keep|leave)\b"),
    ("should must", r"\b(?:should (?:be|have|say|look|read)|must (?:be|have|say))\b"),
    ("has have need needs", r"\b(?:has to be|have to be|needs? to (?:be|have|say|fit|look))\b"),
    ("don do", r"\b(?:don't|do not) (?:forget|want|remove|change|touch|make|need to (?:be|look))\b"),
    ("instead prefer* ideally rather long sure bonus something similar along idea", r"\b(?:instead of|prefer\w*|ideally|rather than|as long as|make sure|bonus|something like|similar to|along the lines|(?:the|my) idea (?:is|was))\b"),
    ("possible", r"\bif (?:it's |it is )?(?:at all )?possible\b"),
    ("the", r"^\W*(?:it|he|she|that|i|they)(?:\'s|\'m|\'re| is| am| are) (?:\w+ )?the\b.*\b(?:one|guy|girl|man|woman|kid|on|with|wearing|behind|next)\b"),
    ("png psd jpg jpeg dpi px pixels transparent vector 4k 1080p a3 a4", r"\b(?:png|psd|jpe?g|dpi|px|pixels|transparent|vector|4k|1080p|a[34])\b"),
    ("x* \u00d7*", r"\b\d+\s?[x\u00d7]\s?\d+\b"),
)  # fmt: skip
_LIKED = WordPatterns(("love like", r"\b(?:i|we)(?:'d| would) (?:also |really )?(?:love|like) (?:a|an|some|it|him|her|them|the|his|my|our) (?!lot\b)\w+"))  # fmt: skip


def is_detail(sentence: Sentence, *, in_list: bool) -> bool:
    """Return True if a sentence says which thing is meant, in which color, or what the edit must look like.

    `in_list` is True if the sentence before was kept, so that a list item after it belongs to it.
    """
    lower, words, bare = sentence.lower, sentence.words, sentence.bare_words
    if is_encouragement(sentence):
        return False
    if (sentence.marker and in_list) or _LIKED.occur_in(lower, bare):
        return True
    if not words.isdisjoint(_COLOURS) and not words.isdisjoint(_COLOURED_THINGS):
        return True
    if lower.endswith("?") or is_story(lower):
        return False
    if len(words) <= _MAX_WORDS_POSITION and not words.isdisjoint(_PRESENT_WORDS) and _POSITION.occur_in(lower, bare):
        return True
    return _DIRECTIVE.occur_in(lower, bare)
