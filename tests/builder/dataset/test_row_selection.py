"""Selections by argument: rows, and pictures made smaller on demand."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photoshop_request.errors import InputError
from photoshop_request_builder.dataset.row_selection import Wanted, keep, shrink, wanted_of
from photoshop_request_builder.photoshop_request import PhotoshopRequest


def edit(name: str, **changes: Any) -> dict[str, Any]:
    """A row as far as selections look at it."""
    row = {
        "comment_id": name,
        "comment_score": 5,
        "comment_created_utc": 1_700_000_000,
        "accepted": False,
        "changed_fraction": 0.1,
        "locality": 0.9,
        "task_types": ["delete"],
    }
    return {**row, **changes}


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        (Wanted(min_score=5), {"comment_score": 4}),
        (Wanted(min_score=5), {"comment_score": None}),
        (Wanted(max_changed_fraction=0.1), {"changed_fraction": 0.11}),
        (Wanted(min_locality=0.9), {"locality": 0.8}),
        (Wanted(task_types=("add", "delete")), {"task_types": ["unclear"]}),
        (Wanted(since=1_700_000_000), {"comment_created_utc": 1_699_999_999}),
        (Wanted(until=1_700_000_001), {"comment_created_utc": 1_700_000_001}),
    ],
)
def test_each_selection_keeps_what_it_says(wanted: Wanted, other: dict[str, Any]) -> None:
    """The limit itself is in."""
    rows = [edit("in"), edit("out", **other)]
    assert [row["comment_id"] for row in keep(rows, wanted)] == ["in"]
    assert keep(rows, Wanted()) == rows


def test_accepted_is_the_requesters_word_in_every_config() -> None:
    """`accepted` of edits, `solved` of requests, the signal of preferences."""
    for column, yes, no in (("accepted", True, False), ("solved", True, False), ("signal", "accepted", "score")):
        rows = [{column: yes}, {column: no}]
        assert keep(rows, Wanted(accepted_only=True)) == rows[:1]


def test_one_edit_of_a_request_is_the_accepted_then_the_best_then_the_first() -> None:
    """Never chance."""
    low = edit("accepted", accepted=True, comment_score=1)
    rows = [edit("late", comment_created_utc=1_700_000_009), edit("first"), edit("hidden", comment_score=None), low]
    one = Wanted(one_edit_per_request=True)
    assert [row["comment_id"] for row in keep(rows, one)] == ["accepted"]
    assert [row["comment_id"] for row in keep(rows[:3], one)] == ["first"]
    assert keep([], one) == []


@pytest.mark.parametrize(
    ("config", "arguments", "says"),
    [
        ("requests", {"max_changed_fraction": 0.5}, "requests has no column changed_fraction"),
        ("turns", {"min_score": 3}, "turns has no column"),
        ("triplets", {"task_types": ["remove"]}, "there is no 'remove'"),
        ("triplets", {"max_side": 512}, "reencode"),
        ("triplets", {"reencode": "jpeg"}, "max_side"),
        ("triplets", {"since": "yesterday"}, "not a date"),
    ],
)
def test_an_argument_that_cannot_hold_is_refused(config: str, arguments: dict[str, Any], says: str) -> None:
    """Before anything is built."""
    with pytest.raises(InputError, match=says):
        wanted_of(config, arguments)


def test_nought_is_a_limit() -> None:
    """Edits below zero are left out when somebody asks for it; None and False ask for nothing."""
    assert wanted_of("triplets", {"min_score": 0, "max_changed_fraction": 0.0}) == Wanted(0, 0.0)
    assert wanted_of("turns", {"min_score": None, "accepted_only": False, "task_types": []}) == Wanted()


def test_dates_are_utc() -> None:
    """With or without a zone of their own."""
    assert wanted_of("triplets", {"since": "2024-01-01"}).since == 1_704_067_200
    assert wanted_of("triplets", {"until": "2024-01-01T01:00+01:00"}).until == 1_704_067_200


@pytest.mark.parametrize(
    ("form", "mode"),
    [("jpeg", "RGB"), ("png", "RGB"), ("jpeg", "RGBA"), ("png", "L"), ("png", "CMYK"), ("png", "I;16")],
)
def test_only_larger_pictures_are_made_smaller(form: str, mode: str) -> None:
    """Upright; the others stay as they are, to the byte."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new(mode, (200, 100)).save(out, "jpeg" if mode == "CMYK" else "png", exif=exif)
    assert shrink(out.getvalue(), 200, form) == out.getvalue()
    with Image.open(io.BytesIO(shrink(out.getvalue(), 50, form))) as small:
        assert (small.format, small.size) == (form.upper(), (25, 50))


def test_the_builder_takes_selections(sample_corpus: Path, tmp_path: Path) -> None:
    """Another selection is another dataset to the cache."""
    every = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path))
    some = PhotoshopRequest(
        corpus=str(sample_corpus), cache_dir=str(tmp_path), min_locality=0.5, max_side=128, reencode="jpeg"
    )
    assert some.cache_dir != every.cache_dir
    localities = [row["locality"] for row in every.as_streaming_dataset("train")]
    rows = list(some.as_streaming_dataset("train"))
    assert [row["locality"] for row in rows] == [locality for locality in localities if locality >= 0.5]
    assert rows
    assert all(max(row["edited_image"].size) <= 128 for row in rows)
