"""The command `ingest`."""

import datetime as dt
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import hint
from photoshop_request_builder.cli.execution import (
    Settings,
    connect_reddit,
    exclusive,
    open_engine,
    open_or_create,
    raise_first,
    reporter,
    say_part,
)
from photoshop_request_builder.store.corpus import Corpus

_YEAR = 365 * 86_400


class InputSource(StrEnum):
    """Origin of posts: archive files or a service."""

    FILES = "files"
    ARCTIC_SHIFT = "arctic-shift"
    REDDIT = "reddit"


Time = Annotated[str | None, typer.Option(metavar="DATE", help="2024-09, 2024-09-30 (UTC) or Unix seconds.")]


def ingest(
    folder: options.CorpusFolder,
    files: options.Files = None,
    source: Annotated[
        InputSource, typer.Option("--from", help="Source of the posts: archives (files) or a service.")
    ] = InputSource.FILES,
    since: Time = None,
    until: Time = None,
    subreddit: options.Subreddits = None,
    shards: options.Shards = None,
    workers: options.Workers = None,
    engine: options.Engine = None,
    address: options.Address = None,
) -> None:
    """Read archives or a service into a corpus.

    Posts are merged by id, and the addresses of their pictures are extracted. A service is requested only for times
    that no earlier run covered.

    --from reddit needs PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID and PHOTOSHOP_REQUEST_REDDIT_CLIENT_SECRET. Archives and
    --from arctic-shift need no account.

    Example: photoshop-request ingest CORPUS RS_2020-06.zst RC_2020-06.zst

    Example: photoshop-request ingest CORPUS --from arctic-shift --since 2025-01 --until 2025-07
    """
    from photoshop_request_builder.commands.run import run_ingest  # slow to import

    paths = files or []
    is_service = source is not InputSource.FILES
    if is_service and paths:
        raise InputError(f"--from {source} reads no files. Remove {paths[0]}, or remove --from.")
    if not is_service and not paths:
        raise InputError(f"Name the archives to read: photoshop-request ingest {folder} FILE…")
    if not is_service and (since or until):
        raise InputError("--since and --until need --from: archives are read completely. Remove them, or add --from.")
    span = _span(since, until)
    client = connect_reddit() if source is InputSource.REDDIT else None  # fails before a folder is created
    corpus = open_or_create(folder, paths, subreddit, shards)
    flags = {"workers": workers, "engine": engine, "address": address}
    with exclusive(corpus, flags) as settings, open_engine(corpus, settings) as jobs_engine:
        if client:
            from photoshop_request_builder.stages.ingesting.reddit import ingest_reddit  # only Reddit needs it

            ingest_reddit(corpus, client, since=span[0], until=span[1], clock=time.time, on_part=say_part)
        elif is_service:
            _ingest_arctic_shift(corpus, settings, span)
        problems = run_ingest(corpus, paths, engine=jobs_engine, reporter=reporter)
    hint(f"fetch {folder}")
    raise_first(problems)


def _ingest_arctic_shift(corpus: Corpus, settings: Settings, span: tuple[int, int]) -> None:
    import requests  # only Arctic Shift needs it

    from photoshop_request.reddit.arctic_shift import make_fetch
    from photoshop_request_builder.stages.ingesting.arctic_shift import ingest_arctic_shift

    with requests.Session() as session:
        fetch = make_fetch(session, base=settings["arctic_shift"].value, sleep=time.sleep, clock=time.time)
        ingest_arctic_shift(corpus, fetch, since=span[0], until=span[1], clock=time.time, on_part=say_part)


def _span(since: str | None, until: str | None, clock: Callable[[], float] = time.time) -> tuple[int, int]:
    """Return Unix seconds from `since` (default: a year before the end) to `until` (default: now)."""
    end = _seconds(until) if until else int(clock())
    begin = _seconds(since) if since else end - _YEAR
    if begin >= end:
        raise InputError(f"--since {since} is not before --until {until or 'now'}.")
    return begin, end


def _seconds(text: str) -> int:
    if text.isdecimal() and len(text) >= len("1000000000"):  # 2001, before Reddit existed. Dates have at most 8 digits
        return int(text)
    padded = text + "-01-01"[len(text) - len("2024") :] if len(text) in {4, 7} else text
    try:
        return int(dt.datetime.fromisoformat(padded).replace(tzinfo=dt.UTC).timestamp())
    except ValueError:
        raise InputError(f"{text!r} is not a date. Write 2024, 2024-09, 2024-09-30 or Unix seconds.") from None
