"""Strip PNG: texts, EXIF, times, unknown chunks, and everything after the end chunk.

Some editors overwrite a file without truncating it: the end of the uncropped picture then follows the end chunk.
Specification: PNG, third edition.
"""

import re
import zlib

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError

_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS bKGD hIST pHYs sBIT cHRM gAMA iCCP sRGB cICP mDCV cLLI acTL fcTL fdAT".split()
)
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_MAX_TEXT_BYTES = 1 << 20
"""Bytes of a compressed text that are decompressed."""
_PROFILE = b"raw profile type "


def strip(data: bytes, exif: bytes = b"") -> Stripped:
    """Return the file without metadata, and the content of the chunks left out.

    Raises:
        UnreadableContainerError: the end chunk is missing.
    """
    kept, dropped, offset = [data[:8]], [], 8
    name = b""
    while name != b"IEND" and offset + 12 <= len(data):
        name, end = data[offset + 4 : offset + 8], offset + 12 + int.from_bytes(data[offset : offset + 4], "big")
        if end > len(data):
            break
        if name in _NEEDED:
            kept.append(data[offset:end])
        else:
            dropped.append(_content(name, data[offset + 8 : end - 4]))
        offset = end
        if name == b"IHDR" and exif:
            kept.append(_chunk(b"eXIf", exif))
    if kept[-1][4:8] != b"IEND":
        raise UnreadableContainerError("cut PNG")
    if offset < len(data):
        dropped.append(data[offset:])
    return (b"".join(kept) if dropped or exif else data), dropped


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def _content(name: bytes, content: bytes) -> bytes:
    """Return the content of a chunk, texts decompressed. ImageMagick's profiles of hexadecimal digits become bytes."""
    if name not in _TEXTS:
        return content
    keyword, _, text = content.partition(b"\0")
    compressed = name == b"zTXt"
    if name == b"iTXt" and text[:1] == b"\1":
        compressed, text = True, b"\0" + text[2:].split(b"\0", 2)[-1]
    if compressed:
        try:
            text = zlib.decompressobj().decompress(text[1:], _MAX_TEXT_BYTES)
        except zlib.error:
            text = b""  # damaged: no program can read it
    if keyword.lower().startswith(_PROFILE):
        # "\nexif\n    8212\n", then lines of digits
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", text.split(b"\n", 3)[-1])
        text = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return keyword + b"=" + text
