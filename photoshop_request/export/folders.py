"""Export for trainers that pair files by name: a folder of edits with captions, and folders of their sources."""

from photoshop_request.export.writing import Export, Row, caption, controls, extension_of, json_lines

MAX_CONTROLS = 3
"""Control folders in the examples of ai-toolkit and SimpleTuner. Further reference pictures are left out."""


def ai_toolkit(export: Export) -> None:
    """Write `target/` with captions, and `control_1/` to `control_3/` with the same stems and true extensions."""
    for stem, row in export.rows():
        _put_target(export, stem, row)
        for slot, image in enumerate(export.first(controls(row), MAX_CONTROLS), 1):
            export.put(image, f"control_{slot}/{stem}")


def musubi_tuner(export: Export) -> None:
    """Write `target/` with captions, `control/` with `STEM_0`, `STEM_1` …, and a `dataset.jsonl` of absolute paths."""
    with json_lines(export.folder / "dataset.jsonl") as write:
        for stem, row in export.rows():
            target = _put_target(export, stem, row)
            names = [export.put(image, f"control/{stem}_{slot}") for slot, image in enumerate(controls(row))]
            paths = {f"control_path_{slot}": str(export.root / name) for slot, name in enumerate(names)}
            write({"image_path": str(export.root / target), **paths, "caption": caption(row)})


def diffusion_pipe(export: Export) -> None:
    """Write `target/` with captions, and `control/` with one source per edit under the same stem."""
    for stem, row in export.rows():
        _put_target(export, stem, row)
        export.put(row["source_image"], f"control/{stem}")


def simpletuner(export: Export) -> None:
    """Write `target/` with captions, and `control_1/` to `control_3/` under identical file names.

    Controls take the extension of the edit: the trainer looks for that exact name and reads by content.
    """
    for stem, row in export.rows():
        _put_target(export, stem, row)
        extension = extension_of(row["edited_image"])
        for slot, image in enumerate(export.first(controls(row), MAX_CONTROLS), 1):
            export.put(image, f"control_{slot}/{stem}", extension)


def simpletuner_dpo(export: Export) -> None:
    """Write `win/` with captions, `lose/` and `source/`, under the file names of the preferred edits."""
    for stem, row in export.rows():
        extension = extension_of(row["chosen_image"])
        for folder, name in (("win", "chosen_image"), ("lose", "rejected_image"), ("source", "source_image")):
            export.put(row[name], f"{folder}/{stem}", extension)
        export.put_caption(f"win/{stem}.txt", row)


def _put_target(export: Export, stem: str, row: Row) -> str:
    name = export.put(row["edited_image"], f"target/{stem}")
    export.put_caption(f"target/{stem}.txt", row)
    return name
