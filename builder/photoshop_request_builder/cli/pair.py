"""The command `pair`."""

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import hint
from photoshop_request_builder.cli.execution import exclusive, open_engine, reporter
from photoshop_request_builder.store.corpus import open_corpus


def pair(
    folder: options.CorpusFolder,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Compare each candidate with its sources and give a verdict.

    Example: photoshop-request pair CORPUS --workers 2
    """
    from photoshop_request_builder.commands.run import run_stages  # slow to import

    corpus = open_corpus(folder)
    flags = {"workers": workers, "engine": engine, "address": address}
    with exclusive(corpus, flags) as settings, open_engine(corpus, settings) as jobs_engine:
        run_stages("pair", corpus, engine=jobs_engine, reporter=reporter)
    hint(f"build {folder}")
