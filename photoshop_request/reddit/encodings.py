"""Convert UTF-16, as PowerShell writes it, to UTF-8."""

import codecs
from collections.abc import Iterator
from itertools import chain

_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OPENINGS = b"{[ \t\r\n"
"""First bytes of a JSON text."""


def to_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield `blocks` as UTF-8. Other encodings than UTF-16, with or without a byte order mark, stay as they are.

    What is not valid UTF-16 becomes U+FFFD.
    """
    first = next(blocks, None)
    if first is None:
        return
    encoding = _utf16_of(first)
    if encoding is None:
        yield first
        yield from blocks
        return
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    for block in chain((first,), blocks):
        yield decode(block).encode()
    yield decode(b"", final=True).encode()


def _utf16_of(head: bytes) -> str | None:
    if head.startswith(_BOMS):
        return "utf-16"
    match tuple(head[:2]):
        case first, 0 if first in _OPENINGS:
            return "utf-16-le"
        case 0, second if second in _OPENINGS:
            return "utf-16-be"
    return None
