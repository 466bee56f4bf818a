"""One row to one sample: the same rectangle of source, edit and mask, mirrored together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.errors import InputError
from photoshop_request.training.flips import may_flip
from photoshop_request.training.geometry import choose_view, common_box, edit_to_source, onto_edit
from photoshop_request.training.pixels import decode_part, decode_png_mask, seen, seen_change
from photoshop_request.training.row_source import file_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.training.buckets import Shape

__all__ = ["Augmentation", "Sample", "make_sample"]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What is drawn anew for every sample."""

    flip: float
    min_crop: float
    changed_crops: float
    instruction_dropout: float
    source_dropout: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What a row became."""

    source: "NDArray[np.uint8]"
    """Shape (height, width, 3)."""
    edited: "NDArray[np.uint8]"
    """Shape (height, width, 3), in the source's frame; where the edit shows nothing, the source."""
    mask: "NDArray[np.uint8]"
    """Shape (height, width): 1 where something changed, else 0."""
    instruction: str
    source_dropped: bool


def make_sample(
    row: Mapping[str, Any], shape: "Shape", dice: np.random.Generator, augmentation: Augmentation
) -> Sample:
    """Decode what is needed of a row's pictures and cut it out.

    Raises:
        InputError: a picture cannot be decoded; it names the row.
    """
    instruction_dropped, source_dropped = _dropped(dice, augmentation)
    flip = bool(dice.random() < augmentation.flip) and may_flip(row)
    try:
        source, edited, mask = _pictures(row, shape, dice, augmentation)
    except InputError as error:
        named = f"request {row['submission_id']}, comment {row['comment_id']}"
        raise InputError(
            f"{named}: a picture cannot be decoded ({error}). Verify the download, or leave the row out by a selection."
        ) from error
    if flip:
        source, edited, mask = (np.asarray(cv2.flip(each, 1), np.uint8) for each in (source, edited, mask))
    instruction = "" if instruction_dropped else row["instruction"] or ""
    return Sample(source, edited, mask, instruction, source_dropped)


def _pictures(
    row: Mapping[str, Any], shape: "Shape", dice: np.random.Generator, augmentation: Augmentation
) -> "tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]":
    size = (int(row["source_width"]), int(row["source_height"]))
    edit_size = (int(row["edited_width"]), int(row["edited_height"]))
    to_source = edit_to_source(row)
    mask = file_of(row["change_mask"])
    changed = decode_png_mask(mask) if mask else None
    wanted = bool(dice.random() < augmentation.changed_crops) and changed is not None
    view = choose_view(
        common_box(to_source, edit_size, size),
        shape,
        dice,
        min_crop=augmentation.min_crop,
        showing=_changed_point(changed, size, dice) if wanted and changed is not None else None,
    )
    there = onto_edit(view.matrix, to_source)
    source = _decoded(row, "source_image", view.matrix, view.shrink, shape, None)
    covered = _covers(there, shape, edit_size)
    edited = _decoded(row, "edited_image", there, _shrink(there), shape, None if covered else source)
    if changed is None:
        return source, edited, np.zeros(shape, np.uint8)
    scale = np.array([[changed.shape[1] / size[0]], [changed.shape[0] / size[1]]])
    return source, edited, seen_change(changed, view.matrix * scale, shape)


def _decoded(
    row: Mapping[str, Any],
    name: str,
    matrix: "NDArray[np.float64]",
    shrink: int,
    shape: "Shape",
    behind: "NDArray[np.uint8] | None",
) -> "NDArray[np.uint8]":
    data = file_of(row[name])
    if not data:
        raise InputError(f"{name} is empty")
    pixels, shrunk = decode_part(data, shrink)
    return seen(pixels, matrix / shrunk, shape, behind)


def _changed_point(
    changed: "NDArray[np.uint8]", size: tuple[int, int], dice: np.random.Generator
) -> tuple[float, float] | None:
    """The middle of a random changed pixel, in the source's frame; None where nothing changed."""
    rows = np.cumsum(cv2.reduce(changed, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)) // 255
    if not rows[-1]:
        return None
    drawn = int(dice.integers(rows[-1]))
    y = int(np.searchsorted(rows, drawn, side="right"))
    x = int(np.flatnonzero(changed[y])[drawn - int(rows[y])])
    return ((x + 0.5) * size[0] / changed.shape[1], (y + 0.5) * size[1] / changed.shape[0])


def _shrink(matrix: "NDArray[np.float64]") -> int:
    """The part of its size at which a picture still has a pixel for each that is looked at."""
    steps = np.hypot(matrix[0, :2], matrix[1, :2]).min()
    return next(each for each in (8, 4, 2, 1) if each == 1 or steps >= each)


def _covers(matrix: "NDArray[np.float64]", shape: "Shape", size: tuple[int, int]) -> bool:
    """Whether all that is looked at is there, but for a pixel's rounding."""
    corners = np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]]) @ matrix[:, :2].T + matrix[:, 2]
    return bool((corners > -1).all() and (corners < np.array(size) + 1).all())


def _dropped(dice: np.random.Generator, augmentation: Augmentation) -> tuple[bool, bool]:
    """Whether the instruction and the source are left out: half of the rarer one's cases fall together.

    That is InstructPix2Pix's rule: with 0.1 for both, 5 % lose one, 5 % the other and 5 % both.
    """
    words, picture = augmentation.instruction_dropout, augmentation.source_dropout
    drawn = dice.random()
    begin = words - min(words, picture) / 2
    return bool(drawn < words), bool(begin <= drawn < begin + picture)
