"""Draw the grid, ticks, legend and thresholds of a chart with columns."""

import math
from collections.abc import Sequence

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.captions import Captions
from photoshop_request_builder.dataset.charts.chart import Chart, Value


def grid(most: float, left: float, top: float, bottom: float, captions: Captions, column: str) -> str:
    """Draw horizontal lines at round numbers, with the numbers on the left."""
    parts = []
    step = _grid_step(most, column)
    for count in range(int(most / step + 1e-9) + 1):
        y = bottom - (bottom - top) * count * step / most
        parts.append(f'<line class="g" x1="{left:g}" x2="{svg.WIDTH - 6}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(svg.text(left - 6, y + 4, captions.value(column, count * step), "t", "end"))
    return "".join(parts)


def _grid_step(most: float, column: str) -> float:
    """Return a round distance for at most four lines. For counts it is at least 1."""
    if column.endswith("share"):
        return 0.25
    least = 10.0 ** math.floor(math.log10(most / 4))
    step = next(least * factor for factor in (1, 2, 5, 10) if least * factor * 4 >= most)
    return max(1.0, step)


def marks(chart: Chart, captions: Captions, left: float, step: float, span: tuple[float, float]) -> list[str]:
    """Draw thresholds and ranges between the top and bottom in `span`. A threshold's name stands above it."""
    parts = []
    top, bottom = span
    # the leftmost name is drawn highest, because it may overlap the names to its right
    line = sum(mark.last is None for mark in chart.marks)
    for mark in chart.marks:
        x = left + step * _position(chart, mark.first)
        if mark.last is not None:
            end = left + step * (_position(chart, mark.last) + 1)
            parts.append(svg.rect(x, top, end - x, bottom - top, "h", captions.name(mark.name)))
            continue
        line -= 1
        y = top - 6 - 16 * line
        name = f"{captions.name(mark.name)} {captions.value(chart.drawn[0], mark.first)}"
        anchor, at = ("end", x - 4) if x > svg.WIDTH / 2 else ("start", x + 4)
        parts.append(f'<line class="m" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10:g}" y2="{bottom:g}"/>')
        parts.append(svg.text(at, y, name, "t", anchor))
    return parts


def _position(chart: Chart, value: Value) -> float:
    """Return the position of a value on the axis, in columns. Interpolate linearly between lower ends."""
    labels = [row[0] for row in chart.drawn_rows]
    if isinstance(value, str):
        return float(labels.index(value))
    ends = [svg.amount(label) for label in labels]
    below = max((index for index, end in enumerate(ends) if end <= svg.amount(value)), default=0)
    if below + 1 >= len(ends):
        return float(below)
    return below + (svg.amount(value) - ends[below]) / (ends[below + 1] - ends[below])


def ticks(chart: Chart, captions: Captions, left: float, step: float, bottom: float) -> list[str]:
    """Draw as many labels below the columns as fit: lower ends at the left edge, names and years in the middle."""
    column = chart.drawn[0]
    values = [row[0] for row in chart.drawn_rows]
    at_edge = column.endswith("from") or column == "month"
    if column == "month":
        years = [
            (index, str(value)[:4]) for index, value in enumerate(values) if str(value).endswith("-01") or not index
        ]
        labels = [(index, year) for index, year in years if not index or index > 8]
    else:
        labels = [(index, captions.value(column, value)) for index, value in enumerate(values)]
    room = max((6.8 * len(text) + 8 for _, text in labels), default=1)
    parts, end = [], -1e9
    for index, text in labels:
        x = left + step * (index + (0 if at_edge else 0.5))
        if x - end >= room:
            parts.append(svg.text(x, bottom + 18, text, "t", "middle" if x + room / 2 < svg.WIDTH else "end"))
            end = x
    return parts


def legend(series: Sequence[str], captions: Captions, classes: Sequence[str] = ("f0", "f1", "f2", "f3")) -> str:
    """Draw a swatch and a name per series, in one line on top."""
    parts, x = [], 46.0
    for swatch, key in zip(classes, series, strict=False):
        name = captions.name(key)
        parts.append(svg.rect(x, 2, 11, 11, swatch) + svg.text(x + 16, 12, name, "t"))
        x += 30 + 6.6 * len(name)
    return "".join(parts)
