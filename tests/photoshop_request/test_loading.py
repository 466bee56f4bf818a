"""Test `load` on a folder."""

import shutil
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
from made_rows import chat, dataset_folder, preference, triplet

import photoshop_request
from photoshop_request.errors import InputError
from photoshop_request.loading import load

ROWS = [
    triplet(0, locality=0.9, changed_fraction=0.1, accepted=True, score_percentile=0.2, comment_created_utc=100),
    triplet(1, locality=0.5, changed_fraction=0.4, accepted=False, score_percentile=0.9, comment_created_utc=200),
    triplet(2, locality=None, task_types=["add", "super-resolution"], comment_created_utc=1_600_000_000),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of three triplets and two pairs."""
    pairs = [preference(0, signal="accepted"), preference(1, signal="score")]
    return dataset_folder(
        tmp_path_factory.mktemp("loading") / "dataset",
        {"triplets": ROWS, "preferences": pairs, "conversations": [chat(0)]},
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def test_columns_keep_the_order_of_the_argument(folder: Path) -> None:
    """Keep it also if no row is left."""
    names = ["edited_image", "instruction"]
    assert load(folder, columns=names).column_names == names
    assert load(folder, columns=names, min_locality=1.0).column_names == names


def test_accepted_only_keeps_pairs_decided_by_acceptance(folder: Path) -> None:
    """Read the column `signal` of preferences."""
    assert [row["submission_id"] for row in load(folder, "preferences", accepted_only=True)] == ["s0"]


def test_row_groups_and_columns_that_are_left_out_are_not_read(tmp_path: Path) -> None:
    """Damage a column of one row group, and read all the others."""
    place = dataset_folder(tmp_path / "dataset", {"triplets": ROWS[:2]}, batch_size=1)
    file = place / "triplets" / "train-00000-of-00001.parquet"
    second = pq.read_metadata(file).row_group(1)
    assert pq.read_metadata(file).num_row_groups == 2
    column = next(i for i in range(second.num_columns) if second.column(i).path_in_schema == "edited_image.bytes")
    chunk = second.column(column)
    data = bytearray(file.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    file.write_bytes(data)

    def ids(**filters: object) -> list[str]:
        rows = load(place, streaming=True, **filters)
        return [row["submission_id"] for row in rows]

    with pytest.raises(OSError, match=r"Parquet|header|deserialize"):
        ids()
    assert ids(min_locality=0.7) == ["s0"]
    assert ids(columns=["submission_id"]) == ["s0", "s1"]


@pytest.mark.parametrize(
    ("arguments", "columns", "message"),
    [
        (["pictures"], None, "config: 'pictures' is not one of triplets, requests"),
        (["triplets", "test"], None, "no split 'test'"),
        (["turns"], None, "config 'turns' has no split 'train'"),
        ([], ["colour"], "columns: the config triplets has no column colour"),
    ],
)
def test_an_impossible_load_is_explained(
    folder: Path, arguments: list[str], columns: list[str] | None, message: str
) -> None:
    """Name the config, split or column that does not exist."""
    with pytest.raises(InputError, match=message):
        load(folder, *arguments, columns=columns)


def test_a_folder_without_a_dataset_is_explained(tmp_path: Path) -> None:
    """Raise an `InputError`, not an error of the Hub's client."""
    with pytest.raises(InputError, match="no dataset found"):
        load(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["g[1]", "what?", "[PSR] {2024,25} *"])
def test_the_name_of_a_folder_is_no_pattern(folder: Path, tmp_path: Path, name: str) -> None:
    """Read a folder whose name is a glob as any other, also with filters and as a stream."""
    place = shutil.copytree(folder, tmp_path / name / "dataset")
    whole, same = load(place), load(folder)
    assert whole.features == same.features
    assert whole.with_format("arrow")[:] == same.with_format("arrow")[:]
    assert list(load(place, accepted_only=True)) == list(load(folder, accepted_only=True))
    streamed = load(place, "preferences", streaming=True, columns=["instruction"])
    assert list(streamed) == list(load(folder, "preferences", columns=["instruction"]))
    with pytest.raises(InputError, match="split"):
        load(place, split="nowhere")


def test_the_package_exports_load() -> None:
    """Return the same function, whatever was imported before."""
    assert photoshop_request.load is load
