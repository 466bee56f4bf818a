"""When a pair may be mirrored: never where the words or the picture would become wrong."""

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["may_flip"]

_SIDES = r"left\w*|right\w*|(?:counter|anti)?-?clockwise|mirror\w*|flip\w*|east\w*|west\w*|revers\w*"
_WRITING = (
    r"texts?|words?|wording|letters?|lettering|letterhead|fonts?|logos?|captions?|signs?|signature|writing|written|"
    r"writes?|names?|numbers?|digits?|dates?|plates?|titles?|quotes?|typos?|spell\w*|labels?|watermarks?|slogans?|"
    r"banners?|posters?|memes?|jerseys?|says?|reads?|saying"
)
_NOT_MIRRORED = re.compile(rf"\b(?:{_SIDES}|{_WRITING})\b|[\"“”]", re.IGNORECASE)
_KNOWN = frozenset({"en", "und", None})


def may_flip(row: Mapping[str, Any]) -> bool:
    """Whether a mirrored pair would still do what the instruction says.

    Not where it names a side or a turn, speaks of writing (or quotes some), or is in a language whose words for these
    are not known here.
    """
    return row.get("language") in _KNOWN and not _NOT_MIRRORED.search(row["instruction"] or "")
