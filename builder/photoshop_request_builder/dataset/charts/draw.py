"""Charts as SVG, by small functions: figures and words in, markup out. Every text is escaped.

A function a kind returns what it drew and how high that is.
"""

from collections.abc import Callable
from html import escape

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.axes import Labels, grid, legend, marks, ticks
from photoshop_request_builder.dataset.charts.captions import Words
from photoshop_request_builder.dataset.charts.chart import Figure, Kind, Row, Value

_SERIES = 4
"""Colours that there are."""
_MARGIN, _SCALE = 12, 1.5
"""Of a chart that is a file: units around it, pixels a unit."""


def draw(figure: Figure, labels: Labels) -> str:
    """The SVG of a figure, for a page that has `svg.STYLE`; nothing for a figure without rows."""
    if not figure.rows:
        return ""
    body, height = _DRAWN[figure.kind](figure, labels)
    return f'<svg class="chart" viewBox="0 0 {svg.WIDTH} {height:g}" {_about(labels)}>{body}</svg>'


def standalone(figure: Figure, labels: Labels) -> str:
    """The same as a file of its own, that needs nothing and looks the same on every page."""
    if not figure.rows:
        return ""
    body, height = _DRAWN[figure.kind](figure, labels)
    wide, high = svg.WIDTH + 2 * _MARGIN, height + 2 * _MARGIN
    size = f'width="{_SCALE * wide:g}" height="{_SCALE * high:g}"'
    box = f'viewBox="{-_MARGIN} {-_MARGIN} {wide:g} {high:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {_about(labels)} {svg.PLAIN}>'
    paper = f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{wide:g}" height="{high:g}" fill="{svg.PAPER}"/>'
    return f"{head}{paper}{svg.plain(body)}</svg>\n"


def drawn(figure: Figure, said: Words, how: Callable[[Figure, Labels], str] = draw) -> str:
    """The SVG of a figure in a language; nothing where there is nothing to show."""
    return how(figure, labels(figure, said)) if figure.case != "none" else ""


def labels(figure: Figure, said: Words) -> Labels:
    """How a figure's chart speaks."""
    return Labels(
        said.title(figure),
        said.sentence(figure),
        said.axis(figure),
        name=said.name,
        number=said.value,
    )


def _about(labels: Labels) -> str:
    return f'role="img" aria-label="{escape(f"{labels.title}. {labels.sentence}")}"'


def _bars(figure: Figure, labels: Labels) -> tuple[str, float]:
    most = max((svg.amount(row[-1]) for row in figure.shown), default=0) or 1
    parts: list[str] = []
    top, group = 4.0, None
    room = svg.WIDTH - svg.LABEL - 78
    for row in figure.shown:
        if len(row) == 3 and row[0] != group:
            group = row[0]
            top += 8 if parts else 0
            parts.append(svg.text(0, top + 14, labels.number(figure.drawn[0], group), "b"))
            top += 20
        label, value = row[-2:]
        width = max(1.5 if value else 0, room * svg.amount(value) / most)
        kind = {"in": "q", "kept": "f0"}.get(str(label), "f1" if len(row) == 3 else "f0")
        parts.append(svg.label(labels.number(figure.drawn[-2], label), top + 15))
        parts.append(svg.rect(svg.LABEL, top + 3, width, 15, kind))
        parts.append(svg.text(svg.LABEL + width + 6, top + 15, labels.number(figure.drawn[-1], value), "t"))
        top += 22
    return "".join(parts), top + 4


def _columns(figure: Figure, labels: Labels) -> tuple[str, float]:
    series, rows = figure.drawn[1:], figure.shown
    most = max((svg.amount(value) for row in rows for value in row[1:]), default=0) or 1
    left, top, bottom = 46.0, 26.0 if len(series) > 1 else 10.0, 206.0
    top += 16 * sum(mark.last is None for mark in figure.marks)
    step = (svg.WIDTH - left - 6) / len(rows)
    parts = [legend(series, labels) if len(series) > 1 else "", grid(most, left, top, bottom, labels, series[0])]
    parts += marks(figure, labels, left, step, (top, bottom))
    gap = min(2.0, step / 8)
    width = (step - 2 * gap) / len(series)
    for place, row in enumerate(rows):
        for which, value in enumerate(row[1:]):
            height = (bottom - top) * svg.amount(value) / most
            at = left + place * step + gap + which * width
            about = f"{labels.number(figure.drawn[0], row[0])}: {labels.number(series[which], value)}"
            parts.append(svg.rect(at, bottom - height, width, height, f"f{which % _SERIES}", about) if value else "")
    parts += ticks(figure, labels, left, step, bottom)
    parts.append(svg.text(svg.WIDTH - 6, bottom + 36, labels.axis, "t", "end"))
    return "".join(parts), bottom + 44


def _stacked(figure: Figure, labels: Labels) -> tuple[str, float]:
    series, rows = figure.drawn[1:], figure.shown
    left, top, bottom = 46.0, 28.0, 206.0
    step = (svg.WIDTH - left - 6) / len(rows)
    kinds = [*(f"f{which}" for which in range(len(series) - 1)), "q"]
    parts = [legend(series, labels, kinds), grid(1.0, left, top, bottom, labels, "share")]
    for place, row in enumerate(rows):
        total, at = sum(map(svg.amount, row[1:])) or 1, bottom
        for which, value in enumerate(row[1:]):
            height = (bottom - top) * svg.amount(value) / total
            at -= height
            about = f"{row[0]}, {labels.name(series[which])}: {labels.number('share', svg.amount(value) / total)}"
            gap = min(2.0, step / 8)
            parts.append(svg.rect(left + place * step + gap, at, step - 2 * gap, height, kinds[which], about))
    parts += ticks(figure, labels, left, step, bottom)
    return "".join(parts), bottom + 28


def _heat(figure: Figure, labels: Labels) -> tuple[str, float]:
    rows = list(dict.fromkeys(row[0] for row in figure.shown))
    across = list(dict.fromkeys(row[1] for row in figure.shown))
    if figure.drawn[1] == "year":
        across.sort(key=str)
    if set(across) == set(rows):
        across = rows
    most = max((svg.amount(row[2]) for row in figure.shown), default=0) or 1
    step = (svg.WIDTH - svg.LABEL - 2) / len(across)
    names = [labels.number(figure.drawn[1], name) for name in across]
    if figure.drawn[1] == "year" and step < 40:
        names = [f"\u2019{name[-2:]}" for name in names]
    slanted = step < 7.2 * max(map(len, names)) + 4
    top = 16 + 5.2 * min(16, max(map(len, names))) if slanted else 22.0
    parts = []
    for place, name in enumerate(names):
        x = svg.LABEL + (place + 0.5) * step
        turn = f' transform="rotate(45 {x:.1f} {top - 5:.1f})"' if slanted else ""
        parts.append(svg.text(x, top - 5, svg.cut(name, 128), "t", "end" if slanted else "middle", turn))
    cells = {(row[0], row[1]): row[2] for row in figure.shown}
    for line, row in enumerate(rows):
        y = top + line * 23
        called = labels.number(figure.drawn[0], row)
        parts.append(svg.label(called, y + 15))
        for place, column in enumerate(across):
            if (row, column) not in cells:
                continue
            value = cells[row, column]
            shown = labels.number(figure.drawn[2], value)
            about = f"{called}, {names[place]}: {shown}"
            x = svg.LABEL + place * step
            strength = f' fill-opacity="{0.06 + 0.49 * svg.amount(value) / most:.3f}"'
            parts.append(svg.rect(x + 1, y + 1, step - 2, 21, "f0", about, strength))
            short = shown.replace("\u00a0", "").removesuffix("%")
            if len(short) * 7 < step:
                parts.append(svg.text(x + step / 2, y + 16, short, "n", "middle"))
    return "".join(parts), top + 23 * len(rows) + 4


def _ranges(figure: Figure, labels: Labels) -> tuple[str, float]:
    values = [svg.amount(value) for row in figure.shown for value in row[1:]]
    values += [svg.amount(mark.first) for mark in figure.marks]
    low, high = (0.0, 1.0) if figure.drawn[1].endswith("share") else (min(values), max(values))
    wide = (high - low) or 1.0
    room = svg.WIDTH - svg.LABEL - 66

    def x(value: Value) -> float:
        return svg.LABEL + 8 + (room - 16) * (svg.amount(value) - low) / wide

    bottom = 24.0 * len(figure.rows) + 6
    parts = [
        f'<line class="m" x1="{x(mark.first):.1f}" x2="{x(mark.first):.1f}" y1="0" y2="{bottom:g}"/>'
        for mark in figure.marks
    ]
    for place, (label, start, middle, end) in enumerate(figure.shown):
        y = 24 * place + 14.0
        about = f"<title>{escape(labels.number(figure.drawn[1], start))} … {escape(labels.number(figure.drawn[3], end))}</title>"
        parts.append(svg.label(labels.number(figure.drawn[0], label), y + 4))
        parts.append(f'<line class="r" x1="{x(start):.1f}" x2="{x(end):.1f}" y1="{y:g}" y2="{y:g}">{about}</line>')
        parts.append(f'<circle class="f0" cx="{x(middle):.1f}" cy="{y:g}" r="5"/>')
        parts.append(svg.text(svg.WIDTH - 2, y + 4, labels.number(figure.drawn[2], middle), "t", "end"))
    parts += [
        svg.text(x(end), bottom + 14, labels.number(figure.drawn[2], end), "t", "middle")
        for end in (low, high)
        if high > low
    ]
    parts.append(svg.text(svg.WIDTH - 2, bottom + 32, labels.axis, "t", "end"))
    return "".join(parts), bottom + 40


def _line(figure: Figure, labels: Labels) -> tuple[str, float]:
    left, top, bottom = 52.0, 10.0, 230.0
    wide = svg.WIDTH - left - 24

    def at(row: Row) -> tuple[float, float]:
        return left + wide * svg.amount(row[0]), bottom - (bottom - top) * svg.amount(row[1])

    points = [at(row) for row in figure.shown]
    parts = [grid(1.0, left, top, bottom, labels, "share")]
    parts.append(f'<line class="m" x1="{left:g}" y1="{bottom:g}" x2="{left + wide:g}" y2="{top:g}"/>')
    parts.append(f'<polyline class="l" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
    for (x, y), row in zip(points, figure.shown, strict=True):
        about = ", ".join(
            f"{labels.name(name)} {labels.number(name, value)}" for name, value in zip(figure.drawn, row, strict=True)
        )
        parts.append(f'<circle class="f0" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(about)}</title></circle>')
    parts += [
        svg.text(left + wide * share, bottom + 18, labels.number("share", share), "t", "middle")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    parts.append(svg.text(svg.WIDTH - 6, bottom + 36, labels.axis, "t", "end"))
    return "".join(parts), bottom + 44


_DRAWN: dict[Kind, Callable[[Figure, Labels], tuple[str, float]]] = {
    Kind.BARS: _bars,
    Kind.COLUMNS: _columns,
    Kind.STACKED: _stacked,
    Kind.HEAT: _heat,
    Kind.RANGES: _ranges,
    Kind.LINE: _line,
}
