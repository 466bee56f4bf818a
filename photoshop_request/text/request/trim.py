"""What is taken off a wish: "please", thanks, occasions, reasons and asides. What is left is the requester's own words."""

import re
from functools import lru_cache
from itertools import pairwise

from photoshop_request.text.cues import has_part
from photoshop_request.text.lexicon import DEFECTS, EDIT_NOUNS, EDIT_PARTICIPLES, EDIT_VERBS, words_of
from photoshop_request.text.request.asks import plain_verb
from photoshop_request.text.request.chitchat import noise
from photoshop_request.text.request.rules import Rule
from photoshop_request.text.words import bare_words, splitter

__all__ = ["content", "is_empty", "is_vague", "points_back", "trim"]

_PLEASE = re.compile(
    r"[,.]?\s*\b(?:pretty please|please|pls|plz|kindly)\b(?:\s+and\s+(?:thank you|thanks))?\s*[,!]*", re.IGNORECASE
)
_WITH = re.compile(
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
_PURPOSE_CUE = re.compile(r" (?:[fF]or|[sS]o|[aA]s|[bB]ecause|cuz|cause|[iI]|it|that|we|give|[iI]'?[dlm]+|in|and) ")
_PURPOSE_WORDS = words_of(
    "mom mum mother dad father nan nana wife husband girlfriend boyfriend gf bf sister brother friend friends family parents son daughter aunt uncle cousin "
    "boss coworker kids roommate buddy sisters brothers laws niece nephew birthday funeral memorial christmas xmas wedding anniversary day service obituary "
    "gift present surprise graduation card keepsake retirement so because cuz cause as give show frame send print be hang owe love appreciate tip pay mean "
    "express grateful great awesome thankful amazing forever ecstatic thrilled perfect wonderful slideshow scrapbook"
)
_PURPOSE_PARTS = ("grand", "fianc", "appreciat")
"""Bare words and parts of words of which one stands in whatever `_PURPOSE` matches."""
_DANGLING = words_of("but and so or if because since as to for that")
_INNER_FRAME = re.compile(
    r"(?<=[,.\s])(?:(?:if (?:you|someone) )?(?:can|could|would) (?:you|someone|anyone|somebody|anybody|u)(?: guys)?(?: also| maybe| possibly| perhaps)*(?! (?:here|be able|help|out there|know|with|please help))|"
    r"i(?:'d| would) (?:also )?(?:like|love|appreciate it) (?:for|if) (?:you|someone|anyone) (?:to|could|can)) (?=\w)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?:,\s+|;\s+|\.\.+\s*|\((?=\w)|\s(?:[-\u2013\u2014]+\s+|\((?=\w)|(?=(?:but|because|since|although|though|unfortunately|hopefully|if (?:possible|you|any|some|it))\b)))"
)
_CLAUSE_PARTS = (",", "(", " -", " but", "since", "because", "though", " if ", ";", "..", "ly", "\u2013", "\u2014")
"""One stands in whatever `_CLAUSE` matches ("ly" is unfortunately and hopefully)."""
_ASIDE = re.compile(
    r"^(?:and |but |so |since |because |as |although |though |unfortunately |hopefully |or |then |also )*(?:(?:i|we)\b|i'[dmv]|it'?s (?:my|our|one|his|her|the only|a)\b|"
    r"(?:he|she|they|my \w+) (?:was|were|would|will|loves?|passed|died|has|had|is (?:going|having|turning|my))|it(?:'d| would)|(?:that|which|this)(?:'d| would)|if (?:that|it)'?s? ?(?:is )?(?:possible|not|at all|too|okay|ok)|"
    r"if (?:you|any\w*|some\w*) (?:can|could|would|have|want|are|don't|need)|though\b|hopefully\b|unfortunately\b|you (?:are|guys|would)|any help)"
)
_WEAK_VERBS = words_of(
    "make put take turn like change cover print frame place move close open touch bring age write lose drop cut try swing dress show "
    "even lift connect join position light fill create wash iron photoshop shop photo pose throw"
)
_BEFORE = " ,;:.!?-\u2013~)]*"
_AFTER = " ,;:-\u2013~([*"
_LOOSE = re.compile(r" ([,?!;:]|\.(?!\w))")
_JOINED = re.compile(r"^((?:and|or|&|and/or) )(\w+ing)\b")
_LETTER = re.compile(r"[A-Za-z0-9']")
_words = splitter("'")
_bare = splitter("")
_STOP = words_of(
    "a an the and or of to in on is are was were be been it its it's this that these those my me i we our us you your he his him she her they them with for "
    "from at by as so if can could would will should do does did have has had just also please really very some any all up out there here into onto one "
    "picture pictures photo photos pic pics image images someone anyone somebody anybody help get make like want need love i'd i'm photoshop guys reddit "
    "possible maybe then than but not what which who how when where while because about too more much such old favorite only great best good nice "
    "passed away take taken give look looks looking thing something anything way again bit little old shot version"
)
_EMPTY = words_of("fix help edit do try work magic edited up fixed touch")
_EDITS = words_of(
    "fix help clean repair edit improv do try touch work enhanc better magic fixed up color restor retouch sharpen mak vectoriz appreciat wonderful amaz fantastic photograph photocopy make "
    "brighten cleaned complet upscal resiz crisp clear"
)
_VAGUE = words_of(
    "fix help clean repair edit improv do try touch work enhanc better awesom cool magic fixed up badass pretti photograph perfect edited"
)


def trim(text: str, *, gerund: bool = False) -> tuple[str, tuple[Rule, ...]]:
    """A wish without "please", thanks, occasions, reasons and asides, and the rules that fired."""
    short, low = text, text.lower()
    # Each pattern runs only where its word occurs: most wishes have none of them.
    if " with " in low:
        short = _WITH.sub("", short, count=1)
    if "thank" in low or "thx" in low or "cheers" in low or " t" in low[-6:]:
        short = _THANKS.sub("", short, count=1)
    if "pl" in low or "kindly" in low:
        short = _PLEASE.sub(" ", short)
    if "can " in low or "could " in low or "would " in low or "i'd" in low:
        short = _INNER_FRAME.sub("", short)
    if " for " in low:
        short = _FOR_ME.sub("", short)
    bare = _not_dangling(_purposeless(_without_asides(short)))
    if not _LETTER.search(bare):
        bare = short
    fired = (Rule.TAIL,) if len(bare) < len(text) - 8 else ()
    bare = _tidy(bare)
    if gerund and bare:
        first, _, rest = bare.partition(" ")
        bare = f"{plain_verb(first.lower())} {_JOINED.sub(_plain, rest, count=1)}"
    return bare, fired


def _plain(found: re.Match[str]) -> str:
    return found.group(1) + plain_verb(found.group(2).lower())


def _tidy(text: str) -> str:
    """Without what hangs loose at both ends, blanks before stops, and halves of brackets; a question becomes a wish."""
    text = " ".join(text.lstrip(_BEFORE).rstrip(_AFTER).split())
    if " ," in text or " ." in text or " ?" in text or " !" in text or " ;" in text or " :" in text:
        text = _LOOSE.sub(r"\1", text)
    if ("(" in text or ")" in text) and text.count("(") != text.count(")"):
        text = text.replace("(", "").replace(")", "")
    return text.rstrip("?!. ") + "." if text.endswith("?") else text


def content(low: str) -> frozenset[str]:
    """Stems of the words that say what is meant, to see whether something was said before."""
    return frozenset(map(_stem, set(_words(low)) - _STOP))


def is_empty(words: frozenset[str]) -> bool:
    """Do these stems say no more than that something is to be done?"""
    return words <= _EMPTY


def points_back(words: frozenset[str]) -> bool:
    """Is an edit named, but nothing that it is done to ("colorize it", "fix this")?"""
    return words <= _EDITS


def is_vague(words: frozenset[str]) -> bool:
    """Do these stems name no thing and no particular edit ("fix it", "do something with this picture")?"""
    return words <= _VAGUE


def _not_dangling(text: str) -> str:
    """Without a conjunction at the end that joined what was taken off."""
    while (words := text.rstrip(" .?!,;").rsplit(None, 1)) and len(words) > 1 and words[1].lower() in _DANGLING:
        text = words[0]
    return text


def _purposeless(text: str) -> str:
    low = text.lower()
    if _PURPOSE_WORDS.isdisjoint(_bare(low)) and not has_part(low, _PURPOSE_PARTS):
        return text
    return _PURPOSE.sub(_unless_edit, text) if _PURPOSE_CUE.search(text) else text


def _unless_edit(found: re.Match[str]) -> str:
    return found.group() if _names_edit(found.group()) else ""


def _names_edit(text: str) -> bool:
    words = _words(text.lower())
    return any(
        word in EDIT_PARTICIPLES
        or word in EDIT_NOUNS
        or word in DEFECTS
        or (word in EDIT_VERBS and word not in _WEAK_VERBS)
        for word in words
    )


def _without_asides(text: str) -> str:
    """Clauses after the first that only tell a story, a reason or a thank-you, and name no edit, are left out."""
    if not has_part(text, _CLAUSE_PARTS):
        return text
    cuts = [0, *(found.start() for found in _CLAUSE.finditer(text)), len(text)]
    if len(cuts) == 2:
        return text
    kept = text[: cuts[1]]
    for start, end in pairwise(cuts[1:]):
        clause = text[start:end]
        low = clause.lower().lstrip(" ,;-\u2013\u2014.(")
        words = frozenset(_words(low))
        rule = noise(low, words, bare_words(low, words))
        if rule is Rule.SKILL or ((rule or _ASIDE.match(low)) and not _names_edit(low)):
            continue
        kept += clause
    return kept


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    if word.startswith("colo"):
        word = word.replace("colour", "color").replace("colorise", "colorize").replace("colorisi", "colorizi")
        return "color"
    for ending in ("'s", "ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
