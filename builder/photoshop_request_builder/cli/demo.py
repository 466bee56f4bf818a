"""The command `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from photoshop_request.errors import CorpusError
from photoshop_request_builder.cli.console import data, funnel_table, hint, say
from photoshop_request_builder.cli.execution import exclusive, open_engine
from photoshop_request_builder.cli.run import run_all
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.incoming import read_parts

_SHARDS = 4
_RATES = "*=50,i.redd.it=50,imgur.com=50"
"""Requests per second. The server on this machine needs no lower limit."""
_NOTICE = "The sample is composed: free photos, edits made by a script, invented people."


def demo(
    folder: Annotated[
        str, typer.Argument(metavar="[CORPUS]", help="Working folder. It must not hold another corpus.")
    ] = "photoshop-request-demo",
) -> None:
    """Run every stage on the embedded sample.

    The sample is composed: free photos, edits made by a script, invented people. A local server provides its pictures.
    It takes about 30 s and needs no network.

    Example: photoshop-request demo
    """
    from photoshop_request_builder.commands.demo import sample_folder  # slow to import
    from photoshop_request_builder.commands.demo.contact_sheet import contact_sheet
    from photoshop_request_builder.commands.demo.pairs import sheet_pairs
    from photoshop_request_builder.commands.demo.server import serve
    from photoshop_request_builder.dataset.funnel import funnel

    with sample_folder() as sample, serve(sample) as hosts:
        files = [str(sample / "submissions.zst"), str(sample / "comments.zst")]
        corpus = _create(folder, files)
        # one process: starting a second process takes longer than the sample
        flags = {"mirror": hosts.address, "rate": _RATES, "workers": 1, "engine": "local"}
        with exclusive(corpus, flags) as settings, open_engine(corpus, settings) as engine:
            run_all(corpus, files, settings, engine)
    sheet = Path(corpus.root) / "contact_sheet.png"
    contact_sheet(sheet_pairs(corpus), sheet, title="photoshop-request: before and after", subtitle=_NOTICE)
    dataset = corpus.path("dataset")
    data.print(funnel_table(funnel(corpus)))
    say(_NOTICE)
    data.print(f"dataset        {dataset}")
    data.print(f"contact sheet  {sheet}")
    data.print(
        f"load it        python -c 'from datasets import load_dataset; print(load_dataset(\"{dataset}\"))'",
    )
    hint(f"status {folder}")


def _create(folder: str, files: list[str]) -> Corpus:
    advice = "Give the demo its own folder: photoshop-request demo FOLDER"
    try:
        corpus = create_corpus(folder, shards=_SHARDS)
    except CorpusError as error:
        raise CorpusError(f"{error} {advice}") from None
    names = {Path(file).name for file in files}
    foreign = next((part.input for part in read_parts(corpus) if Path(part.input).name not in names), None)
    if foreign:
        raise CorpusError(
            f"{folder}: this corpus holds other data ({foreign}), so the sample cannot be added. {advice}"
        )
    return corpus
