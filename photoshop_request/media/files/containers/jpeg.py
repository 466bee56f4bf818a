"""Strip JPEG: application segments, comments, JFIF thumbnails, and everything after the end marker.

Further pictures (MPF) and videos of motion photos follow the end marker. Specifications: ITU-T T.81, JFIF 1.02.
"""

import re

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError

_MARKER = re.compile(rb"\xff([^\x00\xff])")
_MARKER_IN_SCAN = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""Ends a scan: stuffed zeros and restart markers belong to it."""
_END, _SCAN, _APP0, _APP1, _APP2, _APP13, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_ICC, _MIN_ICC = b"ICC_PROFILE\0", 14
"""A part of a color profile starts with its number and the number of parts."""
_TABLES = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDD, _SCAN}) - {0xC8}
"""Frames, Huffman, arithmetic and quantization tables, restart interval, scans."""
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xDA)})


def strip(data: bytes, exif: bytes = b"") -> Stripped:
    """Return the file without metadata, and the segments left out.

    Raises:
        UnreadableContainerError: no end marker follows the pixels, so nothing separates them from what comes after.
    """
    kept, dropped, offset, code, scans = [data[:2]], list[bytes](), 2, 0, 0
    while code != _END and (marker := _MARKER.search(data, offset)):
        if marker.start() > offset:
            dropped.append(data[offset : marker.start()])
        code, offset = marker[1][0], marker.end()
        if code in _WITHOUT_LENGTH:
            (kept if code == _END else dropped).append(marker[0])
            continue
        end = offset + max(2, int.from_bytes(data[offset : offset + 2], "big"))
        payload = data[offset + 2 : end]
        needed = _needed(code, payload)
        if needed != payload:
            dropped.append(payload)
        if needed is not None:
            kept.append(_segment(code, needed))
        offset = end
        if code == _SCAN:
            scans += 1
            after = _MARKER_IN_SCAN.search(data, end)
            offset = after.start() if after else len(data)
            kept.append(data[end:offset])
    if code != _END or not scans:
        raise UnreadableContainerError("no end marker in JPEG")
    if offset < len(data):
        dropped.append(data[offset:])
    if exif:
        kept.insert(2 if kept[1][1] == _APP0 else 1, _segment(_APP1, b"Exif\0\0" + exif))
    return (b"".join(kept) if dropped or exif else data), dropped


def readable(data: bytes) -> bytes:
    """Return the file without those segments before its first scan that make Pillow refuse it: all are metadata."""
    kept, end, code = [data[:2]], 2, 0
    is_sound = True
    while code not in {_END, _SCAN} and (marker := _MARKER.search(data, end)):
        code = marker[1][0]
        if code in _WITHOUT_LENGTH:
            break
        after = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2], "big"))
        if _makes_pillow_fail(code, data[marker.end() + 2 : after]):
            is_sound = False
        else:
            kept.append(data[end:after])
        end = after
    return data if is_sound else b"".join(kept) + data[end:]


def _makes_pillow_fail(code: int, payload: bytes) -> bool:
    """Return True for a segment too short for what it says to be."""
    if code == _APP0:
        return payload.startswith(b"JFIF") and len(payload) < 7
    if code == _APP2:
        return payload.startswith(_ICC) and len(payload) < _MIN_ICC
    if code == _APP13:
        return payload.startswith(b"Photoshop 3.0\0") and payload[-6:-2] == b"8BIM"
    return code == _APP14 and payload.startswith(b"Adobe") and len(payload) < 7


def _segment(code: int, payload: bytes) -> bytes:
    return bytes([0xFF, code]) + (len(payload) + 2).to_bytes(2, "big") + payload


def _needed(code: int, payload: bytes) -> bytes | None:
    """Return the part of a segment that decoding needs, or None."""
    if code in _TABLES or (code == _APP2 and payload.startswith(_ICC) and len(payload) >= _MIN_ICC):
        return payload
    if code == _APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return payload[:12] + bytes(2)  # without the thumbnail
    if code == _APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
        return payload[:12]
    return None
