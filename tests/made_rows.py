"""Make rows of the published configs with small pictures, and a dataset folder of them."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import datasets
from PIL import Image

from photoshop_request.schema import CONFIGS, features

Row = dict[str, Any]


def picture(shade: int, form: str = "JPEG", size: tuple[int, int] = (80, 64)) -> dict[str, Any]:
    """Return a picture of one grey as undecoded rows hold it."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, form)
    return {"bytes": out.getvalue(), "path": None}


def triplet(number: int = 0, **other: Any) -> Row:
    """Return a row of `triplets`. Unnamed columns are null, lists are empty."""
    source = other.pop("source_image", None) or picture(number)
    edited = other.pop("edited_image", None) or picture(number + 100, size=(96, 64))
    named = {
        "source_image": source,
        "instruction": f"Remove thing {number}.",
        "edited_image": edited,
        "submission_id": f"s{number}",
        "comment_id": f"c{number}",
        "source_sha256": hashlib.sha256(source["bytes"]).hexdigest(),
        "edited_sha256": hashlib.sha256(edited["bytes"]).hexdigest(),
        "source_width": 80,
        "source_height": 64,
        "edited_width": 96,
        "edited_height": 64,
        "task_types": ["delete"],
    }
    return _row("triplets", named | other)


def preference(number: int = 0, **other: Any) -> Row:
    """Return a row of `preferences`."""
    named = {
        "source_image": picture(number),
        "instruction": f"Remove thing {number}.",
        "chosen_image": picture(number + 100),
        "rejected_image": picture(number + 200),
        "margin": 1.5,
        "signal": "score",
        "submission_id": f"s{number}",
        "chosen_comment_id": f"c{number}",
        "rejected_comment_id": f"r{number}",
    }
    return _row("preferences", named | other)


def chat(number: int = 0, **other: Any) -> Row:
    """Return a row of `conversations`: a request, an edit and thanks."""
    image = {"type": "image", "text": None}
    named = {
        "messages": [
            {"role": "user", "content": [image, {"type": "text", "text": f"Remove thing {number}."}]},
            {"role": "assistant", "content": [image, {"type": "text", "text": "Here you go"}]},
            {"role": "user", "content": [{"type": "text", "text": "Thanks, an <image> to frame!"}]},
        ],
        "images": [picture(number), picture(number + 100, "PNG")],
        "submission_id": f"s{number}",
        "num_turns": 3,
    }
    return _row("conversations", named | other)


def turn(number: int = 0, **other: Any) -> Row:
    """Return a row of `turns`."""
    named = {
        "before_image": picture(number + 50),
        "instruction": f"Also thing {number}.",
        "after_image": picture(number + 100),
        "source_image": picture(number),
        "first_instruction": f"Remove thing {number}.",
        "depth": 1,
        "submission_id": f"s{number}",
        "before_comment_id": f"b{number}",
        "after_comment_id": f"a{number}",
    }
    return _row("turns", named | other)


def dataset_folder(folder: Path, rows: Mapping[str, Sequence[Row]], **parquet: Any) -> Path:
    """Write a folder as `build` does, with one split `train` per config."""
    lines = ["---", "configs:"]
    for config, some in rows.items():
        file = folder / config / "train-00000-of-00001.parquet"
        file.parent.mkdir(parents=True)
        made = datasets.Dataset.from_list(list(some), features=features(config))
        made.to_parquet(str(file), **parquet)
        lines += [f"- config_name: {config}", "  data_files:", "  - split: train", f"    path: {config}/train-*"]
    (folder / "README.md").write_text("\n".join([*lines, "---", ""]))
    return folder


def _row(config: str, named: Row) -> Row:
    empty: Row = {column.name: [] if column.kind.startswith("list<") else None for column in CONFIGS[config]}
    assert set(named) <= set(empty), sorted(set(named) - set(empty))
    return empty | named
