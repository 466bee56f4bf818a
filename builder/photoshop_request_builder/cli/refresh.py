"""The command `refresh`."""

import time
from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import hint
from photoshop_request_builder.cli.execution import connect_reddit, exclusive, open_engine, reporter, say_part
from photoshop_request_builder.store.corpus import open_corpus


def refresh(
    folder: options.CorpusFolder,
    limit: Annotated[int | None, typer.Option(help="Maximum submissions and comments to request.")] = None,
    workers: options.Workers = None,
) -> None:
    """Update scores, flair and deletions from Reddit.

    The oldest observations are updated first. Observations of the last six hours are skipped. Credentials are the same
    as for `ingest --from reddit`.

    Example: photoshop-request refresh CORPUS --limit 10000
    """
    from photoshop_request_builder.commands.run import run_ingest  # slow to import
    from photoshop_request_builder.stages.ingesting import reddit

    corpus = open_corpus(folder)
    client = connect_reddit()
    with exclusive(corpus, {"workers": workers}) as settings, open_engine(corpus, settings) as engine:
        reddit.refresh(corpus, client, clock=time.time, limit=limit, on_part=say_part)
        run_ingest(corpus, [], engine=engine, reporter=reporter)
    hint(f"run {folder}")
