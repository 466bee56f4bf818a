"""The fetch command: what to ask for, how, and what it would take."""

import dataclasses
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.stages import fetch_settings, reporter, work
from photoshop_request_builder.stages.fetching import fetch_plan
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.settings import EffectiveSetting, resolve_settings

if TYPE_CHECKING:
    from photoshop_request_builder.stages.fetch import FetchSettings


def fetch(
    corpus: options.CorpusArgument,
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
    only_host: Annotated[str | None, typer.Option(help="Only this host and its sub-domains.")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many addresses in this run.")] = None,
    retry: Annotated[
        list[AddressState] | None, typer.Option(help="Ask again for addresses in this state; ok asks by ETag.")
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(metavar="SHA256", help="Bytes held back as a suspected placeholder that are none."),
    ] = None,
    archive_fallback: Annotated[
        bool, typer.Option(help="Ask the Wayback Machine for dead addresses; never for what was deleted.")
    ] = False,
    preview_fallback: Annotated[
        bool, typer.Option(help="Take Reddit's own smaller copy for dead addresses; never for what was deleted.")
    ] = False,
    external_resolver: Annotated[
        str | None,
        typer.Option(metavar="CMD", help="A program for unsupported hosts: address in, JSON lines out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show what would be asked for, and how long it takes.")] = False,
    as_json: options.Json = False,
) -> None:
    """Fetch the pictures, politely; what was fetched is not asked for again.

    Runs on one machine, whatever the engine: the limits of each host and the ledger are kept in one place.

    Example: photoshop-request fetch CORPUS --contact me@example.org

    Example: photoshop-request fetch CORPUS --dry-run

    Example: photoshop-request fetch CORPUS --retry timeout --retry rate_limited --only-host imgur.com
    """
    from photoshop_request_builder.commands import run  # the stages are slow to import

    found = open_corpus(corpus)
    flags = {"mirror": mirror, "rate": rate, "contact": contact}

    def settings_of(settings: Mapping[str, EffectiveSetting]) -> "FetchSettings":
        return dataclasses.replace(
            fetch_settings(settings),
            only_host=only_host,
            limit=limit,
            retry=tuple(retry or ()),
            archive_fallback=archive_fallback,
            preview_fallback=preview_fallback,
            external_resolver=tuple(shlex.split(external_resolver or "")),
        )

    if dry_run:
        _show_plan(found, settings_of(resolve_settings(found, flags)), as_json=as_json)
        return

    def verb(settings: Mapping[str, EffectiveSetting]) -> None:
        for sha256 in release or ():
            with open_ledger(found.ledger_path) as ledger:
                say(f"{sha256}: {ledger.release(sha256)} addresses released")
        fetched = run.fetch_verb(found, settings_of(settings), reporter=reporter)
        if fetched.pending:
            say(f"{fetched.pending:,} addresses are still to do")

    work(found, flags, verb)
    hint(f"pair {corpus}")


def _show_plan(corpus: Corpus, settings: "FetchSettings", *, as_json: bool) -> None:
    from photoshop_request_builder.stages.fetch import limits_of, load_links  # slow to import

    with open_ledger(corpus.ledger_path) as ledger:
        load_links(corpus, ledger)
        pending = ledger.pending_kinds()
    plans = fetch_plan.host_plans(pending, limits_of(settings).rate)
    minutes = fetch_plan.minutes_in_all(plans)
    if as_json:
        rows = [dataclasses.asdict(plan) for plan in plans]
        write_json({"hosts": rows, "minutes": minutes})
        return
    table = Table(title="To fetch", title_justify="left")
    for name in ("host", "addresses", "extra requests", "a second", "minutes"):
        table.add_column(name, justify="left" if name == "host" else "right")
    for plan in plans:
        figures = (f"{plan.addresses:,}", f"{plan.extra_requests:,}", f"{plan.per_second:g}", f"{plan.minutes:,.1f}")
        table.add_row(plan.host, *figures)
    data.print(table)
    data.print(f"about {minutes:,.0f} minutes in all: hosts are asked side by side")
