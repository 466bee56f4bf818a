"""Publish the dataset: upload the files that differ, then change everything in one commit.

Publishing stores no local state. After a stop, run it again: uploaded files are not sent twice, and after a completed
commit there is nothing to do.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.utils.sha import git_hash
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from photoshop_request.errors import InputError
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.card import card
from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.hub.changes import Changes, compare_files
from photoshop_request_builder.hub.local import LocalFile, built_files, check_digest, open_for_upload
from photoshop_request_builder.hub.readme import merge_readme
from photoshop_request_builder.hub.remote import MAIN, Remote, read_remote
from photoshop_request_builder.hub.retry import call_hub
from photoshop_request_builder.store.corpus import Corpus

Operation = CommitOperationAdd | CommitOperationDelete


@dataclass(frozen=True, slots=True)
class Destination:
    """Dataset on the Hub to publish to, with options."""

    repo: str
    """ORG/NAME."""
    revision: str = MAIN
    """Branch, created if missing."""
    configs: tuple[str, ...] = ()
    """Configs to publish. Empty means all."""
    private: bool = False
    create_pr: bool = False
    tag: str | None = None
    """Release tag to put on the commit."""
    commit_each: bool = False
    """Make one commit per config instead of one for all."""


@dataclass(frozen=True, slots=True)
class Published:
    """Result of publishing."""

    revision: str
    """Commit that holds the dataset."""
    sent: int
    """Number of files uploaded."""
    bytes: int
    """Bytes of these files."""
    files: tuple[LocalFile, ...]
    """All files of this corpus in the revision, uploaded now or earlier."""
    pull_request: str | None = None
    """URL of the pull request, if one was opened."""


@dataclass(frozen=True, slots=True)
class _Upload:
    """Inputs of one run of `publish`."""

    corpus: Corpus
    api: HfApi
    to: Destination
    write_card: card.CardWriter
    reporter: Reporter


def preview(corpus: Corpus, api: HfApi, to: Destination, reporter: Reporter) -> tuple[Remote, Changes]:
    """Return the state of the Hub and the changes that publishing would make. Nothing is sent.

    Raises:
        CorpusError, InputError: see `built_files`.
        CredentialsError, NetworkError: see `call_hub`.
    """
    files = built_files(corpus, to.configs)
    remote = call_hub(partial(read_remote, api, to.repo, to.revision), say=reporter.say)
    return remote, compare_files(files, remote, to.configs or tuple(CONFIGS))


def publish(corpus: Corpus, api: HfApi, to: Destination, *, reporter: Reporter) -> Published:
    """Make the dataset on the Hub equal to the built dataset. Files of other people stay.

    Raises:
        CorpusError: the dataset is not built or out of date.
        InputError: the tag exists on another commit, or `private` is set for a public dataset.
        CredentialsError: the token is missing or lacks write permission.
        NetworkError: the Hub still fails after the last attempt.
    """
    files = built_files(corpus, to.configs)
    call = partial(call_hub, say=reporter.say)
    remote = call(partial(read_remote, api, to.repo, to.revision))
    _prepare(api, to, remote, call)
    all_configs = to.configs or tuple(CONFIGS)
    commits = [(name,) for name in all_configs] if to.commit_each and not to.create_pr else [all_configs]
    upload = _Upload(corpus, api, to, card.card_writer(corpus, list(built_records(corpus).items())), reporter)
    total = Published("", 0, 0, tuple(files))
    for configs in commits:
        done = _publish_configs(upload, [file for file in files if file.dataset_file.config in configs], configs)
        total = replace(done, sent=total.sent + done.sent, bytes=total.bytes + done.bytes, files=total.files)
    if to.tag:
        call(partial(_tag, api, to.repo, to.tag, total.revision))
    return total


def _prepare(api: HfApi, to: Destination, remote: Remote, call: Callable[[Callable[[], Any]], Any]) -> None:
    """Reject an impossible destination before anything is sent. Then create a missing repository and branch."""
    if to.private and remote.exists and not remote.private:
        raise InputError(f"{to.repo} is already public. Make it private in its settings, or omit --private.")
    if to.create_pr and not remote.exists:
        raise InputError(f"{to.repo} does not exist, so it cannot get a pull request. Omit --create-pr.")
    if not remote.exists:
        call(lambda: api.create_repo(to.repo, repo_type="dataset", private=to.private, exist_ok=True))
    elif to.tag and _tags(api, to.repo).get(to.tag, remote.head) != remote.head:
        raise _tag_is_taken(to.repo, to.tag)
    if to.revision != MAIN and remote.head is None:
        call(lambda: api.create_branch(to.repo, branch=to.revision, repo_type="dataset", exist_ok=True))


def _publish_configs(upload: _Upload, files: Sequence[LocalFile], configs: Sequence[str]) -> Published:
    """Upload the files that differ, then commit. After a conflict, read the Hub again and start over."""
    api, to, say = upload.api, upload.to, upload.reporter.say
    uploaded: dict[str, CommitOperationAdd] = {}

    def attempt() -> Published:
        remote = read_remote(api, to.repo, to.revision)
        changes = compare_files(files, remote, configs)
        _send(upload, changes, uploaded)
        operations = _operations(upload, configs, files, changes, remote, uploaded)
        sent = len(uploaded), sum(file.bytes for file in files if file.path in uploaded)
        if not operations:
            say(f"{to.repo}: {', '.join(configs)}: nothing to do")
            return Published(remote.head or "", *sent, tuple(files))
        commit = api.create_commit(
            to.repo,
            operations,
            commit_message=f"{', '.join(dict.fromkeys(file.dataset_file.config for file in files))}: "
            f"{len(changes.send)} files sent, {len(changes.remove)} removed",
            repo_type="dataset",
            revision=to.revision,
            create_pr=to.create_pr,
            parent_commit=remote.head,
        )
        return Published(commit.oid, *sent, tuple(files), commit.pr_url)

    return call_hub(attempt, say=say, retry_lost_connection=not to.create_pr)


def _send(upload: _Upload, changes: Changes, uploaded: dict[str, CommitOperationAdd]) -> None:
    """Upload file by file and record each in `uploaded` by path, so that none is sent twice."""
    to, reporter = upload.to, upload.reporter
    with _without_progress_bars(), reporter.progress("publish", changes.bytes, "bytes") as advance:
        for file in changes.send:
            if file.path not in uploaded:
                operation = CommitOperationAdd(file.path, open_for_upload(upload.corpus, file))
                # the Hub's client has just computed it, so this costs nothing
                check_digest(upload.corpus, file, operation.upload_info.sha256.hex())
                send = partial(
                    upload.api.preupload_lfs_files,
                    to.repo,
                    [operation],
                    repo_type="dataset",
                    revision=to.revision,
                    create_pr=to.create_pr,
                )
                call_hub(send, say=reporter.say)
                uploaded[file.path] = operation
            advance(file.bytes)


def _operations(
    upload: _Upload,
    configs: Collection[str],
    files: Sequence[LocalFile],
    changes: Changes,
    remote: Remote,
    uploaded: dict[str, CommitOperationAdd],
) -> list[Operation]:
    """Return the operations of the commit, empty if the Hub is up to date."""
    operations: list[Operation] = [uploaded[file.path] for file in changes.send]
    operations += [CommitOperationDelete(path) for path in changes.remove]
    paths = (set(remote.files) - set(changes.remove)) | {file.path for file in files}
    folders = {path.partition("/")[0] for path in paths}
    card_files = upload.write_card(upload.to.repo, folders, configs)
    for path, text in {**card_files.charts, "README.md": merge_readme(card_files.readme, remote.readme, paths)}.items():
        data = text.encode()
        if path not in remote.files or remote.files[path].blob != git_hash(data):
            operations.append(CommitOperationAdd(path, data))
    return operations


def _tags(api: HfApi, repo: str) -> dict[str, str]:
    return {tag.name: tag.target_commit for tag in api.list_repo_refs(repo, repo_type="dataset").tags}


def _tag(api: HfApi, repo: str, tag: str, commit: str) -> None:
    """Tag a commit, unless it has the tag already.

    Raises:
        InputError: the tag is on another commit.
    """
    tagged = _tags(api, repo).get(tag)
    if tagged is None:
        api.create_tag(repo, tag=tag, revision=commit, repo_type="dataset")
    elif tagged != commit:
        raise _tag_is_taken(repo, tag)


def _tag_is_taken(repo: str, tag: str) -> InputError:
    return InputError(f"{repo}: the tag {tag!r} is already on another commit. Choose another tag.")


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Hide the bars of the Hub's client, since the reporter shows progress."""
    were_off = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not were_off:
            enable_progress_bars()
