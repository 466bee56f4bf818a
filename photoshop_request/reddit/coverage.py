"""Which time an archive covers, and where it has holes: gaps nobody mentions are the first thing a user asks about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import gmtime

_THIN = 0.05
"""Of the median month before or after, the smaller: less is a hole with a few strays in it, not a quiet month."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Months in a row with nothing, or next to nothing, between months with something."""

    first: str
    """`2022-12`."""
    last: str
    months: int
    rows: int


def month_of(utc: int) -> str:
    """The month of a Unix time, as `2022-12` (UTC)."""
    moment = gmtime(utc)
    return f"{moment.tm_year:04}-{moment.tm_mon:02}"


def every_month(counts: Mapping[str, int]) -> dict[str, int]:
    """`counts` with every month from the first to the last, 0 where there is none: what a histogram shows."""
    if not counts:
        return {}
    return {
        _name(number): counts.get(_name(number), 0) for number in range(_number(min(counts)), _number(max(counts)) + 1)
    }


def find_gaps(counts: Mapping[str, int]) -> list[Gap]:
    """The holes of a histogram by month: months with nothing, or less than a twentieth of what is usual before and after."""
    full = list(every_month(counts).items())
    rows = [count for _, count in full]
    runs: list[list[int]] = []
    for at, count in enumerate(rows):
        if count and count >= _THIN * _usual(rows, at):
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return [Gap(full[run[0]][0], full[run[-1]][0], len(run), sum(rows[at] for at in run)) for run in runs]


def uncovered_spans(covered: Iterable[tuple[int, int]], since: int, until: int) -> list[tuple[int, int]]:
    """What of the seconds from `since` (inclusive) to `until` (exclusive) no interval of `covered` holds, sorted."""
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
    # over months that have something: a long hole must not become the usual; the smaller side: communities grow
    sides = [[count for count in side if count] for side in (rows[:at], rows[at + 1 :])]
    return min(median(side) for side in sides) if all(sides) else 0


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
