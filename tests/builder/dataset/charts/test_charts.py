"""Tests of captions, number formats and drawing."""

import string
from dataclasses import replace

import pytest

from photoshop_request_builder.dataset.charts.captions import Captions, Language, read_captions
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Mark
from photoshop_request_builder.dataset.charts.draw import draw


def fields(template: str) -> set[str]:
    """Return the facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_languages_say_the_same() -> None:
    """Both have every text, and each sentence names the same facts."""
    first, other = read_captions(Language.EN), read_captions(Language.RU)
    for part in ("page", "sections", "names", "values", "charts"):
        assert getattr(first, part).keys() == getattr(other, part).keys()
    for column, named in first.values.items():
        assert named.keys() == other.values[column].keys()
    for name, texts in first.charts.items():
        assert texts.keys() == other.charts[name].keys(), name
        for case, template in texts.items():
            assert fields(template) == fields(other.charts[name][case]), (name, case)


@pytest.mark.parametrize(
    ("column", "value", "en", "ru"),
    [
        ("requests", 1234567, "1,234,567", "1\u202f234\u202f567"),
        ("gone_share", 0.1234, "12%", "12\u00a0%"),
        ("gone_share", 0.0123, "1.2%", "1,2\u00a0%"),
        ("gone_share", 0.0, "0%", "0\u00a0%"),
        ("correlation", -0.05, "\u22120.05", "\u22120,05"),
        ("speck", 0.0002, "0.0002", "0,0002"),
        ("middle", 11.5, "11.5", "11,5"),
        ("wait_from", 900, "15\u00a0min", "15\u00a0мин"),
        ("wait_from", 259_200, "3\u00a0d", "3\u00a0д"),
        ("year", 2024, "2024", "2024"),
        ("score", None, "-", "-"),
    ],
)
def test_numbers_follow_the_language(column: str, value: float, en: str, ru: str) -> None:
    """Thousands, decimals, percentages, durations."""
    assert read_captions(Language.EN).value(column, value) == en
    assert read_captions(Language.RU).value(column, value) == ru


def test_a_flair_is_never_translated() -> None:
    """Only our own columns have translated values."""
    captions = read_captions(Language.RU)
    assert captions.value("flair", "kept") == "kept"
    assert captions.value("became", "kept") != "kept"


def drawn(chart: Chart) -> str:
    """Draw a chart without facts."""
    texts = {chart.name: {"title": "t", "axis": "a", "some": "s"}}
    captions: Captions = replace(read_captions(Language.EN), charts=texts)
    return draw(chart, captions)


def test_a_threshold_is_drawn_between_columns() -> None:
    """At the left edge of the third of four equal columns, halfway across the chart."""
    rows = tuple((float(low), 1) for low in (0, 2, 4, 6))
    chart = Chart(
        "distances", ChartKind.COLUMNS, ("bits_from", "edit"), rows, ("bits_from", "edit"), marks=(Mark("fence", 4),)
    )
    assert f'x1="{46 + (400 - 46 - 6) / 2:.1f}"' in drawn(chart)


def test_a_hole_covers_its_months() -> None:
    """Two of four months."""
    rows = (("2020-01", 5), ("2020-02", 0), ("2020-03", 0), ("2020-04", 5))
    marks = (Mark("hole", "2020-02", "2020-03"),)
    svg = drawn(
        Chart("coverage_comments", ChartKind.COLUMNS, ("month", "comments"), rows, ("month", "comments"), marks=marks)
    )
    assert f'class="h" x="{46 + 87:.1f}"' in svg
    assert f'width="{2 * 87:.1f}"' in svg


def test_bar_length_is_proportional() -> None:
    """Half the count gives half the length."""
    svg = drawn(Chart("tasks", ChartKind.BARS, ("task", "requests"), (("a", 10), ("b", 5)), ("task", "requests")))
    assert 'width="190.0"' in svg
    assert 'width="95.0"' in svg
