"""Commands that do the work: run, and each part of it as a verb of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from photoshop_request_builder import pipeline
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import funnel_table, hint, progress, say, talk
from photoshop_request_builder.corpus import Corpus, clean_scratch, create_corpus, lock, open_corpus
from photoshop_request_builder.funnel import funnel
from photoshop_request_builder.settings import Effective, resolve

reporter = pipeline.Reporter(say, progress)


def run(
    corpus: options.CorpusArgument,
    files: options.Files = None,
    subreddit: options.Subreddits = None,
    shards: options.Shards = None,
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
    workers: options.Workers = None,
) -> None:
    """Do it all: read the archives, fetch the pictures, judge the edits, build the dataset.

    What is done already is not done again; after a stop the same command goes on.

    Example: photoshop-request run CORPUS PhotoshopRequest_submissions.zst PhotoshopRequest_comments.zst
    """
    found = _open(corpus, files, subreddit, shards)
    flags = {"mirror": mirror, "rate": rate, "contact": contact, "workers": workers}
    _work(found, flags, lambda settings: _run_all(found, files or [], settings))
    talk.print(funnel_table(funnel(found)))
    say(f"the dataset lies in {found.path('dataset')}")
    say(f'load it: datasets.load_dataset("{found.path("dataset")}")')
    hint(f"status {corpus}")


def ingest(
    corpus: options.CorpusArgument,
    files: options.Files = None,
    subreddit: options.Subreddits = None,
    shards: options.Shards = None,
    workers: options.Workers = None,
) -> None:
    """Read archives into CORPUS, merge what they say of each thing, and find the pictures' addresses.

    Example: photoshop-request ingest CORPUS RS_2020-06.zst RC_2020-06.zst --subreddit PhotoshopRequest
    """
    found = _open(corpus, files, subreddit, shards)
    _work(
        found,
        {"workers": workers},
        lambda settings: pipeline.ingest_verb(found, files or [], workers=settings["workers"].value, reporter=reporter),
    )
    hint(f"fetch {corpus}")


def fetch(
    corpus: options.CorpusArgument,
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
) -> None:
    """Fetch the pictures, politely; what was fetched is not asked for again.

    Example: photoshop-request fetch CORPUS --contact me@example.org
    """
    found = open_corpus(corpus)
    flags = {"mirror": mirror, "rate": rate, "contact": contact}
    _work(found, flags, lambda settings: pipeline.fetch_verb(found, settings, reporter=reporter))
    hint(f"pair {corpus}")


def pair(corpus: options.CorpusArgument, workers: options.Workers = None) -> None:
    """Compare every solver's picture with the request's, and give it a verdict.

    Example: photoshop-request pair CORPUS --workers 2
    """
    found = open_corpus(corpus)
    _work(
        found,
        {"workers": workers},
        lambda settings: pipeline.pair_verb(found, workers=settings["workers"].value, reporter=reporter),
    )
    hint(f"build {corpus}")


def build(corpus: options.CorpusArgument, workers: options.Workers = None) -> None:
    """Make the dataset under CORPUS/dataset.

    Example: photoshop-request build CORPUS
    """
    found = open_corpus(corpus)
    _work(
        found,
        {"workers": workers},
        lambda settings: pipeline.build_verb(found, workers=settings["workers"].value, reporter=reporter),
    )
    say(f'load it: datasets.load_dataset("{found.path("dataset")}")')
    hint(f"status {corpus}")


def _run_all(corpus: Corpus, files: list[str], settings: Mapping[str, Effective]) -> None:
    workers = settings["workers"].value
    pipeline.ingest_verb(corpus, files, workers=workers, reporter=reporter)
    pipeline.fetch_verb(corpus, settings, reporter=reporter)
    pipeline.pair_verb(corpus, workers=workers, reporter=reporter)
    pipeline.build_verb(corpus, workers=workers, reporter=reporter)


def _open(corpus: str, files: list[str] | None, subreddits: list[str] | None, shards: int | None) -> Corpus:
    """An existing corpus, or a new one where there are files to read into it."""
    if files is None and subreddits is None:
        return open_corpus(corpus)
    return create_corpus(corpus, subreddits=tuple(subreddits) if subreddits else None, shards=shards)


def _work(corpus: Corpus, flags: Mapping[str, Any], verb: Callable[[Mapping[str, Effective]], object]) -> None:
    """Run a verb with the settings in force, alone on the corpus."""
    settings = resolve(corpus, flags)
    with lock(corpus):
        clean_scratch(corpus)
        verb(settings)
