"""Trainers that pair files by name: a folder of edits with captions beside it, and folders of what they were made from."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from photoshop_request.export.writing import (
    FOLDER_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    caption,
    controls,
    extension_of,
    json_lines,
    why_not,
)

__all__ = ["ai_toolkit", "diffusion_pipe", "musubi_tuner", "simpletuner"]

MOST_CONTROLS = 3
"""What ai-toolkit's and SimpleTuner's examples take; further reference pictures are left out of a row."""


def ai_toolkit(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`target/` with captions, `control_1/` to `control_3/`: the same stem in each, true extensions."""
    tally = Tally(out)
    for stem, row in tally.kept(rows, partial(_why_not, several=True)):
        _target(tally, stem, row)
        for slot, image in enumerate(tally.first(controls(row), MOST_CONTROLS), 1):
            tally.put(image, f"control_{slot}/{stem}")
    return tally.summary()


def musubi_tuner(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """`target/` with captions, `control/` with `STEM_0`, `STEM_1` …, and the same as `dataset.jsonl`.

    Paths in the jsonl are absolute, as the trainer opens them: below `paths_under` if the folder will move there.
    """
    tally = Tally(out)
    root = (paths_under or out).absolute()
    with json_lines(out / "dataset.jsonl") as write:
        for stem, row in tally.kept(rows, partial(_why_not, several=True)):
            target = _target(tally, stem, row)
            names = [tally.put(image, f"control/{stem}_{slot}") for slot, image in enumerate(controls(row))]
            paths = {f"control_path_{slot}": str(root / name) for slot, name in enumerate(names)}
            write({"image_path": str(root / target), **paths, "caption": caption(row)})
    return tally.summary()


def diffusion_pipe(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`target/` with captions and `control/`: one source for each edit, the same stem."""
    tally = Tally(out)
    for stem, row in tally.kept(rows, partial(_why_not, several=False)):
        _target(tally, stem, row)
        tally.put(row["source_image"], f"control/{stem}")
    return tally.summary()


def simpletuner(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`target/` with captions, `control_1/` to `control_3/` under identical file names.

    The name is the edit's, extension and all, since the trainer looks for exactly it and then reads by content.
    """
    tally = Tally(out)
    for stem, row in tally.kept(rows, partial(_why_not, several=True)):
        _target(tally, stem, row)
        extension = extension_of(row["edited_image"])
        for slot, image in enumerate(tally.first(controls(row), MOST_CONTROLS), 1):
            tally.put(image, f"control_{slot}/{stem}", extension)
    return tally.summary()


def _target(tally: Tally, stem: str, row: Row) -> str:
    name = tally.put(row["edited_image"], f"target/{stem}")
    (tally.folder / "target" / f"{stem}.txt").write_text(caption(row), encoding="utf-8")
    return name


def _why_not(row: Row, *, several: bool) -> LeftOut | None:
    return why_not(row, ("source_image", "edited_image"), FOLDER_KINDS, several=several)
