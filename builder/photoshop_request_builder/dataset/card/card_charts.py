"""The charts that the dataset's card shows: few, drawn and worded as in the report."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from photoshop_request_builder.dataset.analysis.chapters import asks, inputs, pictures
from photoshop_request_builder.dataset.analysis.database import Database, open_database
from photoshop_request_builder.dataset.charts.captions import Language, words
from photoshop_request_builder.dataset.charts.chart import Figure, rounded
from photoshop_request_builder.dataset.charts.draw import drawn, standalone
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["CardChart", "draw_card_charts"]


_CHOSEN: dict[str, Callable[[Database], Figure]] = {
    "funnel": inputs.funnel_steps,
    "coverage_submissions": partial(inputs.coverage, table="submissions"),
    "hosts": inputs.hosts,
    "tasks": asks.tasks,
    "changed": pictures.changed,
    "locality": pictures.locality,
}


@dataclass(frozen=True, slots=True)
class CardChart:
    """A chart for people who read no page of ours."""

    title: str
    axis: str
    """What is counted."""
    sentence: str
    """What it shows."""
    svg: str
    """A file of its own: it leads nowhere and needs nothing."""


def draw_card_charts(corpus: Corpus) -> dict[str, CardChart]:
    """The charts that have something to show, by name. The same corpus gives the same bytes.

    Raises:
        InputError: a setting cannot be used.
        CorpusError: a table of the corpus is damaged.
    """
    said = words(Language.EN)
    with open_database(corpus) as database:
        figures = [rounded(count(database)) for count in _CHOSEN.values()]
    return {
        figure.name: CardChart(said.title(figure), said.axis(figure), said.sentence(figure), svg)
        for figure in figures
        if (svg := drawn(figure, said, standalone))
    }
