"""Commands that do the work: run, and each part of it as a verb of its own."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from photoshop_request.errors import InputError
from photoshop_request.media.addresses.hosts import Secrets
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import funnel_table, hint, progress, say, talk
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.engine.jobs import Engine, local_engine
from photoshop_request_builder.engine.stage import Reporter
from photoshop_request_builder.store.corpus import Corpus, clean_scratch, create_corpus, lock_corpus, open_corpus
from photoshop_request_builder.store.incoming import read_parts
from photoshop_request_builder.store.settings import EffectiveSetting, remember_setting, resolve_settings

if TYPE_CHECKING:
    from photoshop_request_builder.stages.fetch import FetchSettings

R = TypeVar("R")

reporter = Reporter(say, progress)


def run(
    corpus: options.CorpusArgument,
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
    """Do it all: read the archives, fetch the pictures, judge the edits, build the dataset.

    What is done already is not done again; after a stop the same command goes on.

    Example: photoshop-request run CORPUS PhotoshopRequest_submissions.zst PhotoshopRequest_comments.zst
    """
    found = open_or_create(corpus, files, subreddit, shards)
    fetching = {"mirror": mirror, "rate": rate, "contact": contact}
    flags = {**fetching, "workers": workers, "engine": engine, "address": address}
    troubles = work_on(found, flags, lambda settings, by: run_all(found, files or [], settings, by))
    talk.print(funnel_table(funnel(found)))
    say(f"the dataset lies in {found.path('dataset')}")
    say(f'load it: datasets.load_dataset("{found.path("dataset")}")')
    hint(f"status {corpus}")
    raise_first(troubles)


def pair(
    corpus: options.CorpusArgument,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Compare every solver's picture with the request's, and give it a verdict.

    Example: photoshop-request pair CORPUS --workers 2
    """
    from photoshop_request_builder.commands import run  # the stages are slow to import

    found = open_corpus(corpus)
    work_on(
        found,
        {"workers": workers, "engine": engine, "address": address},
        lambda _, by: run.pair_verb(found, engine=by, reporter=reporter),
    )
    hint(f"build {corpus}")


def build(
    corpus: options.CorpusArgument,
    verified_test: Annotated[
        bool | None,
        typer.Option(
            "--verified-test/--no-verified-test",
            help="Only edits that people confirmed in review are in the test split; kept in corpus.toml.",
        ),
    ] = None,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Make the dataset under CORPUS/dataset. What people decided in review counts before what the machine says.

    Example: photoshop-request build CORPUS --verified-test
    """
    from photoshop_request_builder.commands import run  # the stages are slow to import

    found = open_corpus(corpus)

    def make(_settings: Mapping[str, EffectiveSetting], by: Engine) -> int:
        if verified_test is not None:
            remember_setting(found, "verified_test", verified_test)
        return run.build_verb(found, engine=by, reporter=reporter)

    work_on(found, {"workers": workers, "engine": engine, "address": address}, make)
    say(f'load it: datasets.load_dataset("{found.path("dataset")}")')
    hint(f"status {corpus}")


def run_all(
    corpus: Corpus, files: list[str], settings: Mapping[str, EffectiveSetting], engine: Engine
) -> list[InputError]:
    """Every stage in order; returns what was wrong with files that could not be read whole.

    Raises:
        InputError: nothing could be read.
    """
    from photoshop_request_builder.commands import run  # the stages are slow to import

    troubles = run.ingest_verb(corpus, files, engine=engine, reporter=reporter)
    if not read_parts(corpus):
        raise_first(troubles)
        raise InputError(
            f"{corpus.address}: nothing has been read into it yet. Name archives: run {corpus.address} FILE…"
        )
    if not engine.is_here:
        say("fetch: on this machine alone, for the hosts' limits and the ledger are kept in one place")
    run.fetch_verb(corpus, fetch_settings(settings), reporter=reporter)
    run.pair_verb(corpus, engine=engine, reporter=reporter)
    run.build_verb(corpus, engine=engine, reporter=reporter)
    return troubles


def fetch_settings(settings: Mapping[str, EffectiveSetting]) -> "FetchSettings":
    """How to fetch, by the settings in force and the secrets of the environment."""
    from photoshop_request_builder.stages.fetch import FetchSettings, rates_of  # slow to import

    rates, other = rates_of(settings["rate"].value)
    return FetchSettings(
        mirror=settings["mirror"].value,
        contact=settings["contact"].value,
        rates=rates,
        other=other,
        secrets=Secrets(imgur_client_id=os.environ.get("IMGUR_CLIENT_ID") or None),
    )


def raise_first(troubles: Sequence[InputError]) -> None:
    """What was good is kept and worked on; that something was not must still be seen by who called."""
    if troubles:
        raise troubles[0]


def open_or_create(corpus: str, files: list[str] | None, subreddits: list[str] | None, shards: int | None) -> Corpus:
    """An existing corpus, or a new one where there are files to read into it."""
    if files is None and subreddits is None:
        return open_corpus(corpus)
    return create_corpus(corpus, subreddits=tuple(subreddits) if subreddits else None, shards=shards)


def work(corpus: Corpus, flags: Mapping[str, Any], verb: Callable[[Mapping[str, EffectiveSetting]], R]) -> R:
    """Run a verb with the settings in force, alone on the corpus."""
    settings = resolve_settings(corpus, flags)
    with lock_corpus(corpus):
        clean_scratch(corpus)
        return verb(settings)


def work_on(corpus: Corpus, flags: Mapping[str, Any], verb: Callable[[Mapping[str, EffectiveSetting], Engine], R]) -> R:
    """The same for a verb whose jobs an engine runs."""

    def with_engine(settings: Mapping[str, EffectiveSetting]) -> R:
        if settings["engine"].value == "local":
            with local_engine(settings["workers"].value) as here:
                return verb(settings, here)
        from photoshop_request_builder.engine.ray_engine import ray_engine  # an extra

        with ray_engine(corpus, settings["address"].value, settings["workers"].value) as engine:
            return verb(settings, engine)

    return work(corpus, flags, with_engine)
