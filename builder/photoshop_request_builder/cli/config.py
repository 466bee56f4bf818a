"""The command `config`."""

import textwrap
from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, write_json
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.settings import resolve_settings


def config(
    folder: Annotated[
        str | None, typer.Argument(metavar="[CORPUS]", help="Corpus whose corpus.toml is read as well.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Print every setting in force and its origin.

    The origin is environment, corpus.toml or default. Options of a command override all three.

    Example: PHOTOSHOP_REQUEST_WORKERS=1 photoshop-request config CORPUS
    """
    settings = resolve_settings(open_corpus(folder) if folder else None, {})
    if as_json:
        write_json({name: {"value": item.value, "origin": item.origin} for name, item in settings.items()})
        return
    for name, item in settings.items():
        data.print(f"{name} = {'not set' if item.value is None else item.value} ({item.origin})")
        meaning = f"{item.setting.variable}: {item.setting.meaning}"
        # lines are broken here, between words: a terminal breaks names in the middle
        data.print(textwrap.indent(textwrap.fill(meaning, data.width - 4, break_on_hyphens=False), "    "))
