"""Read from a C2PA manifest which program made a picture, and whether a model did.

Values are found by their keys in the bytes of the JUMBF box, and boxes and CBOR are not followed into each other. So
nesting costs nothing. No signature is checked, except by `verify`. Specification: C2PA 2.2, CBOR (RFC 8949).
"""

import io
import json
import re
from collections.abc import Iterator, Sequence

_BOX, _LABEL = b"jumb", b"c2pa"
_SEGMENT, _HEADER = b"JP", 16
"""Mark of a JPEG segment with a part of a box. Number of the box, of the part, and the box's size and type follow."""
_KEY = re.compile(rb"\x6fclaim_generator|\x74claim_generator_info|\x6dsoftwareAgent")
_NAME = b"\x64name"
_NEAR = 200
"""Bytes after the key of a map or list in which its first name lies."""
_MAX_VALUES = 100
_LONGEST = 1 << 24
"""Bytes of a manifest that are read. One with thumbnails takes 100 to 600 KB."""


def find_manifest(parts: Sequence[bytes]) -> bytes:
    """Return the JUMBF box of a file from the parts of its metadata, empty without one."""
    segments = [part for part in parts if part.startswith(_SEGMENT)]
    joined = b"".join(part[8 if number == 0 else _HEADER :] for number, part in enumerate(segments))
    for part in (joined, *parts):
        start = part.find(_BOX) - 4
        if start >= 0 and _LABEL in part[start : start + 100]:
            return part[start : start + min(_LONGEST, int.from_bytes(part[start : start + 4], "big"))]
    return b""


def programs(manifest: bytes) -> list[str]:
    """Return the programs that a manifest names, those of its last claim last. The last claim is that of the file."""
    found = []
    for key in list(_KEY.finditer(manifest))[-_MAX_VALUES:]:
        value = _text(manifest, key.end())
        name = manifest.find(_NAME, key.end(), key.end() + _NEAR)
        if value is None and name >= 0:
            value = _text(manifest, name + len(_NAME))
        if value:
            found.append(value)
    return found


def _text(data: bytes, start: int) -> str | None:
    """Return the CBOR text at an offset, or None if another type is there."""
    head = data[start] if start < len(data) else 0
    if 0x60 <= head < 0x78:
        begin, size = start + 1, head - 0x60
    elif head in {0x78, 0x79}:
        begin = start + 1 + (head - 0x77)
        size = int.from_bytes(data[start + 1 : begin], "big")
    else:
        return None
    return data[begin : begin + size].decode("utf-8", "replace")


def verify(data: bytes, mime: str) -> Iterator[str]:
    """Yield the codes of C2PA's validation, such as `claimSignature.validated`. Needs the extra `c2pa`.

    mime: media type of the picture, as `image/jpeg`.

    Raises:
        ModuleNotFoundError: `pip install 'photoshop-request[c2pa]'`.
        c2pa.C2paError: there is no manifest, or it cannot be read.
    """
    import c2pa

    results = json.loads(c2pa.Reader(mime, io.BytesIO(data)).json()).get("validation_results", {})
    for kind in ("failure", "success", "informational"):
        yield from (str(entry["code"]) for entry in results.get("activeManifest", {}).get(kind, ()))
