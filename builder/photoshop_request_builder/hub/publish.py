"""Publishing: the files that differ are sent, then one commit changes everything at once.

Nothing here remembers anything. A run that was cut off is started again: files that arrived are not sent again, and a
commit that went through leaves nothing to do.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.utils.sha import git_hash
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from photoshop_request.errors import InputError
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.card import card
from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.hub.changes import Changes, compare
from photoshop_request_builder.hub.local import LocalFile, built_files, opened
from photoshop_request_builder.hub.readme import merge_readme
from photoshop_request_builder.hub.remote import MAIN, Remote, look
from photoshop_request_builder.hub.retry import persist
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["Destination", "Published", "publish", "survey"]

Operation = CommitOperationAdd | CommitOperationDelete


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a dataset goes, and how."""

    repo: str
    """ORG/NAME."""
    revision: str = MAIN
    """A branch; made if it is missing."""
    configs: tuple[str, ...] = ()
    """Which configs; none means all."""
    private: bool = False
    create_pr: bool = False
    tag: str | None = None
    """Of the release: given to the commit."""
    commit_each: bool = False
    """One commit for each config, instead of one for all."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a run of publish came to."""

    revision: str
    """The commit that holds it now."""
    sent: int
    """Files that were not on the Hub."""
    bytes: int
    """Of those files."""
    files: tuple[LocalFile, ...]
    """Everything that the revision holds of this corpus."""
    pull_request: str | None = None
    """Its address."""


def survey(corpus: Corpus, api: HfApi, to: Destination, reporter: Reporter) -> tuple[Remote, Changes]:
    """What is there, and what publishing would change; nothing is sent.

    Raises:
        CorpusError, InputError: see `built_files`.
        CredentialsError, NetworkError: see `persist`.
    """
    files = built_files(corpus, to.configs)
    remote = persist(partial(look, api, to.repo, to.revision), say=reporter.say)
    return remote, compare(files, remote, to.configs or tuple(CONFIGS))


def publish(
    corpus: Corpus, api: HfApi, to: Destination, *, reporter: Reporter, sleep: Callable[[float], None] = time.sleep
) -> Published:
    """Make the dataset on the Hub what lies built in the corpus, and leave other people's files there alone.

    Raises:
        CorpusError: the dataset is not built from what the corpus holds now.
        InputError: the destination cannot be: a tag that exists, a public dataset that was to be private.
        CredentialsError: no token, or one without write permission.
        NetworkError: the Hub does not answer, after every try.
    """
    files = built_files(corpus, to.configs)
    ask = partial(persist, say=reporter.say, sleep=sleep)
    remote = ask(partial(look, api, to.repo, to.revision))
    _prepare(api, to, remote, ask)
    everything = to.configs or tuple(CONFIGS)
    rounds = [(name,) for name in everything] if to.commit_each and not to.create_pr else [everything]
    write = card.card_writer(corpus, list(built_records(corpus).items()))
    total = Published("", 0, 0, tuple(files))
    for configs in rounds:
        mine = [file for file in files if file.piece.config in configs]
        done = _send(corpus, api, to, mine, configs, write, reporter, sleep)
        total = replace(done, sent=total.sent + done.sent, bytes=total.bytes + done.bytes, files=total.files)
    if to.tag:
        ask(partial(_tag, api, to.repo, to.tag, total.revision))
    return total


def _prepare(api: HfApi, to: Destination, remote: Remote, ask: Callable[[Callable[[], None]], None]) -> None:
    """Refuse what cannot be before anything is sent; then make the repository and the branch if they are missing."""
    if to.private and remote.exists and not remote.private:
        raise InputError(f"{to.repo} is public already. Make it private in its settings, or leave --private out.")
    if to.create_pr and not remote.exists:
        raise InputError(f"{to.repo}: there is no such dataset to make a pull request for. Leave --create-pr out.")
    if not remote.exists:
        ask(lambda: _discard(api.create_repo(to.repo, repo_type="dataset", private=to.private, exist_ok=True)))
    elif to.tag and _tags(api, to.repo).get(to.tag, remote.head) != remote.head:
        raise InputError(f"{to.repo} has a tag {to.tag!r} already, on another commit. Choose another.")
    if to.revision != MAIN and remote.head is None:
        ask(lambda: api.create_branch(to.repo, branch=to.revision, repo_type="dataset", exist_ok=True))


def _send(
    corpus: Corpus,
    api: HfApi,
    to: Destination,
    files: Sequence[LocalFile],
    configs: Sequence[str],
    write: card.CardWriter,
    reporter: Reporter,
    sleep: Callable[[float], None],
) -> Published:
    """Send what differs of `configs`, then commit; anew from what is there then, where somebody else was faster."""
    arrived: dict[str, CommitOperationAdd] = {}

    def attempt() -> Published:
        remote = look(api, to.repo, to.revision)
        changes = compare(files, remote, configs)
        _upload(corpus, api, to, changes, arrived, reporter, sleep)
        operations = _operations(write, to.repo, configs, files, changes, remote, arrived)
        sent = len(arrived), sum(file.bytes for file in files if file.path in arrived)
        if not operations:
            reporter.say(f"{to.repo}: {', '.join(configs)}: nothing to do")
            return Published(remote.head or "", *sent, tuple(files))
        commit = api.create_commit(
            to.repo,
            operations,
            commit_message=f"{', '.join(dict.fromkeys(file.piece.config for file in files))}: "
            f"{len(changes.send)} files sent, {len(changes.remove)} removed",
            repo_type="dataset",
            revision=to.revision,
            create_pr=to.create_pr,
            parent_commit=remote.head,
        )
        return Published(commit.oid, *sent, tuple(files), commit.pr_url)

    return persist(attempt, say=reporter.say, sleep=sleep, when_cut=not to.create_pr)


def _upload(
    corpus: Corpus,
    api: HfApi,
    to: Destination,
    changes: Changes,
    arrived: dict[str, CommitOperationAdd],
    reporter: Reporter,
    sleep: Callable[[float], None],
) -> None:
    """Send the files one by one, so that what arrived is never sent again; `arrived` remembers them by path."""
    with _quiet(), reporter.progress("publish", changes.bytes, "bytes") as advance:
        for file in changes.send:
            if file.path not in arrived:
                operation = CommitOperationAdd(file.path, opened(corpus, file))
                send = partial(
                    api.preupload_lfs_files,
                    to.repo,
                    [operation],
                    repo_type="dataset",
                    revision=to.revision,
                    create_pr=to.create_pr,
                )
                persist(send, say=reporter.say, sleep=sleep)
                arrived[file.path] = operation
            advance(file.bytes)


def _operations(
    write: card.CardWriter,
    repo: str,
    configs: Collection[str],
    files: Sequence[LocalFile],
    changes: Changes,
    remote: Remote,
    arrived: dict[str, CommitOperationAdd],
) -> list[Operation]:
    """What the commit consists of; empty where the Hub holds all of it."""
    operations: list[Operation] = [arrived[file.path] for file in changes.send]
    operations += [CommitOperationDelete(path) for path in changes.remove]
    paths = (set(remote.files) - set(changes.remove)) | {file.path for file in files}
    held = {path.partition("/")[0] for path in paths}
    made = write(repo, held, configs)
    small = {**made.figures, "README.md": merge_readme(made.readme, remote.readme, paths)}
    for path, text in small.items():
        there, data = remote.files.get(path), text.encode()
        if there is None or there.blob != git_hash(data):
            operations.append(CommitOperationAdd(path, data))
    return operations


def _tags(api: HfApi, repo: str) -> dict[str, str]:
    return {tag.name: tag.target_commit for tag in api.list_repo_refs(repo, repo_type="dataset").tags}


def _tag(api: HfApi, repo: str, tag: str, commit: str) -> None:
    """Tag a commit; a tag that is there already, on it, is fine.

    Raises:
        InputError: the tag is on another commit.
    """
    there = _tags(api, repo).get(tag)
    if there is None:
        api.create_tag(repo, tag=tag, revision=commit, repo_type="dataset")
    elif there != commit:
        raise InputError(f"{repo} has a tag {tag!r} already, on another commit. Choose another.")


def _discard(_result: object) -> None:
    """For calls whose answer says nothing new."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the bars of the Hub's client: progress is ours."""
    were_off = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not were_off:
            enable_progress_bars()
