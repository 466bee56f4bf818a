"""diffusers' example scripts: the columns that they name, as Parquet or as an ImageFolder."""

from collections.abc import Iterable
from pathlib import Path

from photoshop_request.export.parquet import parquet_parts
from photoshop_request.export.writing import (
    PILLOW_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    bytes_of,
    caption,
    json_lines,
    why_not,
)

__all__ = ["columns", "imagefolder"]

_PAIR = ("source_image", "edited_image")


def columns(rows: Iterable[Row], out: Path) -> ExportSummary:
    """Parquet with `input_image`, `edit_prompt`, `edited_image`: the defaults of train_instruct_pix2pix.py."""
    from datasets import Features, Image, Value  # a heavy import that few exports need

    features = Features({"input_image": Image(), "edit_prompt": Value("string"), "edited_image": Image()})
    tally = Tally(out)
    with parquet_parts(out / "data", "train", features.arrow_schema) as write:
        for _, row in tally.kept(rows, _why_not):
            source, edited = ({"bytes": bytes_of(row[name]), "path": None} for name in _PAIR)
            write(
                {"input_image": source, "edit_prompt": caption(row), "edited_image": edited},
                len(source["bytes"] or b"") + len(edited["bytes"] or b""),
            )
            tally.count(source)
            tally.count(edited)
    return tally.summary()


def imagefolder(rows: Iterable[Row], out: Path) -> ExportSummary:
    """Picture files and a `metadata.jsonl` whose `*_file_name` keys `datasets` turns into picture columns."""
    tally = Tally(out)
    with json_lines(out / "metadata.jsonl") as write:
        for stem, row in tally.kept(rows, _why_not):
            write(
                {
                    "input_image_file_name": tally.put(row["source_image"], f"input/{stem}"),
                    "edit_prompt": caption(row),
                    "edited_image_file_name": tally.put(row["edited_image"], f"edited/{stem}"),
                }
            )
    return tally.summary()


def _why_not(row: Row) -> LeftOut | None:
    return why_not(row, _PAIR, PILLOW_KINDS, several=False)
