"""Strip GIF: comments, texts, application data (XMP), and everything after the trailer. Specification: GIF89a."""

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_GRAPHIC_CONTROL, _LOOP_COUNTS = b"\x21\xf9\x04", (b"\x21\xff\x0bNETSCAPE2.0", b"\x21\xff\x0bANIMEXTS1.0")
_PROFILE = b"\x21\xff\x0bICCRGBG1012"


def strip(data: bytes, exif: bytes = b"") -> Stripped:  # noqa: ARG001 - GIF has no EXIF
    """Return the file without metadata, and the blocks left out.

    Raises:
        UnreadableContainerError: the trailer is missing.
    """
    offset = 13 + _palette_size(data[10:11])
    kept, dropped = [data[:offset]], list[bytes]()
    while offset < len(data):
        start, code = offset, data[offset]
        if code == _TRAILER:
            kept.append(data[start : start + 1])
            offset += 1
            break
        if code == _IMAGE:
            offset = _after_blocks(data, start + 11 + _palette_size(data[start + 9 : start + 10]))
            kept.append(data[start:offset])
        elif code == _EXTENSION:
            offset = _after_blocks(data, start + 2)
            is_needed = _is_needed(data[start:offset])
            (kept if is_needed else dropped).append(data[start:offset])
        else:
            offset += 1  # readers skip bytes between blocks
            while offset < len(data) and data[offset] not in {_TRAILER, _IMAGE, _EXTENSION}:
                offset += 1
            dropped.append(data[start:offset])
    if kept[-1] != bytes([_TRAILER]):
        raise UnreadableContainerError("no trailer in GIF")
    if offset < len(data):
        dropped.append(data[offset:])
    return (b"".join(kept) if dropped else data), dropped


def _is_needed(extension: bytes) -> bool:
    """Return True for times of frames, loop counts and the color profile. The first two hold a few numbers."""
    return (
        (extension.startswith(_GRAPHIC_CONTROL) and len(extension) == 8)
        or (extension.startswith(_LOOP_COUNTS) and len(extension) < 24)
        or extension.startswith(_PROFILE)
    )


def _palette_size(flags: bytes) -> int:
    return 3 << (flags[0] % 8 + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, offset: int) -> int:
    """Return the offset after a series of data blocks and its terminator."""
    while offset < len(data) and data[offset]:
        offset += 1 + data[offset]
    return min(offset + 1, len(data))
