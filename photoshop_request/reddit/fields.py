"""Parse single fields of Reddit's objects."""

import re

_MARKS = {
    "[deleted]": "deleted",
    "[deleted by user]": "deleted",
    "[removed]": "moderator",
    "[removed by moderator]": "moderator",
}
"""Text that stands in place of a removed one, normalized -> the `removed_by_category` that it means."""
MARK_START = r"^\[ ?(?:deleted|removed)"
"""Regular expression for the start of such a text, in any case."""
_LONGEST_MARK = 200
LONGEST_TEXT = 50_000
"""Letters of a self text or comment that are read. Reddit allows 40,000 and 10,000."""
LONGEST_TITLE = 1_000
"""Letters of a title or flair that are read. Reddit allows 300 and 64."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ID = re.compile(r"[0-9a-z]{1,13}")
"""An id without its `t1_` or `t3_`: a base-36 number of at most 64 bits."""


def unescape(text: str) -> str:
    """Undo the escaping that Reddit applies without `raw_json=1`: `&lt;`, `&gt;`, `&amp;`, once.

    `html.unescape` would also change `&copy=1` in an address, and entities that users typed (`&nbsp;`).
    """
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def is_placeholder(text: str | None) -> bool:
    """Return True if `text` replaces a removed text: `[deleted]`, `[removed]`, `[ Removed by Reddit ]`, or is empty."""
    return not text or mark_category(text) is not None or (text[0] == "[" and _normalized(text) == "[unavailable]")


def is_deleted_mark(text: str | None) -> bool:
    """Return True if `text` says that its author deleted it. `[removed]` means that somebody else removed it."""
    return mark_category(text) == "deleted"


def mark_category(text: str | None) -> str | None:
    """Return the `removed_by_category` that a text means if it stands in place of a removed one, else None."""
    if not text or text[0] != "[" or len(text) > _LONGEST_MARK:
        return None
    mark = _normalized(text)
    if mark.startswith("[removed by reddit") and mark[-1] == "]":  # some marks go on with the reason
        return "copyright_takedown" if "copyright" in mark else "content_takedown"
    return _MARKS.get(mark)


def is_id(value: object) -> bool:
    """Return whether `value` is an id as Reddit writes it, without `t1_` or `t3_`."""
    return isinstance(value, str) and ID.fullmatch(value) is not None


def bare_id(fullname: str) -> str:
    """Return an id without its `t1_` or `t3_`, in lower case."""
    return (fullname[3:] if "_" in fullname and fullname[2:3] == "_" and fullname[0] == "t" else fullname).lower()


def base36(number: int) -> str:
    """Return a non-negative number as Reddit writes ids. Some dumps hold `parent_id` as a number."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def _normalized(text: str) -> str:
    return text.strip().lower().replace("[ ", "[").replace(" ]", "]")
