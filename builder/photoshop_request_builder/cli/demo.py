"""The demo: the whole way on the embedded sample, fetched from a server on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from photoshop_request.errors import CorpusError
from photoshop_request_builder.cli import stages
from photoshop_request_builder.cli.console import data, funnel_table, hint, say
from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.incoming import read_parts

_SHARDS = 4
_RATES = "*=50,i.redd.it=50,imgur.com=50"
"""Our own server on our own machine needs no consideration."""


def demo(
    corpus: Annotated[
        str, typer.Argument(metavar="[CORPUS]", help="Where to work; it must not hold another corpus.")
    ] = ("photoshop-request-demo"),
) -> None:
    """Run the whole way on the sample that ships with the package, with pictures from a server on this machine.

    The sample is composed: free photos, edits made by a script, invented people. Takes about half a minute.

    Example: photoshop-request demo
    """
    from photoshop_request_builder.commands.demo.server import serve  # only the demo needs a server

    with sample_folder() as sample, serve(sample) as hosts:
        files = [str(sample / "submissions.zst"), str(sample / "comments.zst")]
        found = _open(corpus, files)
        # one process: the sample is smaller than what a second one costs to start
        flags = {"mirror": hosts.address, "rate": _RATES, "workers": 1, "engine": "local"}
        stages.work_on(found, flags, lambda settings, engine: stages.run_all(found, files, settings, engine))
    sheet = _sheet(found)
    data.print(funnel_table(funnel(found)))
    address = found.path("dataset")
    say("The sample is composed: free photos, edits made by a script, invented people.")
    data.print(f"dataset        {address}")
    data.print(f"contact sheet  {sheet}")
    data.print(
        f"load it        python -c 'from datasets import load_dataset; print(load_dataset(\"{address}\"))'",
    )
    hint(f"status {corpus}")


def _open(corpus: str, files: list[str]) -> Corpus:
    own = "Give the demo a folder of its own: photoshop-request demo FOLDER"
    try:
        found = create_corpus(corpus, shards=_SHARDS)
    except CorpusError as error:
        raise CorpusError(f"{error} {own}") from None
    names = {Path(each).name for each in files}
    foreign = next((part.input for part in read_parts(found) if Path(part.input).name not in names), None)
    if foreign:
        raise CorpusError(f"{corpus} is a corpus of something else ({foreign}); the sample would mix with it. {own}")
    return found


def _sheet(corpus: Corpus) -> Path:
    from photoshop_request_builder.commands.demo.contact_sheet import contact_sheet  # decoders are slow to import
    from photoshop_request_builder.commands.demo.pairs import sheet_pairs

    path = Path(corpus.root) / "contact_sheet.png"
    contact_sheet(
        sheet_pairs(corpus),
        path,
        title="photoshop-request: before and after",
        subtitle="A composed sample: free photos, edits made by a script, invented people.",
    )
    return path
