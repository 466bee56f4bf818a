"""Compare texts by the stems of their words, to find repeated asks and vague asks."""

from functools import lru_cache

from photoshop_request.text.word_patterns import word_set, word_splitter

_split_words = word_splitter("'")
_STOP_WORDS = word_set(
    "a an the and or of to in on is are was were be been it its it's this that these those my me i we our us you your he his him she her they them with for "
    "from at by as so if can could would will should do does did have has had just also please really very some any all up out there here into onto one "
    "picture pictures photo photos pic pics image images someone anyone somebody anybody help get make like want need love i'd i'm photoshop guys reddit "
    "possible maybe then than but not what which who how when where while because about too more much such old favorite only great best good nice "
    "passed away take taken give look looks looking thing something anything way again bit little old shot version"
)
_GENERIC = word_set("fix help edit do try work magic edited up fixed touch")
_EDITS = word_set(
    "fix help clean repair edit improv do try touch work enhanc better magic fixed up color restor retouch sharpen mak vectoriz appreciat wonderful amaz fantastic photograph photocopy make "
    "brighten cleaned complet upscal resiz crisp clear"
)
_VAGUE = word_set(
    "fix help clean repair edit improv do try touch work enhanc better awesom cool magic fixed up badass pretti photograph perfect edited"
)


def stems_of(lower: str) -> frozenset[str]:
    """Return the stems of the words that carry the meaning of a lower-case text."""
    return frozenset(map(_stem, set(_split_words(lower)) - _STOP_WORDS))


def is_generic(stems: frozenset[str]) -> bool:
    """Return True if the stems only say that something is to be done ("please help, edit this")."""
    return stems <= _GENERIC


def has_no_object(stems: frozenset[str]) -> bool:
    """Return True if the stems name an edit but nothing to apply it to ("colorize it", "fix this")."""
    return stems <= _EDITS


def is_vague(stems: frozenset[str]) -> bool:
    """Return True if the stems name neither a thing nor a particular edit ("do something with this picture")."""
    return stems <= _VAGUE


def covers(large: frozenset[str], small: frozenset[str]) -> bool:
    """Return True if `large` holds all stems of `small`. If `small` has five or more, one may be missing."""
    missing = len(small - large)
    return missing == 0 or (missing == 1 and len(small) >= 5)


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    if word.startswith("colo"):
        return "color"
    for ending in ("'s", "ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
