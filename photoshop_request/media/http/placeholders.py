"""The pictures that hosts send instead of the picture. Layers: redirect (in `hosts`), ETag, digest; then learned ones."""

import hashlib

from photoshop_request.media.http.body import Body

__all__ = ["by_digest", "by_etag"]

# imgur's "removed" picture: MD5 and ETag d835…, 503 bytes, agreed by many independent programs; the other two ETags are
# reported by one program each. PixHost and ImageVenue as reported by cyberdrop-dl.
_ETAGS = frozenset(
    {
        "d835884373f4d6c8f24742ceabe74946",
        "eebc93350a68a64022b7482f460017ba",
        "a7cb396d0db6af2e63870985cb086fa1",
        "5c4fb843-ece",
        "19fdf2cd6-383c-5a4cd5b6710ed",
    }
)
_MD5 = frozenset({"d835884373f4d6c8f24742ceabe74946"})
_LARGEST = 20_000


def by_etag(etag: str | None) -> bool:
    """Whether an ETag (with or without quotes and `W/`) is that of a known placeholder."""
    return bool(etag) and (etag or "").removeprefix("W/").strip('"').lower() in _ETAGS


def by_digest(body: Body) -> bool:
    """Whether the bytes are those of a known placeholder."""
    if body.size > _LARGEST or body.data is None:
        return False
    return hashlib.md5(body.data, usedforsecurity=False).hexdigest() in _MD5
