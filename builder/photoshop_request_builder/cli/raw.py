"""The command `raw`."""

from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import say, write_source_line
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.source_objects import find_observations


def raw(
    folder: options.CorpusFolder,
    thing_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a submission or comment, with or without t3_ or t1_.")
    ],
) -> None:
    """Print the source JSON of a submission or comment.

    Prints one unchanged line per source. On a terminal, control characters are escaped.

    Example: photoshop-request raw CORPUS t3_1abc23
    """
    for observation in find_observations(open_corpus(folder), thing_id):
        say(f"{observation.source}, {observation.part}")
        write_source_line(observation.line)
