"""Squash a dataset's history on the Hub, because removed rows stay in earlier commits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from huggingface_hub import HfApi

from photoshop_request_builder.hub.remote import MAIN, read_remote
from photoshop_request_builder.hub.retry import call_hub


@dataclass(frozen=True, slots=True)
class Squashed:
    """Result of squashing a history."""

    tags: tuple[str, ...]
    """Deleted tags. Each held an earlier release."""
    large_files: int
    """Large files deleted from the Hub's storage."""
    holding: tuple[str, ...]
    """Other branches and pull requests. They may hold removed rows, so the user must check them."""


def squash(api: HfApi, repo: str, revision: str = MAIN, *, say: Callable[[str], None]) -> Squashed:
    """Make the branch one commit. Delete tags on other commits, and large files that no branch holds.

    Large files of other branches and pull requests are kept and listed in `holding`.

    Raises:
        CredentialsError, InputError, NetworkError: see `call_hub`.
    """
    call = partial(call_hub, say=say)
    message = "History squashed after a removal"
    call(lambda: api.super_squash_history(repo, branch=revision, repo_type="dataset", commit_message=message))
    squashed = call(partial(read_remote, api, repo, revision))
    refs = call(lambda: api.list_repo_refs(repo, repo_type="dataset", include_pull_requests=True))
    tags = [tag.name for tag in refs.tags if tag.target_commit != squashed.head]
    for tag in tags:
        call(partial(api.delete_tag, repo, tag=tag, repo_type="dataset"))
    others = [ref for ref in [*refs.branches, *(refs.pull_requests or ())] if ref.name != revision]
    used = {file.sha256 for file in squashed.files.values()}
    for ref in others:
        used |= {file.sha256 for file in call(partial(read_remote, api, repo, ref.ref)).files.values()}
    large = call(lambda: list(api.list_lfs_files(repo, repo_type="dataset")))
    unused = [file for file in large if file.file_oid not in used]
    if unused:
        call(lambda: api.permanently_delete_lfs_files(repo, unused, rewrite_history=False, repo_type="dataset"))
    return Squashed(tuple(tags), len(unused), tuple(ref.name for ref in others))
