"""Export for the example scripts of diffusers: the columns that they name, as Parquet or as an ImageFolder."""

from photoshop_request.export.parquet import parquet_rows
from photoshop_request.export.writing import Export, bytes_of, caption, json_lines


def columns(export: Export) -> None:
    """Write Parquet with `input_image`, `edit_prompt`, `edited_image`: the defaults of train_instruct_pix2pix.py."""
    from datasets import Features, Image, Value  # a heavy import that few exports need

    features = Features({"input_image": Image(), "edit_prompt": Value("string"), "edited_image": Image()})
    with parquet_rows(export, features.arrow_schema) as write:
        for _, row in export.rows():
            source, edited = ({"bytes": bytes_of(row[name]), "path": None} for name in ("source_image", "edited_image"))
            write({"input_image": source, "edit_prompt": caption(row), "edited_image": edited}, [source, edited])


def imagefolder(export: Export) -> None:
    """Write picture files and a `metadata.jsonl` whose `*_file_name` keys `datasets` turns into picture columns."""
    with json_lines(export.folder / "metadata.jsonl") as write:
        for stem, row in export.rows():
            write(
                {
                    "input_image_file_name": export.put(row["source_image"], f"input/{stem}"),
                    "edit_prompt": caption(row),
                    "edited_image_file_name": export.put(row["edited_image"], f"edited/{stem}"),
                }
            )


def diffusion_dpo(export: Export) -> None:
    """Write Parquet with `jpg_0` (preferred) and `jpg_1` as plain bytes, `label_0` = 1, `caption`, `source`, `margin`.

    The trainers ignore `source`. They read every `label_0` but 0 as "the first is better", so ties are left out.
    """
    import pyarrow as pa  # only some exports need it

    pictures = {"jpg_0": "chosen_image", "jpg_1": "rejected_image", "source": "source_image"}
    schema = pa.schema(
        {
            "jpg_0": pa.binary(),
            "jpg_1": pa.binary(),
            "label_0": pa.int64(),
            "caption": pa.string(),
            "source": pa.binary(),
            "margin": pa.float64(),
        }
    )
    with parquet_rows(export, schema) as write:
        for _, row in export.rows():
            images = {name: row[column] for name, column in pictures.items()}
            data = {name: bytes_of(image) for name, image in images.items()}
            write({**data, "label_0": 1, "caption": caption(row), "margin": row["margin"]}, images.values())
