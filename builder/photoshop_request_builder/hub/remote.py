"""What a dataset repository holds at a revision: one look, before anything is decided."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import HfApi, HfFileSystem, RepoFile
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

from photoshop_request.schema import CONFIGS

__all__ = ["MAIN", "Remote", "RemoteFile", "config_of", "look", "read_columns", "row_count"]

MAIN = "main"
_OURS = re.compile(r"(?P<config>\w+)/\w+-\d{5}-of-\d{5}\.parquet")
_BLOCK = 2**18
"""Bytes read ahead: footers and columns of ids are small, and pictures lie between them."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the Hub."""

    path: str
    bytes: int
    sha256: str | None
    """Of a large file; None for small ones, which git keeps itself."""
    blob: str
    """As git names the file; of a small one, known by its bytes."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A dataset repository at a revision."""

    repo: str
    head: str | None
    """The commit; None where there is no such repository or branch yet."""
    exists: bool
    """Whether there is the repository; a branch of it may still be missing."""
    private: bool
    files: Mapping[str, RemoteFile]
    """By path."""
    readme: str | None

    @property
    def pieces(self) -> dict[str, RemoteFile]:
        """The files that this program wrote: those of its configs, by name."""
        return {path: file for path, file in self.files.items() if config_of(path) is not None}


def config_of(path: str) -> str | None:
    """The config that a file on the Hub belongs to by its name; None for files that are not ours."""
    found = _OURS.fullmatch(path)
    return found["config"] if found and found["config"] in CONFIGS else None


def look(api: HfApi, repo: str, revision: str = MAIN) -> Remote:
    """What lies at `revision` of the dataset `repo`; a repository or branch that is missing holds nothing.

    Raises:
        httpx2.HTTPError: as `persist` takes it.
    """
    try:
        about = api.repo_info(repo, repo_type="dataset")
    except RepositoryNotFoundError:
        return Remote(repo, None, exists=False, private=False, files={}, readme=None)
    private = bool(about.private)
    try:
        head = api.repo_info(repo, repo_type="dataset", revision=revision).sha
    except RevisionNotFoundError:
        return Remote(repo, None, exists=True, private=private, files={}, readme=None)
    tree = api.list_repo_tree(repo, recursive=True, revision=head, repo_type="dataset")
    files = {
        entry.path: RemoteFile(entry.path, entry.size, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
        for entry in tree
        if isinstance(entry, RepoFile)
    }
    readme = _text(api, repo, head, "README.md") if "README.md" in files else None
    return Remote(repo, head, exists=True, private=private, files=files, readme=readme)


def read_columns(api: HfApi, repo: str, revision: str, path: str, wanted: Iterable[str]) -> pa.Table:
    """Some columns of a Parquet file on the Hub, without the bytes of the others; those it lacks are left out."""
    with _open(api, repo, revision, path) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        # without Arrow's threads: one that still holds a file of Python's when Python ends takes it down
        return parquet.read([name for name in wanted if name in parquet.schema_arrow.names], use_threads=False)


def row_count(api: HfApi, repo: str, revision: str, path: str) -> int:
    """The rows of a Parquet file on the Hub, by its footer."""
    with _open(api, repo, revision, path) as file:
        return int(pq.read_metadata(file).num_rows)


def _open(api: HfApi, repo: str, revision: str, path: str) -> Any:
    files = HfFileSystem(endpoint=api.endpoint, token=api.token, use_listings_cache=False)
    return files.open(f"datasets/{repo}@{revision}/{path}", "rb", block_size=_BLOCK)


def _text(api: HfApi, repo: str, revision: str | None, path: str) -> str:
    """A small file's text."""
    files = HfFileSystem(endpoint=api.endpoint, token=api.token, use_listings_cache=False)
    return bytes(files.cat_file(f"datasets/{repo}@{revision}/{path}")).decode("utf-8", "replace")
