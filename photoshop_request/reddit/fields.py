"""Small rules about single fields of Reddit's objects."""

_PLACEHOLDERS = frozenset({
    "[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[removed by moderator]", "[unavailable]",
})  # fmt: skip
_DELETED = frozenset({"[deleted]", "[deleted by user]"})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def unescape(text: str) -> str:
    """Undo the one escaping that Reddit applies without `raw_json=1`: `&lt;`, `&gt;`, `&amp;`, once.

    Not `html.unescape`: that also turns `&copy=1` inside an address into a sign, and entities that people typed
    (`&nbsp;`) belong to their Markdown.
    """
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def is_placeholder(text: str | None) -> bool:
    """Whether `text` stands where a text was: `[deleted]`, `[removed]`, `[ Removed by Reddit ]`, nothing at all."""
    return not text or (text[0] == "[" and _squeezed(text) in _PLACEHOLDERS)


def is_deleted_mark(text: str | None) -> bool:
    """Whether `text` is what Reddit puts when the author deleted; `[removed]` was somebody else."""
    return False if not text or text[0] != "[" else _squeezed(text) in _DELETED


def bare_id(fullname: str) -> str:
    """An id without its `t1_` or `t3_`, in lower case."""
    return (fullname[3:] if "_" in fullname and fullname[2:3] == "_" and fullname[0] == "t" else fullname).lower()


def base36(number: int) -> str:
    """A non-negative number as Reddit writes ids: some dumps hold `parent_id` as a number."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def _squeezed(text: str) -> str:
    return text.strip().lower().replace("[ ", "[").replace(" ]", "]")
