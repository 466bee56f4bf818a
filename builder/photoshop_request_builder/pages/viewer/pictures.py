"""Small copies of pictures for the viewer: before, after, what differs between them, and where."""

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.media.files.decode import Rejected, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SIDE", "encode_jpeg", "encode_overlay", "fill_frame", "fit_frame", "heat_map", "shrink"]

SIDE = 640
"""Pixels of the longer side: as wide as a page shows them."""
FULL_HEAT = 64
"""Grey levels of difference, of 255, from which on the heat-map shows its brightest colour."""
_OUTSIDE = (128, 128, 128)
"""Where the edit has no pixels: neither light nor dark."""
_SAME_FRAME = 0.5
"""Pixels of the small picture: an edit whose corners are no further from the source's has its frame."""
_MASK_OPACITY = 170
_MASK_COLOUR = (221, 0, 255)
"""Red, green, blue: a magenta that pictures seldom have and that colour-blind people tell from its surround."""
_PNG_START = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
_PNG_HEAD = len(_PNG_START) + 13 + 4
"""Bytes to the end of the first chunk: width, height, depth, colour type, three methods, checksum (PNG 1.2, 11.2.2)."""
_ONE_BIT_GREY, _ONE_BIT_INDEXED = b"\x01\x00", b"\x01\x03"
"""Depth and colour type."""


def shrink(data: bytes, size: tuple[int, int] | None = None) -> "NDArray[np.uint8] | None":
    """A picture of at most `SIDE` pixels, shape (height, width, 3), BGR; None if it cannot be decoded.

    `size` is its full (width, height) where that is known: a JPEG is then decoded no larger than needed.
    """
    enough = max(1, SIDE * min(size) // max(size)) if size else SIDE
    picture = decode(data, min_side=1, enough=enough)
    if isinstance(picture, Rejected):
        return None
    return np.asarray(cv2.cvtColor(_at_most(picture.pixels, SIDE), cv2.COLOR_RGB2BGR), np.uint8)


def fill_frame(
    edit: "NDArray[np.uint8]",
    matrix: Sequence[float],
    edit_size: tuple[int, int],
    source_size: tuple[int, int],
    frame: tuple[int, int],
) -> "tuple[NDArray[np.uint8], NDArray[np.bool_]]":
    """A small edit as it lies in its source's frame, and where it has pixels there.

    `matrix` (a, b, c, d, e, f) maps full-size pixels of the edit to those of the source; sizes are full (width,
    height); `frame` is that of the small source.
    """
    height, width = edit.shape[:2]
    grow = np.diag([edit_size[0] / width, edit_size[1] / height, 1.0])
    reduce = np.diag([frame[0] / source_size[0], frame[1] / source_size[1], 1.0])
    lies = (reduce @ np.array([*matrix, 0, 0, 1], np.float64).reshape(3, 3) @ grow)[:2]
    corners = np.array([[0, 0], [width, 0], [0, height]]) @ lies[:, :2].T + lies[:, 2]
    if np.abs(corners - [[0, 0], [frame[0], 0], [0, frame[1]]]).max() < _SAME_FRAME:
        return _resized(edit, frame), np.ones((frame[1], frame[0]), np.bool_)
    step = np.sqrt(abs(np.linalg.det(lies[:, :2])))
    if 0 < step < 0.75:  # linear interpolation would skip pixels: shrink first
        smaller = _at_most(edit, max(1, round(max(width, height) * step)))
        lies[:, :2] *= [width / smaller.shape[1], height / smaller.shape[0]]
        edit = smaller
    centred = np.column_stack([lies[:, :2], lies[:, :2] @ [0.5, 0.5] + lies[:, 2] - 0.5])
    placed = cv2.warpAffine(edit, centred, frame, flags=cv2.INTER_LINEAR, borderValue=_OUTSIDE)
    inside = cv2.warpAffine(np.ones(edit.shape[:2], np.uint8), centred, frame, flags=cv2.INTER_NEAREST)
    return np.asarray(placed, np.uint8), inside.astype(bool)


def fit_frame(picture: "NDArray[np.uint8]", frame: tuple[int, int]) -> "NDArray[np.uint8]":
    """A picture that lies nowhere in its source, as large as the frame allows, in its middle."""
    factor = min(frame[0] / picture.shape[1], frame[1] / picture.shape[0])
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    if size == frame:
        return _resized(picture, frame)
    canvas = np.full((frame[1], frame[0], 3), _OUTSIDE, np.uint8)
    left, top = (frame[0] - size[0]) // 2, (frame[1] - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = _resized(picture, size)
    return canvas


def heat_map(
    source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]", inside: "NDArray[np.bool_]"
) -> "NDArray[np.uint8]":
    """How far two pictures of one frame are apart, the worst of three channels: black for the same, yellow for far.

    Half as wide and high, which takes away the noise of encoding. Nothing is compensated: a change of tone shows everywhere. Grey where the edit has no pixels.
    """
    size = (max(1, source.shape[1] // 2), max(1, source.shape[0] // 2))
    channels = cv2.split(cv2.resize(cv2.absdiff(source, edit), size, interpolation=cv2.INTER_AREA))
    apart = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
    level = cv2.convertScaleAbs(apart, alpha=255 / FULL_HEAT)
    heat = np.asarray(cv2.applyColorMap(level, cv2.COLORMAP_INFERNO), np.uint8)
    if not inside.all():
        heat[cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) == 0] = _OUTSIDE
    return heat


def encode_overlay(mask: bytes) -> bytes:
    """A change mask (1-bit grey PNG in the source's frame) as a PNG to be laid over a picture: clear, or magenta.

    Its pixels are those of the mask; a page scales them. They stay packed as they are: only what they mean is new, so
    it costs some microseconds where another PNG would cost milliseconds.

    Raises:
        ValueError: `mask` is something else.
    """
    head, rest = mask[:_PNG_HEAD], mask[_PNG_HEAD:]
    if head[:16] != _PNG_START or head[24:26] != _ONE_BIT_GREY:
        raise ValueError("the change mask is no 1-bit grey PNG")
    indexed = _png_chunk(b"IHDR", head[16:24] + _ONE_BIT_INDEXED + head[26:29])
    palette = _png_chunk(b"PLTE", bytes((0, 0, 0, *_MASK_COLOUR)))
    return head[:8] + indexed + palette + _png_chunk(b"tRNS", bytes((0, _MASK_OPACITY))) + rest


def encode_jpeg(pixels: "NDArray[np.uint8]", quality: int = 82) -> bytes:
    """A BGR picture as JPEG, without any metadata."""
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _at_most(pixels: "NDArray[np.uint8]", side: int) -> "NDArray[np.uint8]":
    height, width = pixels.shape[:2]
    factor = min(1.0, side / max(height, width))
    return _resized(pixels, (max(1, round(width * factor)), max(1, round(height * factor))))


def _resized(pixels: "NDArray[np.uint8]", size: tuple[int, int]) -> "NDArray[np.uint8]":
    """The same object where it has that size already."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
