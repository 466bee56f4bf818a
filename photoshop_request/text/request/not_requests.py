"""Posts that ask for no edit: questions, offers, announcements, thanks."""

import re
from collections.abc import Sequence

from photoshop_request.reddit.records import Submission
from photoshop_request.text.cues import cued, has_part, occurs
from photoshop_request.text.lexicon import either, words_of
from photoshop_request.text.request.asks import Frame, find_wish
from photoshop_request.text.request.rules import Rule
from photoshop_request.text.request.sentence_choice import Selection
from photoshop_request.text.sentences import Part, Sentence
from photoshop_request.text.words import splitter

__all__ = ["not_a_request"]

_OFFER_TAG = re.compile(r"[\[({]\s*offer")
_OFFERING = re.compile(
    r"\W*(?:offer|offering|free (?:photoshop|restorations?|edits)|i(?:'ll| will| can) (?:photoshop|edit|restore|colou?rize|draw|make|fix|edit/touch-up|touch up) (?:your|any|you|anything|whatever)\b|post your|send me your|i(?:'m| am) (?:offering|bored|a (?:graphic|professional|freelance)))",
)
_META = either(
    r"\W*(?:psa|meta|mod post|attention|reminder|to the (?:person|guy|girl|user|op|redditor)s? (?:who|that)|no request|follow[- ]?up|update\b|(?:for |to )?whom?ever,? (?:just )?(?:posted|deleted)|not a request|finally (?:finished|done)|regarding\b|am i the only|i (?:made|have noticed)|wtf|letter to|give us|requester'?s? who|if you're still)",
    r"\W*(?:hey|to),? ?/?u/",
    r"\W*(?:can|could|should|why) (?:we|posters?|people|mods?|the mods?|all|do people|are (?:you|people))\b",
    r"\W*(?:what'?s with|why is|why are|why do)\b",
)
"""Anchored: at the beginning of a title."""
_META_TAG = re.compile(
    r"[\[({](?:meta|mods?|psa|announcement|contest|discussion|rant|thank you|thanks|fulfilled|completed|finished|found|reminder|information|info|help offered|battle)\b[^\])}]*[\])}]"
)
_META_TALK = either(
    r"^\W*(?:thank you|thanks|shout[- ]?out|hats off|congratulations)\b",
    r"\b(?:sidebar|requesters|advice inside)\b",
    r"\b(?:this|my new|new|the) (?:sub|subreddit|community)\b",
    r"/?r/picrequests\b",
    r"\b(?:all|the|these|your|lousy|many|of|related) (?:\w+ )?(?:requests|requesters?|submitters)\b",
)
"""Talk about the place: only where the title asks for no edit besides."""
_QUESTION = cued(
    (
        "fake real photoshopped shopped edited ai doctored genuine legit authentic altered manipulated",
        r"\b(?:is|are|was|were) (?:this|these|it|that|the (?:photo|picture|image|pic))(?: \w+){0,4} (?:fake|real|photoshopped|shopped|edited|ai|doctored|genuine|legit|authentic|altered|manipulated)\b",
    ),
    (
        "font typeface",
        r"\b(?:what|which|whats|what's|name (?:of )?(?:the|this)|identify (?:the|this)?|id (?:the|this)) (?:\w+ )?(?:font|typeface)\b",
    ),
    ("font", r"\bfont (?:is|used|called|name)\b.*\?"),
    (
        "how",
        r"\bhow (?:do|does|did|can|would|could|should|to) (?:i|you|we|one|they|he|she|people|someone)\b(?!.*\b(?:look|be different)\b)|\bhow to\b",
    ),
    ("what", r"\bwhat (?:program|software|app|filter|brush|camera|is this|year|kind of)\b"),
    (
        "tell explain teach identify recommend confirm verify read figure make prove",
        r"\b(?:can|could) (?:you|someone|anyone|anybody|somebody)(?: \w+){0,3} (?:tell|explain|teach|identify|recommend|confirm|verify|read|figure out|make out|prove)\b",
    ),
    ("help", r"\bhelp (?:\w+ ){0,2}(?:proving|identify\w*|finding|find)\b"),
    (
        "know recognize remember",
        r"\b(?:anyone|anybody|someone|you|any of you)(?: \w+){0,2} (?:know|recognize|remember)\b",
    ),
    ("who", r"\bwho (?:is|made|drew|painted|took) (?:this|the|that)\b"),
    ("where", r"\bwhere (?:can|is|was|did|does)\b"),
    ("tutorial", r"\btutorial\b"),
    ("source origin", r"\b(?:source|origin) of (?:this|the)\b"),
)
_QUESTION_WORDS = words_of(
    "fake real photoshopped shopped edited ai doctored genuine legit authentic altered manipulated font typeface what which whats what's how tell explain "
    "teach identify recommend confirm verify read figure make prove proving find finding know recognize remember who where tutorial source origin"
)
_OFFER_WORDS = words_of("offer offering offers free i'll i'm post send i")
_TALK_WORDS = words_of(
    "thank thanks shoutout shout-out shout hats congratulations sidebar requesters requester advice sub subreddit community picrequests requests submitters"
)
_words = splitter("'-")
_TAGGED = re.compile(r"[\[(](?:serious|silly|specific|random|paid|free)|\bpsr\b")
_ASKING_FLAIR = re.compile(r"free|paid|solved|request|unsolved|serious|silly")
_PLACEHOLDERS = ("[deleted by user]", "[removed]", "[deleted]")


def not_a_request(submission: Submission, sentences: Sequence[Sentence], chosen: Selection) -> Rule | None:
    """Why a post asks for no edit (`REMOVED`, `OFFER`, `META`, `QUESTION`, `NO_WISH`), or None when it asks for one."""
    head = submission.title.lower()
    if head.strip() in _PLACEHOLDERS and not any(piece.solid for piece in chosen.kept if piece.part is not Part.TITLE):
        return Rule.REMOVED
    if kind := _of_title(head, asks=any(piece.solid and piece.part is Part.TITLE for piece in chosen.kept)):
        return kind
    tagged = "request" in head or (has_part(head, ("[", "(", "psr")) and _TAGGED.search(head) is not None)
    if _only_questions(sentences, tagged=tagged):
        return Rule.QUESTION
    asks = chosen.solid or chosen.weak or Rule.GENERIC_HELP in chosen.fired or tagged
    flaired = submission.flair is not None and _ASKING_FLAIR.search(submission.flair.lower()) is not None
    return None if asks or flaired else Rule.NO_WISH


def _of_title(head: str, *, asks: bool) -> Rule | None:
    words = frozenset(_words(head))
    if not words.isdisjoint(_OFFER_WORDS) and (_OFFERING.match(head) or ("offer" in head and _OFFER_TAG.search(head))):
        return Rule.OFFER
    if _META.match(head) or (has_part(head, ("[", "(", "{")) and _META_TAG.search(head)):
        return Rule.META
    if not asks and not words.isdisjoint(_TALK_WORDS) and _META_TALK.search(head):
        return Rule.META
    return None


def _only_questions(sentences: Sequence[Sentence], *, tagged: bool) -> bool:
    """Is something asked that is no edit, and no edit anywhere else? Under a request tag only the title counts."""
    asked = {
        each
        for each in sentences
        if not each.words.isdisjoint(_QUESTION_WORDS)
        and (each.part is Part.TITLE or not tagged)
        and occurs(_QUESTION, each.low, each.bare)
    }
    return bool(asked) and not any(_asks_for_edit(each) for each in sentences if each not in asked)


def _asks_for_edit(sentence: Sentence) -> bool:
    wish = find_wish(sentence.low, sentence.words)
    return wish is not None and wish.solid and wish.frame < Frame.NONE
