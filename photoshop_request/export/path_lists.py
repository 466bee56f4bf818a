"""Trainers that read a list of paths: DiffSynth-Studio, OmniGen2, FireRed-Image-Edit."""

import csv
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from photoshop_request.export.writing import (
    PILLOW_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    caption,
    controls,
    json_lines,
    json_list,
    why_not,
)

__all__ = ["diffsynth", "diffsynth_csv", "firered", "omnigen2"]


def diffsynth(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`metadata.json`: `prompt`, `image`, `edit_image` (a list where there are several) and `kontext_images` (the source)."""
    tally = Tally(out)
    with json_list(out / "metadata.json") as write:
        for _, row in tally.kept(rows, partial(_why_not, several=True)):
            sources = [tally.put_once(image) for image in controls(row)]
            write(
                {
                    "prompt": caption(row),
                    "image": tally.put_once(row["edited_image"]),
                    "edit_image": sources if len(sources) > 1 else sources[0],
                    "kontext_images": sources[0],
                }
            )
    return tally.summary()


def diffsynth_csv(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`metadata.csv` with the same columns: one source for each edit, since a table holds no lists."""
    tally = Tally(out)
    with (out / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["prompt", "image", "edit_image", "kontext_images"])
        for _, row in tally.kept(rows, partial(_why_not, several=False)):
            source = tally.put_once(row["source_image"])
            table.writerow([caption(row), tally.put_once(row["edited_image"]), source, source])
    return tally.summary()


def omnigen2(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """`train.jsonl` (`task_type`, `instruction`, `input_images`, `output_image`) and the `data.yml` that names it.

    Paths are absolute, as the trainer opens them: below `paths_under` if the folder will move there.
    """
    tally = Tally(out)
    root = (paths_under or out).absolute()
    with json_lines(out / "train.jsonl") as write:
        for _, row in tally.kept(rows, partial(_why_not, several=True)):
            write(
                {
                    "task_type": "edit",
                    "instruction": caption(row),
                    "input_images": [str(root / tally.put_once(image)) for image in controls(row)],
                    "output_image": str(root / tally.put_once(row["edited_image"])),
                }
            )
    quoted = str(root / "train.jsonl").replace("'", "''")
    mix = f"data:\n  - path: '{quoted}'\n    type: edit\n    ratio: 1\n"
    (out / "data.yml").write_text(mix, encoding="utf-8")
    return tally.summary()


def firered(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """`train.jsonl` for the trainer's extraction of embeddings: `source_image` (a list), `target_image`, `instruction`.

    The Chinese and the inverse instruction stay empty. Paths are absolute, see `omnigen2`.
    """
    tally = Tally(out)
    root = (paths_under or out).absolute()
    with json_lines(out / "train.jsonl") as write:
        for _, row in tally.kept(rows, partial(_why_not, several=True)):
            write(
                {
                    "source_image": [str(root / tally.put_once(image)) for image in controls(row)],
                    "target_image": str(root / tally.put_once(row["edited_image"])),
                    "instruction": caption(row),
                    "instruction_cn": "",
                    "inverse_instruction": "",
                    "inverse_instruction_cn": "",
                }
            )
    return tally.summary()


def _why_not(row: Row, *, several: bool) -> LeftOut | None:
    return why_not(row, ("source_image", "edited_image"), PILLOW_KINDS, several=several)
