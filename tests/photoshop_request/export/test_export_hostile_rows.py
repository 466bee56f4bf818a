"""Test that rows of a stranger's dataset lead no export out of its folder, in every format."""

import tarfile
from pathlib import Path
from typing import Any

import datasets
import pytest
from made_rows import chat, dataset_folder, picture, preference, triplet, turn

from photoshop_request.export import FORMATS, LeftOut
from photoshop_request.loading import load

MAKERS = {"triplets": triplet, "preferences": preference, "conversations": chat, "turns": turn}
IDS = {
    "triplets": ("submission_id", "comment_id"),
    "preferences": ("submission_id", "chosen_comment_id", "rejected_comment_id"),
    "conversations": ("submission_id",),
    "turns": ("submission_id",),
}
HOSTILE = [
    *("../../victim", "/../../../victim", "..", "a/b", "a\\b", "/etc/victim", "C:victim", "s0\0", "s0\n", "s0 "),
    *("", None, "S0", "t3_s0", "s" * 14, "s" * 300, "\u202es0", "s\u00e9", "\u0663", "-rf", ".hidden", "s0.txt"),
]
SAFE = "kept"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _rows(config: str) -> list[dict[str, Any]]:
    """Return one row per hostile id and column, between two good rows."""
    make = MAKERS[config]
    hostile = [make(n, **{column: value}) for column in IDS[config] for n, value in enumerate(HOSTILE)]
    return [make(0, submission_id="first"), *hostile, make(1, submission_id="last")]


@pytest.mark.parametrize("source", ["rows", "folder"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_hostile_ids_write_nothing_outside_the_folder(name: str, source: str, tmp_path: Path) -> None:
    """Export from rows and from a stranger's folder. Count each hostile row, and write the good ones."""
    chosen = FORMATS[name]
    rows: Any = _rows(chosen.config)
    if source == "folder":
        folder = dataset_folder(tmp_path / "dataset", {chosen.config: rows})
        rows = load(folder, chosen.config, streaming=True, columns=chosen.columns).decode(enable=False)
    out = tmp_path / "deep" / "deeper" / "out"
    out.mkdir(parents=True)
    for folder in (tmp_path, out.parent, out.parent.parent):
        (folder / "victim.txt").write_text(SAFE)
        (folder / "victim.jpg").write_text(SAFE)
    before = _files(tmp_path)
    done = chosen.write(iter(rows), out)
    read = [column for column in IDS[chosen.config] if chosen.columns is None or column in chosen.columns]
    assert done.left_out == {LeftOut.INVALID_ID: len(HOSTILE) * len(read)}
    assert done.written == 2 + len(HOSTILE) * (len(IDS[chosen.config]) - len(read))
    assert done.rows == done.written + sum(done.left_out.values())
    after = _files(tmp_path)
    assert {path: data for path, data in after.items() if path in before} == before
    assert all(path.startswith("deep/deeper/out/") for path in set(after) - set(before) if "cache" not in path)
    for tar in out.glob("*.tar"):
        with tarfile.open(tar) as members:
            assert not [member.name for member in members if "/" in member.name or ".." in member.name]


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("image", [None, {"bytes": None, "path": "/etc/passwd"}, {"bytes": b"", "path": "http://h/"}])
def test_pictures_without_bytes_are_counted_and_never_opened(name: str, image: Any, tmp_path: Path) -> None:
    """Leave out rows whose picture is missing, or only a path or an address."""
    chosen = FORMATS[name]
    make = MAKERS[chosen.config]
    column = chosen.requirements.images[0]
    bad = {column: [image, picture(3)] if column == "images" else image}
    done = chosen.write(iter([make(0), make(1) | bad]), tmp_path)
    assert done.left_out == {LeftOut.NO_PICTURE: 1}
    assert done.written == 1


def test_a_mask_or_reference_without_bytes_is_counted(tmp_path: Path) -> None:
    """Leave out the row also for a picture that not every row has."""
    absent = {"bytes": None, "path": "/etc/passwd"}
    rows = [triplet(0, change_mask=absent), triplet(1, reference_images=[absent]), triplet(2)]
    assert FORMATS["webdataset"].write(iter(rows), tmp_path).left_out == {LeftOut.NO_PICTURE: 2}


@pytest.mark.parametrize("name", ["trl", "ms-swift"])
@pytest.mark.parametrize(
    "messages",
    [
        None,
        [],
        [None],
        [{"role": "user", "content": None}],
        [{"role": "user", "content": [None]}],
        [{"role": None, "content": [{"type": "text", "text": "x"}]}],
        [{"role": "user", "content": [{"type": "image", "text": None}]}],
    ],
)
def test_incomplete_chats_are_counted(name: str, messages: Any, tmp_path: Path) -> None:
    """Leave out chats without messages, or with another number of pictures than their messages show."""
    done = FORMATS[name].write(iter([chat(0), chat(1) | {"messages": messages}]), tmp_path)
    assert (done.written, done.left_out) == (1, {LeftOut.INVALID_MESSAGES: 1})


@pytest.mark.parametrize("margin", [float("nan"), float("inf"), -float("inf"), None])
def test_a_margin_that_is_no_number_is_a_tie(margin: float | None, tmp_path: Path) -> None:
    """Write no NaN into the lists."""
    rows = [preference(0), preference(1) | {"margin": margin}]
    assert FORMATS["editreward"].write(iter(rows), tmp_path).left_out == {LeftOut.TIE: 1}


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.config == "triplets"])
def test_captions_are_exact(name: str, tmp_path: Path) -> None:
    """Keep a caption that a spreadsheet would take for a formula: these files are for trainers."""
    formula = '=HYPERLINK("http://h/","\u202ex")'
    FORMATS[name].write(iter([triplet(0, instruction=formula)]), tmp_path)
    if name == "diffsynth-csv":
        assert '"=HYPERLINK(""http://h/"",""\u202ex"")"' in (tmp_path / "metadata.csv").read_text()
    for caption in tmp_path.rglob("*.txt"):
        assert caption.read_text() == formula
