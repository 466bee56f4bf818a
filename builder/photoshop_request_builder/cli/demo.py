"""The demo: the whole way on the embedded sample, fetched from a server on this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from photoshop_request.errors import CorpusError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder import storage
from photoshop_request_builder.cli import stages
from photoshop_request_builder.cli.console import data, funnel_table, hint, say
from photoshop_request_builder.corpus import Corpus, create_corpus
from photoshop_request_builder.demo import sample_folder
from photoshop_request_builder.intake.incoming import parts
from photoshop_request_builder.status.funnel import funnel

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
    from photoshop_request_builder.demo.server import serve  # only the demo needs a server

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
    foreign = next((part.input for part in parts(found) if Path(part.input).name not in names), None)
    if foreign:
        raise CorpusError(f"{corpus} is a corpus of something else ({foreign}); the sample would mix with it. {own}")
    return found


def _pairs(corpus: Corpus) -> Iterator[Any]:
    """What the sheet shows: every solver's picture, with its source."""
    from photoshop_request_builder.demo.contact_sheet import Pair  # decoders are slow to import

    for shard in range(corpus.shards):
        candidates = storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates")).to_pylist()
        texts = storage.read_table(corpus.fs, corpus.shard_path(shard, "texts")).to_pylist()
        instructions = {row["submission_id"]: row["instruction"] for row in texts}
        files = {
            row["sha256"]: corpus.image_path(row["sha256"], row["extension"]) for row in candidates if row["extension"]
        }
        for row in candidates:
            if row["role"] != "candidate":
                continue
            is_edit = row["verdict"] == Verdict.EDIT
            yield Pair(
                source=corpus.fs.cat_file(files[row["source_sha256"]]) if row["source_sha256"] else None,
                edit=corpus.fs.cat_file(files[row["sha256"]]) if row["sha256"] in files else None,
                caption=instructions.get(row["submission_id"], ""),
                verdict=row["verdict"],
                note=f"hash distance {row['phash_distance']}" if is_edit else row["detail"] or row["url"],
            )


def _sheet(corpus: Corpus) -> Path:
    from photoshop_request_builder.demo.contact_sheet import contact_sheet  # decoders are slow to import

    path = Path(corpus.root) / "contact_sheet.png"
    contact_sheet(
        list(_pairs(corpus)),
        path,
        title="photoshop-request: before and after",
        subtitle="A composed sample: free photos, edits made by a script, invented people.",
    )
    return path
