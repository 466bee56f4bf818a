"""Remove GPS metadata from picture files without changing a pixel.

Only bytes of metadata change and the file keeps its length. Directories, boxes and offsets therefore stay valid, and
no other part of the file has to be parsed. GPS tags lie in an EXIF directory (tag 0x8825) or in XMP (`exif:GPS…`).
ImageMagick's PNG texts "Raw profile type …" hold EXIF or XMP as hexadecimal digits. Specifications: EXIF 3.0, TIFF 6.0,
PNG 3 (eXIf, compressed text), WebP container, ISO/IEC 23008-12 (HEIF).
"""

import re
import struct
import zlib
from collections.abc import Iterator

import stringzilla

from photoshop_request.media.files.decode import sniff

_TIFF = (b"II*\0", b"MM\0*")
_EXIF = b"Exif\0\0"
_PACKET = (b"<x:xmpmeta", b"</x:xmpmeta>")
_PROPERTY = re.compile(
    rb"""\bexif:GPS\w+\s*=\s*(?:"[^"]*"|'[^']*')|<exif:GPS(\w+)\b[^<>]*(?:/>|>(?:(?!<exif:GPS).)*?</exif:GPS\1\s*>)""",
    re.DOTALL,
)
_GPS, _SUB_DIRECTORY = 0x8825, 0x8769
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
"""TIFF type -> bytes of one value."""
_MAX_ENTRIES = 512
"""Most entries of a directory. Cameras write up to about 60."""
_MAX_TEXT_BYTES = 1 << 20
"""Bytes of a compressed text that are decompressed. JPEG, the origin of such metadata, holds 64 KiB a block."""
_PROFILE = b"raw profile type "
_PROFILES_WITH_LOCATION = frozenset({b"exif", b"app1", b"xmp"})


def without_location(data: bytes) -> bytes | None:
    """Return the file without its GPS tags, of the same length, or None if it has none.

    Supports JPEG (with all pictures that a phone appends), PNG, WebP, TIFF, HEIF and AVIF. Damaged metadata is kept.
    """
    kind = sniff(data)
    if kind is None or kind in {"GIF", "BMP"}:
        return None
    blocks, packets = list(_exif_blocks(kind, data)), list(_xmp_packets(data))
    texts = list(_texts_with_location(data)) if kind == "PNG" else []
    if not blocks and not packets and not texts:
        return None
    changed = bytearray(data)
    for start, end in texts:
        changed[start - 4 : end] = b"tEXtComment\0".ljust(end - start + 4)
    for start, end in blocks:
        _clear_tiff(memoryview(changed)[start:end])
    for start, end in packets:
        for match in _PROPERTY.finditer(data, start, end):
            changed[match.start() : match.end()] = b" " * (match.end() - match.start())
    if changed == data:
        return None
    if kind == "PNG":
        _update_checksums(changed)
    return bytes(changed)


def _exif_blocks(kind: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each possible TIFF structure with EXIF."""
    match kind:
        case "TIFF":
            yield 0, len(data)
        case "PNG":
            yield from ((start, end) for name, start, end in _png_chunks(data) if name == b"eXIf")
        case "WEBP":
            for name, start, end in _riff_chunks(data):
                if name == b"EXIF":
                    # some writers add the prefix of JPEG
                    yield start + 6 * data.startswith(b"Exif\0\0", start), end
        case "JPEG":
            yield from (
                (start + 6, len(data)) for start in _offsets(data, _EXIF) if data[start + 6 : start + 10] in _TIFF
            )
        case _:
            # a table of the file locates the item, but its magic number is easier to find
            yield from ((start, len(data)) for magic in _TIFF for start in _offsets(data, magic))


def _texts_with_location(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of PNG texts that hold GPS tags, compressed or as hex digits. The whole text is dropped."""
    for name, start, end in _png_chunks(data):
        if name not in {b"tEXt", b"zTXt", b"iTXt"}:
            continue
        keyword, _, content = data[start:end].partition(b"\0")
        profile = keyword.lower().removeprefix(_PROFILE) if keyword.lower().startswith(_PROFILE) else None
        if profile is not None and profile not in _PROFILES_WITH_LOCATION:
            continue  # color profiles, captions
        compressed = name == b"zTXt"
        if name == b"iTXt" and content[:1] == b"\1":
            compressed, content = True, b"\0" + content[2:].split(b"\0", 2)[-1]
        text = _decompressed(content[1:]) if compressed else content
        if text is None:
            continue  # damaged: no program can read tags in it
        if profile is not None:
            # "\nexif\n    8212\n", then lines of digits
            digits = re.sub(rb"[^0-9A-Fa-f]", b"", text.split(b"\n", 3)[-1])
            text = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
        elif not compressed:
            continue
        if len(text) > _MAX_TEXT_BYTES or _holds_location(text):
            yield start, end


def _decompressed(text: bytes) -> bytes | None:
    """Decompress at most one byte over the limit. Return None if `text` is not zlib data."""
    try:
        return zlib.decompressobj().decompress(text, _MAX_TEXT_BYTES + 1)
    except zlib.error:
        return None


def _holds_location(metadata: bytes) -> bool:
    """Return True if EXIF (with or without the prefix of JPEG) or XMP holds GPS tags."""
    cleared = bytearray(metadata)
    for start in (0, *(start + 6 for start in _offsets(metadata, _EXIF))):
        if metadata[start : start + 4] in _TIFF:
            _clear_tiff(memoryview(cleared)[start:])
    if cleared != metadata:
        return True
    return any(_PROPERTY.search(metadata, start, end) for start, end in _xmp_packets(metadata))


def _xmp_packets(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each XMP packet."""
    end = 0
    for start in _offsets(data, _PACKET[0]):
        if start < end:
            continue
        end = data.find(_PACKET[1], start)
        if end < 0:
            return
        yield start, end


def _offsets(data: bytes, pattern: bytes) -> Iterator[int]:
    """Yield the offsets of a pattern. Every published picture is searched, so stringzilla's speed counts."""
    offset = stringzilla.find(data, pattern)
    while offset >= 0:
        yield offset
        offset = stringzilla.find(data, pattern, offset + 1)


def _png_chunks(data: bytes | bytearray) -> Iterator[tuple[bytes, int, int]]:
    offset = 8
    while offset + 12 <= len(data):
        length = int.from_bytes(data[offset : offset + 4], "big")
        yield bytes(data[offset + 4 : offset + 8]), offset + 8, min(offset + 8 + length, len(data))
        offset += 12 + length


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    offset = 12
    while offset + 8 <= len(data):
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield data[offset : offset + 4], offset + 8, min(offset + 8 + length, len(data))
        offset += 8 + length + length % 2


def _update_checksums(data: bytearray) -> None:
    """Recompute the checksums of chunks with text or EXIF. Other chunks did not change."""
    for name, start, end in _png_chunks(data):
        if name in {b"eXIf", b"iTXt", b"tEXt"} and end + 4 <= len(data):
            data[end : end + 4] = zlib.crc32(data[start - 4 : end]).to_bytes(4, "big")


def _clear_tiff(block: memoryview) -> None:
    """Erase the GPS directory of a TIFF structure: the pointer to it, its entries and their values."""
    if len(block) < 8:
        return
    order = "<" if bytes(block[:2]) == b"II" else ">"
    pending, seen = [struct.unpack_from(f"{order}I", block, 4)[0]], set()
    while pending:
        offset = pending.pop()
        if offset in seen:
            continue
        seen.add(offset)
        entries = _entries(block, order, offset)
        if entries is None:
            continue
        after = offset + 2 + 12 * len(entries)
        if after + 4 <= len(block):
            pending.append(struct.unpack_from(f"{order}I", block, after)[0])
        pending += [value for tag, _, _, value in entries if tag == _SUB_DIRECTORY]
        for number in reversed(range(len(entries))):
            tag, _, _, value = entries[number]
            if tag == _GPS:
                _clear_directory(block, order, value)
                _drop_entry(block, order, offset, number)


def _entries(block: memoryview, order: str, offset: int) -> list[tuple[int, int, int, int]] | None:
    """Return tag, type, count and value (or its offset) of a directory's entries, or None if there is no directory."""
    if not 8 <= offset <= len(block) - 2:
        return None
    count = struct.unpack_from(f"{order}H", block, offset)[0]
    if not 0 < count <= _MAX_ENTRIES or offset + 2 + 12 * count > len(block):
        return None
    entries = [struct.unpack_from(f"{order}HHII", block, offset + 2 + 12 * number) for number in range(count)]
    # valid types tell a directory from other bytes
    return entries if all(kind in _SIZES for _, kind, _, _ in entries) else None


def _clear_directory(block: memoryview, order: str, offset: int) -> None:
    entries = _entries(block, order, offset)
    if entries is None:
        return
    for _, kind, count, value in entries:
        size = _SIZES[kind] * count
        if size > 4 and value + size <= len(block):
            block[value : value + size] = bytes(size)
    block[offset : offset + 2 + 12 * len(entries)] = bytes(2 + 12 * len(entries))


def _drop_entry(block: memoryview, order: str, offset: int, number: int) -> None:
    """Remove one entry and move up those after it. Zeros fill the bytes that become free at the end."""
    count = struct.unpack_from(f"{order}H", block, offset)[0]
    if count <= number:
        return  # in a damaged file, clearing the GPS directory may have cleared this one
    start, end = offset + 2 + 12 * number, min(offset + 2 + 12 * count + 4, len(block))
    block[start:end] = bytes(block[start + 12 : end]) + bytes(12)
    struct.pack_into(f"{order}H", block, offset, count - 1)
