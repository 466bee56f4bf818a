"""The dataset with selections, from a folder."""

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
    """Three triplets and two pairs."""
    pairs = [preference(0, signal="accepted"), preference(1, signal="score")]
    return dataset_folder(
        tmp_path_factory.mktemp("loading") / "dataset",
        {"triplets": ROWS, "preferences": pairs, "conversations": [chat(0)]},
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written into the user's cache."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["s0", "s1", "s2"]),
        ({"task_types": ["delete"]}, ["s0", "s1"]),
        ({"task_types": ["super-resolution", "crop"]}, ["s2"]),
        ({"task_types": ["zoom"]}, []),
        ({"min_locality": 0.5}, ["s0", "s1"]),
        ({"max_changed_fraction": 0.1}, ["s0"]),
        ({"accepted_only": True}, ["s0"]),
        ({"min_score_percentile": 0.5}, ["s1"]),
        ({"since": 200}, ["s1", "s2"]),
        ({"until": 200}, ["s0"]),
        ({"since": 0}, ["s0", "s1", "s2"]),
        ({"until": 0}, []),
        ({"since": "2020-01-01", "until": "2021-01-01T00:00:00+00:00"}, ["s2"]),
        ({"min_locality": 0.5, "accepted_only": True, "task_types": ["delete"]}, ["s0"]),
    ],
)
def test_selections(folder: Path, wanted: dict[str, object], ids: list[str], streaming: bool) -> None:
    """The same rows whether loaded or streamed; a null is not wanted."""
    found = load(folder, columns=["submission_id"], streaming=streaming, **wanted)
    assert [row["submission_id"] for row in found] == ids


def test_columns_come_in_the_order_that_was_asked_for(folder: Path) -> None:
    """Also when no row is wanted."""
    names = ["edited_image", "instruction"]
    assert load(folder, columns=names).column_names == names
    assert load(folder, columns=names, min_locality=1.0).column_names == names


def test_pairs_decided_by_the_requester(folder: Path) -> None:
    """`accepted_only` of preferences looks at the signal."""
    assert [row["submission_id"] for row in load(folder, "preferences", accepted_only=True)] == ["s0"]


def test_what_is_not_wanted_is_not_read(tmp_path: Path) -> None:
    """Row groups and columns that are ruled out may even be damaged."""
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

    def ids(**wanted: object) -> list[str]:
        found = load(place, streaming=True, **wanted)
        return [row["submission_id"] for row in found]

    with pytest.raises(OSError, match=r"Parquet|header|deserialize"):
        ids()
    assert ids(min_locality=0.7) == ["s0"]
    assert ids(columns=["submission_id"]) == ["s0", "s1"]


@pytest.mark.parametrize(
    ("arguments", "wanted", "said"),
    [
        (["pictures"], {}, "there is no config"),
        (["triplets", "test"], {}, "split 'test'"),
        (["turns"], {}, "'turns'"),
        (["conversations"], {"since": 1}, "since: the config conversations has no column"),
        ([], {"task_types": ["fly"]}, "there is no 'fly'"),
        ([], {"task_types": "delete"}, "give a list"),
        ([], {"min_locality": 1.5}, "between 0 and 1"),
        ([], {"since": "yesterday"}, "not a date"),
        ([], {"columns": ["colour"]}, "no column colour"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    folder: Path, arguments: list[str], wanted: dict[str, object], said: str
) -> None:
    """With what to do."""
    with pytest.raises(InputError, match=said):
        load(folder, *arguments, **wanted)


def test_a_folder_without_a_dataset_is_said(tmp_path: Path) -> None:
    """Not with a traceback of the Hub's client."""
    with pytest.raises(InputError, match="no dataset there"):
        load(tmp_path / "nothing")


def test_it_is_offered_at_the_top() -> None:
    """Whatever was imported before."""
    assert photoshop_request.load is load
