"""The page: chapters of charts, each with its sentence, its table and how it is counted; one file, no network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from photoshop_request_builder.dataset.charts import svg
from photoshop_request_builder.dataset.charts.captions import Words, table
from photoshop_request_builder.dataset.charts.chart import Figure
from photoshop_request_builder.dataset.charts.draw import drawn


def render(chapters: Mapping[str, Sequence[Figure]], subreddits: Sequence[str], said: Words) -> str:
    """The whole page as HTML. Everything is escaped but what `charts` has drawn."""
    template = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    shown = [
        {"id": chapter, "title": said.chapters[chapter], "charts": [_chart(figure, said) for figure in figures]}
        for chapter, figures in chapters.items()
    ]
    style = Markup(svg.STYLE)  # noqa: S704 - our own constant
    return environment.from_string(template).render(said=said, chapters=shown, subreddits=subreddits, style=style)


def _chart(figure: Figure, said: Words) -> dict[str, Any]:
    head, rows = table(figure, said)
    return {
        "id": figure.name,
        "title": said.title(figure),
        "sentence": said.sentence(figure),
        "svg": Markup(drawn(figure, said)),  # noqa: S704 - `charts` escapes every text
        "method": said.method(figure),
        "head": head,
        "rows": rows,
    }
