"""Strip WebP: EXIF, XMP, unknown chunks, and everything after the RIFF chunk. Specification: WebP container."""

from photoshop_request.media.files.containers import Stripped

_NEEDED = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def strip(data: bytes, exif: bytes = b"") -> Stripped:
    """Return the file without metadata, and the content of the chunks left out."""
    kept, dropped, offset = [], [], 12
    end_of_riff = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while offset + 8 <= end_of_riff:
        name, size = data[offset : offset + 4], int.from_bytes(data[offset + 4 : offset + 8], "little")
        end = offset + 8 + size + size % 2
        chunk = data[offset:end]
        if name == b"VP8X" and len(chunk) > 8:
            kept.append(_header(chunk, has_exif=bool(exif)))
        elif name in _NEEDED:
            kept.append(chunk)
        else:
            dropped.append(chunk[8:])
        offset = min(end, len(data))
    if offset < len(data):
        dropped.append(data[offset:])
    if exif:
        kept.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif + bytes(len(exif) % 2))
    if end_of_riff < 8 + int.from_bytes(data[4:8], "little"):
        dropped.append(b"")  # cut off between two chunks
    if not dropped and not exif:
        return data, dropped
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body, dropped


def readable(data: bytes) -> bytes:
    """Return the file without metadata that is cut off at its end. libwebp refuses the file, and browsers show it."""
    size = 8 + int.from_bytes(data[4:8], "little")
    if size <= len(data):
        return data
    offset, has_pixels = 12, False
    while offset + 8 <= len(data):
        name, content = data[offset : offset + 4], int.from_bytes(data[offset + 4 : offset + 8], "little")
        if offset + 8 + content > len(data):
            break
        has_pixels |= name in _PIXELS
        offset += 8 + content + content % 2
    if not has_pixels or data[offset : offset + 4] in _NEEDED:
        return data
    body = data[8:offset].ljust(offset - 8, b"\0")  # the last byte may be padding
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _header(chunk: bytes, *, has_exif: bool) -> bytes:
    flags = chunk[8] & ~(_EXIF_FLAG | _XMP_FLAG) | _EXIF_FLAG * has_exif
    return chunk[:8] + bytes([flags]) + chunk[9:]
