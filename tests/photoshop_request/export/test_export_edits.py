"""Test exports of triplets and turns with the reading code of each trainer."""

import csv
import hashlib
import importlib
import io
import json
import random
import tarfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from made_rows import picture, triplet, turn
from PIL import Image

from photoshop_request.errors import InputError
from photoshop_request.export import FORMATS, LeftOut

PLAIN = triplet(0, instruction="Remove the man.\nKeep the dog.", instruction_rewritten="Erase the man.")
PNG = triplet(1, source_image=picture(7, "PNG"))
REFERENCES = triplet(2, reference_images=[picture(40), picture(41, "WEBP")])
TWO = triplet(3, second_source_image=picture(50), reference_images=[picture(51)])
SILENT = triplet(4, instruction=" ")
ROWS = [PLAIN, PNG, REFERENCES, TWO, SILENT]
SINGLE = ["diffusers", "imagefolder", "diffusion-pipe", "diffsynth-csv", "bagel"]
SEVERAL = ["ai-toolkit", "musubi-tuner", "simpletuner", "diffsynth", "omnigen2", "firered", "webdataset"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def export(name: str, out: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    """Write rows in the format of this name."""
    FORMATS[name].write(iter(ROWS if rows is None else rows), out)
    return out


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def same(path: Path | str, image: dict[str, Any]) -> bool:
    """Return True if the file holds the picture's bytes."""
    return Path(path).read_bytes() == image["bytes"]


@pytest.mark.parametrize("name", SINGLE)
def test_formats_with_one_source_leave_out_edits_of_two(name: str, out: Path) -> None:
    """Count them; the sum is the number of rows."""
    done = FORMATS[name].write(iter(ROWS), out)
    assert (done.rows, done.written) == (5, 3)
    assert done.left_out == {LeftOut.SECOND_SOURCE: 1, LeftOut.NO_INSTRUCTION: 1}


@pytest.mark.parametrize("name", SEVERAL)
def test_formats_with_several_sources_take_all(name: str, out: Path) -> None:
    """Leave out only rows without an instruction."""
    done = FORMATS[name].write(iter(ROWS), out)
    assert (done.rows, done.written, done.left_out) == (5, 4, {LeftOut.NO_INSTRUCTION: 1})
    # 8 pictures of pairs, 4 more sources
    assert done.pictures == 12
    assert done.bytes == sum(
        len(image["bytes"])
        for row in ROWS[:4]
        for image in [row["source_image"], row["edited_image"], row["second_source_image"], *row["reference_images"]]
        if image
    )


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.config == "triplets"])
def test_unreadable_pictures_are_counted_and_left_out(name: str, out: Path) -> None:
    """Leave out HEIC everywhere, and BMP in folders."""
    heic = {"bytes": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "path": None}
    rows = [triplet(0), triplet(1, edited_image=heic), triplet(2, source_image=picture(1, "BMP"))]
    done = FORMATS[name].write(iter(rows), out)
    by_ending = name in {"ai-toolkit", "musubi-tuner", "simpletuner", "diffusion-pipe"}
    assert done.left_out == {LeftOut.UNREADABLE: 2 if by_ending else 1}


@pytest.mark.parametrize("name", list(FORMATS))
def test_no_rows_are_no_error(name: str, out: Path) -> None:
    """Write no rows."""
    assert FORMATS[name].write(iter(()), out).rows == 0


def test_decoded_pictures_are_refused(out: Path) -> None:
    """Refuse them, since they would be encoded again."""
    with pytest.raises(InputError, match="undecoded"):
        export("imagefolder", out, [triplet(0) | {"source_image": Image.new("RGB", (64, 64))}])


def test_diffusers_loads_its_columns_as_its_script_does(out: Path) -> None:
    """Call `load_dataset(dataset_name)` and read pictures by column."""
    loaded = datasets.load_dataset(str(export("diffusers", out)))["train"]
    assert loaded.column_names == ["input_image", "edit_prompt", "edited_image"]
    assert loaded["edit_prompt"][0] == "Remove the man. Keep the dog."
    assert loaded[0]["edited_image"].size == (96, 64)
    raw = loaded.cast_column("input_image", datasets.Image(decode=False))
    assert [digest(row["input_image"]["bytes"]) for row in raw] == [row["source_sha256"] for row in ROWS[:3]]


def test_diffusers_loads_the_imagefolder_as_its_script_does(out: Path) -> None:
    """Call `load_dataset("imagefolder", data_files={"train": DIR/**})`."""
    export("imagefolder", out)
    loaded = datasets.load_dataset("imagefolder", data_files={"train": f"{out}/**"})["train"]
    assert set(loaded.column_names) == {"input_image", "edited_image", "edit_prompt"}
    assert [row["input_image"].getpixel((0, 0))[0] for row in loaded] == [0, 7, 2]
    assert loaded[1]["edit_prompt"] == "Remove thing 1."
    assert {path.suffix for path in (out / "input").iterdir()} == {".jpg", ".png"}


@pytest.mark.parametrize(("name", "shortened"), [("ai-toolkit", 1), ("simpletuner", 1), ("musubi-tuner", 0)])
def test_rows_that_lose_reference_images_are_counted(name: str, shortened: int, out: Path) -> None:
    """Fit three pictures; a fourth fits only if the trainer takes any number."""
    three, four = ([picture(60 + number) for number in range(count)] for count in (2, 3))
    rows = [triplet(0, reference_images=three), triplet(1, reference_images=four)]
    assert FORMATS[name].write(iter(rows), out).shortened == shortened


def test_ai_toolkit_finds_controls_by_stem(out: Path) -> None:
    """Look for any extension in each control folder."""
    export("ai-toolkit", out)
    found = []
    for target in sorted(path for path in (out / "target").iterdir() if path.suffix != ".txt"):
        assert target.with_suffix(".txt").read_text().count("\n") == 0
        folders = (out / f"control_{slot}" for slot in (1, 2, 3))
        controls = [
            folder / f"{target.stem}{ending}"
            for folder in folders
            for ending in (".jpg", ".jpeg", ".png", ".webp")
            if (folder / f"{target.stem}{ending}").exists()
        ]
        found.append(len(controls))
    assert found == [1, 1, 3, 3]


def test_musubi_finds_controls_by_numbered_stem_and_in_its_jsonl(out: Path, tmp_path: Path) -> None:
    """Find `STEM_0`, `STEM_1` in the folder, and absolute `control_path_0` and so on in the list."""
    FORMATS["musubi-tuner"].write(iter(ROWS), out, paths_under=tmp_path / "final")
    out.rename(tmp_path / "final")
    lines = [json.loads(line) for line in (tmp_path / "final" / "dataset.jsonl").read_text().splitlines()]
    assert [sum(key.startswith("control_path_") for key in line) for line in lines] == [1, 1, 3, 3]
    assert same(lines[3]["control_path_1"], TWO["second_source_image"])
    assert same(lines[2]["image_path"], REFERENCES["edited_image"])
    for line in lines:
        stem = Path(line["image_path"]).stem
        numbers = sorted(path.stem.removeprefix(stem) for path in (tmp_path / "final" / "control").glob(f"{stem}*"))
        assert numbers == [f"_{slot}" for slot in range(len(numbers))]
        assert Path(line["image_path"]).with_suffix(".txt").read_text() == line["caption"]


def test_diffusion_pipe_finds_a_control_for_every_target(out: Path) -> None:
    """Write every control, since a missing one is an error in the trainer."""
    export("diffusion-pipe", out)
    targets = {path.stem for path in (out / "target").iterdir()}
    assert {path.stem for path in (out / "control").iterdir()} == targets
    assert len(targets) == 3


def test_simpletuner_finds_the_same_file_names(out: Path) -> None:
    """Name controls after the edit; the trainer reads them by content."""
    export("simpletuner", out)
    targets = sorted(path.name for path in (out / "target").iterdir() if path.suffix != ".txt")
    assert sorted(path.name for path in (out / "control_1").iterdir()) == targets
    with Image.open(out / "control_1" / targets[1]) as control:
        assert control.format == "PNG"


def test_diffsynth_reads_lists_from_json(out: Path) -> None:
    """Read with `json.load`, with paths relative to the base path."""
    found = json.loads((export("diffsynth", out) / "metadata.json").read_text())
    assert isinstance(found[0]["edit_image"], str)
    assert same(out / found[0]["image"], PLAIN["edited_image"])
    assert [len(row["edit_image"]) for row in found[2:]] == [3, 3]
    assert same(out / found[3]["edit_image"][1], TWO["second_source_image"])
    assert found[3]["kontext_images"] == found[3]["edit_image"][0]


def test_diffsynth_reads_csv(out: Path) -> None:
    """Expect one source per row."""
    with (export("diffsynth-csv", out) / "metadata.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["prompt"] for row in found][:2] == ["Remove the man. Keep the dog.", "Remove thing 1."]
    assert same(out / found[1]["edit_image"], PNG["source_image"])
    assert found[1]["edit_image"].endswith(".png")


def test_a_source_of_several_edits_is_written_once(out: Path) -> None:
    """Name files by digest."""
    shared = picture(9)
    done = FORMATS["diffsynth"].write(iter([triplet(n, source_image=shared) for n in range(3)]), out)
    assert done.pictures == 4
    assert len(list((out / "pictures").rglob("*.jpg"))) == 4


def test_omnigen2_reads_its_mix(out: Path) -> None:
    """Read the list that data.yml names with `load_dataset("json")`, and open pictures by path."""
    export("omnigen2", out)
    path = (out / "data.yml").read_text().partition("path: '")[2].partition("'")[0]
    loaded = datasets.load_dataset("json", data_files=path)["train"]
    assert set(loaded["task_type"]) == {"edit"}
    assert [len(paths) for paths in loaded["input_images"]] == [1, 1, 3, 3]
    for row in loaded:
        for name in [*row["input_images"], row["output_image"]]:
            with Image.open(name) as image:
                assert image.convert("RGB").width in {80, 96}


def test_firered_reads_sources_and_target(out: Path) -> None:
    """Read line by line."""
    found = [json.loads(line) for line in (export("firered", out) / "train.jsonl").read_text().splitlines()]
    assert same(found[0]["target_image"], PLAIN["edited_image"])
    assert [len(line["source_image"]) for line in found] == [1, 1, 3, 3]
    assert found[0]["instruction"] == "Remove the man. Keep the dog."


def test_bagel_reads_row_groups_of_bytes_and_wordings(out: Path) -> None:
    """Read the row groups that parquet_info.json counts as data frames."""
    info = json.loads((export("bagel", out) / "parquet_info.json").read_text())
    frames = [
        pq.ParquetFile(path).read_row_group(group).to_pandas()
        for path, each in info.items()
        for group in range(each["num_row_groups"])
    ]
    rows = [row for frame in frames for _, row in frame.iterrows()]
    assert len(rows) == 3
    assert random.choice(rows[0]["instruction_list"][0]) in {"Remove the man. Keep the dog.", "Erase the man."}
    assert Image.open(io.BytesIO(rows[0]["image_list"][1])).size == (96, 64)
    assert [len(row["instruction_list"][0]) for row in rows] == [2, 1, 1]


def test_bagel_reads_turns_as_chains_of_three(out: Path) -> None:
    """Write source, edit, next edit; leave out rows without a first instruction."""
    done = FORMATS["bagel-turns"].write(iter([turn(0), turn(1, first_instruction="")]), out)
    assert done.left_out == {LeftOut.NO_INSTRUCTION: 1}
    (row,) = pq.read_table(out / "data").to_pylist()
    assert row["image_list"] == [turn(0)[name]["bytes"] for name in ("source_image", "before_image", "after_image")]
    assert row["instruction_list"] == [["Remove thing 0."], ["Also thing 0."]]


def test_webdataset_shards_group_by_key(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the members of a sample together, with the other columns in its JSON."""
    module = importlib.import_module("photoshop_request.export.webdataset")  # the package has a function of that name
    monkeypatch.setattr(module, "SHARD_BYTES", 8_000)
    export("webdataset", out)
    shards = sorted(out.glob("train-*.tar"))
    assert [path.name for path in shards] == [f"train-{n:06d}.tar" for n in range(3)]
    samples: dict[str, dict[str, bytes]] = defaultdict(dict)
    for shard in shards:
        with tarfile.open(shard) as tar:
            for member in tar:
                key, _, name = member.name.partition(".")
                file = tar.extractfile(member)
                assert file
                samples[key][name] = file.read()
    assert list(samples) == ["0000000-s0-c0", "0000001-s1-c1", "0000002-s2-c2", "0000003-s3-c3"]
    plain, _, several, two = samples.values()
    assert list(plain) == ["txt", "json", "source.jpg", "edited.jpg"]
    assert {"reference_0.jpg", "reference_1.webp"} <= set(several)
    assert two["second_source.jpg"] == TWO["second_source_image"]["bytes"]
    assert json.loads(plain["json"])["comment_id"] == "c0"


def test_webdataset_gives_the_same_bytes_again(out: Path, tmp_path: Path) -> None:
    """Store no times and no users."""
    (tmp_path / "again").mkdir()
    first, second = (export("webdataset", folder) / "train-000000.tar" for folder in (out, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()


# its reader relies on the garbage collector to close files
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_webdataset_reads_its_shards(out: Path) -> None:
    """Use the library's reader and decoder."""
    wds = pytest.importorskip("webdataset", reason="webdataset is not installed: pip install webdataset")
    export("webdataset", out)
    shards = [str(path) for path in sorted(out.glob("*.tar"))]
    found = list(wds.WebDataset(shards, shardshuffle=False).decode("pil"))
    assert [sample["txt"] for sample in found][1:3] == ["Remove thing 1.", "Remove thing 2."]
    assert found[0]["edited.jpg"].size == (96, 64)
    assert found[1]["source.png"].size == (80, 64)
    assert found[0]["json"]["submission_id"] == "s0"
