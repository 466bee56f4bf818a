"""Read the texts of the charts in one language: titles, column names, number formats, a sentence per chart."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from photoshop_request_builder.dataset.charts.chart import Chart, Value

_NO_QUANTITIES = frozenset({"year", "month", "first", "last"})
"""Columns and facts whose numbers are shown unformatted."""


class Language(StrEnum):
    """Languages of the report."""

    EN = "en"
    RU = "ru"


@dataclass(frozen=True, slots=True)
class Captions:
    """All texts of one language, as `words/*.toml` holds them."""

    language: Language
    page: Mapping[str, str]
    sections: Mapping[str, str]
    names: Mapping[str, str]
    """Names of columns, series and marks."""
    values: Mapping[str, Mapping[str, str]]
    """Texts of a column's fixed values. Other values are shown unchanged."""
    charts: Mapping[str, Mapping[str, str]]

    def title(self, chart: Chart) -> str:
        """Return the chart's heading."""
        return self.charts[chart.name]["title"]

    def axis(self, chart: Chart) -> str:
        """Return the name of the chart's axis, or of the number that its bars show."""
        return self.charts[chart.name]["axis"]

    def method(self, chart: Chart) -> str:
        """Return the method of counting, or "" if it is obvious."""
        return self.charts[chart.name].get("method", "")

    def sentence(self, chart: Chart) -> str:
        """Return the sentence below the chart, filled in from its facts."""
        facts = {name: self._fact(chart, name, value) for name, value in chart.facts.items()}
        return string.Formatter().vformat(self.charts[chart.name][chart.case], (), facts)

    def name(self, key: str) -> str:
        """Return the name of a column, a series or a mark."""
        return self.names[key]

    def value(self, column: str, value: Value) -> str:
        """Format a table cell or a chart label."""
        if value is None:
            return "-"
        if isinstance(value, str):
            return self.values.get(column, {}).get(value, value)
        if column in _NO_QUANTITIES:
            return str(value)
        if column == "wait_from":
            return self._duration(value)
        return self._percentage(value) if column.endswith("share") else self._quantity(value)

    def table(self, chart: Chart) -> tuple[list[str], list[Sequence[str]]]:
        """Return the header and the cells of the table below the chart."""
        return [self.name(column) for column in chart.columns], [
            [self.value(column, value) for column, value in zip(chart.columns, row, strict=True)] for row in chart.rows
        ]

    def _fact(self, chart: Chart, name: str, value: Value) -> str:
        return self.value(chart.drawn[0] if isinstance(value, str) else name, value)

    def _percentage(self, share: float) -> str:
        digits = 0 if abs(share) >= 0.1 or share == 0 else 1
        return self._localized(f"{100 * share:.{digits}f}".removesuffix(".0")) + self.page["percent"]

    def _quantity(self, value: float) -> str:
        if isinstance(value, int) or float(value).is_integer() or abs(value) >= 1000:
            return self._localized(f"{value:,.0f}")
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        text = f"{value:.{digits}f}" if abs(value) >= 0.1 else f"{value:.2g}"
        return self._localized(text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text)

    def _duration(self, seconds: float) -> str:
        for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
            if seconds >= length:
                return f"{self._quantity(seconds / length)}\u00a0{self.page[unit]}"
        return "0"

    def _localized(self, number: str) -> str:
        """Replace Python's separators and minus sign with the language's."""
        signs = {",": self.page["thousands"], ".": self.page["decimal"], "-": "\u2212"}
        return "".join(signs.get(sign, sign) for sign in number)


def read_captions(language: Language) -> Captions:
    """Read the texts of a language."""
    return Captions(
        language, **tomllib.loads(files(__package__).joinpath("words", f"{language}.toml").read_text(encoding="utf-8"))
    )
