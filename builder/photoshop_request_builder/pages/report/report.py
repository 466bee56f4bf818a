"""Write the report into the corpus: the page, its numbers as JSON, and its charts as SVG."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from photoshop_request_builder.dataset.analysis.database import open_database
from photoshop_request_builder.dataset.analysis.sections import sections
from photoshop_request_builder.dataset.charts.captions import Captions, Language, read_captions
from photoshop_request_builder.dataset.charts.chart import Chart, rounded
from photoshop_request_builder.dataset.charts.draw import draw_standalone
from photoshop_request_builder.pages.report.page import render
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import remove_folder


@dataclass(frozen=True, slots=True)
class Report:
    """Result of writing the report."""

    page: str
    """Address of `report.html`."""
    charts: int
    drawn: int
    """Charts that had data to draw."""


def make_report(corpus: Corpus, language: Language = Language.EN) -> Report:
    """Compute all charts and write `report/`: `report.html`, `report.json`, and `charts/NAME.svg`.

    The same corpus gives the same bytes. The report contains only counts, host names and flairs from Reddit.

    Raises:
        InputError: a setting is invalid.
        CorpusError: a table of the corpus is damaged.
        StorageError: the folder cannot be written.
    """
    with open_database(corpus) as database:
        counted = {name: [rounded(chart) for chart in charts] for name, charts in sections(database).items()}
    captions = read_captions(language)
    charts = [chart for section in counted.values() for chart in section]
    files = {chart.name: svg for chart in charts if (svg := draw_standalone(chart, captions))}
    remove_folder(corpus.fs, corpus.path("report", "charts"))
    for name, svg in files.items():
        storage.write_bytes(corpus.fs, corpus.path("report", "charts", f"{name}.svg"), svg.encode())
    storage.write_json(corpus.fs, corpus.path("report", "report.json"), _numbers(corpus, charts, captions))
    page = corpus.path("report", "report.html")
    storage.write_bytes(corpus.fs, page, render(counted, corpus.subreddits, captions).encode())
    return Report(page, len(charts), len(files))


def _numbers(corpus: Corpus, charts: list[Chart], captions: Captions) -> dict[str, Any]:
    return {
        "subreddits": corpus.subreddits,
        "language": captions.language,
        "figures": {
            chart.name: {
                "title": captions.title(chart),
                "sentence": captions.sentence(chart),
                "facts": chart.facts,
                "columns": chart.columns,
                "rows": chart.rows,
                "marks": [dataclasses.asdict(mark) for mark in chart.marks],
            }
            for chart in charts
        },
    }
