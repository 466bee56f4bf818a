"""Make triplets whose pixels encode their position: red rises to the right, green to the bottom."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from made_rows import dataset_folder, triplet
from PIL import Image

SHAPES = [(320, 240), (240, 320), (256, 256), (400, 200)]
"""Width and height of sources."""


def slopes(width: int, height: int) -> np.ndarray[Any, Any]:
    """Return pixels (height, width, 3): red rises to the right, green to the bottom, 0 to 255. Blue is 128."""
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    return np.rint(np.stack([x * 255, y * 255, np.full_like(x, 128)], axis=-1)).astype(np.uint8)


def file(pixels: np.ndarray[Any, Any], form: str = "PNG", **more: Any) -> dict[str, Any]:
    """Encode a picture as undecoded rows hold it."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form, **more)
    return {"bytes": out.getvalue(), "path": None}


def mask(width: int, height: int, box: tuple[int, int, int, int]) -> dict[str, Any]:
    """Return a 1-bit PNG that is white in the box (left, top, right, bottom)."""
    pixels = np.zeros((height, width), bool)
    pixels[box[1] : box[3], box[0] : box[2]] = True
    return file(pixels)


def pair(
    number: int,
    size: tuple[int, int] = (320, 240),
    edit_to_source: Sequence[float] | None = None,
    edit_size: tuple[int, int] | None = None,
    **other: Any,
) -> dict[str, Any]:
    """Return a row whose edit only changes the frame: aligned, both pictures are the same."""
    source = slopes(*size)
    edited, (width, height) = source, edit_size or size
    if edit_to_source is not None:
        matrix = np.array(edit_to_source, np.float64).reshape(2, 3)
        centred = np.column_stack([matrix[:, :2], matrix[:, :2] @ [0.5, 0.5] + matrix[:, 2] - 0.5])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        edited = cv2.warpAffine(source, centred, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    named: dict[str, Any] = {
        "source_image": file(source),
        "edited_image": file(edited),
        "source_width": size[0],
        "source_height": size[1],
        "edited_width": width,
        "edited_height": height,
        "alignment_matrix": list(edit_to_source) if edit_to_source is not None else None,
        "change_mask": mask(*size, (0, 0, size[0] // 4, size[1] // 4)),
        "language": "en",
    }
    return triplet(number, **(named | other))


def pairs_folder(folder: Path, count: int, **parquet: Any) -> Path:
    """Write a dataset of pairs in several shapes, two edits a request, comments `c0` to `c{count - 1}`."""
    rows = [
        pair(
            number,
            SHAPES[number % len(SHAPES)],
            submission_id=f"s{number // 2}",
            task_types=["delete"] if number % 4 else ["add", "crop"],
            score_percentile=number / count,
            locality=None if number % 5 == 0 else 0.5,
        )
        for number in range(count)
    ]
    return dataset_folder(folder, {"triplets": rows}, batch_size=3, **parquet)
