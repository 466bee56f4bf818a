"""The report's words and how numbers are written."""

import string

import pytest

from photoshop_request_builder.dataset.charts.axes import Labels
from photoshop_request_builder.dataset.charts.captions import Language, words
from photoshop_request_builder.dataset.charts.chart import Figure, Kind, Mark
from photoshop_request_builder.dataset.charts.draw import draw


def fields(template: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_languages_say_the_same() -> None:
    """Every word, every case of every figure, and in each the same facts."""
    first, other = words(Language.EN), words(Language.RU)
    for part in ("page", "chapters", "names", "values", "figures"):
        assert getattr(first, part).keys() == getattr(other, part).keys()
    for column, named in first.values.items():
        assert named.keys() == other.values[column].keys()
    for name, texts in first.figures.items():
        assert texts.keys() == other.figures[name].keys(), name
        for case, template in texts.items():
            assert fields(template) == fields(other.figures[name][case]), (name, case)


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
def test_numbers_are_written_as_the_language_does(column: str, value: float, en: str, ru: str) -> None:
    """Thousands, decimals, shares, times."""
    assert words(Language.EN).value(column, value) == en
    assert words(Language.RU).value(column, value) == ru


def test_a_flair_called_like_one_of_our_words_stays_what_it_is() -> None:
    """Values are translated only in the columns that are our own."""
    said = words(Language.RU)
    assert said.value("flair", "kept") == "kept"
    assert said.value("became", "kept") != "kept"


def drawn(figure: Figure) -> str:
    said = words(Language.EN)
    return draw(figure, Labels("t", "s", "a", name=said.name, number=said.value))


def test_a_threshold_is_drawn_between_the_columns_it_parts() -> None:
    """At the third of four equal columns' left edge, halfway across the chart."""
    rows = tuple((float(low), 1) for low in (0, 2, 4, 6))
    figure = Figure(
        "distances", Kind.COLUMNS, ("bits_from", "edit"), rows, ("bits_from", "edit"), marks=(Mark("fence", 4),)
    )
    assert f'x1="{46 + (400 - 46 - 6) / 2:.1f}"' in drawn(figure)


def test_a_hole_is_drawn_from_its_first_month_to_the_end_of_its_last() -> None:
    """Two of four months."""
    rows = (("2020-01", 5), ("2020-02", 0), ("2020-03", 0), ("2020-04", 5))
    marks = (Mark("hole", "2020-02", "2020-03"),)
    svg = drawn(
        Figure("coverage_comments", Kind.COLUMNS, ("month", "comments"), rows, ("month", "comments"), marks=marks)
    )
    assert f'class="h" x="{46 + 87:.1f}"' in svg
    assert f'width="{2 * 87:.1f}"' in svg


def test_bars_are_as_long_as_what_they_count() -> None:
    """The half is half as long."""
    svg = drawn(Figure("tasks", Kind.BARS, ("task", "requests"), (("a", 10), ("b", 5)), ("task", "requests")))
    assert 'width="190.0"' in svg
    assert 'width="95.0"' in svg
