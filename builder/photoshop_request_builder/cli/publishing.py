"""Share steps between `publish` and `takedown`."""

from typing import TYPE_CHECKING

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.cli.console import data, say
from photoshop_request_builder.cli.execution import reporter
from photoshop_request_builder.hub.publish import Destination, Published, publish
from photoshop_request_builder.hub.verify import verify
from photoshop_request_builder.store.corpus import Corpus

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def hub_client() -> "HfApi":
    """Return the client of the Hub. Its token comes from HF_TOKEN or the login."""
    from huggingface_hub import HfApi  # 0.5 s

    return HfApi(library_name="photoshop-request")


def check_name(repo: str) -> str:
    """Return `repo` if it is ORG/NAME.

    Raises:
        InputError: it is not.
    """
    org, _, name = repo.partition("/")
    if not org or not name or "/" in name or repo.startswith(("http:", "https:")):
        raise InputError(f"{repo!r} is not the name of a dataset. Write ORG/NAME.")
    return repo


def publish_and_verify(corpus: Corpus, destination: Destination) -> None:
    """Upload the dataset, load it back, compare, and print how to load it.

    Raises:
        PhotoshopRequestError: the Hub returns other data than was sent.
    """
    api, repo = hub_client(), destination.repo
    published = publish(corpus, api, destination, reporter=reporter)
    say(f"{repo}: {published.sent:,} files sent ({published.bytes / 1e6:,.1f} MB), commit {published.revision}")
    check = verify(corpus, api, repo, published.revision, published.files, say=say)
    if check.differences:
        raise PhotoshopRequestError(
            f"{repo}: the Hub returns other data than was sent: {'; '.join(check.differences[:5])}. Publish again. If it "
            "happens again, do not announce this release."
        )
    say(
        f"loaded back and compared: {check.files:,} files by digest and rows, {check.rows:,} rows by value, "
        f"{check.pictures:,} pictures by their bytes"
    )
    if published.pull_request:
        data.print(f"pull request  {published.pull_request}")
    revision = _public_revision(destination, published)
    argument = f', revision="{revision}"' if revision != "main" else ""
    for config in dict.fromkeys(file.dataset_file.config for file in published.files):
        data.print(f'load it       load_dataset("{repo}", "{config}"{argument})')


def _public_revision(destination: Destination, published: Published) -> str:
    """Return the tag, the branch, or the commit of a pull request."""
    return destination.tag or (published.revision if published.pull_request else destination.revision)
