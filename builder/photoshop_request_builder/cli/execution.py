"""Share steps between commands: open a corpus, lock it, resolve settings, start an engine."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from photoshop_request.errors import EmptyInputError, PhotoshopRequestError
from photoshop_request.media.addresses.hosts.family import Secrets
from photoshop_request.reddit.archive_paths import find_archives
from photoshop_request.reddit.archives import Archive
from photoshop_request_builder.cli.console import progress, say
from photoshop_request_builder.engine.jobs import Engine, local_engine
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.store import seals
from photoshop_request_builder.store.corpus import Corpus, clean_scratch, create_corpus, lock_corpus, open_corpus
from photoshop_request_builder.store.database import check_digest, write_digest
from photoshop_request_builder.store.incoming import IngestSummary
from photoshop_request_builder.store.settings import EffectiveSetting, resolve_settings

if TYPE_CHECKING:
    import praw

    from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings

Settings = Mapping[str, EffectiveSetting]
reporter = Reporter(say, progress)


def open_or_create(folder: str, files: list[str] | None, subreddits: list[str] | None, shards: int | None) -> Corpus:
    """Open a corpus, or create it if there are files or subreddits to read.

    Raises:
        InputError: a file is missing or cannot be read. The folder is not created then.
    """
    if files is None and subreddits is None:
        return open_corpus(folder)
    for path in find_archives(files or ()):
        with suppress(EmptyInputError):  # reported with the others, after the good files were read
            Archive(path)
    return create_corpus(folder, subreddits=tuple(subreddits) if subreddits else None, shards=shards)


@contextmanager
def exclusive(corpus: Corpus, flags: Mapping[str, Any] | None = None) -> Iterator[Settings]:
    """Hold the lock of the corpus and remove leftovers of killed commands. Yield the settings.

    `flags` are values from the command line, by name of the setting.
    """
    settings = resolve_settings(corpus, flags or {})
    with lock_corpus(corpus):
        clean_scratch(corpus)
        databases = (corpus.ledger_path, corpus.decisions_path, corpus.answers_path)
        for path in databases:
            if why := check_digest(path):
                raise seals.damaged(str(path), why)
        yield settings
        for path in databases:
            write_digest(path)


@contextmanager
def open_engine(corpus: Corpus, settings: Settings) -> Iterator[Engine]:
    """Yield the engine that the settings name: worker processes of this machine, or Ray."""
    workers = settings["workers"].value
    if settings["engine"].value == "local":
        with local_engine(workers) as local:
            yield local
        return
    from photoshop_request_builder.engine.ray_engine import ray_engine  # an extra

    with ray_engine(corpus, settings["address"].value, workers) as engine:
        yield engine


def fetch_settings(settings: Settings, **flags: Any) -> "FetchSettings":
    """Return the settings of the stage `fetch`, with secrets from the environment. `flags` are fields of
    `FetchSettings`.
    """
    from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings, site_rates  # slow to import

    rates, other = site_rates(settings["rate"].value)
    return FetchSettings(
        mirror=settings["mirror"].value,
        contact=settings["contact"].value,
        rates=rates,
        other=other,
        robots=settings["robots"].value,
        secrets=Secrets(imgur_client_id=os.environ.get("IMGUR_CLIENT_ID") or None),
        **flags,
    )


def raise_first(problems: Sequence[PhotoshopRequestError]) -> None:
    """Raise the first problem after everything else is done. It sets the exit code."""
    if problems:
        raise problems[0]


def connect_reddit() -> "praw.Reddit":
    """Return a client of Reddit's API.

    Raises:
        CredentialsError: the environment has no credentials.
    """
    from photoshop_request.reddit import api

    return api.connect(api.credentials(os.environ), sleep=time.sleep, clock=time.time)


def say_part(summary: IngestSummary) -> None:
    """Print the counts of one input or request."""
    say(f"{summary.source}: {summary.submissions:,} submissions, {summary.comments:,} comments ({summary.input})")
