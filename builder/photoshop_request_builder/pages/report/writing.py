"""What the report leaves in the corpus: the page, its numbers, and its charts."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from photoshop_request_builder.dataset.analysis.chapters import chapters
from photoshop_request_builder.dataset.analysis.database import open_database
from photoshop_request_builder.dataset.charts.captions import Language, Words, words
from photoshop_request_builder.dataset.charts.chart import Figure, rounded
from photoshop_request_builder.dataset.charts.draw import drawn, standalone
from photoshop_request_builder.pages.report.page import render
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import remove_folder

__all__ = ["Report", "make_report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was written."""

    page: str
    """The address of `report.html`."""
    figures: int
    charts: int
    """Figures that had something to draw."""


def make_report(corpus: Corpus, language: Language = Language.EN) -> Report:
    """Count everything and write `report/`: `report.html`, `report.json`, and `charts/NAME.svg`.

    The same corpus gives the same bytes. Nothing but counts, names of hosts, and flairs comes from Reddit.

    Raises:
        InputError: a setting cannot be used.
        CorpusError: a table of the corpus is damaged.
        StorageError: the folder cannot be written.
    """
    with open_database(corpus) as database:
        found = {name: [rounded(figure) for figure in figures] for name, figures in chapters(database).items()}
    said = words(language)
    every = [figure for figures in found.values() for figure in figures]
    charts = {figure.name: svg for figure in every if (svg := drawn(figure, said, standalone))}
    remove_folder(corpus.fs, corpus.path("report", "charts"))
    for name, svg in charts.items():
        storage.write_bytes(corpus.fs, corpus.path("report", "charts", f"{name}.svg"), svg.encode())
    storage.write_json(corpus.fs, corpus.path("report", "report.json"), _numbers(corpus, every, said))
    page = corpus.path("report", "report.html")
    storage.write_bytes(corpus.fs, page, render(found, corpus.subreddits, said).encode())
    return Report(page, len(every), len(charts))


def _numbers(corpus: Corpus, figures: list[Figure], said: Words) -> dict[str, Any]:
    return {
        "subreddits": corpus.subreddits,
        "language": said.language,
        "figures": {
            figure.name: {
                "title": said.title(figure),
                "sentence": said.sentence(figure),
                "facts": figure.facts,
                "columns": figure.columns,
                "rows": figure.rows,
                "marks": [dataclasses.asdict(mark) for mark in figure.marks],
            }
            for figure in figures
        },
    }
