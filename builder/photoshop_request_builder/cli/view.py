"""The command that makes the before/after viewer."""

from pathlib import Path
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.stages import reporter, work
from photoshop_request_builder.store.corpus import Corpus, open_corpus


def view(
    corpus: options.CorpusArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where to make it. Default CORPUS/report/view.")
    ] = None,
    workers: options.Workers = None,
) -> None:
    """Make pages to look at every candidate, kept or dropped: before and after, what changed, and why it is what it is.

    The folder opens from disk and asks no network for anything. What is there already is not made again. A takedown
    removes pages from CORPUS/report/view at once, and from another folder when its pages are made again.

    Example: photoshop-request view CORPUS
    """
    from photoshop_request_builder.pages.viewer.site import view as make  # decoders are slow to import

    found = open_corpus(corpus)
    folder = _folder(found, out)
    done = work(
        found,
        {"workers": workers},
        lambda settings: make(found, folder, workers=settings["workers"].value, reporter=reporter),
    )
    say(f"{done.candidates:,} candidates; {done.hidden:,} deleted or taken down are not shown")
    data.print(str(done.page))
    hint(f"status {corpus}")


def _folder(corpus: Corpus, out: Path | None) -> Path:
    from photoshop_request_builder.pages.viewer.shard import default_folder  # decoders are slow to import

    folder = out.absolute() if out else default_folder(corpus)
    if folder is None:
        raise InputError(f"{corpus.address}: lies in object storage; name a folder on this machine with --out FOLDER.")
    return folder
