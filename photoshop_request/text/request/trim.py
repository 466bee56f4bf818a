"""Trim an ask: remove "please", thanks, occasions, reasons and asides."""

import re
from itertools import pairwise

from photoshop_request.text.lexicon import DEFECTS, EDIT_NOUNS, EDIT_PARTICIPLES, EDIT_VERBS, plain_verb
from photoshop_request.text.request.chitchat import ChitChat, chitchat
from photoshop_request.text.word_patterns import bare_words, contains_any, word_set, word_splitter

_PLEASE = re.compile(
    r"[,.]?\s*\b(?:pretty please|please|pls|plz|kindly)\b(?:\s+and\s+(?:thank you|thanks))?\s*[,!]*", re.IGNORECASE
)
_GIFT_INTRO = re.compile(
    r"^(?:i'd|i would|we'd|we would|i|we) (?:really )?(?:like|love|want|wanted) to (?:surprise|present|gift) (?:\w+ ){1,3}?with (?=an? |the |this |some )",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"[\s,.;:!?&(-]*\b(?:and )?(?:many |much |big |huge |tons of |a million )?(?:thanks|thank you|thank u|thx|ty|tia|cheers)\b[^.?!]*[.?!)]*\s*$",
    re.IGNORECASE,
)
_FOR_ME = re.compile(r"\s+for (?:me|us|him|her|them)\b(?=\s*(?:please|\?|\.|!|$|,))", re.IGNORECASE)
_PEOPLE = (
    r"(?:mom|mum|mother|dad|father|grand\w+|nan|nana|wife|husband|girlfriend|boyfriend|gf|bf|fianc\w+|sister|brother|friends?|family|parents|son|"
    r"daughter|aunt|uncle|cousin|boss|coworker|kids|roommate|buddy|sisters|brothers|mother-in-law|in-laws|niece|nephew)"
)
_OCCASION = (
    r"(?:birthday|funeral|memorial|christmas|xmas|wedding|anniversary|mother'?s day|father'?s day|service|obituary|gift|present|surprise|"
    r"valentine'?s day|graduation|card|keepsake|retirement|\d+\w{2} birthday)"
)
_PURPOSE = re.compile(
    rf"[\s,]+(?:(?:to give|and give|as a (?:\w+ )?{_OCCASION}|for) (?:(?:it )?to )?(?:(?:my|his|her|our|their|a|the|an|this|next|upcoming|\w+'s)\s+)?"
    rf"(?:\w+\s+){{0,2}}?(?:{_PEOPLE}|{_OCCASION})(?:'s)?(?:\s+{_OCCASION})?(?=\s*(?:[.?!,]|$)|\s+(?:if|and|but|so|as|since|because|with)\b)"
    rf"|as an? (?:\w+ )?{_OCCASION}(?=\s*(?:[.?!,]|$))"
    r"|so (?:that )?(?:i|we|she|he|they|my \w+) (?:can|could|may|might|will) (?:give|have|use|print|frame|hang|put|send|show|post|share|keep|surprise|get|finally|at least)\b[^.?!]*"
    r"|(?:because|cuz|cause|as) (?:i|we|my|it's|it is|it was|she|he|they)\b[^.?!,]*"
    r"|(?:and )?(?:i'd|id|i would|i'll|i will|i want|i am going|i'm going) (?:really )?(?:(?:like|love) )?(?:to )?(?:give|surprise|show|frame|send|print|be|hang|owe|love you|appreciate|tip|pay)\b[^.?!]*"
    r"|(?:i|it|that|we)(?:'d|'ll| would| will| can't| cannot)\b[^.?!]*\b(?:mean|express|grateful|appreciat\w+|great|awesome|thankful|amazing|forever|ecstatic|thrilled|perfect|wonderful)\b[^.?!]*"
    r"|(?:for|in) (?:a|an|the|my|our|his|her) (?:frame|picture frame|slideshow|slide show|scrapbook)(?=\s*(?:[.?!,]|$)))",
    re.IGNORECASE,
)
_PURPOSE_BEGINNING = re.compile(
    r" (?:[fF]or|[sS]o|[aA]s|[bB]ecause|cuz|cause|[iI]|it|that|we|give|[iI]'?[dlm]+|in|and) "
)
_PURPOSE_WORDS = word_set(
    "mom mum mother dad father nan nana wife husband girlfriend boyfriend gf bf sister brother friend friends family parents son daughter aunt uncle cousin "
    "boss coworker kids roommate buddy sisters brothers laws niece nephew birthday funeral memorial christmas xmas wedding anniversary day service obituary "
    "gift present surprise graduation card keepsake retirement so because cuz cause as give show frame send print be hang owe love appreciate tip pay mean "
    "express grateful great awesome thankful amazing forever ecstatic thrilled perfect wonderful slideshow scrapbook"
)
_PURPOSE_PARTS = ("grand", "fianc", "appreciat")
"""Every match of `_PURPOSE` contains at least one of these bare words or parts of words."""
_CONJUNCTIONS = word_set("but and so or if because since as to for that")
_INNER_QUESTION = re.compile(
    r"(?<=[,.\s])(?:(?:if (?:you|someone) )?(?:can|could|would) (?:you|someone|anyone|somebody|anybody|u)(?: guys)?(?: also| maybe| possibly| perhaps)*(?! (?:here|be able|help|out there|know|with|please help))|"
    r"i(?:'d| would) (?:also )?(?:like|love|appreciate it) (?:for|if) (?:you|someone|anyone) (?:to|could|can)) (?=\w)",
    re.IGNORECASE,
)
_CLAUSE_BREAK = re.compile(
    r"(?:,\s+|;\s+|\.\.+\s*|\((?=\w)|\s(?:[-\u2013\u2014]+\s+|\((?=\w)|(?=(?:but|because|since|although|though|unfortunately|hopefully|if (?:possible|you|any|some|it))\b)))"
)
_CLAUSE_BREAK_PARTS = (
    ",",
    "(",
    " -",
    " but",
    "since",
    "because",
    "though",
    " if ",
    ";",
    "..",
    "ly",
    "\u2013",
    "\u2014",
)
"""Every match of `_CLAUSE_BREAK` contains at least one of these ("ly" ends unfortunately and hopefully)."""
_ASIDE = re.compile(
    r"^(?:and |but |so |since |because |as |although |though |unfortunately |hopefully |or |then |also )*(?:(?:i|we)\b|i'[dmv]|it'?s (?:my|our|one|his|her|the only|a)\b|"
    r"(?:he|she|they|my \w+) (?:was|were|would|will|loves?|passed|died|has|had|is (?:going|having|turning|my))|it(?:'d| would)|(?:that|which|this)(?:'d| would)|if (?:that|it)'?s? ?(?:is )?(?:possible|not|at all|too|okay|ok)|"
    r"if (?:you|any\w*|some\w*) (?:can|could|would|have|want|are|don't|need)|though\b|hopefully\b|unfortunately\b|you (?:are|guys|would)|any help)"
)
_WEAK_VERBS = word_set(
    "make put take turn like change cover print frame place move close open touch bring age write lose drop cut try swing dress show "
    "even lift connect join position light fill create wash iron photoshop shop photo pose throw"
)
_EDIT_WORDS = EDIT_PARTICIPLES | EDIT_NOUNS | DEFECTS | (EDIT_VERBS - _WEAK_VERBS)
_TRIMMED_LEFT = " ,;:.!?-\u2013~)]*"
_TRIMMED_RIGHT = " ,;:-\u2013~([*"
_SPACE_BEFORE_SIGN = re.compile(r" ([,?!;:]|\.(?!\w))")
_JOINED_GERUND = re.compile(r"^((?:and|or|&|and/or) )(\w+ing)\b")
_LETTER = re.compile(r"[A-Za-z0-9']")
_split_words = word_splitter("'")
_split_bare = word_splitter("")


def trim(text: str, *, is_gerund: bool = False) -> str:
    """Return an ask without "please", thanks, occasions, reasons and asides.

    `is_gerund`: turn the first word, an -ing form, into a plain verb.
    """
    lower = text.lower()
    # Each pattern runs only if its word occurs, because most asks have none of the words.
    if " with " in lower:
        text = _GIFT_INTRO.sub("", text, count=1)
    if "thank" in lower or "thx" in lower or "cheers" in lower or " t" in lower[-6:]:
        text = _THANKS.sub("", text, count=1)
    if "pl" in lower or "kindly" in lower:
        text = _PLEASE.sub(" ", text)
    if "can " in lower or "could " in lower or "would " in lower or "i'd" in lower:
        text = _INNER_QUESTION.sub("", text)
    if " for " in lower:
        text = _FOR_ME.sub("", text)
    short = _without_last_conjunction(_without_purpose(_without_asides(text)))
    short = _tidy(short if _LETTER.search(short) else text)
    if is_gerund and short:
        first, _, others = short.partition(" ")
        short = f"{plain_verb(first.lower())} {_JOINED_GERUND.sub(_joined_verb, others, count=1)}"
    return short


def _joined_verb(match: re.Match[str]) -> str:
    return match.group(1) + plain_verb(match.group(2).lower())


def _tidy(text: str) -> str:
    """Remove loose punctuation, spaces before punctuation and unpaired brackets. End a question with a full stop."""
    text = " ".join(text.lstrip(_TRIMMED_LEFT).rstrip(_TRIMMED_RIGHT).split())
    if " ," in text or " ." in text or " ?" in text or " !" in text or " ;" in text or " :" in text:
        text = _SPACE_BEFORE_SIGN.sub(r"\1", text)
    if ("(" in text or ")" in text) and text.count("(") != text.count(")"):
        text = text.replace("(", "").replace(")", "")
    return text.rstrip("?!. ") + "." if text.endswith("?") else text


def _without_last_conjunction(text: str) -> str:
    """Remove conjunctions at the end that joined a removed part."""
    while (words := text.rstrip(" .?!,;").rsplit(None, 1)) and len(words) > 1 and words[1].lower() in _CONJUNCTIONS:
        text = words[0]
    return text


def _without_purpose(text: str) -> str:
    """Remove occasions and reasons that name no edit."""
    lower = text.lower()
    if _PURPOSE_WORDS.isdisjoint(_split_bare(lower)) and not contains_any(lower, _PURPOSE_PARTS):
        return text
    return _PURPOSE.sub(_kept_purpose, text) if _PURPOSE_BEGINNING.search(text) else text


def _kept_purpose(match: re.Match[str]) -> str:
    return match.group() if _names_edit(match.group().lower()) else ""


def _names_edit(lower: str) -> bool:
    return not _EDIT_WORDS.isdisjoint(_split_words(lower))


def _without_asides(text: str) -> str:
    """Remove clauses, except the first, that name no edit and only tell a story, give a reason or say thanks."""
    if not contains_any(text, _CLAUSE_BREAK_PARTS):
        return text
    cuts = [0, *(match.start() for match in _CLAUSE_BREAK.finditer(text)), len(text)]
    if len(cuts) == 2:
        return text
    kept = text[: cuts[1]]
    for start, end in pairwise(cuts[1:]):
        clause = text[start:end]
        lower = clause.lower().lstrip(" ,;-\u2013\u2014.(")
        words = frozenset(_split_words(lower))
        kind = chitchat(lower, words, bare_words(lower, words))
        if kind is ChitChat.SKILL or ((kind or _ASIDE.match(lower)) and not _names_edit(lower)):
            continue
        kept += clause
    return kept
