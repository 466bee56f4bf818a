"""Recognize posts that ask for no edit: questions, offers, announcements, thanks."""

import re
from collections.abc import Sequence
from enum import StrEnum

from photoshop_request.reddit.fields import LONGEST_TITLE
from photoshop_request.reddit.records import Submission
from photoshop_request.text.request.asks import AskPattern, find_ask
from photoshop_request.text.request.clause_choice import ClauseChoice
from photoshop_request.text.sentences import Section, Sentence
from photoshop_request.text.word_patterns import WordPatterns, any_of, contains_any, word_set, word_splitter


class NoRequest(StrEnum):
    """Reason why a post is not a request for an edit."""

    QUESTION = "question"
    OFFER = "offer"
    META = "meta"
    REMOVED = "removed"
    NO_ASK = "no_ask"
    """No sentence asks for anything, and neither tag nor flair marks a request."""


_OFFER_TAG = re.compile(r"[\[({]\s*offer")
_OFFERING = re.compile(
    r"\W*(?:offer|offering|free (?:photoshop|restorations?|edits)|i(?:'ll| will| can) (?:photoshop|edit|restore|colou?rize|draw|make|fix|edit/touch-up|touch up) (?:your|any|you|anything|whatever)\b|post your|send me your|i(?:'m| am) (?:offering|bored|a (?:graphic|professional|freelance)))",
)
_META = any_of(
    r"\W*(?:psa|meta|mod post|attention|reminder|to the (?:person|guy|girl|user|op|redditor)s? (?:who|that)|no request|follow[- ]?up|update\b|(?:for |to )?whom?ever,? (?:just )?(?:posted|deleted)|not a request|finally (?:finished|done)|regarding\b|am i the only|i (?:made|have noticed)|wtf|letter to|give us|requester'?s? who|if you're still)",
    r"\W*(?:hey|to),? ?/?u/",
    r"\W*(?:can|could|should|why) (?:we|posters?|people|mods?|the mods?|all|do people|are (?:you|people))\b",
    r"\W*(?:what'?s with|why is|why are|why do)\b",
)
"""Matched at the beginning of a title."""
_META_TAG = re.compile(
    r"[\[({](?:meta|mods?|psa|announcement|contest|discussion|rant|thank you|thanks|fulfilled|completed|finished|found|reminder|information|info|help offered|battle)\b[^\])}]*[\])}]"
)
_TALK = any_of(
    r"^\W*(?:thank you|thanks|shout[- ]?out|hats off|congratulations)\b",
    r"\b(?:sidebar|requesters|advice inside)\b",
    r"\b(?:this|my new|new|the) (?:sub|subreddit|community)\b",
    r"/?r/picrequests\b",
    r"\b(?:all|the|these|your|lousy|many|of|related) (?:\w+ )?(?:requests|requesters?|submitters)\b",
)
"""Talk about the subreddit. Counts only if the title asks for no edit."""
_QUESTION = WordPatterns(
    ("fake real photoshopped shopped edited ai doctored genuine legit authentic altered manipulated", r"\b(?:is|are|was|were) (?:this|these|it|that|the (?:photo|picture|image|pic))(?: \w+){0,4} (?:fake|real|photoshopped|shopped|edited|ai|doctored|genuine|legit|authentic|altered|manipulated)\b"),
    ("font typeface", r"\b(?:what|which|whats|what's|name (?:of )?(?:the|this)|identify (?:the|this)?|id (?:the|this)) (?:\w+ )?(?:font|typeface)\b"),
    ("font", r"\bfont (?:is|used|called|name)\b.*\?"),
    ("how", r"\bhow (?:do|does|did|can|would|could|should|to) (?:i|you|we|one|they|he|she|people|someone)\b(?!.*\b(?:look|be different)\b)|\bhow to\b"),
    ("what", r"\bwhat (?:program|software|app|filter|brush|camera|is this|year|kind of)\b"),
    ("tell explain teach identify recommend confirm verify read figure make prove", r"\b(?:can|could) (?:you|someone|anyone|anybody|somebody)(?: \w+){0,3} (?:tell|explain|teach|identify|recommend|confirm|verify|read|figure out|make out|prove)\b"),
    ("help", r"\bhelp (?:\w+ ){0,2}(?:proving|identify\w*|finding|find)\b"),
    ("know recognize remember", r"\b(?:anyone|anybody|someone|you|any of you)(?: \w+){0,2} (?:know|recognize|remember)\b"),
    ("who", r"\bwho (?:is|made|drew|painted|took) (?:this|the|that)\b"),
    ("where", r"\bwhere (?:can|is|was|did|does)\b"),
    ("tutorial", r"\btutorial\b"),
    ("source origin", r"\b(?:source|origin) of (?:this|the)\b"),
)  # fmt: skip
_QUESTION_WORDS = word_set(
    "fake real photoshopped shopped edited ai doctored genuine legit authentic altered manipulated font typeface what which whats what's how tell explain "
    "teach identify recommend confirm verify read figure make prove proving find finding know recognize remember who where tutorial source origin"
)
_OFFER_WORDS = word_set("offer offering offers free i'll i'm post send i")
_TALK_WORDS = word_set(
    "thank thanks shoutout shout-out shout hats congratulations sidebar requesters requester advice sub subreddit community picrequests requests submitters"
)
_split_words = word_splitter("'-")
_REQUEST_TAG = re.compile(r"[\[(](?:serious|silly|specific|random|paid|free)|\bpsr\b")
_REQUEST_FLAIR = re.compile(r"free|paid|solved|request|unsolved|serious|silly")
_REMOVED_TITLES = ("[deleted by user]", "[removed]", "[deleted]")


def why_no_request(submission: Submission, sentences: Sequence[Sentence], choice: ClauseChoice) -> NoRequest | None:
    """Return why a post asks for no edit, or None if it asks for one."""
    title = submission.title[:LONGEST_TITLE].lower()
    edits = [clause for clause in choice.kept if clause.names_edit]
    if title.strip() in _REMOVED_TITLES and all(clause.section is Section.TITLE for clause in edits):
        return NoRequest.REMOVED
    if reason := _of_title(title, asks_for_edit=any(clause.section is Section.TITLE for clause in edits)):
        return reason
    is_tagged = "request" in title or (
        contains_any(title, ("[", "(", "psr")) and _REQUEST_TAG.search(title) is not None
    )
    if _only_questions(sentences, is_tagged=is_tagged):
        return NoRequest.QUESTION
    if edits or choice.asks_without_edit or choice.asks_for_help or is_tagged:
        return None
    return None if submission.flair and _REQUEST_FLAIR.search(submission.flair.lower()) else NoRequest.NO_ASK


def _of_title(title: str, *, asks_for_edit: bool) -> NoRequest | None:
    words = frozenset(_split_words(title))
    offers = not words.isdisjoint(_OFFER_WORDS)
    if offers and (_OFFERING.match(title) or ("offer" in title and _OFFER_TAG.search(title))):
        return NoRequest.OFFER
    if _META.match(title) or (contains_any(title, ("[", "(", "{")) and _META_TAG.search(title)):
        return NoRequest.META
    if not asks_for_edit and not words.isdisjoint(_TALK_WORDS) and _TALK.search(title):
        return NoRequest.META
    return None


def _only_questions(sentences: Sequence[Sentence], *, is_tagged: bool) -> bool:
    """Return True if a sentence asks a question and none asks for an edit. Under a tag only the title counts."""
    questions = {
        sentence
        for sentence in sentences
        if not sentence.words.isdisjoint(_QUESTION_WORDS)
        and (sentence.section is Section.TITLE or not is_tagged)
        and _QUESTION.occur_in(sentence.lower, sentence.bare_words)
    }
    return bool(questions) and not any(_asks_for_edit(each) for each in sentences if each not in questions)


def _asks_for_edit(sentence: Sentence) -> bool:
    ask = find_ask(sentence.lower, sentence.words)
    return ask is not None and ask.names_edit and ask.pattern < AskPattern.NAMED
