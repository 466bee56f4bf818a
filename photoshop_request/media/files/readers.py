"""Open a file with Pillow's reader of its format.

Pillow refuses files with damage that browsers ignore, because no pixel depends on it. They are opened without it.
"""

import functools
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from photoshop_request.media.files.budget import CountedFile, has_all_scans
from photoshop_request.media.files.containers import jpeg, png, webp
from photoshop_request.media.files.conversion import strips

if TYPE_CHECKING:
    import io


def open_image(kind: str, data: bytes) -> Image.Image:
    """Open a file, and read its header only. `kind`: format as `decode.sniff` names it.

    Raises:
        Exception: the file is damaged, or no reader knows its kind. Readers raise nearly anything.
    """
    reader = _heif_reader() if kind == "HEIF" else _READERS.get(kind)
    if reader is None:
        raise ValueError("no reader here; pip install 'photoshop-request[heif]'")
    return reader(data)


def jpeg_with_end(data: bytes) -> Image.Image:
    """Open a JPEG that lacks its end marker. Decodes it several times.

    Bytes that are appended to complete scans change no pixel. They fill in whatever is missing.

    Raises:
        Exception: pixels are missing or damaged.
    """
    scans = data.rstrip(b"\0")  # a file may be padded
    scans = scans.rstrip(b"\xff") if len(scans) == len(data) else data[: len(scans) + 1]
    if not has_all_scans(data):
        raise ValueError("scans are missing")
    digest = _digest(scans + _END)
    if any(_digest(scans + fill + _END) != digest for fill in _FILLS):
        raise ValueError("pixels are missing")
    return _open_jpeg(scans + _END)


_END = b"\xff\xd9"
_FILLS = [
    b"".join(pattern * 32 + bytes([0xFF, 0xD0 + number % 8]) for number in range(16))
    for pattern in (b"\x55", b"\xaa", b"\x33", b"\x49\x24\x92", hashlib.shake_128().digest(8))
]
"""Bits that few tables of codes take for the end of a block, with the markers of restarts. Of the last block, only
some bits may be missing."""


def _digest(data: bytes) -> bytes:
    image = _open_jpeg(data)
    image.load()
    digest = hashlib.sha256()
    for _, strip in strips(image):
        digest.update(strip.tobytes())
    return digest.digest()


def _open_jpeg(data: bytes) -> Image.Image:
    return JpegImagePlugin.jpeg_factory(CountedFile(jpeg.readable(data)))


def _open_png(data: bytes) -> Image.Image:
    read, profile = png.readable(data)
    image = PngImagePlugin.PngImageFile(CountedFile(read))
    if profile:
        image.info["icc_profile"] = profile
    if image.mode in {"L", "RGB"} and "transparency" in image.info:
        image.info["transparency"] = _as_eight_bit(image.info["transparency"], depth=data[24])
    return image


def _as_eight_bit(samples: int | tuple[int, ...], depth: int) -> int | tuple[int, ...]:
    """Scale the transparent color of a PNG as Pillow scales its pixels. Of 16 bits in color it drops the lower 8."""
    if isinstance(samples, tuple):
        return tuple(sample >> 8 if depth == 16 else sample & 255 for sample in samples)
    top = (1 << depth) - 1
    return (samples & top) * 255 // top


def _open_avif(data: bytes) -> Image.Image:
    if not AvifImagePlugin.SUPPORTED:
        raise ValueError("unsupported by this Pillow")
    return AvifImagePlugin.AvifImageFile(CountedFile(data))


_READERS: dict[str, Callable[[bytes], Image.Image]] = {
    "JPEG": _open_jpeg,
    "PNG": _open_png,
    "GIF": lambda data: GifImagePlugin.GifImageFile(CountedFile(data)),
    "WEBP": lambda data: WebPImagePlugin.WebPImageFile(CountedFile(webp.readable(data))),
    "BMP": lambda data: BmpImagePlugin.BmpImageFile(CountedFile(data)),
    "TIFF": lambda data: TiffImagePlugin.TiffImageFile(CountedFile(data)),
    "AVIF": _open_avif,
}
"""Pillow's reader of each format. `Image.open` would try all formats."""


@functools.cache
def _heif_reader() -> Callable[[bytes], Image.Image] | None:
    try:
        from pillow_heif import HeifImageFile  # extra `heif`
    except ImportError:
        return None
    reader: Callable[[io.BytesIO], Image.Image] = HeifImageFile
    return lambda data: reader(CountedFile(data))
