"""Make pairs of JPEGs with 1,280 pixels on the long side: two Parquet files, and two tars for webdataset."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from photoshop_request.edits.mask import to_png
from photoshop_request.export import FORMATS
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.parquet_writer import write_rows

SIZE = (1280, 960)
FILES = 2


def make(folder: Path, rows: int) -> None:
    """Write `folder/dataset` and `folder/tars`."""
    files = [(file, rows // FILES) for file in range(FILES)]
    for file, count in files:
        path = folder / "dataset" / "triplets" / f"train-{file:05}-of-{FILES:05}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_rows(path, "triplets", triplets(file * count, count))
        tars = folder / "tars" / str(file)
        tars.mkdir(parents=True)
        FORMATS["webdataset"].write(triplets(file * count, count), tars)


def triplets(first: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield photos with grain, as large as files of a camera, and the same with a grey patch."""
    photos = [getattr(data, name)() for name in ("astronaut", "coffee", "chelsea", "rocket")]
    colours = [np.asarray(Image.fromarray(photo).convert("RGB").resize(SIZE)) for photo in photos]
    for number in range(first, first + count):
        dice = np.random.default_rng(number)
        source = np.clip(colours[number % len(colours)] + dice.normal(0, 6, (SIZE[1], SIZE[0], 1)), 0, 255).astype("u1")
        left, top = (int(dice.integers(0, side - 300)) for side in SIZE)
        edited = source.copy()
        edited[top : top + 300, left : left + 300] = 128
        changed = np.zeros((384, 512), bool)
        changed[top * 2 // 5 : (top + 300) * 2 // 5, left * 2 // 5 : (left + 300) * 2 // 5] = True
        row = {column.name: [] if column.kind.startswith("list<") else None for column in CONFIGS["triplets"]}
        sizes = {f"{which}_{side}": SIZE[at] for which in ("source", "edited") for at, side in enumerate(_SIDES)}
        yield (
            row
            | sizes
            | {
                "source_image": _jpeg(source),
                "edited_image": _jpeg(edited),
                "change_mask": {"bytes": to_png(changed, (512, 384)), "path": None},
                "instruction": "Cover it.",
                "language": "en",
                "task_types": ["delete"],
                "submission_id": f"s{number}",
                "comment_id": f"c{number}",
                "alignment_matrix": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            }
        )


_SIDES = ("width", "height")


def _jpeg(pixels: Any) -> dict[str, Any]:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=88)
    return {"bytes": out.getvalue(), "path": None}
