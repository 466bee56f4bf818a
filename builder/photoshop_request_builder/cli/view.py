"""The command `view`."""

from pathlib import Path
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.execution import exclusive, reporter
from photoshop_request_builder.store.corpus import open_corpus


def view(
    folder: options.CorpusFolder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Output folder. Default: CORPUS/report/view.")
    ] = None,
    workers: options.Workers = None,
) -> None:
    """Write pages that show every candidate before and after.

    Each card shows the verdict, its reason and the changed area. The pages open offline, and unchanged pages are kept.

    A takedown removes its cards from CORPUS/report/view immediately. For another folder, run `view` again.

    Example: photoshop-request view CORPUS
    """
    from photoshop_request_builder.pages.viewer.shard import default_folder  # slow to import
    from photoshop_request_builder.pages.viewer.site import view as write_pages

    corpus = open_corpus(folder)
    out_folder = out.absolute() if out else default_folder(corpus)
    if out_folder is None:
        raise InputError(f"{corpus.address}: the corpus is in object storage. Name a local folder with --out FOLDER.")
    with exclusive(corpus, {"workers": workers}) as settings:
        site = write_pages(corpus, out_folder, workers=settings["workers"].value, reporter=reporter)
    say(f"{site.candidates:,} candidates. {site.hidden:,} deleted or taken-down candidates are not shown")
    data.print(str(site.page))
    hint(f"status {folder}")
