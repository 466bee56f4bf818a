"""The page: chapters of charts, each with its sentence, its table and how it is counted; one file, no network."""

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from photoshop_request_builder.report import ink
from photoshop_request_builder.report.axes import Labels
from photoshop_request_builder.report.charts import draw
from photoshop_request_builder.report.figure import Figure
from photoshop_request_builder.report.sentences import Words, table


def render(chapters: Mapping[str, Sequence[Figure]], subreddits: Sequence[str], said: Words) -> str:
    """The whole page as HTML. Everything is escaped but what `charts` has drawn."""
    template = files("photoshop_request_builder.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    shown = [
        {"id": chapter, "title": said.chapters[chapter], "charts": [_chart(figure, said) for figure in figures]}
        for chapter, figures in chapters.items()
    ]
    style = Markup(ink.STYLE)  # noqa: S704 - our own constant
    return environment.from_string(template).render(said=said, chapters=shown, subreddits=subreddits, style=style)


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
