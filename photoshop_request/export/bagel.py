"""Export for BAGEL: Parquet of picture chains with an instruction, or several wordings of it, for each step."""

import json
from collections.abc import Callable
from typing import Any

from photoshop_request.export.parquet import parquet_rows
from photoshop_request.export.writing import Export, Image, Row, bytes_of, caption, one_line

Chain = tuple[list[Image], list[list[str]]]
"""Pictures, and the wordings of each step between them."""


def bagel(export: Export) -> None:
    """Write source and edit of `triplets`, with the instruction and its rewritten form if it has one.

    `parquet_info.json` lists the absolute path and the row groups of each file.
    """

    def chain(row: Row) -> Chain:
        rewritten = row.get("instruction_rewritten")
        return [row["source_image"], row["edited_image"]], [[caption(row), *([rewritten] if rewritten else [])]]

    _write(export, chain)


def bagel_turns(export: Export) -> None:
    """Write source, first edit and revised edit of `turns`, with the words for both steps."""

    def chain(row: Row) -> Chain:
        pictures = [row["source_image"], row["before_image"], row["after_image"]]
        return pictures, [[one_line(row["first_instruction"])], [caption(row)]]

    _write(export, chain)


def _write(export: Export, chain: Callable[[Row], Chain]) -> None:
    import pyarrow as pa  # only some exports need it
    from pyarrow import parquet as pq

    schema = pa.schema({"image_list": pa.list_(pa.binary()), "instruction_list": pa.list_(pa.list_(pa.string()))})
    with parquet_rows(export, schema) as write:
        for _, row in export.rows():
            pictures, steps = chain(row)
            write({"image_list": [bytes_of(image) for image in pictures], "instruction_list": steps}, pictures)
    info: dict[str, Any] = {
        str(export.root / "data" / path.name): {"num_row_groups": pq.read_metadata(path).num_row_groups}
        for path in sorted((export.folder / "data").glob("*.parquet"))
    }
    (export.folder / "parquet_info.json").write_text(json.dumps(info, indent=1) + "\n", encoding="utf-8")
