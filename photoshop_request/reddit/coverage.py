"""Find gaps in the months and seconds that the sources cover."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import gmtime

_MIN_SHARE = 0.05
"""Minimum rows of a month, relative to the smaller median of the months before and after. A month with less is a
gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Name consecutive months with no or very few rows, between months with rows."""

    first: str
    """First month, as `2022-12`."""
    last: str
    months: int
    rows: int


def month_of(utc: int) -> str:
    """Return the month of a Unix time in UTC, as `2022-12`."""
    moment = gmtime(utc)
    return f"{moment.tm_year:04}-{moment.tm_mon:02}"


def every_month(counts: Mapping[str, int]) -> dict[str, int]:
    """Return `counts` with every month from the first to the last, 0 for months without rows."""
    if not counts:
        return {}
    months = map(_name, range(_number(min(counts)), _number(max(counts)) + 1))
    return {month: counts.get(month, 0) for month in months}


def find_gaps(counts: Mapping[str, int]) -> list[Gap]:
    """Return the gaps in rows by month: no rows, or less than 5 % of the median month before or after."""
    full = list(every_month(counts).items())
    rows = [count for _, count in full]
    runs: list[list[int]] = []
    for at, count in enumerate(rows):
        if count and count >= _MIN_SHARE * _usual(rows, at):
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return [Gap(full[run[0]][0], full[run[-1]][0], len(run), sum(rows[at] for at in run)) for run in runs]


def uncovered_spans(covered: Iterable[tuple[int, int]], since: int, until: int) -> list[tuple[int, int]]:
    """Return the spans of seconds from `since` (inclusive) to `until` (exclusive) outside all of `covered`, sorted."""
    gaps = []
    at = since
    for begin, end in sorted(covered):
        if begin > at and at < until:
            gaps.append((at, min(begin, until)))
        at = max(at, end)
    if at < until:
        gaps.append((at, until))
    return gaps


def _usual(rows: Sequence[int], at: int) -> float:
    # count only months with rows, so that a long gap does not lower the median
    # take the smaller side, because communities grow
    sides = [[count for count in side if count] for side in (rows[:at], rows[at + 1 :])]
    return min(median(side) for side in sides) if all(sides) else 0


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
