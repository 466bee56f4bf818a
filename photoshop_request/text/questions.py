"""Posts that ask for no edit: questions, offers, announcements."""

import re
from collections.abc import Sequence

from photoshop_request.reddit.records import Submission
from photoshop_request.text.noise import Rule
from photoshop_request.text.sentences import Part, Sentence
from photoshop_request.text.wishes import find_wish

__all__ = ["not_a_request"]

_OFFER = re.compile(
    r"^\W*(?:offer|offering|\[offer|free (?:photoshop|restorations?|edits)|i(?:'ll| will) (?:photoshop|edit|restore|colorize|draw|make) (?:your|any|you)\b|post your|i(?:'m| am) (?:offering|bored|a (?:graphic|professional)))",
    re.IGNORECASE,
)
_META = re.compile(
    r"[\[({](?:meta|mod|psa|announcement|contest|discussion|rant|thank you|thanks|fulfilled|completed|finished|found|help offered|mods?)\b[^\])}]*[\])}]|^\W*(?:psa|meta|mod post|attention|to the (?:person|guy|girl|user|op|redditor)s? (?:who|that)|no request|follow[- ]?up|update\b)"
    r"|^\W*(?:thank you|thanks|shout ?out|hats off)\b(?!.*\b(?:can|could|please|request)\b)|\bsidebar\b|^\W*(?:hey|to),? ?/?u/|\bthis (?:sub|subreddit|community)\b|^\W*(?:can|could|should|why) (?:we|posters?|people|mods?|the mods?|all|do people|are (?:you|people))\b|/?r/picrequests\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\b(?:is|are|was|were) (?:this|these|it|that|the (?:photo|picture|image|pic))(?: \w+){0,4} (?:fake|real|photo ?shopped|shopped|edited|ai|doctored|genuine|legit|authentic|altered|manipulated)\b"
    r"|\b(?:what|which|whats|what's|name (?:of )?(?:the|this)|identify (?:the|this)?|id (?:the|this)) (?:\w+ )?(?:font|typeface)\b|\bfont (?:is|used|called|name)\b.*\?"
    r"|\bhow (?:do|does|did|can|would|could|should|to) (?:i|you|we|one|they|he|she|people|someone)\b(?!.*\b(?:look|be different)\b)|\bwhat (?:program|software|app|filter|brush|camera|is this|year|kind of)\b"
    r"|\b(?:can|could) (?:you|someone|anyone|anybody|somebody)(?: \w+){0,3} (?:tell|explain|teach|identify|recommend|confirm|verify|read|figure out|make out|prove)\b"
    r"|\b(?:does|do) (?:anyone|anybody|someone|you|any of you)(?: \w+){0,2} (?:know|have|recognize|think|remember)\b|\bwho (?:is|made|drew|painted|took) (?:this|the|that)\b|\bwhere (?:can|is|was|did|does)\b|\btutorial\b|\b(?:source|origin) of (?:this|the)\b"
)


def not_a_request(submission: Submission, sentences: Sequence[Sentence]) -> Rule | None:
    """Why a post asks for no edit (`QUESTION`, `OFFER`, `META`, `REMOVED`), or None when it asks for one."""
    if submission.title.strip().lower() in ("[deleted by user]", "[removed]", "[deleted]") and not any(
        find_wish(each.low, each.words) for each in sentences if each.part is not Part.TITLE
    ):
        return Rule.REMOVED
    head = submission.title
    if re.search(r"[\[({]\s*offer", head, re.IGNORECASE) or _OFFER.match(head):
        return Rule.OFFER
    if _META.search(head):
        return Rule.META
    asked = [each for each in sentences if _QUESTION.search(each.low)]
    if asked and not any(
        (wish := find_wish(each.low, each.words)) and wish.solid for each in sentences if each not in asked
    ):
        return Rule.QUESTION
    return None
