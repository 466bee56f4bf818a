"""Make small pictures for the viewer: aligned copies, heat maps of the difference, mask overlays."""

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.media.files.decode import Rejected, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray


SIDE = 640
"""Pixels of the longer side, the width of a picture on the page."""
FULL_HEAT = 64
"""Difference in grey levels (of 255) at which the heat map reaches its brightest colour."""
_OUTSIDE = (128, 128, 128)
"""Grey, for areas where the edit has no pixels."""
_SAME_FRAME = 0.5
"""Pixels of the small picture. If an edit's corners are this close to the source's, both have the same frame."""
_MASK_OPACITY = 170
_MASK_COLOUR = (221, 0, 255)
"""Magenta (RGB): rare in pictures, and visible to colour-blind people."""
_PNG_START = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
_PNG_HEAD = len(_PNG_START) + 13 + 4
"""Bytes up to the end of the IHDR chunk (PNG 1.2, 11.2.2)."""
_ONE_BIT_GREY, _ONE_BIT_INDEXED = b"\x01\x00", b"\x01\x03"
"""Bit depth and colour type."""


def shrink(data: bytes, size: tuple[int, int] | None = None) -> "NDArray[np.uint8] | None":
    """Decode a picture to at most `SIDE` pixels: BGR, shape (height, width, 3). None if it cannot be decoded.

    `size` is the full (width, height), if known. A JPEG is then decoded no larger than needed.
    """
    enough = max(1, SIDE * min(size) // max(size)) if size else SIDE
    picture = decode(data, min_side=1, sufficient_side=enough)
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
    """Warp a small edit into the frame of its small source. Return it with a mask of the pixels it covers.

    `matrix` (a, b, c, d, e, f) maps full-size pixels of the edit to those of the source. Sizes are full (width,
    height). `frame` is the (width, height) of the small source.
    """
    height, width = edit.shape[:2]
    grow = np.diag([edit_size[0] / width, edit_size[1] / height, 1.0])
    reduce = np.diag([frame[0] / source_size[0], frame[1] / source_size[1], 1.0])
    warp = (reduce @ np.array([*matrix, 0, 0, 1], np.float64).reshape(3, 3) @ grow)[:2]
    corners = np.array([[0, 0], [width, 0], [0, height]]) @ warp[:, :2].T + warp[:, 2]
    if np.abs(corners - [[0, 0], [frame[0], 0], [0, frame[1]]]).max() < _SAME_FRAME:
        return _resized(edit, frame), np.ones((frame[1], frame[0]), np.bool_)
    step = np.sqrt(abs(np.linalg.det(warp[:, :2])))
    if 0 < step < 0.75:  # shrink first, since linear interpolation skips pixels
        smaller = _at_most(edit, max(1, round(max(width, height) * step)))
        warp[:, :2] *= [width / smaller.shape[1], height / smaller.shape[0]]
        edit = smaller
    centred = np.column_stack([warp[:, :2], warp[:, :2] @ [0.5, 0.5] + warp[:, 2] - 0.5])
    placed = cv2.warpAffine(edit, centred, frame, flags=cv2.INTER_LINEAR, borderValue=_OUTSIDE)
    inside = cv2.warpAffine(np.ones(edit.shape[:2], np.uint8), centred, frame, flags=cv2.INTER_NEAREST)
    return np.asarray(placed, np.uint8), inside.astype(bool)


def fit_frame(picture: "NDArray[np.uint8]", frame: tuple[int, int]) -> "NDArray[np.uint8]":
    """Centre an unaligned picture in the frame, as large as it fits."""
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
    """Return a heat map of the largest channel difference between two aligned pictures: black is equal, yellow is far.

    It has half their width and height, which hides compression noise. Tone changes show everywhere, because they are
    not compensated. Areas without pixels of the edit are grey.
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
    """Turn a change mask (1-bit grey PNG) into a transparent and magenta PNG, to lay over a picture.

    Only the header and palette are replaced, which takes microseconds. Encoding a new PNG takes milliseconds.

    Raises:
        ValueError: `mask` is not a 1-bit grey PNG.
    """
    head, rest = mask[:_PNG_HEAD], mask[_PNG_HEAD:]
    if head[:16] != _PNG_START or head[24:26] != _ONE_BIT_GREY:
        raise ValueError("the change mask is not a 1-bit grey PNG")
    indexed = _png_chunk(b"IHDR", head[16:24] + _ONE_BIT_INDEXED + head[26:29])
    palette = _png_chunk(b"PLTE", bytes((0, 0, 0, *_MASK_COLOUR)))
    return head[:8] + indexed + palette + _png_chunk(b"tRNS", bytes((0, _MASK_OPACITY))) + rest


def encode_jpeg(pixels: "NDArray[np.uint8]", quality: int = 82) -> bytes:
    """Encode a BGR picture as JPEG without metadata."""
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
    """Resize a picture. Return the same object if it already has the size."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
