"""Match phrases that come before an ask, and phrases that look like an ask but are not."""

import re
from dataclasses import dataclass

from photoshop_request.text.lexicon import MODALS
from photoshop_request.text.word_patterns import any_of, contains_any, word_set, word_splitter, word_starts


@dataclass(frozen=True, slots=True)
class _QuestionPattern:
    """Match a question to the editors ("could anyone", "if somebody can")."""

    keywords: frozenset[str]
    """The sentence contains at least one of these words."""
    first: frozenset[str]
    """The pattern begins with one of these bare words."""
    pattern: re.Pattern[str]


_PICTURE_OF = re.compile(
    r"\b(?:a|an|another|some|this) (?:\w+ ){0,3}(?:picture|photo|pic|image|version|drawing|poster|design)s? (?:of|with|where|like)\b"
)
_WHO = r"(?:any\s?(?:one|body)|some\s?(?:one|body)|sombody|somone|(?:any|some|one) of|you(?:'d|'ll)?|u|ya|y'?all|reddit(?:ors)?|people|an?|the|some|any)"
_CAN_YOU = re.compile(
    rf"\b(?:can|could|would|will|may|might|cud|cld)(?:n't)?\s+(?:(?:please|possibly|maybe|pretty|also|perhaps|plz|pls)\s+)*(?:(?:it|there) be (?:possible|any \w+)|(?:{_WHO}|i|we)\b)"
)
_IF_YOU = re.compile(
    rf"\b(?:if|that|wondering|hoping|think|appreciate|love|like|want|need|for|chance|there|grateful to|thankful to)\s+(?:(?:maybe|perhaps|possibly)\s+)?(?:(?:{_WHO})\b(?=(?:\s+[\w'-]+){{0,8}}?\s+(?:can|could|would|might|will|able|to|wants?|please|has|have|who)\b)|(?:i|we) (?:can|could)\b)"
)
_ANYONE_WHO = re.compile(
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
"""The subject before a verb of desire."""
_ANYONE_WHO_WORDS = word_set(
    "anyone someone anybody somebody any some who whoever care mind possible way anyway chance hard difficult great awesome nice cool "
    "amazing fantastic incredible wonderful perfect"
)
_CAN_YOU_FIRST = word_set("can could would will may might cud cld cann couldn wouldn willn mayn mightn cudn cldn")
_IF_YOU_WORDS = word_set(
    "if that wondering hoping think appreciate love like want need for chance there grateful thankful"
)
_ANYONE_WHO_FIRST = word_set(
    "great awesome nice cool amazing fantastic incredible wonderful love like perfect is are was be any anyway anychance how anyone anybody someone "
    "somebody some person people one would do who whoever care possible"
)
_QUESTIONS = (
    _QuestionPattern(MODALS, _CAN_YOU_FIRST, _CAN_YOU),
    _QuestionPattern(_IF_YOU_WORDS, _IF_YOU_WORDS, _IF_YOU),
    _QuestionPattern(_ANYONE_WHO_WORDS, _ANYONE_WHO_FIRST, _ANYONE_WHO),
)
NO_EDIT = any_of(
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
"""Phrases with an edit verb that ask for no edit. Matched at the verb."""
LIGHT_VERB_EDIT = any_of(
    r"put (?:(?:it|this|them|these) )?(?:back )?together\b",
    r"(?:get|take|give|keep|leave|turn) (?!(?:this|it|these|that|them) (?:done|a (?:shot|go|try))|it\b\W*$|(?:her|him|them|my|our) (?:\w+ )?(?:something|an?|for|as|the)\b)\w+ \w",
    r"get rid",
    r"(?:have|get) .*\b(?:look|looking|out|off|removed|done|into|away)\b",
)
"""Phrases in which a light verb means an edit. Matched at the verb."""
_WANTS_STATE = re.compile(
    r"(?:\b(?:would|i'd|we'd) (?:really )?(?:like|love|prefer)|\b(?:wants?|needs?)) (?:this|it|the|my|him|her|them|these|our|his)\b[^.?!]{0,40}\bto (?:be|look|have|say|show)\b"
)
UNKNOWN_VERB = re.compile(
    r"\b(?:can|could|would|will) (?:any\s?one|some\s?one|any\s?body|some\s?body|you|u)(?: guys| please| kindly| possibly| maybe| be able to)* (?!(?:tell|explain|know|please|here|out|guys|kindly|be)\b)(\w{3,}) (?=me|this|my|the|these|him|her|it|us|that|our|a|an\b)"
)
"""Questions with a verb that is in no list ("could you Americanize me")."""
REQUEST_WORDS = word_set(
    "like love need needs want wants hoping hope wish looking appreciate appreciated request requesting please possible great awesome amazing nice cool "
    "wonderful perfect fantastic ideally preferably deserves should maybe perhaps possibly incredible needed"
)
"""Words that turn a named edit into an ask."""
STATEMENT = any_of(
    r"^\W*(?:i'm|we're|i am|we are) not",
    r"^\W*(?:i|we) (?:tried|would appreciate (?:all|any)|think i|have|had|was able|did|finished|got|made|know|don't|do not|just|can't|mean|feel|do)\b",
    r"^\W*(?:thank|thanks|wow|you guys|this sub|there (?:are|is))",
)
"""Beginnings of sentences that state something and ask for nothing."""
LEAD_IN = word_set(
    "so just also and then basically maybe please pls plz kindly simply perhaps but or possibly to need needs needing help me us looking trying want wanting "
    "even first second third lastly finally next secondly only ok okay try request requesting bonus if possible well hey hi reddit guys urgent ideally "
    "preferably someone somebody anyone hello"
)
"""Words that may stand before an imperative."""
FILLER = word_set(
    "it if that for to someone somebody anyone anybody some any one body you u guys of could can would might will be able please pls plz reddit is was "
    "there way help helping get getting have having had people who also just maybe possibly perhaps kindly simply really me us out and with by in at "
    "a crack stab shot go try whack swing here else kind enough so willing nice possible like love take give i we your skills magic photoshop use using "
    "on making i'd all y'all ya everyone redditors chance hand too them him her see somehow both best work do play show let keep leave look find"
)
"""Words that may stand between a pattern of asking and its verb."""
NOUN_FOLLOWERS = word_set(
    "user users wizard wizards genius geniuses guru gurus master masters pro pros expert experts skill skills people guys god gods artist artists ninja "
    "ninjas magic folks person whiz savvy skillz guy editor editors enthusiast enthusiasts junkie work request requests wiz badass hero heroes community "
    "talent talents better help needed wanted"
)
"""Words before which an edit verb belongs to a noun ("photoshop wizard")."""
_FIRST_WORDS = frozenset[str]().union(*(question.first for question in _QUESTIONS))
_split_bare = word_splitter("")


def question_ends(lower: str, words: frozenset[str], tokens: list[str], starts: list[int]) -> list[int]:
    """Return where each question to the editors ends.

    Patterns are tried only at words that can begin them, because few words can.
    """
    if "'" in lower or "-" in lower or "+" in lower:
        tokens = _split_bare(lower)
        starts = word_starts(lower, tokens)
    spots = [index for index, token in enumerate(tokens) if token in _FIRST_WORDS]
    ends = []
    for question in _QUESTIONS:
        if words.isdisjoint(question.keywords):
            continue
        end = 0
        for index in spots:
            start = starts[index]
            if tokens[index] in question.first and start >= end and (match := question.pattern.match(lower, start)):
                end = match.end()
                ends.append(end)
    return ends if len(ends) < 2 else list(dict.fromkeys(ends))


# Every match of the pattern contains at least one of these parts.
_FUNNY_IF_PARTS = tuple(
    f"{word} if " for word in ("funny", "cool", "great", "awesome", "nice", "hilarious", "amazing", "fun", "epic")
)
_WANTS_STATE_PARTS = ("to be", "to look", "to have", "to say", "to show")
_PICTURE_OF_PARTS = ("picture", "photo", "pic", "image", "version", "drawing", "poster", "design")


def funny_if_ends(lower: str) -> list[int]:
    """Return where each "it would be funny if" ends."""
    return [match.end() for match in _FUNNY_IF.finditer(lower)] if contains_any(lower, _FUNNY_IF_PARTS) else []


def wants_state(lower: str) -> bool:
    """Return True if the text wants something to be, look or say something."""
    return contains_any(lower, _WANTS_STATE_PARTS) and _WANTS_STATE.search(lower) is not None


def names_picture(lower: str) -> bool:
    """Return True if the text names a picture of something ("a photo of him without the hat")."""
    return contains_any(lower, _PICTURE_OF_PARTS) and _PICTURE_OF.search(lower) is not None
