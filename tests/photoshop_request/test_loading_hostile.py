"""Test that `load` explains a stranger's dataset instead of failing somewhere inside Arrow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_rows import dataset_folder, triplet

from photoshop_request.errors import InputError
from photoshop_request.loading import load

ROWS = [triplet(0, accepted=True), triplet(1), triplet(2)]
LOADERS: dict[str, Callable[..., Any]] = {
    "rows": load,
    "stream": lambda *arguments, **named: load(*arguments, streaming=True, **named),
}
OTHER_TYPES = {
    "submission_id": pa.array([1, 2, 3]),
    "instruction": pa.array([{"a": 1}] * 3),
    "source_image": pa.array(["/etc/passwd"] * 3),
    "reference_images": pa.array([["x"]] * 3),
    "comment_score": pa.array(["x"] * 3),
    "task_types": pa.array(["x"] * 3),
    "change_mask": pa.array([{"bytes": "x", "path": "x"}] * 3),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def _changed(folder: Path, column: str, values: pa.Array | None) -> Path:
    """Write a dataset with other values in a column, or without it, and without features in its metadata."""
    place = dataset_folder(folder, {"triplets": ROWS})
    file = place / "triplets" / "train-00000-of-00001.parquet"
    table = pq.read_table(file).replace_schema_metadata()
    number = table.schema.get_field_index(column)
    pq.write_table(table.remove_column(number) if values is None else table.set_column(number, column, values), file)
    return place


@pytest.mark.parametrize("loader", list(LOADERS))
@pytest.mark.parametrize("column", list(OTHER_TYPES))
def test_a_column_of_another_kind_is_named(column: str, loader: str, tmp_path: Path) -> None:
    """Name the column before a row is read."""
    place = _changed(tmp_path / "d", column, OTHER_TYPES[column])
    with pytest.raises(InputError, match=f"column '{column}' of triplets holds"):
        LOADERS[loader](place)


@pytest.mark.parametrize("loader", list(LOADERS))
def test_wider_types_and_nulls_are_taken(loader: str, tmp_path: Path) -> None:
    """Load what other programs write for the same values, and null ids also where one edit per request is kept."""
    others = {
        "submission_id": pa.array([None, "s1", "s1"], pa.large_string()),
        "comment_score": pa.array([1, 2, 3], pa.int8()),
        "flair": pa.nulls(3),
    }
    for column, values in others.items():
        place = _changed(tmp_path / column, column, values)
        assert sum(1 for _ in LOADERS[loader](place, columns=[column])) == 3
        kept = LOADERS[loader](place, columns=[column], one_edit_per_request=True)
        assert sum(1 for _ in kept) == (2 if column == "submission_id" else 3)


@pytest.mark.parametrize("loader", list(LOADERS))
@pytest.mark.parametrize(
    "arguments",
    [{"columns": ["submission_id"]}, {"one_edit_per_request": True}, {"columns": ["submission_id", "flair"]}],
)
def test_a_missing_column_is_named(arguments: dict[str, Any], loader: str, tmp_path: Path) -> None:
    """Say which column is missing, also if only a filter needs it."""
    with pytest.raises(InputError, match="submission_id"):
        LOADERS[loader](_changed(tmp_path / "d", "submission_id", None), **arguments)


@pytest.mark.parametrize("loader", list(LOADERS))
@pytest.mark.parametrize(
    ("card", "data"),
    [
        ("---\nconfigs: [:::\n---\n", b""),
        ("---\nconfigs: 5\n---\n", b""),
        ("---\ndataset_info:\n  config_name: triplets\n  features: 7\n---\n", b""),
        (None, b""),
        (None, b"PAR1junkjunkPAR1"),
    ],
)
def test_an_unreadable_card_or_file_is_explained(card: str | None, data: bytes, loader: str, tmp_path: Path) -> None:
    """Raise an `InputError` that names the dataset."""
    place = dataset_folder(tmp_path / "d", {"triplets": ROWS})
    (place / "triplets" / "train-00000-of-00001.parquet").write_bytes(data)
    if card:
        (place / "README.md").write_text(card)
    with pytest.raises(InputError, match=str(place)):
        LOADERS[loader](place)


def test_another_dataset_is_refused(tmp_path: Path) -> None:
    """Refuse a dataset that has no column of the config."""
    place = dataset_folder(tmp_path / "d", {"triplets": ROWS})
    pq.write_table(pa.table({"text": ["x"]}), place / "triplets" / "train-00000-of-00001.parquet")
    with pytest.raises(InputError, match="no column of the config triplets"):
        load(place)
