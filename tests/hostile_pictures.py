"""Make small files that are expensive to decode."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

_TILE_PIXELS = 2**20


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode an image."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scene(width: int = 200, height: int = 150, seed: int = 0) -> Image.Image:
    """Return a picture with smooth colors."""
    spots = np.random.default_rng(seed).integers(0, 255, (15, 20, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC)


def many_scans(scans: int, width: int = 2000, height: int = 2000) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    data = saved(scene(width, height), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (scans - data.count(b"\xff\xda")) + data[-2:]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """Return a complete black PNG of any size in a few kilobytes."""
    rows = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 2)
    pixels = b"".join([*(rows.compress(row) for _ in range(height)), rows.flush()])
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def tiff_tile_bomb(side: int) -> bytes:
    """Return a gray TIFF of 100x100 pixels in one black tile of side x side."""
    packer = zlib.compressobj(9)
    blocks = [packer.compress(bytes(_TILE_PIXELS)) for _ in range(side * side // _TILE_PIXELS)]
    tile = b"".join([*blocks, packer.flush()])
    shape = [(256, 100), (257, 100), (258, 8), (259, 8), (262, 1), (277, 1), (322, side), (323, side)]
    count = len(shape) + 2
    tags = [*shape, (324, 8 + 2 + 12 * count + 4), (325, len(tile))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4) + tile


def _inserted(data: bytes, at: int, block: bytes, size: int) -> bytes:
    return data[:at] + block * (size // len(block)) + data[at:]


def _gif_comments(size: int) -> bytes:
    data = saved(scene(), "GIF")
    return _inserted(data, 13 + 3 * 2 ** ((data[10] & 7) + 1), b"!\xfe\1a\0", size)


MANY_BLOCKS: dict[str, Callable[[int], bytes]] = {
    "jpeg segments": lambda size: _inserted(saved(scene(), "JPEG"), 2, b"\xff\xe5\0\2", size),
    "jpeg exif": lambda size: _inserted(saved(scene(), "JPEG"), 2, b"\xff\xe1\0\x0aExif\0\0ab", size),
    "jpeg fill bytes": lambda size: _inserted(saved(scene(), "JPEG"), 2, b"\xff", size),
    "png texts": lambda size: _inserted(saved(scene(), "PNG"), 33, png_chunk(b"tEXt", b"a\0b"), size),
    "png chunks at the end": lambda size: _inserted(saved(scene(), "PNG"), -12, png_chunk(b"teSt", b""), size),
    "gif comments": _gif_comments,
}
"""Functions from a size in bytes to a picture with that many bytes of tiny blocks around it."""
