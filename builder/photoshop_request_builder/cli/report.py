"""The command `report`."""

from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.dataset.charts.captions import Language
from photoshop_request_builder.store.corpus import open_corpus


def report(
    folder: options.CorpusFolder,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the page.")] = Language.EN,
) -> None:
    """Write the analysis of a corpus: page, JSON and charts.

    Files: report.html (opens offline), report.json, and each chart as SVG.

    Example: photoshop-request report CORPUS --lang ru
    """
    from photoshop_request_builder.pages.report.report import make_report  # slow to import

    made = make_report(open_corpus(folder), lang)
    say(f"{made.charts} charts, {made.drawn} of them with data")
    data.print(made.page)
    hint(f"status {folder} --leaks")
