"""Read a dataset repository on the Hub: its files, README, and columns of Parquet files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import HfApi, HfFileSystem, RepoFile
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

from photoshop_request.schema import CONFIGS

MAIN = "main"
_DATASET_FILE = re.compile(r"(?P<config>\w+)/\w+-\d{5}-of-\d{5}\.parquet")
_BLOCK = 2**18
"""Bytes to read ahead. Footers and id columns are small, with pictures between them."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the Hub."""

    path: str
    bytes: int
    sha256: str | None
    """SHA-256 of a large file, or None for a small file, which git stores itself."""
    blob: str
    """Git's digest of the blob."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A dataset repository at one revision."""

    repo: str
    head: str | None
    """Commit id, or None if the repository or the branch is missing."""
    exists: bool
    """True if the repository exists. The branch may still be missing."""
    private: bool
    files: Mapping[str, RemoteFile]
    """Files by path."""
    readme: str | None

    @property
    def dataset_files(self) -> dict[str, RemoteFile]:
        """The Parquet files that this program wrote, by path."""
        return {path: file for path, file in self.files.items() if config_of(path) is not None}


def config_of(path: str) -> str | None:
    """Return the config that a path on the Hub belongs to, or None for other people's files."""
    match = _DATASET_FILE.fullmatch(path)
    return match["config"] if match and match["config"] in CONFIGS else None


def read_remote(api: HfApi, repo: str, revision: str = MAIN) -> Remote:
    """List the dataset `repo` at `revision`. A missing repository or branch has no files.

    Raises:
        httpx2.HTTPError: the Hub fails or refuses. `call_hub` handles it.
    """
    try:
        info = api.repo_info(repo, repo_type="dataset")
    except RepositoryNotFoundError:
        return Remote(repo, None, exists=False, private=False, files={}, readme=None)
    private = bool(info.private)
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
    readme = None
    if "README.md" in files:
        readme = bytes(_file_system(api).cat_file(_path(repo, head, "README.md"))).decode("utf-8", "replace")
    return Remote(repo, head, exists=True, private=private, files=files, readme=readme)


def read_columns(api: HfApi, repo: str, revision: str, path: str, columns: Iterable[str]) -> pa.Table:
    """Read only some columns of a Parquet file on the Hub. Missing columns are left out."""
    with _open(api, repo, revision, path) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
        # an Arrow thread that still holds a Python file at exit crashes the interpreter
        return parquet.read([name for name in columns if name in parquet.schema_arrow.names], use_threads=False)


def row_count(api: HfApi, repo: str, revision: str, path: str) -> int:
    """Return the number of rows in a Parquet file on the Hub, from its footer."""
    with _open(api, repo, revision, path) as file:
        return int(pq.read_metadata(file).num_rows)


def _open(api: HfApi, repo: str, revision: str, path: str) -> Any:
    return _file_system(api).open(_path(repo, revision, path), "rb", block_size=_BLOCK)


def _file_system(api: HfApi) -> HfFileSystem:
    return HfFileSystem(endpoint=api.endpoint, token=api.token, use_listings_cache=False)


def _path(repo: str, revision: str | None, path: str) -> str:
    return f"datasets/{repo}@{revision}/{path}"
