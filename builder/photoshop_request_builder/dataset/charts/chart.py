"""What a chart shows, before anybody draws or words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Value, ...]


class Kind(StrEnum):
    """How a figure is drawn."""

    BARS = "bars"
    """A horizontal bar a row: `drawn` is the label and the number."""
    COLUMNS = "columns"
    """A group of vertical columns a row: `drawn` is the label and one number a series."""
    STACKED = "stacked"
    """The same, on top of each other, as shares of their sum."""
    HEAT = "heat"
    """A cell a row: `drawn` is the cell's row, its column and its number."""
    RANGES = "ranges"
    """A dot with its range a row: `drawn` is the label, the low end, the middle and the high end."""
    LINE = "line"
    """A line through all rows: `drawn` is the two numbers, each a share."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold or a stretch that is drawn into COLUMNS."""

    name: str
    """Of its words."""
    first: Value
    """Where on the axis, in the unit of the label."""
    last: Value = None
    """Where a stretch ends, itself included; None for a line."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its table: every number that is shown is in `rows` or `facts`.

    Columns and facts whose name ends in `share` are between 0 and 1.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    drawn: tuple[str, ...]
    facts: Mapping[str, Value] = field(default_factory=dict)
    """What the sentence says."""
    marks: tuple[Mark, ...] = ()
    case: str = "some"
    """Which sentence: `none` where there is nothing to show."""

    def column(self, name: str) -> list[Value]:
        """One column of the table."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def shown(self) -> list[Row]:
        """The drawn columns."""
        places = [self.columns.index(name) for name in self.drawn]
        return [tuple(row[place] for place in places) for row in self.rows]


def rounded(figure: Figure) -> Figure:
    """Six digits: sums of floats in several threads differ in the last ones from run to run."""
    return replace(
        figure,
        rows=tuple(tuple(_round(value) for value in row) for row in figure.rows),
        facts={name: _round(value) for name, value in figure.facts.items()},
    )


def _round(value: Value) -> Value:
    return float(f"{value:.6g}") if isinstance(value, float) else value
