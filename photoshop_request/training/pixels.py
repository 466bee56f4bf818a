"""Decode pictures at the needed size only, and sample them through a map."""

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

    from photoshop_request.training.batch_plan import Shape


_MAX_SHEAR = 1e-4
"""Maximum off-diagonal entry of a map that is handled as a crop."""
_WHOLE_PIXELS = 0.05
"""Pixels by which a box may miss whole numbers and still be cropped there."""
_CHANGED = 63
"""Gray level, of 255, above which a shrunk pixel counts as changed: a quarter of it changed."""
_REACH = 2
"""Pixels around a changed pixel of a mask that interpolation may read."""


def decode_part(data: bytes, shrink: int) -> "tuple[NDArray[np.uint8], int]":
    """Return upright sRGB pixels, shape (height, width, 3), and the factor by which they are shrunk.

    JPEGs shrink by `shrink` (1, 2, 4, 8). Sides are rounded up. simplejpeg, if installed, decodes sound JPEGs that need
    no rotation and no color conversion. Pillow decodes all others.

    Raises:
        InputError: the file cannot be decoded.
    """
    image = open_checked(data, min_side=1)
    if isinstance(image, Rejected):
        raise InputError(f"{image.verdict}: {image.detail}")
    width, height = image.size
    fast = _simplejpeg()
    if fast and image.format == "JPEG" and needs_no_conversion(image):
        with contextlib.suppress(ValueError):  # Pillow accepts some flaws, and published files may have them
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
    decoder: Callable[..., Any] = decode_jpeg
    return decoder


def decode_png_mask(data: bytes) -> "NDArray[np.uint8]":
    """Return a mask of shape (height, width): 255 where something changed, else 0.

    Raises:
        InputError: the file cannot be decoded.
    """
    mask = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise InputError("the change mask cannot be decoded")
    return np.asarray(mask, np.uint8)


def sample_pixels(
    pixels: "NDArray[np.uint8]",
    matrix: "NDArray[np.float64]",
    shape: "Shape",
    background: "NDArray[np.uint8] | None" = None,
) -> "NDArray[np.uint8]":
    """Sample pixels at the given shape (height, width). `matrix` maps that shape to the pixels.

    Outside of the pixels it shows `background`, or repeats the edge if there is none. Shrinking averages.
    """
    is_crop = abs(matrix[0, 1]) < _MAX_SHEAR and abs(matrix[1, 0]) < _MAX_SHEAR
    if is_crop and (box := _whole_box(matrix, shape, pixels.shape)) is not None:
        left, top, right, bottom = box
        return _resized(pixels[top:bottom, left:right], shape)
    part, matrix = _nearby(pixels, matrix, shape)
    centred = np.column_stack([matrix[:, :2], matrix[:, :2] @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (shape[1], shape[0])
    if background is None:
        return np.asarray(cv2.warpAffine(part, centred, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
    inside = cv2.warpAffine(part, centred, size, dst=background.copy(), flags=flags, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(inside, np.uint8)


def sample_mask(changed: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape") -> "NDArray[np.uint8]":
    """Sample a mask (255 is changed, else 0) at the given shape: 1 is changed, else 0. The map has no rotation.

    Reads only the surroundings of the change, since most edits change a small part.
    """
    left, top, right, bottom = _change_box(changed, matrix, shape)
    mask = np.zeros(shape, np.uint8)
    if left < right and top < bottom:
        moved = np.column_stack([matrix[:, :2], matrix @ [left, top, 1]])
        mask[top:bottom, left:right] = sample_pixels(changed, moved, (bottom - top, right - left)) > _CHANGED
    return mask


def _change_box(
    changed: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape"
) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the area where the view can show a change. Empty if there is none."""
    x, y, width, height = cv2.boundingRect(changed)
    if not width:
        return (0, 0, 0, 0)
    scale, begin = matrix[:, :2].diagonal(), matrix[:, 2]
    if scale.max() > 1:  # shrinking averages over a grid that begins with the view
        return (0, 0, shape[1], shape[0])
    low = np.floor((np.array([x, y]) - _REACH - begin) / scale).astype(int)
    high = np.ceil((np.array([x + width, y + height]) + _REACH - begin) / scale).astype(int)
    (left, top), (right, bottom) = np.maximum(low, 0).tolist(), np.minimum(high, [shape[1], shape[0]]).tolist()
    return (left, top, right, bottom)


def _whole_box(
    matrix: "NDArray[np.float64]", shape: "Shape", size: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """Return the box that the map shows if it has whole pixels and lies within `size` (height, width), else None."""
    (x_scale, _, x), (_, y_scale, y) = matrix.tolist()
    box = np.array([x, y, x + x_scale * shape[1], y + y_scale * shape[0]])
    rounded = np.rint(box)
    # the last column of a shrunk JPEG may be half a pixel
    clipped = np.minimum(rounded, [size[1], size[0], size[1], size[0]])
    if (
        np.abs(box - rounded).max() > _WHOLE_PIXELS
        or rounded.min() < 0
        or np.abs(rounded - clipped).max() > 1
        or x_scale < 0
        or y_scale < 0
    ):
        return None
    left, top, right, bottom = (int(value) for value in clipped)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _nearby(
    pixels: "NDArray[np.uint8]", matrix: "NDArray[np.float64]", shape: "Shape"
) -> "tuple[NDArray[np.uint8], NDArray[np.float64]]":
    """Return the part that the map reads, shrunk if the map would skip pixels, and the map to that part."""
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
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (shape[1], shape[0]), interpolation=interpolation), np.uint8)
