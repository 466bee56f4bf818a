"""Export for trainers that read a list of paths: DiffSynth-Studio, OmniGen2, FireRed-Image-Edit, EditReward."""

import csv

from photoshop_request.export.writing import Export, caption, controls, json_lines, json_list


def diffsynth(export: Export) -> None:
    """Write `metadata.json`: `prompt`, `image`, `edit_image` (a list if there are several), `kontext_images`."""
    with json_list(export.folder / "metadata.json") as write:
        for _, row in export.rows():
            sources = [export.put_once(image) for image in controls(row)]
            write(
                {
                    "prompt": caption(row),
                    "image": export.put_once(row["edited_image"]),
                    "edit_image": sources if len(sources) > 1 else sources[0],
                    "kontext_images": sources[0],
                }
            )


def diffsynth_csv(export: Export) -> None:
    """Write `metadata.csv` with the same columns: one source per edit, since a table holds no lists."""
    with (export.folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["prompt", "image", "edit_image", "kontext_images"])
        for _, row in export.rows():
            source = export.put_once(row["source_image"])
            table.writerow([caption(row), export.put_once(row["edited_image"]), source, source])


def omnigen2(export: Export) -> None:
    """Write `train.jsonl` (`task_type`, `instruction`, `input_images`, `output_image`) and the `data.yml` for it."""
    with json_lines(export.folder / "train.jsonl") as write:
        for _, row in export.rows():
            write(
                {
                    "task_type": "edit",
                    "instruction": caption(row),
                    "input_images": [export.put_once_absolute(image) for image in controls(row)],
                    "output_image": export.put_once_absolute(row["edited_image"]),
                }
            )
    quoted = str(export.root / "train.jsonl").replace("'", "''")
    mix = f"data:\n  - path: '{quoted}'\n    type: edit\n    ratio: 1\n"
    (export.folder / "data.yml").write_text(mix, encoding="utf-8")


def firered(export: Export) -> None:
    """Write `train.jsonl` for embedding extraction: `source_image` (a list), `target_image`, `instruction`.

    The Chinese and the inverse instruction stay empty.
    """
    with json_lines(export.folder / "train.jsonl") as write:
        for _, row in export.rows():
            write(
                {
                    "source_image": [export.put_once_absolute(image) for image in controls(row)],
                    "target_image": export.put_once_absolute(row["edited_image"]),
                    "instruction": caption(row),
                    "instruction_cn": "",
                    "inverse_instruction": "",
                    "inverse_instruction_cn": "",
                }
            )


def editreward(export: Export) -> None:
    """Write `train.json`: `prompt`, `path_src`, `path1` (preferred), `path2`, and scores.

    Votes rate an edit as a whole, so both dimensions have the same score: the margin for the first edit, 0 for the
    second.
    """
    with json_list(export.folder / "train.json") as write:
        for _, row in export.rows():
            paths = [export.put_once_absolute(row[name]) for name in ("source_image", "chosen_image", "rejected_image")]
            scores = {
                f"model{place}_{what}_score": value
                for place, value in ((1, row["margin"]), (2, 0.0))
                for what in ("dim1", "dim2", "overall")
            }
            write(
                {
                    "prompt": caption(row),
                    "choice_dist": None,
                    "confidence": None,
                    "path_src": paths[0],
                    "path1": paths[1],
                    "path2": paths[2],
                    "model1": row["chosen_comment_id"],
                    "model2": row["rejected_comment_id"],
                    **scores,
                    "tie_case": False,
                }
            )
