"""The report command."""

from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.dataset.charts.captions import Language
from photoshop_request_builder.store.corpus import open_corpus


def report(
    corpus: options.CorpusArgument,
    lang: Annotated[Language, typer.Option("--lang", help="The language of the page.")] = Language.EN,
) -> None:
    """Write the analysis of CORPUS: report.html (opens from the disk, no network), report.json, and each chart as SVG.

    Example: photoshop-request report CORPUS --lang ru
    """
    from photoshop_request_builder.pages.report.writing import make_report  # duckdb is slow to import

    made = make_report(open_corpus(corpus), lang)
    say(f"{made.figures} figures, {made.charts} with a chart; the others have nothing to show yet.")
    data.print(made.page)
    hint(f"status {corpus} --leaks")
