"""The command `run`."""

from typing import TYPE_CHECKING

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import funnel_table, hint, say, talk
from photoshop_request_builder.cli.execution import (
    Settings,
    exclusive,
    fetch_settings,
    open_engine,
    open_or_create,
    raise_first,
    reporter,
)
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import read_parts

if TYPE_CHECKING:
    from photoshop_request_builder.engine.jobs import Engine


def run(
    folder: options.CorpusFolder,
    files: options.Files = None,
    subreddit: options.Subreddits = None,
    shards: options.Shards = None,
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Read archives, fetch pictures, compare, build the dataset.

    Interrupt it at any time. Run the same command again to continue. Finished work is not repeated.

    Example: photoshop-request run CORPUS PhotoshopRequest_submissions.zst PhotoshopRequest_comments.zst
    """
    from photoshop_request_builder.dataset.funnel import funnel  # slow to import

    corpus = open_or_create(folder, files, subreddit, shards)
    fetch_flags = {"mirror": mirror, "rate": rate, "contact": contact}
    flags = {**fetch_flags, "workers": workers, "engine": engine, "address": address}
    with exclusive(corpus, flags) as settings, open_engine(corpus, settings) as jobs_engine:
        problems = run_all(corpus, files or [], settings, jobs_engine)
    talk.print(funnel_table(funnel(corpus)))
    say(f"dataset: {corpus.path('dataset')}")
    say(f'load it: datasets.load_dataset("{corpus.path("dataset")}")')
    hint(f"status {folder}")
    raise_first(problems)


def run_all(corpus: Corpus, files: list[str], settings: Settings, engine: "Engine") -> list[PhotoshopRequestError]:
    """Run every stage in order. Return the problems of incomplete files and of hosts that did not answer.

    Raises:
        InputError: nothing could be read.
    """
    from photoshop_request_builder.commands.run import run_fetch, run_ingest, run_stages  # slow to import
    from photoshop_request_builder.stages.fetching.postponed import pending_error

    problems: list[PhotoshopRequestError] = [*run_ingest(corpus, files, engine=engine, reporter=reporter)]
    if not read_parts(corpus):
        raise_first(problems)
        raise InputError(f"{corpus.address}: the corpus is empty. Name archives: run {corpus.address} FILE…")
    if not engine.is_here:
        say("fetch: runs on this machine only, to respect the rate limit of each host")
    fetched = run_fetch(corpus, fetch_settings(settings), reporter=reporter)
    if fetched.left:
        problems.append(pending_error(fetched.left))
    run_stages("pair", corpus, engine=engine, reporter=reporter)
    run_stages("build", corpus, engine=engine, reporter=reporter)
    return problems
