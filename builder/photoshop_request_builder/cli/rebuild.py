"""The command that makes pictures of a manifest again."""

from collections.abc import Mapping
from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.stages import fetch_settings, reporter, work
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.settings import EffectiveSetting


def rebuild(
    corpus: options.CorpusArgument,
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="A dataset folder, or ORG/NAME on the Hub, with a manifest.")
    ],
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
) -> None:
    """Fetch the pictures that a manifest names, check each, and write the dataset of pictures into CORPUS.

    A picture counts when its bytes are those of the manifest, or when its perceptual hash says that the host only
    encoded it anew. After a stop the same command goes on.

    Example: photoshop-request rebuild CORPUS ORG/photoshop-request --contact me@example.org
    """
    found = create_corpus(corpus)
    flags = {"mirror": mirror, "rate": rate, "contact": contact}
    work(found, flags, lambda settings: _rebuild(found, manifest, settings))
    data.print(f'load it       load_dataset("{found.path("dataset")}")')
    hint(f"fetch {corpus} --retry timeout && photoshop-request rebuild {corpus} {manifest}")


def _rebuild(corpus: Corpus, manifest: str, settings: Mapping[str, EffectiveSetting]) -> None:
    from photoshop_request_builder.commands import run  # the stages are slow to import
    from photoshop_request_builder.commands.rebuild.dataset_files import write_rebuilt
    from photoshop_request_builder.commands.rebuild.rebuild import plan_fetching, read_manifest  # decoders are slow

    table = read_manifest(manifest)
    say(f"{manifest}: {table.num_rows:,} pictures of published edits and their requests")
    plan_fetching(corpus, table)
    run.fetch_verb(corpus, fetch_settings(settings), reporter=reporter)
    done = write_rebuilt(corpus)
    for name, counts in (("pictures", done.pictures), ("rows", done.triplets), ("edits lost", done.lost)):
        data.print(f"{name}: " + (", ".join(f"{key} {count:,}" for key, count in counts.most_common()) or "none"))
