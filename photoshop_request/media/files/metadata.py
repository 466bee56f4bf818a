"""Taking the place where a photo was taken out of its file, without touching a pixel.

Only bytes of metadata change, and the file keeps its length: directories, boxes and offsets stay as they are, so nothing
else in the file needs to be understood. Sources: EXIF 3.0 (GPS tags in an IFD of their own, pointed to by tag 0x8825),
TIFF 6.0, PNG 3 (eXIf; packed text), the WebP container, ISO/IEC 23008-12 (HEIF), XMP's `exif:GPS…` properties, and
ImageMagick's "Raw profile type …" texts, which hold EXIF or XMP as hexadecimal digits.
"""

import re
import struct
import zlib
from collections.abc import Iterator

import stringzilla

from photoshop_request.media.files.decode import sniff

__all__ = ["without_location"]

_TIFF = (b"II*\0", b"MM\0*")
_EXIF = b"Exif\0\0"
_PACKET = (b"<x:xmpmeta", b"</x:xmpmeta>")
_PROPERTY = re.compile(
    rb"""\bexif:GPS\w+\s*=\s*(?:"[^"]*"|'[^']*')|<exif:GPS(\w+)\b[^<>]*(?:/>|>(?:(?!<exif:GPS).)*?</exif:GPS\1\s*>)""",
    re.DOTALL,
)
_GPS, _SUB_DIRECTORY = 0x8825, 0x8769
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
"""Bytes of one value of each TIFF type."""
_MOST_ENTRIES = 512
"""Of a directory; cameras write up to about 60."""
_MOST_UNPACKED = 1 << 20
"""Bytes of a packed text that are looked at; JPEG, where such metadata comes from, holds 64 KiB a block."""
_PROFILE = b"raw profile type "
_PROFILES_WITH_PLACE = frozenset({b"exif", b"app1", b"xmp"})


def without_location(data: bytes) -> bytes | None:
    """The same file without its GPS tags, pixel for pixel and of the same length; None where it has none.

    JPEG (with every picture that a phone appends to it), PNG, WebP, TIFF, HEIF and AVIF. Damaged metadata is left alone.
    """
    kind = sniff(data)
    if kind is None or kind in {"GIF", "BMP"}:
        return None
    blocks, packets = list(_blocks(kind, data)), list(_packets(data))
    texts = list(_texts_with_place(data)) if kind == "PNG" else []
    if not blocks and not packets and not texts:
        return None
    changed = bytearray(data)
    for start, end in texts:
        changed[start - 4 : end] = b"tEXtComment\0".ljust(end - start + 4)
    for start, end in blocks:
        _clear_tiff(memoryview(changed)[start:end])
    for start, end in packets:
        for found in _PROPERTY.finditer(data, start, end):
            changed[found.start() : found.end()] = b" " * (found.end() - found.start())
    if changed == data:
        return None
    if kind == "PNG":
        _renew_checksums(changed)
    return bytes(changed)


def _blocks(kind: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Where TIFF structures with EXIF may lie."""
    match kind:
        case "TIFF":
            yield 0, len(data)
        case "PNG":
            yield from ((start, end) for name, start, end in _png_chunks(data) if name == b"eXIf")
        case "WEBP":
            for name, start, end in _riff_chunks(data):
                if name == b"EXIF":
                    # some writers put JPEG's prefix before it
                    yield start + 6 * data.startswith(b"Exif\0\0", start), end
        case "JPEG":
            yield from (
                (start + 6, len(data)) for start in _places(data, _EXIF) if data[start + 6 : start + 10] in _TIFF
            )
        case _:
            # the item's place is in a table of the file; its first bytes are enough to find it
            yield from ((start, len(data)) for magic in _TIFF for start in _places(data, magic))


def _texts_with_place(data: bytes) -> Iterator[tuple[int, int]]:
    """Where texts of a PNG lie that tell the place in packed or spelt-out form; such a text is given up as a whole."""
    for name, start, end in _png_chunks(data):
        if name not in {b"tEXt", b"zTXt", b"iTXt"}:
            continue
        keyword, _, rest = data[start:end].partition(b"\0")
        profile = keyword.lower().removeprefix(_PROFILE) if keyword.lower().startswith(_PROFILE) else None
        if profile is not None and profile not in _PROFILES_WITH_PLACE:
            continue  # colours, captions
        packed = name == b"zTXt"
        if name == b"iTXt" and rest[:1] == b"\1":
            packed, rest = True, b"\0" + rest[2:].split(b"\0", 2)[-1]
        if packed:
            text = _unpacked(rest[1:])
            if text is None:
                continue  # nobody else reads it either
        else:
            text = rest
        if profile is not None:
            # "\nexif\n    8212\n" and the digits in lines
            spelt = re.sub(rb"[^0-9A-Fa-f]", b"", text.split(b"\n", 3)[-1])
            text = bytes.fromhex(spelt[: len(spelt) // 2 * 2].decode("ascii"))
        elif not packed:
            continue
        if len(text) > _MOST_UNPACKED or _tells_place(text):
            yield start, end


def _unpacked(packed: bytes) -> bytes | None:
    """At most one byte more than is looked at; None for what is not packed by zlib."""
    try:
        return zlib.decompressobj().decompress(packed, _MOST_UNPACKED + 1)
    except zlib.error:
        return None


def _tells_place(metadata: bytes) -> bool:
    """Whether EXIF (with or without JPEG's prefix) or XMP that stands alone holds GPS tags."""
    cleared = bytearray(metadata)
    for start in (0, *(start + 6 for start in _places(metadata, _EXIF))):
        if metadata[start : start + 4] in _TIFF:
            _clear_tiff(memoryview(cleared)[start:])
    if cleared != metadata:
        return True
    return any(_PROPERTY.search(metadata, start, end) for start, end in _packets(metadata))


def _packets(data: bytes) -> Iterator[tuple[int, int]]:
    """Where XMP packets lie."""
    end = 0
    for start in _places(data, _PACKET[0]):
        if start < end:
            continue
        end = data.find(_PACKET[1], start)
        if end < 0:
            return
        yield start, end


def _places(data: bytes, what: bytes) -> Iterator[int]:
    """Where `what` stands. Every published picture goes through here: stringzilla reads it at the speed of memory."""
    place = stringzilla.find(data, what)
    while place >= 0:
        yield place
        place = stringzilla.find(data, what, place + 1)


def _png_chunks(data: bytes | bytearray) -> Iterator[tuple[bytes, int, int]]:
    place = 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield bytes(data[place + 4 : place + 8]), place + 8, min(place + 8 + length, len(data))
        place += 12 + length


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    place = 12
    while place + 8 <= len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], place + 8, min(place + 8 + length, len(data))
        place += 8 + length + length % 2


def _renew_checksums(data: bytearray) -> None:
    """Of the chunks that hold text or EXIF; all others are as they were."""
    for name, start, end in _png_chunks(data):
        if name in {b"eXIf", b"iTXt", b"tEXt"} and end + 4 <= len(data):
            data[end : end + 4] = zlib.crc32(data[start - 4 : end]).to_bytes(4, "big")


def _clear_tiff(block: memoryview) -> None:
    """Take the GPS directory out of a TIFF structure: the pointer to it, its entries and their values."""
    if len(block) < 8:
        return
    order = "<" if bytes(block[:2]) == b"II" else ">"
    waiting, seen = [struct.unpack_from(f"{order}I", block, 4)[0]], set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        entries = _entries(block, order, place)
        if entries is None:
            continue
        after = place + 2 + 12 * len(entries)
        if after + 4 <= len(block):
            waiting.append(struct.unpack_from(f"{order}I", block, after)[0])
        waiting += [value for tag, _, _, value in entries if tag == _SUB_DIRECTORY]
        for number in reversed(range(len(entries))):
            tag, _, _, value = entries[number]
            if tag == _GPS:
                _clear_directory(block, order, value)
                _drop_entry(block, order, place, number)


def _entries(block: memoryview, order: str, place: int) -> list[tuple[int, int, int, int]] | None:
    """Tag, type, count and value (or where it lies) of a directory's entries; None where there is no directory."""
    if not 8 <= place <= len(block) - 2:
        return None
    count = struct.unpack_from(f"{order}H", block, place)[0]
    if not 0 < count <= _MOST_ENTRIES or place + 2 + 12 * count > len(block):
        return None
    entries = [struct.unpack_from(f"{order}HHII", block, place + 2 + 12 * number) for number in range(count)]
    # types are what tells a directory from other bytes
    return entries if all(kind in _SIZES for _, kind, _, _ in entries) else None


def _clear_directory(block: memoryview, order: str, place: int) -> None:
    entries = _entries(block, order, place)
    if entries is None:
        return
    for _, kind, count, value in entries:
        size = _SIZES[kind] * count
        if size > 4 and value + size <= len(block):
            block[value : value + size] = bytes(size)
    block[place : place + 2 + 12 * len(entries)] = bytes(2 + 12 * len(entries))


def _drop_entry(block: memoryview, order: str, place: int, number: int) -> None:
    """Close the gap of one entry; the bytes won at the end, after the pointer to the next directory, are zeros."""
    count = struct.unpack_from(f"{order}H", block, place)[0]
    if count <= number:
        return  # in a damaged file the GPS directory, cleared by now, may lie over this one
    start, end = place + 2 + 12 * number, min(place + 2 + 12 * count + 4, len(block))
    block[start:end] = bytes(block[start + 12 : end]) + bytes(12)
    struct.pack_into(f"{order}H", block, place, count - 1)
