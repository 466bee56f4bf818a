"""Only as many pixels as are needed: JPEG decoded at part of its size, and looked at through a map."""

import contextlib
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.errors import InputError
from photoshop_request.media.files.conversion import needs_no_conversion
from photoshop_request.media.files.decode import Rejected, decode, open_checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.training.buckets import Shape

__all__ = ["decode_part", "decode_png_mask", "seen", "seen_change"]

_STRAIGHT = 1e-4
_WHOLE = 0.05
"""Pixels by which a box may miss whole numbers and be cut out there all the same."""
_QUARTER = 63
"""Of 255: a pixel counts as changed where a quarter of it did, so that small changes do not vanish when scaled down."""
_REACH = 2
"""Pixels of a mask around a changed one that interpolation may look at."""


def decode_part(data: bytes, shrink: int) -> "tuple[NDArray[np.uint8], int]":
    """Upright sRGB pixels, shape (height, width, 3), and by how much they are shrunk: for JPEG by `shrink` (1, 2, 4, 8).

    Sides are rounded up. JPEGs without a flaw that need no turning and no conversion of colours are decoded by simplejpeg
    if it is installed, everything else by Pillow.

    Raises:
        InputError: the file cannot be decoded.
    """
    image = open_checked(data, min_side=1)
    if isinstance(image, Rejected):
        raise InputError(f"{image.verdict}: {image.detail}")
    width, height = image.size
    fast = _simplejpeg()
    if fast and image.format == "JPEG" and needs_no_conversion(image):
        with contextlib.suppress(ValueError):  # a flaw that Pillow lets pass, and that may have been published
            return fast(data, min_height=-(-height // shrink), min_width=-(-width // shrink), min_factor=1), shrink
    picture = decode(data, min_side=1, sufficient_side=max(1, min(width, height) // shrink) if shrink > 1 else None)
    if isinstance(picture, Rejected):
        raise InputError(f"{picture.verdict}: {picture.detail}")
    return picture.pixels, round(max(width, height) / max(picture.pixels.shape[:2]))


@functools.cache
def _simplejpeg() -> Callable[..., Any] | None:
    try:
        from simplejpeg import decode_jpeg  # an extra
    except ImportError:
        return None
    found: Callable[..., Any] = decode_jpeg
    return found


def decode_png_mask(data: bytes) -> "NDArray[np.uint8]":
    """Shape (height, width): 255 where something changed, else 0.

    Raises:
        InputError: it is no picture.
    """
    mask = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise InputError("the change mask is no picture.")
    return np.asarray(mask, np.uint8)


def seen(
    pixels: "NDArray[np.uint8]",
    matrix: "NDArray[np.float64]",
    shape: "Shape",
    behind: "NDArray[np.uint8] | None" = None,
) -> "NDArray[np.uint8]":
    """The pixels through a map from the wanted shape (height, width) to them; where there are none, what is `behind`.

    Without `behind` the edge goes on. Shrinking averages over what falls together.
    """
    straight = abs(matrix[0, 1]) < _STRAIGHT and abs(matrix[1, 0]) < _STRAIGHT
    if straight and (box := _whole_box(matrix, shape, pixels.shape)) is not None:
        left, top, right, bottom = box
        return _resized(pixels[top:bottom, left:right], shape)
    part, matrix = _nearby(pixels, matrix, shape)
    centred = np.column_stack([matrix[:, :2], matrix[:, :2] @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (shape[1], shape[0])
    if behind is None:
        return np.asarray(cv2.warpAffine(part, centred, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
    inside = cv2.warpAffine(part, centred, size, dst=behind.copy(), flags=flags, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(inside, np.uint8)


def seen_change(changed: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape") -> "NDArray[np.uint8]":
    """1 where a changed pixel (255, not 0) is seen through a map without turns, else 0; shape as wanted.

    Most edits change a small part, and only what lies around it is looked at.
    """
    left, top, right, bottom = _change_box(changed, matrix, shape)
    found = np.zeros(shape, np.uint8)
    if left < right and top < bottom:
        moved = np.column_stack([matrix[:, :2], matrix @ [left, top, 1]])
        found[top:bottom, left:right] = seen(changed, moved, (bottom - top, right - left)) > _QUARTER
    return found


def _change_box(
    changed: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape"
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of where the view can show a change; empty where there is none."""
    x, y, width, height = cv2.boundingRect(changed)
    if not width:
        return (0, 0, 0, 0)
    scale, begin = matrix[:, :2].diagonal(), matrix[:, 2]
    if scale.max() > 1:  # what is shrunk is averaged over a grid that begins with the view
        return (0, 0, shape[1], shape[0])
    low = np.floor((np.array([x, y]) - _REACH - begin) / scale).astype(int)
    high = np.ceil((np.array([x + width, y + height]) + _REACH - begin) / scale).astype(int)
    (left, top), (right, bottom) = np.maximum(low, 0).tolist(), np.minimum(high, [shape[1], shape[0]]).tolist()
    return (left, top, right, bottom)


def _whole_box(
    matrix: "NDArray[np.float64]", shape: "Shape", there: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """What the map shows, where that is a box of whole pixels within what is there."""
    (x_scale, _, left), (_, y_scale, top) = matrix.tolist()
    box = np.array([left, top, left + x_scale * shape[1], top + y_scale * shape[0]])
    near = np.rint(box)
    # the last column of a shrunk JPEG may be half a pixel
    end = np.minimum(near, [there[1], there[0], there[1], there[0]])
    if (
        np.abs(box - near).max() > _WHOLE
        or near.min() < 0
        or np.abs(near - end).max() > 1
        or x_scale < 0
        or y_scale < 0
    ):
        return None
    found = (int(end[0]), int(end[1]), int(end[2]), int(end[3]))
    return found if found[2] > found[0] and found[3] > found[1] else None


def _nearby(
    pixels: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape"
) -> "tuple[NDArray[np.uint8], NDArray[np.float64]]":
    """The part that the map looks at, shrunk where it would skip pixels, and the map to that."""
    corners = np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]]) @ matrix[:, :2].T + matrix[:, 2]
    size = np.array([pixels.shape[1], pixels.shape[0]])
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, np.maximum(size - 1, 0))
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 2, low + 1, size)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    moved = np.column_stack([matrix[:, :2], matrix[:, 2] - low])
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale < 1.25:
        return part, moved
    small = np.maximum(np.rint((high - low) / scale).astype(int), 1)
    return _resized(part, (int(small[1]), int(small[0]))), moved * (small / (high - low))[:, None]


def _resized(pixels: "NDArray[np.uint8]", shape: "Shape") -> "NDArray[np.uint8]":
    if pixels.shape[:2] == shape:
        return pixels
    shrinks = pixels.shape[0] > shape[0] or pixels.shape[1] > shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (shape[1], shape[0]), interpolation=how), np.uint8)
