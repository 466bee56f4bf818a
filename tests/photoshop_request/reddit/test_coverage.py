"""Gaps in the months and seconds that sources cover."""

from calendar import timegm

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.reddit.coverage import Gap, every_month, find_gaps, month_of, uncovered_spans


def _months(first: int, last: int, count: int = 1000) -> dict[str, int]:
    return {f"{number // 12:04}-{number % 12 + 1:02}": count for number in range(first, last)}


def test_months_are_those_of_utc():
    assert month_of(timegm((2022, 12, 31, 23, 59, 59))) == "2022-12"
    assert month_of(0) == "1970-01"


def test_a_histogram_has_every_month_between():
    assert every_month({"2020-11": 3, "2021-02": 1}) == {"2020-11": 3, "2020-12": 0, "2021-01": 0, "2021-02": 1}
    assert every_month({}) == {}


def test_a_gap_of_two_years_is_one_gap():
    counts = _months(2019 * 12, 2022 * 12 + 11) | _months(2024 * 12 + 9, 2025 * 12 + 3)
    assert find_gaps(counts) == [Gap("2022-12", "2024-09", 22, 0)]


def test_strays_do_not_hide_a_gap():
    counts = _months(2020 * 12, 2022 * 12) | {"2021-05": 2, "2021-06": 7}
    assert find_gaps(counts) == [Gap("2021-05", "2021-06", 2, 9)]


def test_growth_and_quiet_months_are_no_gaps():
    growth = {month: 10 * (number + 1) ** 2 for number, month in enumerate(_months(2013 * 12, 2020 * 12))}
    assert find_gaps(growth) == []
    assert find_gaps(_months(2020 * 12, 2021 * 12) | {"2020-06": 100}) == []
    assert find_gaps({"2020-01": 1}) == find_gaps({}) == []


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ([], [(10, 20)]),
        ([(0, 30)], []),
        ([(12, 14), (13, 16)], [(10, 12), (16, 20)]),
        ([(0, 10), (20, 30)], [(10, 20)]),
        ([(15, 40), (0, 11)], [(11, 15)]),
        ([(50, 60)], [(10, 20)]),
    ],
)
def test_uncovered_spans_of_a_time_range(covered, expected):
    assert uncovered_spans(covered, 10, 20) == expected


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: tuple(sorted(pair)))))
def test_missing_and_covered_seconds_are_all_seconds_once(covered):
    gaps = uncovered_spans(covered, 5, 25)
    seconds = [second for begin, end in gaps for second in range(begin, end)]
    assert seconds == [second for second in range(5, 25) if not any(begin <= second < end for begin, end in covered)]
