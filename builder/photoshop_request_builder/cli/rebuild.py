"""The command `rebuild`."""

from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.execution import exclusive, fetch_settings, reporter
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.tombstones import load_tombstones


def rebuild(
    folder: options.CorpusFolder,
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="Dataset folder or ORG/NAME on the Hub, with the config manifest.")
    ],
    mirror: options.Mirror = None,
    rate: options.Rate = None,
    contact: options.Contact = None,
) -> None:
    """Fetch the pictures of a manifest and write the dataset.

    A picture is accepted if its bytes match the manifest. It is also accepted if its perceptual hash shows that the
    host only re-encoded it. Interrupt it at any time. Run the same command again to continue.

    Example: photoshop-request rebuild CORPUS ORG/photoshop-request --contact me@example.org
    """
    from photoshop_request_builder.commands.rebuild.dataset import plan_fetching, write_rebuilt  # slow to import
    from photoshop_request_builder.commands.rebuild.manifest import read_manifest
    from photoshop_request_builder.commands.rebuild.taken_down import without_taken_down
    from photoshop_request_builder.commands.run import run_fetch
    from photoshop_request_builder.stages.fetching.postponed import pending_error

    rows, refused = read_manifest(manifest)
    corpus = create_corpus(folder)
    with exclusive(corpus, {"mirror": mirror, "rate": rate, "contact": contact}) as settings:
        rows = without_taken_down(load_tombstones(corpus), rows, refused)
        say(f"{manifest}: {rows.num_rows:,} pictures of published edits and their requests")
        plan_fetching(corpus, rows)
        fetched = run_fetch(corpus, fetch_settings(settings), reporter=reporter)
        result = write_rebuilt(corpus, refused)
    for name, counts in (
        ("rows of the manifest refused", result.refused),
        ("pictures", result.pictures),
        ("rows", result.triplets),
        ("edits lost", result.lost),
    ):
        data.print(f"{name}: " + (", ".join(f"{key} {count:,}" for key, count in counts.most_common()) or "none"))
    data.print(f'load it       load_dataset("{corpus.path("dataset")}")')
    hint(f"fetch {folder} --retry timeout && photoshop-request rebuild {folder} {manifest}")
    if fetched.left:
        raise pending_error(fetched.left)
