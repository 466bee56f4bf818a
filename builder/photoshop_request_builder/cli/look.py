"""Commands that only look: status, decisions, config."""

import dataclasses
import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, funnel_table, hint
from photoshop_request_builder.corpus import Corpus, open_corpus
from photoshop_request_builder.decisions import decision_lines
from photoshop_request_builder.funnel import funnel
from photoshop_request_builder.settings import resolve
from photoshop_request_builder.stages import build


def status(corpus: options.CorpusArgument, as_json: options.Json = False) -> None:
    """Show what lies in CORPUS: the funnel with every reason, and the dataset's splits.

    Example: photoshop-request status CORPUS --json
    """
    found = open_corpus(corpus)
    steps = funnel(found)
    splits = _splits(found)
    if as_json:
        state = {
            "corpus": found.address,
            "subreddits": found.subreddits,
            "shards": found.shards,
            "funnel": [dataclasses.asdict(step) for step in steps],
            "dataset": splits,
        }
        print(json.dumps(state, indent=1))  # noqa: T201 - stdout is data
        return
    data.print(f"{found.address}: r/{', r/'.join(found.subreddits)}, {found.shards} shards", markup=False)
    data.print(funnel_table(steps))
    table = Table(title="Dataset", title_justify="left")
    for name in ("config", "split", "rows", "bytes"):
        table.add_column(name, justify="right" if name in {"rows", "bytes"} else "left")
    for row in splits:
        table.add_row(row["config"], row["split"], f"{row['rows']:,}", f"{row['bytes']:,}")
    data.print(table)
    hint(f"decisions {corpus}" if splits else f"run {corpus}")


def decisions(corpus: options.CorpusArgument) -> None:
    """Print one JSON line for each picture address: what became of it, and why.

    Keys: submission_id, comment_id (null for the request's own pictures), url (the canonical address), decision
    (`edit`, `source`, or the reason), source_url, link (as posted), figures.

    Example: photoshop-request decisions CORPUS | grep '"decision": "unrelated"'
    """
    for line in decision_lines(open_corpus(corpus)):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def config(
    corpus: Annotated[
        str | None, typer.Argument(metavar="[CORPUS]", help="A corpus, for what its corpus.toml sets.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Print every setting in force and where it comes from: environment, corpus.toml or default.

    Example: PHOTOSHOP_REQUEST_WORKERS=1 photoshop-request config CORPUS
    """
    settings = resolve(open_corpus(corpus) if corpus else None, {})
    if as_json:
        found = {name: {"value": one.value, "origin": one.origin} for name, one in settings.items()}
        print(json.dumps(found, indent=1))  # noqa: T201 - stdout is data
        return
    table = Table()
    for name in ("setting", "value", "origin", "environment variable", "meaning"):
        table.add_column(name, overflow="fold")
    for name, one in settings.items():
        table.add_row(name, str(one.value), one.origin, one.setting.variable, one.setting.meaning)
    data.print(table)


def _splits(corpus: Corpus) -> list[dict[str, Any]]:
    totals: dict[tuple[str, str], dict[str, int]] = {}
    for piece, record in build.records(corpus).items():
        total = totals.setdefault((piece.config, piece.split), {"rows": 0, "bytes": 0})
        total["rows"] += record["rows"]
        total["bytes"] += record["bytes"]
    return [{"config": config, "split": split, **total} for (config, split), total in totals.items()]
