"""Make a sample of a row: the same rectangle of source, edit and mask, mirrored together or not at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.errors import InputError
from photoshop_request.training.geometry import choose_view, common_box, edit_to_source, view_to_edit
from photoshop_request.training.pixels import decode_part, decode_png_mask, sample_mask, sample_pixels
from photoshop_request.training.row_source import file_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.training.batch_plan import Shape


_SIDES = r"left\w*|right\w*|(?:counter|anti)?-?clockwise|mirror\w*|flip\w*|east\w*|west\w*|revers\w*"
_WRITING = (
    r"texts?|words?|wording|letters?|lettering|letterhead|fonts?|logos?|captions?|signs?|signature|writing|written|"
    r"writes?|names?|numbers?|digits?|dates?|plates?|titles?|quotes?|typos?|spell\w*|labels?|watermarks?|slogans?|"
    r"banners?|posters?|memes?|jerseys?|says?|reads?|saying"
)
_NOT_MIRRORED = re.compile(rf"\b(?:{_SIDES}|{_WRITING})\b|[\"“”]", re.IGNORECASE)
_ENGLISH = frozenset({"en", "und", None})


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Hold the probabilities of the random choices for each sample."""

    flip: float
    min_crop: float
    changed_crops: float
    instruction_dropout: float
    source_dropout: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold the pictures and the instruction of a sample."""

    source: "NDArray[np.uint8]"
    """Shape (height, width, 3)."""
    edited: "NDArray[np.uint8]"
    """Shape (height, width, 3), in the source's frame. Outside of the edit it shows the source."""
    mask: "NDArray[np.uint8]"
    """Shape (height, width): 1 where something changed, else 0."""
    instruction: str
    source_dropped: bool


def make_sample(row: Mapping[str, Any], shape: "Shape", rng: np.random.Generator, augmentation: Augmentation) -> Sample:
    """Decode the needed parts of a row's pictures and crop them.

    Raises:
        InputError: a picture cannot be decoded. The message names the row.
    """
    instruction_dropped, source_dropped = _dropped(rng, augmentation)
    flip = bool(rng.random() < augmentation.flip) and may_flip(row)
    try:
        pictures = _pictures(row, shape, rng, augmentation)
    except InputError as error:
        named = f"request {row['submission_id']}, comment {row['comment_id']}"
        raise InputError(
            f"{named}: a picture cannot be decoded ({error}). Verify the download, or filter the row out."
        ) from error
    source, edited, mask = (np.asarray(cv2.flip(array, 1), np.uint8) for array in pictures) if flip else pictures
    instruction = "" if instruction_dropped else row["instruction"] or ""
    return Sample(source, edited, mask, instruction, source_dropped)


def _pictures(
    row: Mapping[str, Any], shape: "Shape", rng: np.random.Generator, augmentation: Augmentation
) -> "tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]":
    size = (int(row["source_width"]), int(row["source_height"]))
    edit_size = (int(row["edited_width"]), int(row["edited_height"]))
    to_source = edit_to_source(row)
    mask = file_of(row["change_mask"])
    changed = decode_png_mask(mask) if mask else None
    shows_change = bool(rng.random() < augmentation.changed_crops)
    view = choose_view(
        common_box(to_source, edit_size, size),
        shape,
        rng,
        min_crop=augmentation.min_crop,
        showing=_changed_point(changed, size, rng) if shows_change and changed is not None else None,
    )
    to_edit = view_to_edit(view.matrix, to_source)
    source = _decoded(row, "source_image", view.matrix, view.shrink, shape, None)
    is_covered = _covers(to_edit, shape, edit_size)
    edited = _decoded(row, "edited_image", to_edit, _shrink(to_edit), shape, None if is_covered else source)
    if changed is None:
        return source, edited, np.zeros(shape, np.uint8)
    scale = np.array([[changed.shape[1] / size[0]], [changed.shape[0] / size[1]]])
    return source, edited, sample_mask(changed, view.matrix * scale, shape)


def _decoded(
    row: Mapping[str, Any],
    name: str,
    matrix: "NDArray[np.float64]",
    shrink: int,
    shape: "Shape",
    background: "NDArray[np.uint8] | None",
) -> "NDArray[np.uint8]":
    data = file_of(row[name])
    if not data:
        raise InputError(f"{name} is empty")
    pixels, shrunk = decode_part(data, shrink)
    return sample_pixels(pixels, matrix / shrunk, shape, background)


def _changed_point(
    changed: "NDArray[np.uint8]", size: tuple[int, int], rng: np.random.Generator
) -> tuple[float, float] | None:
    """Return the middle of a random changed pixel, in the source's frame. None if nothing changed."""
    rows = np.cumsum(cv2.reduce(changed, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)) // 255
    if not rows[-1]:
        return None
    drawn = int(rng.integers(rows[-1]))
    y = int(np.searchsorted(rows, drawn, side="right"))
    x = int(np.flatnonzero(changed[y])[drawn - int(rows[y])])
    return ((x + 0.5) * size[0] / changed.shape[1], (y + 0.5) * size[1] / changed.shape[0])


def _shrink(matrix: "NDArray[np.float64]") -> int:
    """Return the largest factor by which the picture can shrink and still hold a pixel for each sampled one."""
    steps = np.hypot(matrix[0, :2], matrix[1, :2]).min()
    return next(factor for factor in (8, 4, 2, 1) if factor == 1 or steps >= factor)


def _covers(matrix: "NDArray[np.float64]", shape: "Shape", size: tuple[int, int]) -> bool:
    """Return True if the picture covers the view, within a pixel's rounding."""
    corners = np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]]) @ matrix[:, :2].T + matrix[:, 2]
    return bool((corners > -1).all() and (corners < np.array(size) + 1).all())


def _dropped(rng: np.random.Generator, augmentation: Augmentation) -> tuple[bool, bool]:
    """Return two flags: True if the instruction is dropped, True if the source is dropped.

    Half of the cases of the rarer dropout also have the other one, as in InstructPix2Pix: with 0.1 for both, 5 % of the
    samples lose the instruction, 5 % the source and 5 % both.
    """
    instruction, source = augmentation.instruction_dropout, augmentation.source_dropout
    drawn = rng.random()
    begin = instruction - min(instruction, source) / 2
    return bool(drawn < instruction), bool(begin <= drawn < begin + source)


def may_flip(row: Mapping[str, Any]) -> bool:
    """Return True if a mirrored pair still follows the instruction.

    False if the instruction names a side or a turn, mentions writing or quotes, or is in a language other than English.
    """
    return row.get("language") in _ENGLISH and not _NOT_MIRRORED.search(row["instruction"] or "")
