"""The publish command, and what `takedown` needs of it."""

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.stages import reporter, work
from photoshop_request_builder.store.corpus import Corpus, open_corpus

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from photoshop_request_builder.hub.publish import Destination, Published

Repository = Annotated[str, typer.Argument(metavar="ORG/NAME", help="The dataset on the Hub; made if it is missing.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change: rows, files, bytes to send.")]


def publish(
    corpus: options.CorpusArgument,
    repo: Repository,
    config: Annotated[
        list[str] | None, typer.Option("--config", help="Only this config; may be given several times.")
    ] = None,
    manifest_only: Annotated[
        bool, typer.Option("--manifest-only", help="Only addresses, digests and verdicts: a release without pictures.")
    ] = False,
    private: Annotated[bool, typer.Option("--private", help="Make the dataset private.")] = False,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Open a pull request instead of committing.")] = False,
    revision: Annotated[str, typer.Option("--revision", help="The branch; made if it is missing.")] = "main",
    tag: Annotated[str | None, typer.Option("--tag", help="Tag the commit as a release: v1.0.")] = None,
    commit_each: Annotated[
        bool, typer.Option("--commit-each", help="One commit for each config, instead of one for all.")
    ] = False,
    dry_run: DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Send the built dataset to the Hub, load it back, and compare.

    Files that are there already are not sent again; after a stop the same command goes on. The token comes from HF_TOKEN
    or `hf auth login`.

    Example: photoshop-request publish CORPUS ORG/photoshop-request --private --tag v1.0
    """
    from photoshop_request_builder.hub.publish import Destination  # the Hub's client: 0.5 s

    if manifest_only and config:
        raise InputError("--manifest-only is --config manifest: leave the other --config out.")
    configs = ("manifest",) if manifest_only else tuple(config or ())
    to = Destination(named(repo), revision, configs, private, create_pr, tag, commit_each)
    found = open_corpus(corpus)
    verb = partial(survey_verb, found, to, as_json=as_json) if dry_run else partial(publish_verb, found, to)
    work(found, {}, lambda _: verb())
    hint(f"publish {corpus} {repo}" if dry_run else f"takedown {corpus} --help")


def survey_verb(corpus: Corpus, to: "Destination", *, as_json: bool) -> None:
    """Print what publishing would change, by config."""
    from photoshop_request_builder.hub.changes import count_rows  # the Hub's client
    from photoshop_request_builder.hub.publish import survey
    from photoshop_request_builder.hub.remote import read_columns
    from photoshop_request_builder.hub.retry import persist

    api = client()
    remote, changes = survey(corpus, api, to, reporter)
    read = partial(read_columns, api, to.repo, remote.head or "")
    rows = persist(lambda: count_rows(changes, corpus.fs, read), say=say)
    if as_json:
        state = {
            "repo": to.repo,
            "revision": to.revision,
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
    table = Table(title=f"{to.repo}, {to.revision}: what would change", title_justify="left")
    for name in ("config", "rows added", "rows removed", "rows that stay"):
        table.add_column(name, justify="left" if name == "config" else "right")
    for name, change in rows.items():
        table.add_row(name, f"{change.added:,}", f"{change.removed:,}", f"{change.kept:,}")
    data.print(table)
    data.print(
        f"files: {len(changes.send):,} to send ({changes.bytes / 1e6:,.1f} MB at most), {len(changes.keep):,} there "
        f"already, {len(changes.remove):,} to remove"
    )


def publish_verb(corpus: Corpus, to: "Destination") -> None:
    """Publish, load back, and say how to load it.

    Raises:
        PhotoshopRequestError: what the Hub gives is not what was sent.
    """
    from photoshop_request_builder.hub.publish import publish as send  # the Hub's client

    api = client()
    done = send(corpus, api, to, reporter=reporter)
    say(f"{to.repo}: {done.sent:,} files sent ({done.bytes / 1e6:,.1f} MB), commit {done.revision}")
    check(corpus, api, to.repo, done)
    if done.pull_request:
        data.print(f"pull request  {done.pull_request}")
    for name in dict.fromkeys(file.piece.config for file in done.files):
        where = f', revision="{_revision(to, done)}"' if _revision(to, done) != "main" else ""
        data.print(f'load it       load_dataset("{to.repo}", "{name}"{where})')


def check(corpus: Corpus, api: "HfApi", repo: str, done: "Published") -> None:
    """Load back what was published.

    Raises:
        PhotoshopRequestError: it differs from what lies in the corpus.
    """
    from photoshop_request_builder.hub.verify import verify  # datasets: 1 s

    found = verify(corpus, api, repo, done.revision, done.files, say=say)
    if found.differences:
        raise PhotoshopRequestError(
            f"{repo}: the Hub gives other data than was sent: {'; '.join(found.differences[:5])}. Publish again; if it "
            "stays so, do not announce this release."
        )
    say(
        f"loaded back and compared: {found.files:,} files by digest and rows, {found.rows:,} rows by value, "
        f"{found.pictures:,} pictures by their bytes"
    )


def client() -> "HfApi":
    """The Hub's client; its token comes from HF_TOKEN or the login, never from us."""
    from huggingface_hub import HfApi  # 0.5 s

    return HfApi(library_name="photoshop-request")


def named(repo: str) -> str:
    """`repo`, which must be ORG/NAME.

    Raises:
        InputError: it is not.
    """
    org, _, name = repo.partition("/")
    if not org or not name or "/" in name or repo.startswith(("http:", "https:")):
        raise InputError(f"{repo!r} is not the name of a dataset: give ORG/NAME.")
    return repo


def _revision(to: "Destination", done: "Published") -> str:
    """How users reach what was published: by the tag, the branch, or the commit of a pull request."""
    return to.tag or (done.revision if done.pull_request else to.revision)
