"""The command `publish`."""

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.execution import exclusive, reporter
from photoshop_request_builder.store.corpus import Corpus, open_corpus

if TYPE_CHECKING:
    from photoshop_request_builder.hub.publish import Destination


def publish(
    folder: options.CorpusFolder,
    repo: Annotated[str, typer.Argument(metavar="ORG/NAME", help="Dataset on the Hub. Created if missing.")],
    config: Annotated[
        list[str] | None, typer.Option("--config", help="Upload only this config. Repeat it for several.")
    ] = None,
    manifest_only: Annotated[
        bool, typer.Option("--manifest-only", help="Upload only addresses, digests and verdicts, without pictures.")
    ] = False,
    private: Annotated[bool, typer.Option("--private", help="Create the dataset as private.")] = False,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Open a pull request instead of committing.")] = False,
    revision: Annotated[str, typer.Option("--revision", help="Branch to commit to. Created if missing.")] = "main",
    tag: Annotated[str | None, typer.Option("--tag", help="Tag of the commit, such as v1.0.")] = None,
    commit_each: Annotated[
        bool, typer.Option("--commit-each", help="Make one commit per config instead of one for all.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the rows, files and bytes that would change.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --dry-run: print JSON for programs.")] = False,
) -> None:
    """Upload the dataset to the Hub, load it back and compare.

    Files that the Hub has are not sent again. Interrupt it at any time. Run the same command again to continue. The
    token comes from HF_TOKEN or `hf auth login`.

    Example: photoshop-request publish CORPUS ORG/photoshop-request --private --tag v1.0
    """
    from photoshop_request_builder.cli.publishing import check_name, publish_and_verify  # slow to import
    from photoshop_request_builder.hub.publish import Destination

    if manifest_only and config:
        raise InputError("--manifest-only means --config manifest. Remove the other --config.")
    configs = ("manifest",) if manifest_only else tuple(config or ())
    destination = Destination(check_name(repo), revision, configs, private, create_pr, tag, commit_each)
    corpus = open_corpus(folder)
    with exclusive(corpus):
        if dry_run:
            _show_changes(corpus, destination, as_json=as_json)
        else:
            publish_and_verify(corpus, destination)
    hint(f"publish {folder} {repo}" if dry_run else f"takedown {folder} --help")


def _show_changes(corpus: Corpus, destination: "Destination", *, as_json: bool) -> None:
    from photoshop_request_builder.cli.publishing import hub_client  # slow to import
    from photoshop_request_builder.hub.changes import count_rows
    from photoshop_request_builder.hub.publish import preview
    from photoshop_request_builder.hub.remote import read_columns
    from photoshop_request_builder.hub.retry import call_hub

    api = hub_client()
    remote, changes = preview(corpus, api, destination, reporter)
    read = partial(read_columns, api, destination.repo, remote.head or "")
    rows = call_hub(lambda: count_rows(changes, corpus.fs, read), say=say)
    if as_json:
        state = {
            "repo": destination.repo,
            "revision": destination.revision,
            "exists": remote.exists,
            "head": remote.head,
            "configs": {name: dataclasses.asdict(change) for name, change in rows.items()},
            "send": [file.path for file in changes.send],
            "keep": [file.path for file in changes.keep],
            "remove": list(changes.remove),
            "bytes": changes.bytes,
        }
        write_json(state)
        return
    table = Table(title=f"{destination.repo}, {destination.revision}: changes", title_justify="left")
    for name in ("config", "rows added", "rows removed", "rows kept"):
        table.add_column(name, justify="left" if name == "config" else "right")
    for name, change in rows.items():
        table.add_row(name, f"{change.added:,}", f"{change.removed:,}", f"{change.kept:,}")
    data.print(table)
    data.print(
        f"files: {len(changes.send):,} to send ({changes.bytes / 1e6:,.1f} MB at most), {len(changes.keep):,} already "
        f"there, {len(changes.remove):,} to remove"
    )
