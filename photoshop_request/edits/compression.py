"""Tell if a picture was compressed so far that its finest detail is the encoder's."""

import itertools
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.blocks import block_grid, deviation, high_pass, zncc

if TYPE_CHECKING:
    from photoshop_request.edits.prepare import PreparedPicture


_SIDE, _TILE, _TILES = 32, 128, 4
"""Side of a block and of a tile in pixels, and number of tiles along each side."""
_QUALITY = 75
"""Quality of JPEG. A picture that a host compressed to it, or further, loses nothing."""


def fine_detail_kept(picture: "PreparedPicture", sigma: float) -> float:
    """Return the correlation, 0 to 1, of fine detail (high-pass of `sigma` pixels) before and after compression as JPEG.

    It is 1 for a picture that was compressed as strongly before, and for one without fine detail.
    """
    pixels = picture.levels[0]
    height, width = (length // _SIDE * _SIDE for length in pixels.shape[:2])
    # on the grid of 8x8 blocks of the picture's own JPEG
    tops, lefts = (
        dict.fromkeys(int(at) // 8 * 8 for at in np.linspace(0, max(0, length - _TILE), _TILES))
        for length in (height, width)
    )
    tiles = [
        cv2.cvtColor(np.ascontiguousarray(pixels[top : top + _TILE, left : left + _TILE]), cv2.COLOR_RGB2GRAY)
        for top, left in itertools.product(tops, lefts)
    ]
    column = np.concatenate([tile[: min(_TILE, height), : min(_TILE, width)] for tile in tiles])
    if not column.size:
        return 1.0
    _, coded = cv2.imencode(".jpg", column, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    again = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    before, after = (
        block_grid(high_pass(light.astype(np.float32), sigma), _SIDE) for light in (column, np.asarray(again))
    )
    detailed = deviation(before) > 0.5
    return float(np.median(zncc(before, after)[detailed])) if detailed.any() else 1.0
