"""Strip PNG: texts, EXIF, times, unknown chunks, and everything after the end chunk.

Some editors overwrite a file without truncating it: the end of the uncropped picture then follows the end chunk.
Browsers ignore a damaged ancillary chunk, while Pillow refuses the file. So such chunks are left out too.
Specification: PNG, third edition.
"""

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError

MAX_PROFILE = 1 << 20
"""Bytes of a color profile that Pillow reads in a PNG."""
_LARGEST_PROFILE = 16 << 20
"""Bytes of a color profile that `readable` unpacks: as many as a JPEG can hold."""
_MAX_CHUNKS = 400_000
"""Encoders write 8 KB or more of pixels into a chunk."""
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_READ = frozenset({b"tRNS", b"eXIf"}) | _ANIMATION
"""Ancillary chunks that change how Pillow decodes or turns the picture, beside profile and texts."""
_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS bKGD hIST pHYs sBIT cHRM gAMA iCCP sRGB cICP mDCV cLLI acTL fcTL fdAT".split()
)
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_MIN_SIZES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"acTL": 8, b"fcTL": 26}
_MAX_FRAMES = 1 << 31
_MIN_TRANSPARENCY = {0: 2, 2: 6, 3: 1}
"""Color type -> bytes of tRNS."""
_MAX_TEXT_BYTES = 1 << 20
"""Bytes of a compressed text that are decompressed."""
_MAX_TEXTS = 64
"""Compressed texts that are decompressed. Each may take 1,000 times its size."""
_EXIF_OR_XMP = frozenset({b"XML:com.adobe.xmp", b"Raw profile type exif"})
"""Keywords of texts in which Pillow looks for the orientation."""
_REPEATED = _TEXTS | {b"fcTL", b"fdAT"}
"""Ancillary chunks of which a file may have several. Of others the first counts."""
_PROFILE = b"raw profile type "


class _Chunk(NamedTuple):
    name: bytes
    start: int
    """Offset of its length. Its content follows 8 bytes later."""
    end: int
    """Offset after its checksum."""


def strip(data: bytes, exif: bytes = b"") -> Stripped:
    """Return the file without metadata, and the content of the chunks left out.

    Raises:
        UnreadableContainerError: the end chunk is missing, or Pillow does not read the color profile.
    """
    found = list(_chunks(data))
    sound = _sound(data, found)
    kept, dropped, offset, texts = [data[:8]], [], 8, 0
    for chunk in found:
        content = data[chunk.start + 8 : chunk.end - 4]
        texts += _packed(chunk.name, content) is not None
        if chunk.name in _NEEDED and chunk in sound:
            kept.append(data[chunk.start : chunk.end])
        else:
            dropped.append(_content(chunk.name, content) if texts <= _MAX_TEXTS else content)
        if chunk.name == b"iCCP" and chunk in sound and len(_profile(data, chunk) or b"") > MAX_PROFILE:
            raise UnreadableContainerError("large color profile in PNG")
        offset = chunk.end
        if chunk.name == b"IHDR" and exif:
            kept.append(_chunk(b"eXIf", exif))
    if kept[-1][4:8] != b"IEND":
        raise UnreadableContainerError("cut PNG")
    if offset < len(data):
        dropped.append(data[offset:])
    return (b"".join(kept) if dropped or exif else data), dropped


def readable(data: bytes) -> tuple[bytes, bytes | None]:
    """Return the file with only those chunks that change how Pillow decodes or turns it, and its color profile.

    A profile is unpacked up to 16 MiB. Texts of EXIF and XMP count up to 1 MiB.

    Raises:
        UnreadableContainerError: there are too many chunks.
    """
    kept, texts, profile = [data[:8]], set[bytes](), None
    found = list(_chunks(data))
    for chunk in _sound(data, found):
        if chunk.name in _TEXTS:
            content = data[chunk.start + 8 : chunk.end - 4]
            keyword = content.partition(b"\0")[0]
            is_read = keyword in _EXIF_OR_XMP - texts and _is_short(chunk.name, content)
            texts.add(keyword)
        else:
            is_read = not chunk.name[0] & 0x20 or chunk.name in _READ
        if is_read:
            kept.append(data[chunk.start : chunk.end])
        if chunk.name == b"iCCP":
            profile = _profile(data, chunk)
    offset = found[-1].end if found else 8
    if data[offset + 4 : offset + 8] not in _TEXTS:  # a file that was cut off in a text has all its pixels
        kept.append(data[offset:])
    return b"".join(kept), profile


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yield the complete chunks up to the end chunk.

    Raises:
        UnreadableContainerError: there are too many.
    """
    offset, name, count = 8, b"", 0
    while name != b"IEND" and offset + 12 <= len(data):
        name, end = data[offset + 4 : offset + 8], offset + 12 + int.from_bytes(data[offset : offset + 4], "big")
        count += 1
        if count > _MAX_CHUNKS:
            raise UnreadableContainerError(f"more than {_MAX_CHUNKS:,} blocks")
        if end > len(data):
            return
        yield _Chunk(name, offset, end)
        offset = end


def _sound(data: bytes, found: list[_Chunk]) -> dict[_Chunk, None]:
    """Return the chunks in their order, without ancillary ones that are damaged. Frames need a whole animation."""
    sound, names = dict[_Chunk, None](), set[bytes]()
    for chunk in found:
        may_be_repeated = not chunk.name[0] & 0x20 or chunk.name in _REPEATED
        if (may_be_repeated or chunk.name not in names) and _is_sound(data, chunk):
            sound[chunk] = None
        names.add(chunk.name)
    if any(chunk.name in _ANIMATION and chunk not in sound for chunk in found):
        sound = dict.fromkeys(chunk for chunk in sound if chunk.name not in _ANIMATION)
    return sound


def _is_sound(data: bytes, chunk: _Chunk) -> bool:
    if not chunk.name[0] & 0x20 or chunk.name == b"fdAT":
        return True  # pixels: decoding tells
    content = data[chunk.start + 8 : chunk.end - 4]
    if zlib.crc32(content, zlib.crc32(chunk.name)) != int.from_bytes(data[chunk.end - 4 : chunk.end], "big"):
        return False
    if chunk.name == b"iCCP":
        return _profile(data, chunk) is not None
    if chunk.name == b"acTL" and not 0 < int.from_bytes(content[:4], "big") < _MAX_FRAMES:
        return False
    shortest = (
        _MIN_TRANSPARENCY.get(data[25] if len(data) > 25 else 0, 0)
        if chunk.name == b"tRNS"
        else _MIN_SIZES.get(chunk.name, 0)
    )
    return len(content) >= shortest


def _profile(data: bytes, chunk: _Chunk) -> bytes | None:
    name, _, packed = data[chunk.start + 8 : chunk.end - 4].partition(b"\0")
    return _unpacked(packed[1:], _LARGEST_PROFILE) if name and packed[:1] == b"\0" else None


def _unpacked(packed: bytes, limit: int) -> bytes | None:
    """Decompress, or return None if the result exceeds the limit or the bytes are damaged."""
    decompressor = zlib.decompressobj()
    try:
        content = decompressor.decompress(packed, limit)
    except zlib.error:
        return None
    return None if decompressor.unconsumed_tail else content


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def _packed(name: bytes, content: bytes) -> bytes | None:
    """Return the compressed text of a chunk, or None if its text is not compressed."""
    if name not in {b"zTXt", b"iTXt"}:
        return None
    text = content.partition(b"\0")[2]
    if name == b"zTXt":
        return text[1:]
    return text[2:].split(b"\0", 2)[-1] if text[:1] == b"\1" else None


def _is_short(name: bytes, content: bytes) -> bool:
    packed = _packed(name, content)
    return packed is None or _unpacked(packed, _MAX_TEXT_BYTES) is not None


def _content(name: bytes, content: bytes) -> bytes:
    """Return the content of a chunk, texts decompressed. ImageMagick's profiles of hexadecimal digits become bytes."""
    if name not in _TEXTS:
        return content
    keyword, _, text = content.partition(b"\0")
    packed = _packed(name, content)
    if packed is not None:
        try:
            text = zlib.decompressobj().decompress(packed, _MAX_TEXT_BYTES)
        except zlib.error:
            text = b""  # damaged: no program can read it
    if keyword.lower().startswith(_PROFILE):
        # "\nexif\n    8212\n", then lines of digits
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", text.split(b"\n", 3)[-1])
        text = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return keyword + b"=" + text
