"""Take metadata out of picture files without changing a pixel.

Metadata tells where a picture was taken, who took it with which camera, and what it showed before it was cropped. Any
text in it may name a person. So everything is left out but two things that decide how pixels look: the color profile,
and the orientation, in EXIF that is written anew. A part that nobody can read is left out like any other.
`containers` holds a module for each format. No maintained Python package under a permissive license does this for all
of them.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from photoshop_request.media.files.containers import (
    Stripped,
    UnreadableContainerError,
    avif,
    bmp,
    gif,
    jpeg,
    png,
    tiff,
    webp,
)
from photoshop_request.media.files.conversion import orientation_of
from photoshop_request.media.files.credit_lines import credit_lines
from photoshop_request.media.files.decode import Picture, Rejected, decode, open_checked, sniff

GPS, THUMBNAIL, METADATA, REENCODED = "gps", "thumbnail", "metadata", "reencoded"
CHANGES = (GPS, THUMBNAIL, METADATA, REENCODED)
"""Possible differences between a published file and the fetched file."""

_STRIP: Mapping[str, Callable[..., Stripped]] = {
    "JPEG": jpeg.strip,
    "PNG": png.strip,
    "WEBP": webp.strip,
    "GIF": gif.strip,
    "BMP": bmp.strip,
    "AVIF": avif.strip,
}
_WITH_EXIF = frozenset({"JPEG", "PNG", "WEBP"})
"""Formats in which the orientation lies in EXIF. In TIFF it is a tag that stays, in AVIF and HEIF a property."""
_COMPARED = frozenset({"TIFF", "AVIF", "BMP", "GIF"})
"""Rare formats whose readers are lenient about offsets and sizes. Their pixels are decoded before and after."""
_MAY_HOLD_ORIENTATION = re.compile(rb"II\*\0|MM\0\*|tiff:Orientation")
_LOCATION = re.compile(
    # EXIF's pointer to GPS tags (0x8825), IPTC's fields for places
    rb"\x88\x25\x00[\x04\x0d]\x00\x00\x00\x01|\x25\x88[\x04\x0d]\x00\x01\x00\x00\x00|\x1c\x02[\x1a\x1bZ\\_de]\x00[^\x00]"
)
_NAMED_LOCATION = re.compile(
    rb"gps[ :_-]?(?:lat|lon|alt|pos|coord|info|tag|time|date|map|dest|img|speed|track)|latitude|longitude|location"
    rb"|:city|:state|:country|iso6709|\xa9xyz",
    re.IGNORECASE,
)
_PICTURE_WITHIN = re.compile(rb"\A(?:JFIF|JFXX|av01|grid)|\xff\xd8\xff|xmpGImg")
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_EXIF_PREFIX, _ORIENTATION = b"Exif\0\0", 0x0112


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A picture file without metadata."""

    data: bytes
    changes: tuple[str, ...] = ()
    """Differences from the fetched file, of `CHANGES` and in their order. Empty: the same bytes."""


def without_metadata(data: bytes, *, keep_credit_lines: bool = False) -> PublishedFile:
    """Return the picture without metadata. The color profile, the orientation and every pixel stay.

    HEIF, which `datasets` cannot open, is encoded as PNG without loss. So is a file whose parts cannot be told apart.
    The PNG has 8 bits per sample, or 16 in gray, and the colors of `decode` if PNG has no such mode, as for CMYK.
    The first page of TIFF and the first picture of JPEG (MPF) and AVIF stay.

    keep_credit_lines: keep artist and copyright of EXIF, XMP and IPTC, as EXIF. Formats: JPEG, PNG, WebP, TIFF.

    Raises:
        UnreadableContainerError: the file must be encoded again, and `decode` rejects it.
    """
    kind = sniff(data)
    strip = partial(tiff.strip, keep_credit_lines=keep_credit_lines) if kind == "TIFF" else _STRIP.get(kind or "")
    if strip is None:
        return _encoded_again(data, keep_credit_lines=keep_credit_lines)
    try:
        stripped, dropped = strip(data)
    except UnreadableContainerError:
        return _encoded_again(data, keep_credit_lines=keep_credit_lines)
    if not dropped:
        return PublishedFile(data)
    if kind in _WITH_EXIF and (keep_credit_lines or any(map(_MAY_HOLD_ORIENTATION.search, dropped))):
        exif = _exif(open_checked(data, min_side=1), keep_credit_lines=keep_credit_lines)
        if exif:
            stripped, _ = strip(data, exif)
    if stripped == data:
        return PublishedFile(data)
    if kind in _COMPARED and not _shows_the_same(stripped, data):
        return _encoded_again(data, keep_credit_lines=keep_credit_lines)
    return PublishedFile(stripped, _changes(dropped))


def metadata_parts(data: bytes) -> list[bytes]:
    """Return what `without_metadata` leaves out of a file: segments, chunks, texts as `keyword=text`, bytes at the end.

    A file whose parts cannot be told apart is one part.
    """
    strip = _STRIP.get(sniff(data) or "", tiff.strip)
    try:
        return strip(data)[1]
    except UnreadableContainerError:
        return [data]


def _shows_the_same(stripped: bytes, data: bytes) -> bool:
    """Return True if both decode to the same pixels, or if `data` cannot be decoded and so is never published."""
    before = decode(data, min_side=1)
    if isinstance(before, Rejected):
        return True
    after = decode(stripped, min_side=1)
    return isinstance(after, Picture) and np.array_equal(before.pixels, after.pixels)


def _changes(dropped: Iterable[bytes], *more: str) -> tuple[str, ...]:
    found = {METADATA, *more}
    for part in dropped:
        if _LOCATION.search(part) or _NAMED_LOCATION.search(part.replace(b"\0", b"")):  # UTF-16 too
            found.add(GPS)
        if _PICTURE_WITHIN.search(part):
            found.add(THUMBNAIL)
    return tuple(change for change in CHANGES if change in found)


def _exif(image: Image.Image | Rejected, *, keep_credit_lines: bool) -> bytes:
    """Return a TIFF structure with the orientation that `decode` applies and the credit lines, empty without both."""
    if isinstance(image, Rejected):
        return b""
    exif = Image.Exif()
    orientation = orientation_of(image)
    if orientation in range(2, 9):
        exif[_ORIENTATION] = orientation
    if keep_credit_lines:
        exif.update(credit_lines(image))
    return exif.tobytes().removeprefix(_EXIF_PREFIX) if exif else b""


def _encoded_again(data: bytes, *, keep_credit_lines: bool) -> PublishedFile:
    picture, image = decode(data, min_side=1), open_checked(data, min_side=1)
    for found in (picture, image):
        if isinstance(found, Rejected):
            raise UnreadableContainerError(f"{found.verdict}: {found.detail}")
    assert isinstance(picture, Picture)
    assert isinstance(image, Image.Image)
    image.load()  # TIFF is turned only now
    blocks = [part for name in ("exif", "xmp") if isinstance(part := image.info.get(name), bytes)]
    exif, profile = _exif(image, keep_credit_lines=keep_credit_lines), image.info.get("icc_profile")
    if image.mode not in _PNG_MODES or len(profile or b"") > png.MAX_PROFILE:
        image, exif, profile = Image.fromarray(picture.pixels), b"", None
    out = io.BytesIO()
    image.save(out, "PNG", icc_profile=profile)
    return PublishedFile(png.strip(out.getvalue(), exif)[0], _changes(blocks, REENCODED))
