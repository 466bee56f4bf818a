"""Taking history away: a commit that removes rows leaves them in every commit before it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from huggingface_hub import HfApi

from photoshop_request_builder.hub.remote import MAIN, look
from photoshop_request_builder.hub.retry import persist

__all__ = ["Squashed", "squash"]


@dataclass(frozen=True, slots=True)
class Squashed:
    """What was taken away, and what still holds old commits."""

    tags: tuple[str, ...]
    """Deleted: each held a release as it was."""
    large_files: int
    """Deleted for good from the Hub's storage."""
    holding: tuple[str, ...]
    """Other branches and pull requests, which may hold what was taken down; a person must decide."""


def squash(
    api: HfApi,
    repo: str,
    revision: str = MAIN,
    *,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Squashed:
    """Make the branch one commit, delete every tag on another commit, and every large file that the branch lacks.

    Large files of other branches and of pull requests are kept: they are listed in `holding`.

    Raises:
        CredentialsError, InputError, NetworkError: see `persist`.
    """
    ask = partial(persist, say=say, sleep=sleep)
    message = "History squashed after a removal"
    ask(lambda: api.super_squash_history(repo, branch=revision, repo_type="dataset", commit_message=message))
    now = ask(partial(look, api, repo, revision))
    refs = ask(lambda: api.list_repo_refs(repo, repo_type="dataset", include_pull_requests=True))
    tags = [tag.name for tag in refs.tags if tag.target_commit != now.head]
    for tag in tags:
        ask(partial(api.delete_tag, repo, tag=tag, repo_type="dataset"))
    others = [ref for ref in [*refs.branches, *(refs.pull_requests or ())] if ref.name != revision]
    kept = {file.sha256 for file in now.files.values()}
    for ref in others:
        kept |= {file.sha256 for file in ask(partial(look, api, repo, ref.ref)).files.values()}
    stale = [
        file for file in ask(lambda: list(api.list_lfs_files(repo, repo_type="dataset"))) if file.file_oid not in kept
    ]
    if stale:
        ask(lambda: api.permanently_delete_lfs_files(repo, stale, rewrite_history=False, repo_type="dataset"))
    return Squashed(tuple(tags), len(stale), tuple(ref.name for ref in others))
