"""Read from a request and a solver's comment if a drawing over the edit is likely a watermark."""

import re

from photoshop_request.edits.watermark_rule import Prior

_MENTION = re.compile(r"\b(?:un)?water[ -]?mark", re.IGNORECASE)
_REMOVED = re.compile(
    r"\b(?:remov|delet|eras|clear|clean|got rid|get rid|took|take)\w*[^.!?\n]{0,40}\bwater[ -]?mark", re.IGNORECASE
)
_PAYMENT = re.compile(
    r"paypal\.me|venmo\.com|cash\.app|ko-?fi\.com|buymeacoffee\.com|\b(?:full[ -]res\w*|clean (?:version|copy)|final version)"
    r"[^.!?\n]{0,40}\b(?:after|once|upon|when)\b[^.!?\n]{0,20}\b(?:pay\w*|paid|tip)\b|\bpreview\b|\bproof of work\b",
    re.IGNORECASE,
)
_ADDING = re.compile(
    r"\b(?:add|put|writ|plac|insert|overlay|draw|includ|print|engrav|tattoo|cover|fill|surround|giv|mak|turn|chang|replac)\w*"
    r"[^.!?\n]{0,80}?\b(?:texts?|words?|captions?|titles?|names?|quotes?|letters?|lettering|numbers?|dates?|slogans?|logos?"
    r"|emblems?|signs?|banners?|posters?|flyers?|memes?|water[ -]?marks?|patterns?|stripes?|grids?|dots?|checkers?"
    r"|checkerboard|tiles?|fences?|chain[ -]link|bars|rain|snow|stickers?|invitations?|wallpapers?|lattice)\b",
    re.IGNORECASE,
)
_TAKING = re.compile(r"\b(?:remov|delet|eras|without|get rid|take (?:out|away|off)|clean up)\w*", re.IGNORECASE)
_LONGEST = 4000
"""Characters of a text that are read."""


def watermark_prior(request: str, comment: str, *, paid: bool) -> Prior:
    """Return what to expect. The solver's own words count most, then what the request asks for, then payment.

    request: title and text of the request. comment: the solver's comment, as written. paid: the request's terms.
    """
    request, comment = request[:_LONGEST], comment[:_LONGEST]
    if _writes_of_watermark(request, comment) or _PAYMENT.search(comment):
        return Prior.EXPECTED
    if asks_for_drawing(request):
        return Prior.ASKED_FOR
    return Prior.EXPECTED if paid else Prior.NEUTRAL


def asks_for_drawing(request: str) -> bool:
    """Return True if a request asks to add a text, a logo, a pattern, a fence or the like."""
    return any(not _TAKING.search(found.group()) for found in _ADDING.finditer(request))


def _writes_of_watermark(request: str, comment: str) -> bool:
    """Return True if a comment mentions a watermark, unless the request or the comment is about removing one."""
    return bool(_MENTION.search(comment)) and not (_MENTION.search(request) or _REMOVED.search(comment))
