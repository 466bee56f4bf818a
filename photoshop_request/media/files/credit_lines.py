"""Read who made a picture, from EXIF, XMP and IPTC."""

import html
import re
from collections.abc import Iterator

from PIL import Image, ImageFile, IptcImagePlugin

ARTIST, COPYRIGHT = 0x013B, 0x8298
"""EXIF tags."""
_XMP = {ARTIST: b"dc:creator", COPYRIGHT: b"dc:rights"}
_IPTC = {ARTIST: ((2, 80), (2, 110)), COPYRIGHT: ((2, 116),)}
"""By-line and credit line; copyright notice."""
_MAX_BYTES = 1000


def credit_lines(image: Image.Image) -> dict[int, bytes]:
    """Return artist and copyright of an opened picture, by EXIF tag. EXIF counts first, then XMP, then IPTC."""
    try:
        exif = dict(image.getexif())
        iptc = IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - readers raise nearly anything on damaged metadata
        exif, iptc = {}, None
    xmp = image.info.get("xmp")
    found = {}
    for tag in (ARTIST, COPYRIGHT):
        # Pillow decodes EXIF as Latin-1, so that this returns the stored bytes
        texts = [str(exif.get(tag, "")).encode("latin-1", "replace")]
        texts += _of_xmp(xmp, _XMP[tag]) if isinstance(xmp, bytes) else ()
        texts += [text for key in _IPTC[tag] if isinstance(text := (iptc or {}).get(key), bytes)]
        first = next((text for text in (text.strip(b" \0\r\n\t") for text in texts) if text), b"")
        if first:
            found[tag] = first[:_MAX_BYTES]
    return found


def _of_xmp(xmp: bytes, name: bytes) -> Iterator[bytes]:
    """Yield the text of the first element of that name, without the tags in it."""
    _, _, rest = xmp.partition(b"<" + name)
    content, end, _ = rest.partition(b"</" + name)
    if end:
        _, _, content = content.partition(b">")
        words = re.sub(r"<[^<>]*>", " ", content.decode(errors="replace")).split()
        yield html.unescape(" ".join(words)).encode()
