"""Draw the few charts that the dataset card shows, with the captions of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from photoshop_request_builder.dataset.analysis import inputs, pictures, requests
from photoshop_request_builder.dataset.analysis.database import Database, open_database
from photoshop_request_builder.dataset.charts.captions import Language, read_captions
from photoshop_request_builder.dataset.charts.chart import Chart, rounded
from photoshop_request_builder.dataset.charts.draw import draw_standalone
from photoshop_request_builder.store.corpus import Corpus

_CHARTS: dict[str, Callable[[Database], Chart]] = {
    "funnel": inputs.funnel_steps,
    "coverage_submissions": partial(inputs.coverage, table="submissions"),
    "hosts": inputs.hosts,
    "tasks": requests.tasks,
    "changed": pictures.changed,
    "locality": pictures.locality,
}


@dataclass(frozen=True, slots=True)
class CardChart:
    """A chart as an SVG file, with its captions."""

    title: str
    axis: str
    """Name of the number that is counted."""
    sentence: str
    svg: str
    """A complete SVG file, without links or style sheets."""


def draw_card_charts(corpus: Corpus) -> dict[str, CardChart]:
    """Return the charts that have data, by name. The same corpus gives the same bytes.

    Raises:
        InputError: a setting is invalid.
        CorpusError: a table of the corpus is damaged.
    """
    captions = read_captions(Language.EN)
    with open_database(corpus) as database:
        charts = [rounded(count(database)) for count in _CHARTS.values()]
    return {
        chart.name: CardChart(captions.title(chart), captions.axis(chart), captions.sentence(chart), svg)
        for chart in charts
        if (svg := draw_standalone(chart, captions))
    }
