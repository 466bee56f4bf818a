"""Draw contact sheets of wrong verdicts and of masks."""

import io
from pathlib import Path

import numpy as np
import pairs
from PIL import Image, ImageDraw

from photoshop_request.edits.prepare import prepare

CELL = 260


def errors(classified: list[pairs.ClassifiedPair], out: Path) -> None:
    """Draw before and after of every wrong verdict, with the evidence behind it."""
    wrong = [j for j in classified if j.verdict != j.pair.label]
    rows = []
    for j in wrong:
        evidence = j.comparison.evidence
        text = (
            f"{j.pair.label} -> {j.verdict} {j.comparison.confidence:.2f}  {j.pair.kind[:40]}\n"
            f"{j.pair.origin[:34]} "
            f"structure {evidence.structure:.2f} grain {evidence.grain.correlation:.2f} block {evidence.block_change:.1f}"
        )
        rows.append((text, [_thumb(j.pair.before), _thumb(j.pair.after)]))
    _draw(rows, out, columns=3)


def masks(classified: list[pairs.ClassifiedPair], out: Path) -> None:
    """Draw before, after and mask of ten edits that change little."""
    local = [
        j for j in classified if j.verdict == j.pair.label == "edit" and 0.002 < j.comparison.changed_fraction < 0.3
    ]
    rows = []
    for j in local[:: max(1, len(local) // 10)][:10]:
        data = j.comparison.change_mask()
        assert data is not None
        text = f"{j.pair.kind[:30]}\nchanged {j.comparison.changed_fraction:.3f} locality {j.comparison.locality:.2f}"
        mask = Image.open(io.BytesIO(data)).convert("RGB")
        mask.thumbnail((CELL, CELL))
        rows.append((text, [_thumb(j.pair.before), _thumb(j.pair.after), mask]))
    _draw(rows, out, columns=2)


def _thumb(path: Path) -> Image.Image:
    image = Image.fromarray(np.asarray(prepare(path).work))
    image.thumbnail((CELL, CELL))
    return image


def _draw(rows: list[tuple[str, list[Image.Image]]], out: Path, columns: int) -> None:
    wide = max((len(images) for _, images in rows), default=1) * (CELL + 6)
    high = CELL + 40
    page = Image.new("RGB", (wide * columns, high * (-(-len(rows) // columns) or 1)), "white")
    pen = ImageDraw.Draw(page)
    for index, (text, images) in enumerate(rows):
        left, top = wide * (index % columns), high * (index // columns)
        pen.text((left + 2, top + 1), text, fill="black")
        for place, image in enumerate(images):
            page.paste(image, (left + place * (CELL + 6), top + 32))
    page.save(out, quality=85)
