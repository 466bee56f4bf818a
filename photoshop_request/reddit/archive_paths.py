"""Expand paths, globs, folders and addresses to archives."""

import glob
from collections.abc import Iterable

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import InputError

_SUFFIXES = (".zst", ".zst_blocks", ".jsonl", ".ndjson", ".json", ".gz", ".bz2", ".xz", ".parquet")
"""Suffixes of the archives in a folder. A file named on its own may have any suffix."""


def find_archives(inputs: Iterable[str]) -> list[str]:
    """Return the archives that `inputs` name, each once, in order. Archives of a glob or a folder are sorted.

    A folder means all archives below it. Local paths stay paths, others become full addresses (`s3://…`).

    Raises:
        InputError: a glob or folder has no archive, or an address cannot be used.
    """
    return list(dict.fromkeys(path for text in inputs for path in _expand(text)))


def _expand(text: str) -> list[str]:
    try:
        fs, path = fsspec.core.url_to_fs(text)
        if fs.exists(path) and not fs.isdir(path):
            return [text]
        is_folder = fs.isdir(path)
        is_glob = not is_folder and any(mark in text for mark in "*?[")
        if not is_glob and not is_folder:
            return [text]
        names = fs.glob(_escape_folder(fs, path)) if is_glob else fs.find(path)
        paths = sorted(name for name in names if (is_glob or name.lower().endswith(_SUFFIXES)) and not fs.isdir(name))
    except (OSError, ValueError, ImportError) as error:
        raise InputError(f"{text}: cannot be listed ({error}). Check the address.") from error
    if not paths:
        problem = "matches no file" if is_glob else f"has no archive in it ({', '.join(_SUFFIXES)})"
        raise InputError(f"{text}: {problem}.")
    return paths if isinstance(fs, LocalFileSystem) else [str(fs.unstrip_protocol(name)) for name in paths]


def _escape_folder(fs: AbstractFileSystem, pattern: str) -> str:
    """Return `pattern` with its longest existing folder taken literally, as for `g[1]/*.zst`."""
    folder = pattern.rpartition("/")[0]
    while folder and not fs.isdir(folder):
        folder = folder.rpartition("/")[0]
    return glob.escape(folder) + pattern[len(folder) :]
