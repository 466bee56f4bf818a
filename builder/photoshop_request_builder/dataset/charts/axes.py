"""What stands around the columns of a chart: grid, ticks, legend, thresholds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.chart import Figure, Value


@dataclass(frozen=True, slots=True)
class Labels:
    """How a chart speaks."""

    title: str
    sentence: str
    axis: str
    """What the horizontal axis, or the bars, count."""
    name: Callable[[str], str]
    """A column or a mark -> its words."""
    number: Callable[[str, Value], str]
    """A column's name and a value of it -> as it is shown."""


def grid(most: float, left: float, top: float, bottom: float, labels: Labels, column: str) -> str:
    """Horizontal lines at round numbers, with the numbers on the left."""
    parts = []
    step = _step(most, column)
    for count in range(int(most / step + 1e-9) + 1):
        y = bottom - (bottom - top) * count * step / most
        parts.append(f'<line class="g" x1="{left:g}" x2="{svg.WIDTH - 6}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(svg.text(left - 6, y + 4, labels.number(column, count * step), "t", "end"))
    return "".join(parts)


def _step(most: float, column: str) -> float:
    """Between the lines of a grid: a round number, at most four of them; counts have no halves."""
    if column.endswith("share"):
        return 0.25
    least = 10.0 ** math.floor(math.log10(most / 4))
    step = next(least * factor for factor in (1, 2, 5, 10) if least * factor * 4 >= most)
    return max(1.0, step)


def marks(figure: Figure, labels: Labels, left: float, step: float, span: tuple[float, float]) -> list[str]:
    """Thresholds and stretches between `span`'s top and bottom; a threshold's name stands above."""
    parts = []
    top, bottom = span
    # the leftmost on top: what it is called may run over the others
    lines = sum(mark.last is None for mark in figure.marks)
    for mark in figure.marks:
        x = left + step * _place(figure, mark.first)
        if mark.last is not None:
            end = left + step * (_place(figure, mark.last) + 1)
            parts.append(svg.rect(x, top, end - x, bottom - top, "h", labels.name(mark.name)))
            continue
        lines -= 1
        y = top - 6 - 16 * lines
        name = f"{labels.name(mark.name)} {labels.number(figure.drawn[0], mark.first)}"
        anchor, at = ("end", x - 4) if x > svg.WIDTH / 2 else ("start", x + 4)
        parts.append(f'<line class="m" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10:g}" y2="{bottom:g}"/>')
        parts.append(svg.text(at, y, name, "t", anchor))
    return parts


def _place(figure: Figure, value: Value) -> float:
    """Where on the axis a value lies, in columns: between two lower ends as the crow flies."""
    ends = [row[0] for row in figure.shown]
    if isinstance(value, str):
        return float(ends.index(value))
    numbers = [svg.amount(end) for end in ends]
    below = max((place for place, end in enumerate(numbers) if end <= svg.amount(value)), default=0)
    if below + 1 >= len(numbers):
        return float(below)
    return below + (svg.amount(value) - numbers[below]) / (numbers[below + 1] - numbers[below])


def ticks(figure: Figure, labels: Labels, left: float, step: float, bottom: float) -> list[str]:
    """Labels under the columns, as many as fit: lower ends at the left edge, names and years in the middle."""
    first = figure.drawn[0]
    values = [row[0] for row in figure.shown]
    between = first.endswith("from")
    if first == "month":
        years = [
            (place, str(value)[:4]) for place, value in enumerate(values) if str(value).endswith("-01") or not place
        ]
        shown = [(place, year) for place, year in years if not place or place > 8]
    else:
        shown = [(place, labels.number(first, value)) for place, value in enumerate(values)]
    room = max((6.8 * len(text) + 8 for _, text in shown), default=1)
    parts, end = [], -1e9
    for place, text in shown:
        x = left + step * (place + (0 if between or first == "month" else 0.5))
        if x - end >= room:
            parts.append(svg.text(x, bottom + 18, text, "t", "middle" if x + room / 2 < svg.WIDTH else "end"))
            end = x
    return parts


def legend(series: Sequence[str], labels: Labels, kinds: Sequence[str] = ("f0", "f1", "f2", "f3")) -> str:
    """One swatch and name a series, in a line on top."""
    parts, x = [], 46.0
    for kind, name in zip(kinds, series, strict=False):
        said = labels.name(name)
        parts.append(svg.rect(x, 2, 11, 11, kind) + svg.text(x + 16, 12, said, "t"))
        x += 30 + 6.6 * len(said)
    return "".join(parts)
