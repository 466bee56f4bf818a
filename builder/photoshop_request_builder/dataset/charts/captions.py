"""The words of the report in one language: titles, names, numbers, and under each chart the sentence that says what it shows."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from photoshop_request_builder.dataset.charts.chart import Figure, Value

_PLAIN = frozenset({"year", "month", "first", "last"})
"""Columns and facts that are no quantities."""


class Language(StrEnum):
    """What the report can be written in."""

    EN = "en"
    RU = "ru"


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a language, as `words/*.toml` holds them."""

    language: Language
    page: Mapping[str, str]
    chapters: Mapping[str, str]
    names: Mapping[str, str]
    """Of columns, series and marks."""
    values: Mapping[str, Mapping[str, str]]
    """Of a column's own values; whatever else stands in a column is shown as it is."""
    figures: Mapping[str, Mapping[str, str]]

    def title(self, figure: Figure) -> str:
        """The heading of a chart."""
        return self.figures[figure.name]["title"]

    def axis(self, figure: Figure) -> str:
        """What its axis or its bars count."""
        return self.figures[figure.name]["axis"]

    def method(self, figure: Figure) -> str:
        """How it is counted; empty where that needs no word."""
        return self.figures[figure.name].get("method", "")

    def sentence(self, figure: Figure) -> str:
        """What the figure says, from its facts."""
        shown = {name: self._fact(figure, name, value) for name, value in figure.facts.items()}
        return string.Formatter().vformat(self.figures[figure.name][figure.case], (), shown)

    def name(self, key: str) -> str:
        """The words of a column, a series or a mark."""
        return self.names[key]

    def value(self, column: str, value: Value) -> str:
        """A cell of a table, or a label of a chart."""
        if value is None:
            return "-"
        if isinstance(value, str):
            return self.values.get(column, {}).get(value, value)
        if column in _PLAIN:
            return str(value)
        if column == "wait_from":
            return self._duration(value)
        return self._share(value) if column.endswith("share") else self._quantity(value)

    def _fact(self, figure: Figure, name: str, value: Value) -> str:
        return self.value(figure.drawn[0] if isinstance(value, str) else name, value)

    def _share(self, value: float) -> str:
        hundredths = 100 * value
        digits = 0 if abs(hundredths) >= 10 or hundredths == 0 else 1
        return self._set(f"{hundredths:.{digits}f}".removesuffix(".0")) + self.page["percent"]

    def _quantity(self, value: float) -> str:
        if isinstance(value, int) or float(value).is_integer() or abs(value) >= 1000:
            return self._set(f"{value:,.0f}")
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        text = f"{value:.{digits}f}" if abs(value) >= 0.1 else f"{value:.2g}"
        return self._set(text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text)

    def _duration(self, seconds: float) -> str:
        for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
            if seconds >= length:
                return f"{self._quantity(seconds / length)}\u00a0{self.page[unit]}"
        return "0"

    def _set(self, number: str) -> str:
        """Python's signs of a number -> the language's."""
        signs = {",": self.page["thousands"], ".": self.page["decimal"], "-": "\u2212"}
        return "".join(signs.get(sign, sign) for sign in number)


def words(language: Language) -> Words:
    """The words of a language."""
    text = files(__package__).joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return Words(language, found["page"], found["chapters"], found["names"], found["values"], found["figures"])


def table(figure: Figure, said: Words) -> tuple[list[str], list[Sequence[str]]]:
    """Head and cells of the table under a chart."""
    head = [said.name(column) for column in figure.columns]
    return head, [
        [said.value(column, value) for column, value in zip(figure.columns, row, strict=True)] for row in figure.rows
    ]
