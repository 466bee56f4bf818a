"""What people type for archives: files, globs, folders, addresses."""

from collections.abc import Iterable

import fsspec
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import InputError

_ENDINGS = (".zst", ".jsonl", ".ndjson", ".json", ".gz", ".bz2", ".xz", ".parquet")
"""Of the files that are taken from a folder; a file that is named is taken whatever its ending."""


def find_archives(inputs: Iterable[str]) -> list[str]:
    """The archives that `inputs` name, each once: in the order given, within a glob or a folder sorted.

    A folder stands for the archives below it. Local paths stay paths; others become full addresses (`s3://…`).

    Raises:
        InputError: a glob or folder has no archive, or an address cannot be used.
    """
    found: dict[str, None] = {}
    for text in inputs:
        found.update(dict.fromkeys(_expanded(text)))
    return list(found)


def _expanded(text: str) -> list[str]:
    try:
        fs, path = fsspec.core.url_to_fs(text)
        if fs.exists(path) and not fs.isdir(path):
            return [text]
        is_glob = any(mark in text for mark in "*?[")
        if not is_glob and not fs.isdir(path):
            return [text]
        names = fs.glob(path) if is_glob else fs.find(path)
        kept = sorted(name for name in names if (is_glob or name.endswith(_ENDINGS)) and not fs.isdir(name))
    except (OSError, ValueError, ImportError) as error:
        raise InputError(f"{text}: cannot be listed ({error}). Check the address.") from error
    if not kept:
        what = "matches no file" if is_glob else f"has no archive in it ({', '.join(_ENDINGS)})"
        raise InputError(f"{text}: {what}.")
    return kept if isinstance(fs, LocalFileSystem) else [str(fs.unstrip_protocol(name)) for name in kept]
