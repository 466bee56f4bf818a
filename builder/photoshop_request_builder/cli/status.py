"""The command `status`."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, funnel_table, hint, write_json
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.incoming import read_parts
from photoshop_request_builder.store.ledger import open_ledger

if TYPE_CHECKING:
    from photoshop_request_builder.dataset.files import SplitTotal
    from photoshop_request_builder.dataset.ingested_sources import IngestedSource
    from photoshop_request_builder.dataset.splits.leaks import LeakCheck
    from photoshop_request_builder.stages.fetching.fetch_plan import HostStates

_BARS = "▁▂▃▄▅▆▇█"
_NO_ROWS = "·"


def status(
    folder: options.CorpusFolder,
    hosts: Annotated[bool, typer.Option("--hosts", help="Show the address states of each host instead.")] = False,
    leaks: Annotated[
        bool, typer.Option("--leaks", help="Check that no picture is in two splits. Exit with code 1 if one is.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Show sources, the funnel with its reasons, and the dataset.

    Each source is shown with its months and its gaps.

    Example: photoshop-request status CORPUS

    Example: photoshop-request status CORPUS --hosts
    """
    from photoshop_request_builder.dataset.files import built_records, split_totals  # slow to import
    from photoshop_request_builder.dataset.funnel import funnel
    from photoshop_request_builder.dataset.ingested_sources import ingested_sources
    from photoshop_request_builder.dataset.splits.leaks import check_leaks
    from photoshop_request_builder.stages.fetching.fetch_plan import host_states

    corpus = open_corpus(folder)
    if hosts:
        with open_ledger(corpus.ledger_path) as ledger:
            _show_hosts(host_states(ledger.states_by_host()), as_json=as_json)
        return
    if leaks:
        _show_leaks(check_leaks(corpus), as_json=as_json)
        return
    sources = ingested_sources(read_parts(corpus))
    steps, built = funnel(corpus), split_totals(built_records(corpus).items())
    if as_json:
        state = {
            "corpus": corpus.address,
            "subreddits": corpus.subreddits,
            "shards": corpus.shards,
            "sources": [dataclasses.asdict(source) for source in sources],
            "funnel": [dataclasses.asdict(step) for step in steps],
            "dataset": [dataclasses.asdict(total) for total in built],
        }
        write_json(state)
        return
    data.print(f"{corpus.address}: r/{', r/'.join(corpus.subreddits)}, {corpus.shards} shards")
    data.print(_sources_table(sources))
    if sources:
        _show_months(sources[-1])
    data.print(funnel_table(steps))
    data.print(_dataset_table(built))
    hint(f"decisions {folder}" if built else f"run {folder}")


def _show_leaks(check: "LeakCheck", *, as_json: bool) -> None:
    if as_json:
        write_json(dataclasses.asdict(check))
    else:
        data.print(
            f"{check.checked:,} held-out sources compared with all {check.sources:,}: {check.near:,} pairs across splits "
            f"with similar hashes, {len(check.leaks):,} of them the same picture",
        )
        for leak in check.leaks:
            for source, split in ((leak.held_out, leak.held_out_split), (leak.other, leak.other_split)):
                data.print(f"  {split}: request {source.submission_id}, picture {source.sha256}")
    if check.leaks:
        raise typer.Exit(1)


def month_bars(months: Mapping[str, int]) -> list[str]:
    """Return a line per year with a bar per month: `·` for a month without rows, blank outside the range."""
    most = max(months.values(), default=0)
    lines = []
    for year in sorted({month[:4] for month in months}):
        bars = "".join(_bar(months.get(f"{year}-{month:02}"), most) for month in range(1, 13))
        total = sum(rows for month, rows in months.items() if month.startswith(year))
        lines.append(f"{year} {bars} {total:,}")
    return lines


def _bar(rows: int | None, most: int) -> str:
    if rows is None:
        return " "
    return _BARS[(len(_BARS) - 1) * rows // most] if rows else _NO_ROWS


def _show_months(source: "IngestedSource") -> None:
    for table, months in source.months.items():
        if not months:
            continue
        data.print(f"{table} by month")
        for line in month_bars(months):
            data.print(f"  {line}")
        for hole in source.holes[table]:
            data.print(f"  gap: {hole.first} to {hole.last}, {hole.months} months, {hole.rows:,} rows")


def _sources_table(sources: "list[IngestedSource]") -> Table:
    """Return a table with one column per source, because sources are few and terminals are narrow."""
    table = Table(title="Sources", title_justify="left")
    table.add_column("")
    for source in sources:
        table.add_column(source.source, justify="right", overflow="fold")
    fields = [_source_fields(source) for source in sources]
    for name in dict.fromkeys(name for source_fields in fields for name in source_fields):
        table.add_row(name, *(source_fields.get(name, "0") for source_fields in fields))
    return table


def _source_fields(source: "IngestedSource") -> dict[str, str]:
    months = sorted(month for counts in source.months.values() for month in counts)
    return {
        "parts": f"{source.parts:,}",
        "bytes": f"{source.size:,}",
        "lines": f"{source.lines:,}",
        "submissions": f"{source.submissions:,}",
        "comments": f"{source.comments:,}",
        "other subreddits": f"{source.other_subreddits:,}",
        "blank": f"{source.blank:,}",
        **{f"rejected, {reason}": f"{count:,}" for reason, count in source.rejected.items()},
        "from": months[0] if months else "-",
        "to": months[-1] if months else "-",
        "unfinished": "; ".join(source.unfinished) or "-",
    }


def _dataset_table(built: "list[SplitTotal]") -> Table:
    table = Table(title="Dataset", title_justify="left")
    for name in ("config", "split", "rows", "bytes"):
        table.add_column(name, justify="right" if name in {"rows", "bytes"} else "left")
    for total in built:
        table.add_row(total.config, total.split, f"{total.rows:,}", f"{total.bytes:,}")
    return table


def _show_hosts(rows: "list[HostStates]", *, as_json: bool) -> None:
    if as_json:
        write_json([dataclasses.asdict(row) for row in rows])
        return
    table = Table(title="Hosts", title_justify="left")
    table.add_column("host")
    table.add_column("addresses", justify="right")
    table.add_column("states", overflow="fold")
    for row in rows:
        states = ", ".join(f"{state} {count:,}" for state, count in row.states.items())
        table.add_row(row.host, f"{row.addresses:,}", states)
    data.print(table)
