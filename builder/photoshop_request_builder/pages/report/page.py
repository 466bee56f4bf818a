"""Render the report as one HTML file: sections of charts, each with its sentence, table and method. No network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.captions import Captions
from photoshop_request_builder.dataset.charts.chart import Chart
from photoshop_request_builder.dataset.charts.draw import draw


def render(sections: Mapping[str, Sequence[Chart]], subreddits: Sequence[str], captions: Captions) -> str:
    """Return the page as HTML. Everything is escaped except the SVG of the charts."""
    template = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    shown = [
        {"id": name, "title": captions.sections[name], "charts": [_chart(chart, captions) for chart in charts]}
        for name, charts in sections.items()
    ]
    style = Markup(svg.STYLE)  # noqa: S704 - our own constant
    return environment.from_string(template).render(
        captions=captions, sections=shown, subreddits=subreddits, style=style
    )


def _chart(chart: Chart, captions: Captions) -> dict[str, Any]:
    header, rows = captions.table(chart)
    return {
        "id": chart.name,
        "title": captions.title(chart),
        "sentence": captions.sentence(chart),
        "svg": Markup(draw(chart, captions)),  # noqa: S704 - `draw` escapes every text
        "method": captions.method(chart),
        "header": header,
        "rows": rows,
    }
