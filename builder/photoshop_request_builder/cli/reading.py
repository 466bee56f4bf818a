"""Commands that read what Reddit's things are: ingest, refresh, raw."""

import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import hint, say
from photoshop_request_builder.cli.stages import open_or_create, raise_first, reporter, work_on
from photoshop_request_builder.engine.jobs import Engine
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.incoming import IngestSummary
from photoshop_request_builder.store.settings import EffectiveSetting
from photoshop_request_builder.store.source_objects import find_observations

_YEAR = 365 * 86_400


class From(StrEnum):
    """What to read from."""

    FILES = "files"
    ARCTIC_SHIFT = "arctic-shift"
    REDDIT = "reddit"


Time = Annotated[str | None, typer.Option(metavar="DATE", help="2024-09, 2024-09-30, or Unix seconds; UTC.")]


def ingest(
    corpus: options.CorpusArgument,
    files: options.Files = None,
    source: Annotated[From, typer.Option("--from", help="Archives (files), or a service.")] = From.FILES,
    since: Time = None,
    until: Time = None,
    subreddit: options.Subreddits = None,
    shards: options.Shards = None,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Read archives or a service into CORPUS, merge what they say of each thing, and find the pictures' addresses.

    FILE is a path, a glob, a folder or an fsspec address. A service is asked only for what no earlier run covered;
    --from reddit needs PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID and _CLIENT_SECRET, archives and arctic-shift need no account.

    Example: photoshop-request ingest CORPUS RS_2020-06.zst RC_2020-06.zst

    Example: photoshop-request ingest CORPUS --from arctic-shift --since 2025-01 --until 2025-07
    """
    from photoshop_request_builder.commands import run  # the stages are slow to import

    asked = source is not From.FILES
    if asked and files:
        raise InputError(f"--from {source} reads no files; leave {files[0]} out, or leave --from out.")
    if not asked and not files:
        raise InputError(f"Name the archives to read: photoshop-request ingest {corpus} FILE…")
    if not asked and (since or until):
        raise InputError(
            "--since and --until are for a service: archives are read whole. Leave them out, or say --from."
        )
    span = _span(since, until)
    found = open_or_create(corpus, files or [], subreddit, shards)

    def verb(settings: Mapping[str, EffectiveSetting], by: Engine) -> list[InputError]:
        if asked:
            _ask(found, source, settings, span)
        return run.ingest_verb(found, files or [], engine=by, reporter=reporter)

    troubles = work_on(found, {"workers": workers, "engine": engine, "address": address}, verb)
    hint(f"fetch {corpus}")
    raise_first(troubles)


def refresh(
    corpus: options.CorpusArgument,
    limit: Annotated[int | None, typer.Option(help="Ask for at most so many things.")] = None,
    workers: options.Workers = None,
) -> None:
    """Ask Reddit again for what is known: scores, flair, and what was deleted since.

    Things seen longest ago come first; what was seen in the last six hours is left out. Needs credentials, see ingest.

    Example: photoshop-request refresh CORPUS --limit 10000
    """
    from photoshop_request.reddit import api  # only this asks Reddit
    from photoshop_request_builder.commands import run  # the stages are slow to import
    from photoshop_request_builder.stages.ingesting import reddit

    found = open_corpus(corpus)
    client = api.connect(api.credentials(os.environ), sleep=time.sleep, clock=time.time)

    def verb(_settings: Mapping[str, EffectiveSetting], by: Engine) -> list[InputError]:
        reddit.refresh(found, client, clock=time.time, limit=limit, on_part=_tell)
        return run.ingest_verb(found, [], engine=by, reporter=reporter)

    work_on(found, {"workers": workers}, verb)
    hint(f"run {corpus}")


def raw(
    corpus: options.CorpusArgument,
    thing_id: Annotated[
        str, typer.Argument(metavar="ID", help="Of a submission or comment, with or without t3_, t1_.")
    ],
) -> None:
    """Print the JSON objects of one submission or comment as the sources gave them, one a line.

    Example: photoshop-request raw CORPUS t3_1abc23
    """
    for observation in find_observations(open_corpus(corpus), thing_id):
        say(f"{observation.source}, {observation.part}")
        sys.stdout.buffer.write(observation.line.rstrip(b"\n") + b"\n")
        sys.stdout.flush()


def _ask(corpus: Corpus, source: From, settings: Mapping[str, EffectiveSetting], span: tuple[int, int]) -> None:
    since, until = span
    if source is From.ARCTIC_SHIFT:
        import requests  # only those who ask a service pay for it

        from photoshop_request.reddit.arctic_shift import make_fetch
        from photoshop_request_builder.stages.ingesting.arctic_shift import ingest_arctic_shift

        with requests.Session() as session:
            fetch = make_fetch(session, base=settings["arctic_shift"].value, sleep=time.sleep, clock=time.time)
            ingest_arctic_shift(corpus, fetch, since=since, until=until, clock=time.time, on_part=_tell)
        return
    from photoshop_request.reddit import api
    from photoshop_request_builder.stages.ingesting.reddit import ingest_reddit

    client = api.connect(api.credentials(os.environ), sleep=time.sleep, clock=time.time)
    ingest_reddit(corpus, client, since=since, until=until, clock=time.time, on_part=_tell)


def _tell(summary: IngestSummary) -> None:
    say(f"{summary.source}: {summary.submissions:,} submissions, {summary.comments:,} comments ({summary.input})")


def _span(since: str | None, until: str | None, clock: Callable[[], float] = time.time) -> tuple[int, int]:
    """Seconds from `since` (default a year ago) to `until` (default now)."""
    end = _seconds(until) if until else int(clock())
    begin = _seconds(since) if since else end - _YEAR
    if begin >= end:
        raise InputError(f"--since {since} is not before --until {until or 'now'}.")
    return begin, end


def _seconds(text: str) -> int:
    if text.isdecimal() and len(text) >= len("1000000000"):  # which is in 2001; Reddit began later
        return int(text)
    padded = text + "-01-01"[len(text) - len("2024") :] if len(text) in {4, 7} else text
    try:
        return int(dt.datetime.fromisoformat(padded).replace(tzinfo=dt.UTC).timestamp())
    except ValueError:
        raise InputError(f"{text!r} is not a date. Write 2024, 2024-09, 2024-09-30 or Unix seconds.") from None
