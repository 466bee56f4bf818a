"""Find the visible mark of some image models: a small white star near a corner, which the source lacks.

Of 325 labelled edits without such a mark, none has one. Stars of 2.5 to 8 % of the long side, laid over made photos, are
all found.

Its size and place changed often, so there is no template. It is compact, bright, alone, and looks the same after a
quarter turn and in a mirror.
"""

from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.evidence import Change, CommonFrame


_CORNER = 0.2
"""Side of the corners that are searched, of the long side of the overlap."""
_SIDES = 0.014, 0.1
"""Side of a star, of the long side of the overlap: marks seen have 0.02 to 0.08."""
_MIN_SIDE = 7
"""Pixels of the working frame. Symmetry of fewer pixels says nothing."""
_RISE = 14
"""Gray levels, in every channel, by which a star is brighter than the source in the edit's tone."""
_FILLS = 0.15, 0.62
"""Fraction of its square that a star fills. A disc fills 0.79."""
_LONGEST = 1.34
"""Longer side by the shorter."""
_ALIKE = 0.85
"""Least correlation of a star with itself, turned or mirrored."""
_QUIET = 0.1
"""Fraction of the pixels around it that may have changed as much."""


def has_sparkle(frame: "CommonFrame", change: "Change") -> bool:
    """Return True if the edit adds one such star near a corner of the overlap. A sky has many."""
    left, top, width, height = cv2.boundingRect(frame.inside.view(np.uint8))
    side = round(_CORNER * max(width, height))
    rights, bottoms = (left, left + width - side), (top, top + height - side)
    if side < 2 * _MIN_SIDE or side > min(width, height):
        return False
    stars = 0
    for x, y in product(rights, bottoms):
        corner = np.s_[y : y + side, x : x + side]
        rise = (frame.edit[corner].astype(np.int16) - change.target[corner]).min(axis=2)
        stars += sum(_is_star(rise, blob, max(width, height)) for blob in _blobs(rise > _RISE))
    return stars == 1


def _blobs(bright: "NDArray[np.bool_]") -> "NDArray[np.int32]":
    """Return left, top, width, height and pixels of each connected blob."""
    return np.asarray(cv2.connectedComponentsWithStats(bright.view(np.uint8))[2][1:], np.int32)


def _is_star(rise: "NDArray[np.int16]", blob: "NDArray[np.int32]", long_side: int) -> bool:
    left, top, width, height, pixels = map(int, blob)
    side = max(width, height)
    if not max(_MIN_SIDE, _SIDES[0] * long_side) <= side <= _SIDES[1] * long_side or side > _LONGEST * min(
        width, height
    ):
        return False
    if not _FILLS[0] <= pixels / (width * height) <= _FILLS[1]:
        return False
    gap = max(2, side // 4)
    around = rise[max(0, top - gap) : top + height + gap, max(0, left - gap) : left + width + gap]
    touches = left == 0 or top == 0 or left + width == rise.shape[1] or top + height == rise.shape[0]
    others = int((np.abs(around) > _RISE).sum()) - pixels
    if touches or others > _QUIET * (around.size - width * height):
        return False
    square = cv2.resize(rise[top : top + height, left : left + width].clip(0).astype(np.float32), (side, side))
    turned = np.stack([square, np.rot90(square), square[:, ::-1], square.T]).reshape(4, -1)
    return bool(np.corrcoef(turned)[0].min() >= _ALIKE)
