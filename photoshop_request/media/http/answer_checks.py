"""Check an answer for the host's placeholder or a truncated file."""

import hashlib

from photoshop_request.media.http.body import Body

# imgur's "removed" picture, 503 bytes: its MD5 is the first ETag, and many independent programs agree on both. The
# other two ETags of imgur are reported by one program each. The ETags of PixHost and ImageVenue are from cyberdrop-dl.
_PLACEHOLDER_ETAGS = frozenset(
    {
        "d835884373f4d6c8f24742ceabe74946",
        "eebc93350a68a64022b7482f460017ba",
        "a7cb396d0db6af2e63870985cb086fa1",
        "5c4fb843-ece",
        "19fdf2cd6-383c-5a4cd5b6710ed",
    }
)
_PLACEHOLDER_MD5 = frozenset({"d835884373f4d6c8f24742ceabe74946"})
_LARGEST_PLACEHOLDER = 20_000
"""Bytes."""


def is_placeholder_etag(etag: str | None) -> bool:
    """Return True if an ETag, with or without quotes and `W/`, is that of a known placeholder."""
    return bool(etag) and (etag or "").removeprefix("W/").strip('"').lower() in _PLACEHOLDER_ETAGS


def is_placeholder(body: Body) -> bool:
    """Return True if the body is a known placeholder."""
    if body.size > _LARGEST_PLACEHOLDER or body.data is None:
        return False
    return hashlib.md5(body.data, usedforsecurity=False).hexdigest() in _PLACEHOLDER_MD5


def looks_truncated(picture_format: str, body: Body) -> bool:
    """Return True if the last bytes lack the end of the format (as `decode.sniff` names it).

    True is only a suspicion, which decoding must confirm: some writers omit the end, or append to it.
    """
    match picture_format:
        case "JPEG":
            # in a truncated file the last start of a scan follows every end of image (such as the thumbnail's)
            end = body.tail.rfind(b"\xff\xd9")
            return end < len(body.tail) - 2 and end <= body.tail.rfind(b"\xff\xda")
        case "PNG":
            return b"IEND" not in body.tail
        case "GIF":
            return not body.tail.rstrip(b"\0").endswith(b";")
        case "WEBP":
            return int.from_bytes(body.head[4:8], "little") + 8 > body.size
        case "BMP":
            return int.from_bytes(body.head[2:6], "little") > body.size
        case _:
            return True  # rare formats have no end marker
