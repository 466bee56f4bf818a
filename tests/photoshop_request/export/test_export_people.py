"""Test exports of preferences and conversations with the reading code of each trainer."""

import io
import json
from pathlib import Path
from typing import Any

import datasets
import pytest
from made_rows import chat, picture, preference
from PIL import Image

from photoshop_request.export import FORMATS, LeftOut

PAIRS = [preference(0), preference(1, margin=0.0), preference(2, chosen_image=picture(9, "PNG"))]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def export(name: str, out: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows in the format of this name."""
    FORMATS[name].write(iter(rows), out)
    return out


@pytest.mark.parametrize("name", ["diffusion-dpo", "editreward", "simpletuner-dpo"])
def test_ties_are_left_out(name: str, out: Path) -> None:
    """Leave them out: trainers would read them as a win of the first."""
    done = FORMATS[name].write(iter(PAIRS), out)
    assert (done.rows, done.written, done.left_out) == (3, 2, {LeftOut.TIE: 1})


def test_diffusion_dpo_opens_bytes(out: Path) -> None:
    """Store plain bytes, since the trainer calls `Image.open(io.BytesIO(…))` on both columns."""
    loaded = datasets.load_dataset(str(export("diffusion-dpo", out, PAIRS)))["train"]
    assert {"jpg_0", "jpg_1", "label_0", "caption", "source"} <= set(loaded.column_names)
    assert set(loaded["label_0"]) == {1}
    row = loaded[0]
    assert [Image.open(io.BytesIO(row[name])).convert("RGB").getpixel((0, 0))[0] for name in ("jpg_0", "jpg_1")] == [
        100,
        200,
    ]
    assert row["source"] == PAIRS[0]["source_image"]["bytes"]


def test_editreward_reads_the_preferred_first(out: Path) -> None:
    """Give the preferred edit the higher scores."""
    found = json.loads((export("editreward", out, PAIRS) / "train.json").read_text())
    assert len(found) == 2
    for item, row in zip(found, (PAIRS[0], PAIRS[2]), strict=True):
        assert Path(item["path_src"]).read_bytes() == row["source_image"]["bytes"]
        assert Path(item["path1"]).read_bytes() == row["chosen_image"]["bytes"]
        assert Path(item["path2"]).read_bytes() == row["rejected_image"]["bytes"]
        assert item["model1_dim1_score"] > item["model2_dim1_score"]
        assert item["tie_case"] is False


def test_simpletuner_finds_a_loser_under_the_name_of_every_winner(out: Path) -> None:
    """Write captions beside the winners only."""
    export("simpletuner-dpo", out, PAIRS)
    winners = sorted(path.name for path in (out / "win").iterdir() if path.suffix != ".txt")
    assert [name.rpartition(".")[2] for name in winners] == ["jpg", "png"]
    for folder in ("lose", "source"):
        assert sorted(path.name for path in (out / folder).iterdir()) == winners
    assert sorted(path.read_text() for path in (out / "win").glob("*.txt")) == ["Remove thing 0.", "Remove thing 2."]


def test_trl_prepares_the_messages(out: Path) -> None:
    """Call TRL's function, also for pictures of assistants."""
    trl = pytest.importorskip("trl.data_utils", reason="TRL is not installed: pip install trl", exc_type=ImportError)
    (row,) = datasets.load_dataset(str(export("trl", out, [chat(0)])), split="train")
    assert trl.is_conversational({"messages": row["messages"]})
    prepared = trl.prepare_multimodal_messages(row["messages"], images=row["images"])
    shown = [part["image"] for message in prepared for part in message["content"] if part["type"] == "image"]
    assert [image.getpixel((0, 0))[0] for image in shown] == [0, 100]


def test_trl_has_a_picture_for_each_part_and_no_key_image(out: Path) -> None:
    """Count what TRL counts, without TRL."""
    (row,) = datasets.load_dataset(str(export("trl", out, [chat(0)])), split="train")
    parts = [part for message in row["messages"] for part in message["content"]]
    assert sum(part["type"] == "image" for part in parts) == len(row["images"]) == 2
    assert all("image" not in part for part in parts)


def test_ms_swift_counts_as_many_tags_as_pictures(out: Path) -> None:
    """Write contents as text; a tag that somebody typed does not count."""
    (line,) = (export("ms-swift", out, [chat(0)]) / "train.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert all(isinstance(message["content"], str) for message in row["messages"])
    assert sum(message["content"].count("<image>") for message in row["messages"]) == len(row["images"]) == 2
    assert [Path(path).read_bytes() for path in row["images"]] == [image["bytes"] for image in chat(0)["images"]]


@pytest.mark.parametrize("name", ["trl", "ms-swift"])
def test_chats_with_an_unreadable_picture_are_left_out(name: str, out: Path) -> None:
    """Leave the chat out, since other pictures would take its place."""
    heic = {"bytes": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "path": None}
    done = FORMATS[name].write(iter([chat(0), chat(1, images=[picture(1), heic])]), out)
    assert (done.written, done.left_out) == (1, {LeftOut.UNREADABLE: 1})
