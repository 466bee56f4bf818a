"""Test row filters: the same rows and the same messages from `load`, plain rows and `Sampling`."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import datasets
import pytest
from filter_cases import ANYTHING, BAD, FILTER_ROWS, GOOD, MISSING
from hypothesis import given
from hypothesis import strategies as st
from made_rows import chat, dataset_folder, preference, turn

from photoshop_request.errors import InputError
from photoshop_request.loading import load
from photoshop_request.rows import FILTERS, RowFilter, best_edits, select_dicts
from photoshop_request.schema import CONFIGS
from photoshop_request.training import Sampling
from photoshop_request.training.batch_plan import RankShare
from photoshop_request.training.epoch_blocks import StreamedRows
from photoshop_request.training.row_source import rows_of_files
from photoshop_request.training.sampling import epoch_order


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of the rows that the cases are about, one row group each."""
    others = {"preferences": [preference()], "conversations": [chat()], "turns": [turn()]}
    place = tmp_path_factory.mktemp("rows") / "dataset"
    return dataset_folder(place, {"triplets": FILTER_ROWS, **others}, batch_size=1)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def refusal(function: Callable[..., object], *arguments: Any, **filters: Any) -> str:
    """Return the message of the `InputError` that a call raises."""
    with pytest.raises(InputError) as caught:
        function(*arguments, **filters)
    return str(caught.value)


@pytest.mark.parametrize(("filters", "kept"), GOOD)
def test_every_way_keeps_the_same_rows(folder: Path, filters: dict[str, Any], kept: list[str]) -> None:
    """Load, stream, filter plain rows, and sample from files and from a stream."""
    for streaming in (False, True):
        loaded = load(folder, columns=["comment_id"], streaming=streaming, **filters)
        assert [row["comment_id"] for row in loaded] == kept
    active = RowFilter(**filters).active()
    assert [row["comment_id"] for row in select_dicts(FILTER_ROWS, active, "triplets")] == kept
    sampling = Sampling(**filters)
    drawn = epoch_order(rows_of_files(folder, "train").index, sampling, seed=0, epoch=0)
    assert sorted(FILTER_ROWS[number]["comment_id"] for number in drawn) == sorted(kept)
    stream = StreamedRows(load(folder, streaming=True), sampling, 0, RankShare(), 8, drop_last=False)
    blocks = list(stream.blocks(0, None))
    assert sorted(block.read(int(row))["comment_id"] for block in blocks for row in block.order) == sorted(kept)


@pytest.mark.parametrize(("filters", "message"), BAD)
def test_every_way_refuses_a_wrong_value_alike(folder: Path, filters: dict[str, Any], message: str) -> None:
    """Name the argument, the value and what is allowed."""
    said = refusal(load, folder, **filters)
    assert said.startswith(message)
    assert said == refusal(lambda: RowFilter(**filters).active()) == refusal(Sampling, **filters)


@pytest.mark.parametrize(("config", "filters", "message"), MISSING)
def test_a_filter_without_a_column_is_refused(folder: Path, config: str, filters: dict[str, Any], message: str) -> None:
    """Name the columns, in `load` and for plain rows."""
    said = refusal(load, folder, config, **filters)
    assert said.startswith(message)
    assert said == refusal(select_dicts, [{}], RowFilter(**filters).active(), config)


def test_a_sampling_needs_the_columns_of_its_filters(folder: Path) -> None:
    """Name the column that was not loaded, for a dataset and for a stream."""
    names = [column.name for column in CONFIGS["triplets"] if column.name != "locality"]
    message = "min_locality: the dataset as it was loaded has no column locality. Leave min_locality out."
    index = rows_of_files(folder, "train").index.drop_columns(["locality"])
    stream = load(folder, streaming=True, columns=names)
    with pytest.raises(InputError, match=message):
        epoch_order(index, Sampling(min_locality=0.5), 0, 0)
    with pytest.raises(InputError, match=message):
        StreamedRows(stream, Sampling(min_locality=0.5), 0, RankShare(), 8, drop_last=False)


@given(st.sampled_from(sorted(FILTERS)), ANYTHING)
def test_any_value_is_taken_or_refused_alike(name: str, value: Any) -> None:
    """Never raise anything but an `InputError` that names argument and value."""
    try:
        active = RowFilter(**{name: value}).active()
    except InputError:
        said = refusal(lambda: RowFilter(**{name: value}).active())
        assert said.startswith(f"{name}: {value!r} is not ")
        assert said == refusal(Sampling, **{name: value}) == refusal(load, "no/folder", **{name: value})
    else:
        select_dicts(FILTER_ROWS, active, "triplets")
        assert Sampling(**{name: value}).active() == active


def test_load_takes_every_filter() -> None:
    """Compare the arguments of `load` with the fields of `RowFilter`."""
    arguments = inspect.signature(load).parameters
    for field in fields(RowFilter):
        assert arguments[field.name].default == field.default
        assert arguments[field.name].annotation == RowFilter.__annotations__[field.name].__origin__


def test_the_accepted_edit_comes_before_score_and_time() -> None:
    """Keep the first of equal rows, and treat a hidden score as the lowest."""

    def row(name: str, accepted: bool, score: int | None, posted: int | None = 5) -> dict[str, Any]:
        return {
            "id": name,
            "submission_id": "s",
            "accepted": accepted,
            "comment_score": score,
            "comment_created_utc": posted,
        }

    rows = [row("late", False, 5, 9), row("first", False, 5), row("equal", False, 5), row("hidden", False, None)]
    assert [best["id"] for best in best_edits([*rows, row("accepted", True, 1)])] == ["accepted"]
    assert [best["id"] for best in best_edits(rows)] == ["first"]
    assert [best["id"] for best in best_edits(rows[3:])] == ["hidden"]
    assert list(best_edits([])) == []


def test_accepted_only_reads_the_column_of_the_config() -> None:
    """Read `solved` of requests and `signal` of preferences."""
    for config, column, yes, no in (
        ("requests", "solved", True, False),
        ("preferences", "signal", "accepted", "score"),
    ):
        rows = [{column: yes}, {column: no}, {column: None}]
        assert select_dicts(rows, RowFilter(accepted_only=True).active(), config) == rows[:1]


def test_one_edit_per_request_streams_in_bounded_memory() -> None:
    """Take rows one by one, and yield each request before the next but one is read."""
    taken: list[int] = []

    def rows() -> Any:
        for number in range(10):
            taken.append(number)
            yield {"submission_id": number, "accepted": False, "comment_score": 1, "comment_created_utc": 1}

    for best in best_edits(rows()):
        assert len(taken) <= best["submission_id"] + 2


def test_a_stream_of_one_edit_per_request_can_be_resumed(tmp_path: Path) -> None:
    """Go on after a state, with pictures decoded, over several files."""
    place = dataset_folder(tmp_path / "dataset", {"triplets": FILTER_ROWS[:2]})
    more = (
        dataset_folder(tmp_path / "more", {"triplets": FILTER_ROWS[2:]}) / "triplets" / "train-00000-of-00001.parquet"
    )
    more.rename(place / "triplets" / "train-00001-of-00001.parquet")
    stream = load(place, streaming=True, one_edit_per_request=True)
    assert stream.num_shards == 2
    rows = iter(stream)
    assert next(rows)["source_image"].size == (80, 64)
    state = stream.state_dict()
    again = load(place, streaming=True, one_edit_per_request=True)
    again.load_state_dict(state)
    assert [row["comment_id"] for row in again] == [row["comment_id"] for row in rows] == ["early", "nulls"]
