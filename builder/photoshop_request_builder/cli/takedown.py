"""The command for removal requests: add, publish, list."""

from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say
from photoshop_request_builder.cli.publish import client, named, publish_verb
from photoshop_request_builder.cli.stages import reporter, work, work_on
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.tombstones import load_tombstones


class Action(StrEnum):
    """What to do."""

    ADD = "add"
    PUBLISH = "publish"
    LIST = "list"


def takedown(
    corpus: options.CorpusArgument,
    action: Annotated[Action, typer.Argument(help="add, publish or list.")],
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WHAT…",
            help="add: t3_ID (a request), t1_ID (a comment), u/NAME, a picture's address or SHA-256. publish: ORG/NAME.",
        ),
    ] = None,
    revision: Annotated[str, typer.Option("--revision", help="publish: the branch.")] = "main",
    squash: Annotated[
        bool, typer.Option("--squash", help="publish: take the history away too, and the tags that hold it.")
    ] = False,
    workers: options.Workers = None,
) -> None:
    """Take things down for good: in every later build, with near-duplicates of their pictures.

    `add` notes it, by keyed hashes only, and erases the pictures' bytes in CORPUS; what was fetched and not compared yet
    is compared before, to know whose it is. `publish` builds the dataset without
    it and commits that to the Hub; what is in older commits there goes with --squash only.

    Example: photoshop-request takedown CORPUS add t3_1abc23 u/somebody https://i.redd.it/abc.jpg

    Example: photoshop-request takedown CORPUS publish ORG/photoshop-request --squash
    """
    found, given = open_corpus(corpus), what or []
    match action:
        case Action.ADD:
            if not given:
                raise InputError("say what to take down: t3_ID, t1_ID, u/NAME, an address or a SHA-256.")
            work(found, {}, lambda _: _add(found, given))
            hint(f"takedown {corpus} publish ORG/NAME")
        case Action.PUBLISH:
            if len(given) != 1:
                raise InputError("say which dataset: takedown CORPUS publish ORG/NAME.")
            repo = named(given[0])
            from photoshop_request_builder.commands import run  # the stages are slow to import

            work_on(found, {"workers": workers}, lambda _, by: run.build_verb(found, engine=by, reporter=reporter))
            work(found, {}, lambda _: _publish(found, repo, revision, squash=squash))
        case Action.LIST:
            counts = Counter(kind for kind, _ in load_tombstones(found).entries)
            for kind, number in sorted(counts.items()):
                data.print(f"{kind}: {number:,}")


def _add(corpus: Corpus, given: list[str]) -> None:
    from photoshop_request_builder.commands.takedown import resolve_target, take_down  # slow to import

    targets = [resolve_target(corpus, word) for word in given]
    done = take_down(corpus, targets, reporter)
    say(
        f"{done.tombstones} new tombstones; {done.pictures} pictures erased; taken down in all: "
        f"{done.submissions} requests, {done.comments} comments"
    )


def _publish(corpus: Corpus, repo: str, revision: str, *, squash: bool) -> None:
    from photoshop_request_builder.hub.history import squash as take_history  # the Hub's client
    from photoshop_request_builder.hub.publish import Destination

    publish_verb(corpus, Destination(repo, revision))
    if not squash:
        say(
            f"warning: older commits and tags of {repo} still hold what was removed. Take them away with: "
            f"photoshop-request takedown {corpus.address} publish {repo} --squash"
        )
        return
    done = take_history(client(), repo, revision, say=say)
    say(f"history squashed: tags deleted: {', '.join(done.tags) or 'none'}; {done.large_files} old files deleted")
    if done.holding:
        say(f"warning: these may still hold what was removed; look at them: {', '.join(done.holding)}")
