"""BAGEL: Parquet of picture chains with an instruction, or several wordings of it, for each step."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from photoshop_request.export.parquet import parquet_parts
from photoshop_request.export.writing import (
    PILLOW_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    bytes_of,
    caption,
    why_not,
)

__all__ = ["bagel", "bagel_turns"]

Chain = tuple[list[Mapping[str, Any]], list[list[str]]]


def bagel(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """From `triplets`: source and edit, with the instruction and, where there is one, the rewritten one.

    `parquet_info.json` names each file, below `paths_under` if the folder will move there, with its row groups.
    """

    def chain(row: Row) -> Chain:
        wordings = [caption(row), *([row["instruction_rewritten"]] if row.get("instruction_rewritten") else [])]
        return [row["source_image"], row["edited_image"]], [wordings]

    return _write(rows, out, paths_under, ("source_image", "edited_image"), chain)


def bagel_turns(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """From `turns`: source, first edit and the edit that answered the wish, with the words for both steps."""

    def chain(row: Row) -> Chain:
        steps = [[" ".join((row["first_instruction"] or "").split())], [caption(row)]]
        return [row["source_image"], row["before_image"], row["after_image"]], steps

    return _write(rows, out, paths_under, ("source_image", "before_image", "after_image"), chain)


def _write(
    rows: Iterable[Row], out: Path, paths_under: Path | None, images: tuple[str, ...], chain: Callable[[Row], Chain]
) -> ExportSummary:
    import pyarrow as pa  # only some exports need it
    from pyarrow import parquet as pq

    def reason(row: Row) -> LeftOut | None:
        if "first_instruction" in row and not row["first_instruction"]:
            return LeftOut.NO_INSTRUCTION
        return why_not(row, images, PILLOW_KINDS, several=False)

    schema = pa.schema({"image_list": pa.list_(pa.binary()), "instruction_list": pa.list_(pa.list_(pa.string()))})
    tally = Tally(out)
    with parquet_parts(out / "data", "train", schema) as write:
        for _, row in tally.kept(rows, reason):
            pictures, steps = chain(row)
            data = [bytes_of(image) for image in pictures]
            write({"image_list": data, "instruction_list": steps}, sum(map(len, data)))
            for image in pictures:
                tally.count(image)
    root = (paths_under or out).absolute()
    info = {
        str(root / "data" / path.name): {"num_row_groups": pq.read_metadata(path).num_row_groups}
        for path in sorted((out / "data").glob("*.parquet"))
    }
    (out / "parquet_info.json").write_text(json.dumps(info, indent=1) + "\n", encoding="utf-8")
    return tally.summary()
