"""Define the numbers of a chart, independent of drawing and language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Value, ...]


class ChartKind(StrEnum):
    """Ways to draw a chart. `Chart.drawn` names the columns that each one draws."""

    BARS = "bars"
    """One horizontal bar per row: label, number. With three columns: group, label, number."""
    COLUMNS = "columns"
    """One group of vertical columns per row: label, then one number per series."""
    STACKED = "stacked"
    """Vertical columns on top of each other, as shares of their sum: label, then one number per series."""
    HEAT = "heat"
    """One cell per row: the cell's row, its column, its number."""
    RANGES = "ranges"
    """A dot with its range per row: label, low end, middle, high end."""
    LINE = "line"
    """One line through all rows: two shares."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold or a range drawn into `ChartKind.COLUMNS`."""

    name: str
    """Key of its caption."""
    first: Value
    """Position on the axis, in the unit of the label."""
    last: Value = None
    """Last position of a range, inclusive, or None for a threshold."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its table. Every number shown is in `rows` or `facts`.

    Columns and facts whose name ends in `share` are between 0 and 1.
    """

    name: str
    kind: ChartKind
    columns: tuple[str, ...]
    rows: Sequence[Row]
    drawn: tuple[str, ...]
    """Columns that are drawn. The table shows all."""
    facts: Mapping[str, Value] = field(default_factory=dict)
    """Numbers in the sentence below the chart."""
    marks: tuple[Mark, ...] = ()
    case: str = "some"
    """Key of the sentence to show, `none` if there is no data."""

    def column(self, name: str) -> list[Value]:
        """Return one column of the table."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    @property
    def drawn_rows(self) -> list[Row]:
        """The rows, reduced to the drawn columns."""
        indexes = [self.columns.index(name) for name in self.drawn]
        return [tuple(row[index] for index in indexes) for row in self.rows]


def ratio(part: float, whole: float) -> float:
    """Return `part / whole`, or 0 if `whole` is 0."""
    return part / whole if whole else 0.0


def rounded(chart: Chart) -> Chart:
    """Round floats to six digits. Sums over several threads differ in the last digits from run to run."""
    return replace(
        chart,
        rows=tuple(tuple(_round(value) for value in row) for row in chart.rows),
        facts={name: _round(value) for name, value in chart.facts.items()},
    )


def _round(value: Value) -> Value:
    return float(f"{value:.6g}") if isinstance(value, float) else value
