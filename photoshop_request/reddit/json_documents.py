"""Read the posts of JSON documents: arrays, answers of APIs, Reddit's listings and threads, pretty-printed objects.

A document is read value by value, whatever its size: memory is bounded by `newlines.MAX_LINE`. An array of posts, or
any object that holds posts, is entered. Each post comes with its original bytes, except for a comment with replies
inside: it comes without them, and the replies follow.
"""

import codecs
import json
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import Any

from photoshop_request.reddit.newlines import MAX_LINE
from photoshop_request.reddit.scan import BlockMatches

_POST_KEYS = frozenset({"created_utc", "body", "selftext", "link_id", "parent_id"})
"""Any of them tells a post from an object that holds posts."""
_NESTED = ("replies", "comments")
"""Keys of a post or comment whose value may hold comments."""
_raw_decode = json.JSONDecoder().raw_decode
_MAX_DEPTH = 32
"""Lists and objects around a post. Reddit has 4. Every one is decoded again, so deeper ones would take hours."""
_SKIPPED = re.compile(r"[\s,:\w.+\-\ufeff]*")
"""Numbers, names and signs between the values that may hold posts."""
_STARTS = frozenset('{["-0123456789tfnNI')
"""First letters of JSON values."""
_KEY = re.compile(r'[\s,]*"(\w+)"\s*:\s*')
_READ = 64 << 10
"""Letters that were read and are still held. An error of the decoder counts the lines before it, every time."""
_SLACK = 16
"""An error this near to the end of a text may vanish with more text: in the middle of `false` or of an escape."""


def is_document(head: bytes) -> bool:
    """Return True if a file is a document and not JSON lines. `head` is its start: its first line or many bytes."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    line, newline, _ = text.partition("\n")
    if not text.startswith("{"):
        return text.startswith("[")
    try:
        value = json.loads(line)
    except RecursionError:
        return False
    except ValueError:
        # pretty-printed, or with a comma behind each object, or too long for `head`
        return not newline or line.rstrip().endswith(("{", "[", ",", ":"))
    return _holds_posts(value) or any(_posts_in(_post_of(value).get(key)) for key in _NESTED)


def read_documents(blocks: Iterable[bytes]) -> Generator[BlockMatches, None, bool]:
    """Yield the posts of the documents in `blocks` as lines, with their number from 1 and the offset of their bytes.

    An object that is no post is also a line. Broken JSON is a line up to its newline, and reading goes on behind it.
    Returns True if the last document is not complete.
    """
    number, reader = 0, _Reader()
    for block in chain(blocks, (None,)):
        lines: list[tuple[bytes, int, int]] = []
        for piece, value, offset in reader.feed(block):
            for line in _lines(piece, value) if value else (piece,):
                number += 1
                lines.append((line, number, offset))
        yield BlockMatches(lines, 0)
    return reader.is_cut


class _Reader:
    """Split a stream of JSON text into objects."""

    def __init__(self) -> None:
        self._bytes = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._offset = 0
        """Bytes before the text."""
        self._depth = 0
        self._needed = 0
        """Letters of the text before another attempt, so that a long object is not decoded for every block."""
        self.is_cut = False

    def feed(self, block: bytes | None) -> Iterator[tuple[bytes, Any, int]]:
        """Yield objects, or None for broken JSON, each with its bytes and their offset. A block of None ends the stream."""
        self._text += self._bytes.decode(block or b"", final=block is None)
        if block is not None and len(self._text) < self._needed:
            return
        text, at, is_last = self._text, 0, block is None
        while True:
            if at > _READ:
                text, at = text[at:], 0
            begin, at = at, _skip(text, at)
            if at < len(text) and text[at] in "[]}":
                self._depth += 1 if text[at] == "[" else -1
                at += 1
                self._offset += len(_encode(text[begin:at]))
                continue
            self._offset += len(_encode(text[begin:at]))
            if at == len(text):
                break
            value, end, is_open = _decode(text, at)
            is_long = len(text) - at >= MAX_LINE
            if is_open and not (is_long or is_last):
                break
            is_container = _holds_posts(value) or (
                is_open and text[at] == "{" and (is_long or _POST_KEYS.isdisjoint(_keys(text, at)))
            )
            if is_container and self._depth < _MAX_DEPTH:
                self._depth += 1
                self._offset += 1
                at += 1
                continue
            self.is_cut = self.is_cut or is_open
            piece = _encode(text[at:end])
            if value is None or (value and isinstance(value, dict)):
                yield piece, value, self._offset
            self._offset += len(piece)
            at = end
        self._text = text[at:]
        self._needed = 2 * len(self._text)
        self.is_cut = is_last and (self.is_cut or self._depth > 0)


def _skip(text: str, at: int) -> int:
    match = _SKIPPED.match(text, at)
    return match.end() if match else at


def _decode(text: str, at: int) -> tuple[Any, int, bool]:
    """Return the value at `at`, its end, and False. For broken JSON: None, the end of the line, and if more text may help."""
    end = text.find("\n", at) + 1 or len(text)
    if at < len(text) and text[at] not in _STARTS:
        return None, end, False
    try:
        return *_raw_decode(text, at), False
    except json.JSONDecodeError as error:
        return None, end, error.msg.startswith("Unterminated") or error.pos >= len(text) - _SLACK
    except (RecursionError, ValueError):  # the latter: a number of more than 4,300 digits
        return None, end, False


def _keys(text: str, at: int) -> set[str]:
    """Return the keys of the object at `at` whose values are complete."""
    keys: set[str] = set()
    at += 1
    while match := _KEY.match(text, at):
        _, at, is_open = _decode(text, match.end())
        if is_open:
            break
        keys.add(match[1])
    return keys


def _lines(piece: bytes, value: Any) -> Iterator[bytes]:
    """Yield an object as a line, and the comments inside it as further lines."""
    inner = _take_comments(value)
    yield json.dumps(value).encode() if inner else piece
    while inner:
        post = inner.pop()
        inner += _take_comments(post)
        yield json.dumps(post).encode()


def _take_comments(value: Any) -> list[dict[str, Any]]:
    """Remove the comments inside a post or comment, and return them, the last one first."""
    post, taken = _post_of(value), []
    for key in _NESTED:
        if inner := _posts_in(post.get(key)):
            taken += inner
            post[key] = ""
    return taken[::-1]


def _posts_in(value: Any) -> list[dict[str, Any]]:
    """Return the posts and things in a list or a listing."""
    if isinstance(value, dict):
        listing = value.get("data")
        value = listing.get("children") if isinstance(listing, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _post_of(value: Any) -> dict[str, Any]:
    """Return the object inside `{"kind": …, "data": …}`, or `value`. Empty if it is no object."""
    if not isinstance(value, dict):
        return {}
    inner = value.get("data")
    return inner if isinstance(inner, dict) and _is_thing(value) else value


def _is_thing(value: dict[str, Any]) -> bool:
    return value.get("kind", "Listing") != "Listing" and isinstance(value.get("data"), dict)


def _holds_posts(value: Any) -> bool:
    """Return True for an object that is no post and has other objects inside."""
    return (
        isinstance(value, dict)
        and not _is_thing(value)
        and _POST_KEYS.isdisjoint(value)
        and any(isinstance(inner, dict | list) for inner in value.values())
    )


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
