"""The command `fetch`."""

import dataclasses
import shlex
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.execution import exclusive, fetch_settings, reporter
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.ledger import open_ledger

if TYPE_CHECKING:
    from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings


def fetch(
    folder: options.CorpusFolder,
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
    only_host: Annotated[str | None, typer.Option(help="Request only this host and its subdomains.")] = None,
    limit: Annotated[int | None, typer.Option(help="Maximum addresses to request.")] = None,
    retry: Annotated[
        list[AddressState] | None,
        typer.Option(help="Retry addresses in this state. Repeat it for several. `ok` revalidates by ETag."),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(metavar="SHA256", help="SHA-256 of a quarantined picture that is genuine."),
    ] = None,
    archive_fallback: Annotated[
        bool, typer.Option(help="Try the Wayback Machine for dead addresses, never for deleted pictures.")
    ] = False,
    preview_fallback: Annotated[
        bool, typer.Option(help="Try Reddit's smaller preview for dead addresses, never for deleted pictures.")
    ] = False,
    external_resolver: Annotated[
        str | None,
        typer.Option(metavar="CMD", help="Program for unsupported hosts: takes an address, prints JSON lines."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            help="Show the addresses to request, those that robots.txt refuses, and the estimated time. Requests only robots.txt."
        ),
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Fetch pictures within the limits of each host.

    Fetched pictures are not requested again. Fetching runs on one machine, because host limits and the ledger are kept
    in one place.

    Example: photoshop-request fetch CORPUS --contact me@example.org

    Example: photoshop-request fetch CORPUS --dry-run

    Example: photoshop-request fetch CORPUS --retry timeout --retry rate_limited --only-host imgur.com
    """
    from photoshop_request_builder.commands.run import run_fetch  # slow to import
    from photoshop_request_builder.stages.fetching.postponed import pending_error

    corpus = open_corpus(folder)
    flags = {"mirror": mirror, "rate": rate, "contact": contact}
    own_flags = {
        "only_host": only_host,
        "limit": limit,
        "retry": tuple(retry or ()),
        "archive_fallback": archive_fallback,
        "preview_fallback": preview_fallback,
        "external_resolver": tuple(shlex.split(external_resolver or "")),
    }
    with exclusive(corpus, flags) as settings:
        if dry_run:
            _show_plan(corpus, fetch_settings(settings, **own_flags), as_json=as_json)
            return
        for sha256 in release or ():
            with open_ledger(corpus.ledger_path) as ledger:
                say(f"{sha256}: {ledger.release(sha256)} addresses released")
        fetched = run_fetch(corpus, fetch_settings(settings, **own_flags), reporter=reporter)
    if fetched.pending:
        say(f"{fetched.pending:,} addresses are still pending")
    hint(f"pair {folder}")
    if fetched.left:
        raise pending_error(fetched.left)


def _show_plan(corpus: Corpus, settings: "FetchSettings", *, as_json: bool) -> None:
    from photoshop_request_builder.stages.fetch import load_links  # slow to import
    from photoshop_request_builder.stages.fetching import fetch_plan
    from photoshop_request_builder.stages.fetching.robots_plan import count_refused
    from photoshop_request_builder.stages.fetching.web import make_limits

    with open_ledger(corpus.ledger_path) as ledger:
        load_links(corpus, ledger)
        pending = {key: count for key, count in ledger.pending_kinds().items() if settings.selects(key[0])}
        with reporter.progress("robots.txt", len({host for host, _ in pending}), "hosts") as advance:
            refused = count_refused(ledger, settings, on_done=lambda _: advance(1), say=say)
    plans = fetch_plan.host_plans(pending, make_limits(settings).rate, refused)
    minutes = fetch_plan.minutes_in_all(plans)
    if as_json:
        write_json({"hosts": [dataclasses.asdict(plan) for plan in plans], "minutes": minutes})
        return
    table = Table(title="To fetch", title_justify="left")
    for name in ("host", "addresses", "refused", "extra requests", "per second", "minutes"):
        table.add_column(name, justify="left" if name == "host" else "right")
    for plan in plans:
        refused_here = "unknown" if plan.refused is None else f"{plan.refused:,}"
        figures = (f"{plan.extra_requests:,}", f"{plan.per_second:g}", f"{plan.minutes:,.1f}")
        table.add_row(plan.host, f"{plan.addresses:,}", refused_here, *figures)
    data.print(table)
    data.print("refused: addresses that the robots.txt of the host refuses")
    data.print(f"about {minutes:,.0f} min in total: hosts are fetched in parallel")
