"""Test that the builder, `load`, `export` and `Sampling` keep the same rows of the sample's corpus."""

import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filter_cases import ANYTHING, BAD, MISSING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from photoshop_request.errors import InputError
from photoshop_request.loading import load
from photoshop_request.rows import FILTERS, RowFilter
from photoshop_request.training import Sampling
from photoshop_request.training.row_source import rows_of_files
from photoshop_request.training.sampling import epoch_order
from photoshop_request_builder.cli.program import app, load_command
from photoshop_request_builder.commands.export import export, format_of
from photoshop_request_builder.photoshop_request import PhotoshopRequest

CASES: list[tuple[dict[str, Any], int]] = [
    ({}, 17),
    ({"task_types": ["crop", "specialized"]}, 4),
    ({"min_locality": 0.6}, 7),
    ({"max_changed_fraction": 0.1}, 5),
    ({"accepted_only": True}, 7),
    ({"min_score": 50}, 6),
    ({"min_score_percentile": 0.5}, 17),
    ({"min_score_percentile": 0.6}, 0),
    ({"since": "2020-01-01"}, 8),
    ({"until": 1_445_421_237}, 3),
    ({"one_edit_per_request": True}, 10),
    ({"one_edit_per_request": True, "max_changed_fraction": 0.4, "task_types": ["delete"]}, 5),
]
"""Filters, and how many edits of the split `train` they keep."""


def identified(rows: Any) -> list[tuple[str, str]]:
    """Return the ids of request and comment of each row."""
    return [(row["submission_id"], row["comment_id"]) for row in rows]


def refusal(function: Callable[..., object], *arguments: Any, **filters: Any) -> str:
    """Return the message of the `InputError` that a call raises."""
    with pytest.raises(InputError) as caught:
        function(*arguments, **filters)
    return str(caught.value)


def is_allowed(name: str, value: Any) -> bool:
    """Return True if the filter takes the value."""
    try:
        RowFilter(**{name: value}).active()
    except InputError:
        return False
    return True


def export_filtered(dataset: Path, out: Path, form: str = "imagefolder", **filters: Any) -> None:
    """Write an export of the split `train`."""
    chosen = format_of(form)
    export(str(dataset), chosen, out, split="train", filters=RowFilter(**filters), advance=lambda _: None)


@pytest.mark.parametrize(("filters", "count"), CASES)
def test_every_way_keeps_the_same_rows(
    sample_corpus: Path, tmp_path: Path, filters: dict[str, Any], count: int
) -> None:
    """Build, load, stream, export and sample with one set of filters."""
    dataset = sample_corpus / "dataset"
    built = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path), **filters)
    kept = identified(built.as_streaming_dataset("train"))
    assert len(kept) == count
    columns = ["submission_id", "comment_id"]
    assert identified(load(dataset, columns=columns, streaming=True, **filters)) == kept
    sampling, index = Sampling(**filters), rows_of_files(dataset, "train").index
    every = identified(load(dataset, columns=columns, streaming=True))
    assert [every[number] for number in sorted(epoch_order(index, sampling, seed=0, epoch=0))] == kept
    if kept:
        export_filtered(dataset, tmp_path / "out", "webdataset", **filters)
        with tarfile.open(tmp_path / "out" / "train-000000.tar") as tar:
            stems = [name.removesuffix(".txt") for name in tar.getnames() if name.endswith(".txt")]
        assert [tuple(stem.split("-")[1:]) for stem in stems] == kept


@pytest.mark.parametrize(("filters", "message"), BAD)
def test_builder_and_export_refuse_a_wrong_value_alike(
    sample_corpus: Path, tmp_path: Path, filters: dict[str, Any], message: str
) -> None:
    """Say what `load` says."""
    said = refusal(load, sample_corpus / "dataset", **filters)
    assert said.startswith(message)
    assert said == refusal(PhotoshopRequest, corpus=str(sample_corpus), cache_dir=str(tmp_path), **filters)
    assert said == refusal(export_filtered, sample_corpus / "dataset", tmp_path / "out", **filters)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("config", "filters", "message"), MISSING)
def test_the_builder_refuses_a_filter_without_a_column(
    sample_corpus: Path, config: str, filters: dict[str, Any], message: str
) -> None:
    """Say what `load` says."""
    said = refusal(PhotoshopRequest, corpus=str(sample_corpus), config_name=config, **filters)
    assert said.startswith(message)
    assert said == refusal(load, sample_corpus / "dataset", config, **filters)


@given(st.sampled_from(sorted(FILTERS)), ANYTHING)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_builder_takes_or_refuses_any_value_as_load_does(tmp_path: Path, name: str, value: Any) -> None:
    """Check filters before the corpus is opened."""
    nowhere = str(tmp_path / "nothing")
    build = partial(PhotoshopRequest, corpus=nowhere)
    write = partial(export_filtered, tmp_path / "nothing", tmp_path / "out")
    if is_allowed(name, value):
        assert "no dataset found" in refusal(write, **{name: value})
    else:
        assert refusal(build, **{name: value}) == refusal(write, **{name: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--task-type", "fly"], "task_types: ['fly'] is not a list of task types"),
        (["--min-locality", "80"], "min_locality: 80.0 is not a number from 0 to 1."),
        (["--since", "yesterday"], "since: 'yesterday' is not Unix seconds (an integer) or an ISO date"),
    ],
)
def test_options_refuse_a_wrong_value_alike(
    sample_corpus: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    """Say what `load` says, and write nothing."""
    done = CliRunner().invoke(app, ["export", str(sample_corpus), "imagefolder", str(tmp_path / "out"), *options])
    assert isinstance(done.exception, InputError)
    assert str(done.exception).startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_every_filter_is_an_option_of_export(sample_corpus: Path, tmp_path: Path) -> None:
    """Give all options at once; each takes its help from the filter."""
    helps = {parameter.name: parameter.help for parameter in load_command("export").params}
    for name, row_filter in FILTERS.items():
        assert row_filter.meaning in helps["task_type" if name == "task_types" else name]
    options = ["--task-type", "delete", "--task-type", "crop", "--min-locality", "0.1", "--max-changed-fraction", "0.5"]
    options += ["--min-score", "1", "--min-score-percentile", "0.1", "--since", "2000-01-01", "--until", "2030-01-01"]
    options += ["--accepted-only", "--one-edit-per-request"]
    done = CliRunner().invoke(app, ["export", str(sample_corpus), "imagefolder", str(tmp_path / "out"), *options])
    assert "2 of 2 rows of triplets" in done.stdout


def test_other_filters_make_another_dataset_of_the_builder(sample_corpus: Path, tmp_path: Path) -> None:
    """Shrink pictures and filter rows at once; the cache keeps both datasets apart."""
    every = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path))
    some = PhotoshopRequest(
        corpus=str(sample_corpus), cache_dir=str(tmp_path), min_locality=0.5, max_side=128, reencode="jpeg"
    )
    assert some.cache_dir != every.cache_dir
    rows = list(some.as_streaming_dataset("train"))
    assert rows
    assert all(row["locality"] >= 0.5 for row in rows)
    assert all(max(row["edited_image"].size) <= 128 for row in rows)
