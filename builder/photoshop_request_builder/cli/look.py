"""Commands that only look: decisions, config."""

import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, write_json
from photoshop_request_builder.commands.decisions import decision_lines
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.settings import resolve_settings


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
    settings = resolve_settings(open_corpus(corpus) if corpus else None, {})
    if as_json:
        found = {name: {"value": one.value, "origin": one.origin} for name, one in settings.items()}
        write_json(found)
        return
    table = Table()
    for name in ("setting", "value", "origin", "environment variable", "meaning"):
        table.add_column(name, overflow="fold")
    for name, one in settings.items():
        table.add_row(name, str(one.value), one.origin, one.setting.variable, one.setting.meaning)
    data.print(table)
