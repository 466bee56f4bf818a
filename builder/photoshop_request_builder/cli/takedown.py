"""The command `takedown`."""

from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.execution import Settings, exclusive, open_engine, reporter
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.tombstones import load_tombstones


class Action(StrEnum):
    """Steps of a takedown."""

    ADD = "add"
    PUBLISH = "publish"
    LIST = "list"


def takedown(
    folder: options.CorpusFolder,
    action: Annotated[Action, typer.Argument(help="add, publish or list.")],
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WHAT…",
            help="add: t3_ID (a request), t1_ID (a comment), u/NAME, the address or SHA-256 of a picture. "
            "publish: ORG/NAME.",
        ),
    ] = None,
    revision: Annotated[str, typer.Option("--revision", help="publish: branch to commit to.")] = "main",
    expect_none: Annotated[
        bool,
        typer.Option("--expect-none", help="add: exit with 0 even if a target matches nothing here, as in long lists."),
    ] = False,
    squash: Annotated[bool, typer.Option("--squash", help="publish: also delete the history and its tags.")] = False,
    workers: options.Workers = None,
) -> None:
    """Remove requests, comments, users or pictures permanently.

    Every later build leaves them out, and also near-duplicates of their pictures.

    `add` stores keyed hashes of the targets. It erases their posts, names and pictures everywhere in CORPUS, builds an
    existing dataset again, and then searches every file for them. Any spelling of an address will do. A target that
    matches nothing stays in force, and the exit code is 1.

    `publish` builds the dataset without them and commits it to the Hub. Older commits keep them unless --squash deletes
    the history.

    `list` prints the number of tombstones by kind.

    Example: photoshop-request takedown CORPUS add t3_1abc23 u/somebody https://i.redd.it/abc.jpg

    Example: photoshop-request takedown CORPUS publish ORG/photoshop-request --squash
    """
    corpus, names = open_corpus(folder), targets or []
    match action:
        case Action.ADD:
            if not names:
                raise InputError("Name what to take down: t3_ID, t1_ID, u/NAME, an address or a SHA-256.")
            with exclusive(corpus, {"workers": workers}) as settings:
                unknown = _add(corpus, names, settings)
            hint(f"takedown {folder} publish ORG/NAME")
            if unknown and not expect_none:
                raise typer.Exit(1)
        case Action.PUBLISH:
            if len(names) != 1:
                raise InputError(f"Name the dataset: photoshop-request takedown {folder} publish ORG/NAME")
            _publish(corpus, names[0], revision, workers, squash=squash)
        case Action.LIST:
            counts = Counter(kind for kind, _ in load_tombstones(corpus).entries)
            for kind, number in sorted(counts.items()):
                data.print(f"{kind}: {number:,}")


def _add(corpus: Corpus, names: list[str], settings: Settings) -> bool:
    """Take the targets down. Return True if one matches nothing."""
    from photoshop_request_builder.commands.takedown import resolve_target, take_down  # slow to import

    targets = {resolve_target(corpus, name): name for name in names}
    with open_engine(corpus, settings) as engine:
        result = take_down(corpus, list(targets), reporter, engine)
    say(
        f"{result.tombstones} new tombstones. Erased: {result.submissions} requests with their comments, "
        f"{result.comments} other comments, {result.pictures} pictures"
    )
    for target in result.unknown:
        say(f"warning: {targets[target]} matches nothing in {corpus.address}. It stays in force for later inputs.")
    return bool(result.unknown)


def _publish(corpus: Corpus, name: str, revision: str, workers: int | None, *, squash: bool) -> None:
    from photoshop_request_builder.cli.publishing import check_name, hub_client, publish_and_verify  # the Hub's client
    from photoshop_request_builder.commands.run import run_stages
    from photoshop_request_builder.hub.publish import Destination
    from photoshop_request_builder.hub.squash import squash as squash_history

    repo = check_name(name)
    with exclusive(corpus, {"workers": workers}) as settings:
        with open_engine(corpus, settings) as engine:
            run_stages("build", corpus, engine=engine, reporter=reporter)
        publish_and_verify(corpus, Destination(repo, revision))
        if not squash:
            say(
                f"warning: older commits and tags of {repo} still hold the removed data. Delete them with: "
                f"photoshop-request takedown {corpus.address} publish {repo} --squash"
            )
            return
        history = squash_history(hub_client(), repo, revision, say=say)
    say(f"history squashed: tags deleted: {', '.join(history.tags) or 'none'}; {history.large_files} old files deleted")
    if history.holding:
        say(f"warning: these may still hold the removed data. Check them: {', '.join(history.holding)}")
