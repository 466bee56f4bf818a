"""Tell whether a solver says that a model made or changed the edit."""

import re

from photoshop_request.text.plain_text import plain_lines
from photoshop_request.text.sentences import Section, split_sentences

_TOOL = (
    r"(?:a\.?i\b\.?|chat ?-?gpt\w*|gpt[ -]?[3-9]\w*|open ?ai|gemini|nano ?-?banana|midjourney|dall[- ]?e|stable diffusion"
    r"|sdxl|comfy ?ui|flux (?:kontext|pro|dev)|kontext|(?:adobe )?firefly|generative (?:fill|expand|ai)|gen ?-?(?:fill|ai)"
    r"|grok|seedream|qwen|copilot|remini|faceapp|magnific|krea)"
)
_NAMED = re.compile(rf"\b{_TOOL}")
_USED = re.compile(
    r"\b(?:used|using|use of|with|via|by|through|thru|from|some|bit of|little|thanks to|let|had|asked|ran|told|plus"
    rf"|combo of|mix of|combination of|courtesy of|credit to|it'?s|this is|is|was|and)\b:? (?:[\w'\u2019]+ ){{0,3}}?{_TOOL}"
    rf"|\b{_TOOL}[ -](?:\w+ )?(?:generated|assisted|edit|edited|enhanced|upscaled?|upscaling|version|attempt|did|made|help"
    r"|helped|created|result|magic)\b"
)
_EMPHASIS = re.compile(r"\bnot (?:only|just|all|entirely|fully|purely|100 ?%)")
_NEGATION = re.compile(
    r"\b(?:no|not|without|never|non|none|nothing|zero|sans|isnt|dont|didnt|wasnt|cant|wont|hate|anti|against|avoid\w*"
    rf"|refus\w+|instead of|rather than|unlike)\b|n['\u2019]t\b|\b{_TOOL}[ -]free\b"
)
_OTHERS = re.compile(
    r"\b(?:you|they|everyone|everybody|people|others?|some ?one|somebody|anyone|guys?|posts?|those|these|comments?)\b"
    r" (?:\w+ ){0,2}(?:use|used|using|uses|ran|is|are|do|did)\b"
)
_OFFER = re.compile(r"\b(?:can|could|would|should|might|may|want|try|if|unless|will|i'll|looks? like|thought)\b")
_QUOTE = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_CLAUSE = re.compile(r"[,;:()]| - | \u2013 |\u2014|\bbut\b|\bthen\b")
_SHORT = 4
"""Words of a remark that names a program and nothing else, such as "ChatGPT" or "AI version"."""


def says_ai(markdown: str) -> bool:
    """Return True if a comment says that its writer used a model. Denials, offers, questions and quotes do not count."""
    return any(
        _says_so(clause)
        for sentence in split_sentences(plain_lines(_QUOTE.sub("", markdown)), Section.CLARIFICATION)
        if not sentence.text.rstrip().endswith("?")
        for clause in _CLAUSE.split(sentence.lower)
    )


def _says_so(clause: str) -> bool:
    named = _NAMED.search(clause)
    if named is None:
        return False
    clause = _EMPHASIS.sub("", clause)
    if any(pattern.search(clause) for pattern in (_NEGATION, _OTHERS, _OFFER)):
        return False
    return _USED.search(clause) is not None or len(clause.split()) <= _SHORT
