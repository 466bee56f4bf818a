"""The command `build`."""

from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import hint, say
from photoshop_request_builder.cli.execution import exclusive, open_engine, reporter
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.settings import remember_setting


def build(
    folder: options.CorpusFolder,
    verified_test: Annotated[
        bool | None,
        typer.Option(
            "--verified-test/--no-verified-test",
            help="Put only edits confirmed in review into the test split. Stored in corpus.toml.",
        ),
    ] = None,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Write the dataset under CORPUS/dataset.

    Review decisions override automatic verdicts.

    Example: photoshop-request build CORPUS --verified-test
    """
    from photoshop_request_builder.commands.run import run_stages  # slow to import

    corpus = open_corpus(folder)
    flags = {"workers": workers, "engine": engine, "address": address}
    with exclusive(corpus, flags) as settings, open_engine(corpus, settings) as jobs_engine:
        if verified_test is not None:
            remember_setting(corpus, "verified_test", verified_test)
        run_stages("build", corpus, engine=jobs_engine, reporter=reporter)
    say(f'load it: datasets.load_dataset("{corpus.path("dataset")}")')
    hint(f"status {folder}")
