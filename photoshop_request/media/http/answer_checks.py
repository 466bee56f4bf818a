"""Check an answer for the host's placeholder, an opt-out from training, or a truncated file."""

import hashlib
from collections.abc import Iterable

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
_OPT_OUT_TAGS = frozenset({"noai", "noimageai"})
_TAGS_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Tags with a value after a colon. The word before any other colon names the crawler that the tags are for."""
_OUR_NAMES = frozenset({"photoshop-request", "*"})


def is_placeholder_etag(etag: str | None) -> bool:
    """Return True if an ETag, with or without quotes and `W/`, is that of a known placeholder."""
    return bool(etag) and (etag or "").removeprefix("W/").strip('"').lower() in _PLACEHOLDER_ETAGS


def is_placeholder(body: Body) -> bool:
    """Return True if the body is a known placeholder."""
    if body.size > _LARGEST_PLACEHOLDER or body.data is None:
        return False
    return hashlib.md5(body.data, usedforsecurity=False).hexdigest() in _PLACEHOLDER_MD5


def opt_out_tag(headers: Iterable[str]) -> str | None:
    """Return the tag in `X-Robots-Tag` headers that forbids training, or None. Tags for other crawlers are ignored."""
    for value in headers:
        is_for_us = True
        for part in value.lower().split(","):
            name, colon, after = part.partition(":")
            if colon and name.strip() not in _TAGS_WITH_VALUE:
                is_for_us = name.strip() in _OUR_NAMES
            tag = (after if colon else name).strip()
            if is_for_us and tag in _OPT_OUT_TAGS:
                return tag
    return None


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
