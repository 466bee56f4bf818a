"""Draw charts as SVG. Every text is escaped."""

from collections.abc import Callable
from html import escape

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.axes import grid, legend, marks, ticks
from photoshop_request_builder.dataset.charts.captions import Captions
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Row, Value

_SERIES = 4
"""Number of colours."""
_MARGIN, _SCALE = 12, 1.5
"""Units around a stand-alone chart, and pixels per unit."""


def draw(chart: Chart, captions: Captions) -> str:
    """Return the SVG of a chart for a page that has `svg.STYLE`, or "" if there is no data."""
    if not chart.rows or chart.case == "none":
        return ""
    body, height = _DRAWERS[chart.kind](chart, captions)
    return f'<svg class="chart" viewBox="0 0 {svg.WIDTH} {height:g}" {_description(chart, captions)}>{body}</svg>'


def draw_standalone(chart: Chart, captions: Captions) -> str:
    """Return the SVG as a separate file that looks the same on every page, or "" if there is no data."""
    if not chart.rows or chart.case == "none":
        return ""
    body, height = _DRAWERS[chart.kind](chart, captions)
    wide, high = svg.WIDTH + 2 * _MARGIN, height + 2 * _MARGIN
    size = f'width="{_SCALE * wide:g}" height="{_SCALE * high:g}"'
    box = f'viewBox="{-_MARGIN} {-_MARGIN} {wide:g} {high:g}"'
    description = _description(chart, captions)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {description} {svg.ATTRIBUTES}>'
    paper = f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{wide:g}" height="{high:g}" fill="{svg.BACKGROUND}"/>'
    return f"{head}{paper}{svg.inline_styles(body)}</svg>\n"


def _description(chart: Chart, captions: Captions) -> str:
    return f'role="img" aria-label="{escape(f"{captions.title(chart)}. {captions.sentence(chart)}")}"'


def _bars(chart: Chart, captions: Captions) -> tuple[str, float]:
    most = max((svg.amount(row[-1]) for row in chart.drawn_rows), default=0) or 1
    parts: list[str] = []
    top, group = 4.0, None
    room = svg.WIDTH - svg.LABEL - 78
    for row in chart.drawn_rows:
        if len(row) == 3 and row[0] != group:
            group = row[0]
            top += 8 if parts else 0
            parts.append(svg.text(0, top + 14, captions.value(chart.drawn[0], group), "b"))
            top += 20
        label, value = row[-2:]
        width = max(1.5 if value else 0, room * svg.amount(value) / most)
        kind = {"in": "q", "kept": "f0"}.get(str(label), "f1" if len(row) == 3 else "f0")
        parts.append(svg.label(captions.value(chart.drawn[-2], label), top + 15))
        parts.append(svg.rect(svg.LABEL, top + 3, width, 15, kind))
        parts.append(svg.text(svg.LABEL + width + 6, top + 15, captions.value(chart.drawn[-1], value), "t"))
        top += 22
    return "".join(parts), top + 4


def _columns(chart: Chart, captions: Captions) -> tuple[str, float]:
    series, rows = chart.drawn[1:], chart.drawn_rows
    most = max((svg.amount(value) for row in rows for value in row[1:]), default=0) or 1
    left, top, bottom = 46.0, 26.0 if len(series) > 1 else 10.0, 206.0
    top += 16 * sum(mark.last is None for mark in chart.marks)
    step = (svg.WIDTH - left - 6) / len(rows)
    parts = [legend(series, captions) if len(series) > 1 else "", grid(most, left, top, bottom, captions, series[0])]
    parts += marks(chart, captions, left, step, (top, bottom))
    gap = min(2.0, step / 8)
    width = (step - 2 * gap) / len(series)
    for index, row in enumerate(rows):
        for which, value in enumerate(row[1:]):
            height = (bottom - top) * svg.amount(value) / most
            at = left + index * step + gap + which * width
            tooltip = f"{captions.value(chart.drawn[0], row[0])}: {captions.value(series[which], value)}"
            parts.append(svg.rect(at, bottom - height, width, height, f"f{which % _SERIES}", tooltip) if value else "")
    parts += ticks(chart, captions, left, step, bottom)
    parts.append(svg.text(svg.WIDTH - 6, bottom + 36, captions.axis(chart), "t", "end"))
    return "".join(parts), bottom + 44


def _stacked(chart: Chart, captions: Captions) -> tuple[str, float]:
    series, rows = chart.drawn[1:], chart.drawn_rows
    left, top, bottom = 46.0, 28.0, 206.0
    step = (svg.WIDTH - left - 6) / len(rows)
    classes = [*(f"f{which}" for which in range(len(series) - 1)), "q"]
    parts = [legend(series, captions, classes), grid(1.0, left, top, bottom, captions, "share")]
    for index, row in enumerate(rows):
        total, at = sum(map(svg.amount, row[1:])) or 1, bottom
        for which, value in enumerate(row[1:]):
            height = (bottom - top) * svg.amount(value) / total
            at -= height
            tooltip = f"{row[0]}, {captions.name(series[which])}: {captions.value('share', svg.amount(value) / total)}"
            gap = min(2.0, step / 8)
            parts.append(svg.rect(left + index * step + gap, at, step - 2 * gap, height, classes[which], tooltip))
    parts += ticks(chart, captions, left, step, bottom)
    return "".join(parts), bottom + 28


def _heat(chart: Chart, captions: Captions) -> tuple[str, float]:
    rows = list(dict.fromkeys(row[0] for row in chart.drawn_rows))
    columns = list(dict.fromkeys(row[1] for row in chart.drawn_rows))
    if chart.drawn[1] == "year":
        columns.sort(key=str)
    if set(columns) == set(rows):
        columns = rows
    step = (svg.WIDTH - svg.LABEL - 2) / len(columns)
    names = [captions.value(chart.drawn[1], name) for name in columns]
    if chart.drawn[1] == "year" and step < 40:
        names = [f"\u2019{name[-2:]}" for name in names]
    parts, top = _heat_header(names, step)
    cells = {(row[0], row[1]): row[2] for row in chart.drawn_rows}
    most = max(map(svg.amount, cells.values()), default=0) or 1
    for line, row in enumerate(rows):
        y = top + line * 23
        label = captions.value(chart.drawn[0], row)
        parts.append(svg.label(label, y + 15))
        for index, column in enumerate(columns):
            if (row, column) not in cells:
                continue
            value = cells[row, column]
            number = captions.value(chart.drawn[2], value)
            x = svg.LABEL + index * step
            strength = f' fill-opacity="{0.06 + 0.49 * svg.amount(value) / most:.3f}"'
            parts.append(svg.rect(x + 1, y + 1, step - 2, 21, "f0", f"{label}, {names[index]}: {number}", strength))
            short = number.replace("\u00a0", "").removesuffix("%")
            if len(short) * 7 < step:
                parts.append(svg.text(x + step / 2, y + 16, short, "n", "middle"))
    return "".join(parts), top + 23 * len(rows) + 4


def _heat_header(names: list[str], step: float) -> tuple[list[str], float]:
    """Draw the names of the columns, slanted if they do not fit. Return them and their height."""
    longest = max(map(len, names))
    is_slanted = step < 7.2 * longest + 4
    top = 16 + 5.2 * min(16, longest) if is_slanted else 22.0
    parts = []
    for index, name in enumerate(names):
        x = svg.LABEL + (index + 0.5) * step
        turn = f' transform="rotate(45 {x:.1f} {top - 5:.1f})"' if is_slanted else ""
        parts.append(svg.text(x, top - 5, svg.cut(name, 128), "t", "end" if is_slanted else "middle", turn))
    return parts, top


def _ranges(chart: Chart, captions: Captions) -> tuple[str, float]:
    values = [svg.amount(value) for row in chart.drawn_rows for value in row[1:]]
    values += [svg.amount(mark.first) for mark in chart.marks]
    low, high = (0.0, 1.0) if chart.drawn[1].endswith("share") else (min(values), max(values))
    wide = (high - low) or 1.0
    room = svg.WIDTH - svg.LABEL - 66

    def x(value: Value) -> float:
        return svg.LABEL + 8 + (room - 16) * (svg.amount(value) - low) / wide

    bottom = 24.0 * len(chart.rows) + 6
    parts = [
        f'<line class="m" x1="{x(mark.first):.1f}" x2="{x(mark.first):.1f}" y1="0" y2="{bottom:g}"/>'
        for mark in chart.marks
    ]
    for index, (label, start, middle, end) in enumerate(chart.drawn_rows):
        y = 24 * index + 14.0
        tooltip = f"<title>{escape(captions.value(chart.drawn[1], start))} … {escape(captions.value(chart.drawn[3], end))}</title>"
        parts.append(svg.label(captions.value(chart.drawn[0], label), y + 4))
        parts.append(f'<line class="r" x1="{x(start):.1f}" x2="{x(end):.1f}" y1="{y:g}" y2="{y:g}">{tooltip}</line>')
        parts.append(f'<circle class="f0" cx="{x(middle):.1f}" cy="{y:g}" r="5"/>')
        parts.append(svg.text(svg.WIDTH - 2, y + 4, captions.value(chart.drawn[2], middle), "t", "end"))
    parts += [
        svg.text(x(end), bottom + 14, captions.value(chart.drawn[2], end), "t", "middle")
        for end in (low, high)
        if high > low
    ]
    parts.append(svg.text(svg.WIDTH - 2, bottom + 32, captions.axis(chart), "t", "end"))
    return "".join(parts), bottom + 40


def _line(chart: Chart, captions: Captions) -> tuple[str, float]:
    left, top, bottom = 52.0, 10.0, 230.0
    wide = svg.WIDTH - left - 24

    def at(row: Row) -> tuple[float, float]:
        return left + wide * svg.amount(row[0]), bottom - (bottom - top) * svg.amount(row[1])

    points = [at(row) for row in chart.drawn_rows]
    parts = [grid(1.0, left, top, bottom, captions, "share")]
    parts.append(f'<line class="m" x1="{left:g}" y1="{bottom:g}" x2="{left + wide:g}" y2="{top:g}"/>')
    parts.append(f'<polyline class="l" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
    for (x, y), row in zip(points, chart.drawn_rows, strict=True):
        tooltip = ", ".join(
            f"{captions.name(name)} {captions.value(name, value)}" for name, value in zip(chart.drawn, row, strict=True)
        )
        parts.append(f'<circle class="f0" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(tooltip)}</title></circle>')
    parts += [
        svg.text(left + wide * share, bottom + 18, captions.value("share", share), "t", "middle")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    parts.append(svg.text(svg.WIDTH - 6, bottom + 36, captions.axis(chart), "t", "end"))
    return "".join(parts), bottom + 44


_DRAWERS: dict[ChartKind, Callable[[Chart, Captions], tuple[str, float]]] = {
    ChartKind.BARS: _bars,
    ChartKind.COLUMNS: _columns,
    ChartKind.STACKED: _stacked,
    ChartKind.HEAT: _heat,
    ChartKind.RANGES: _ranges,
    ChartKind.LINE: _line,
}
