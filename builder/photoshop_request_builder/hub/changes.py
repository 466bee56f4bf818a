"""Compare the built files with the Hub: files to send and remove, rows added and removed."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from fsspec import AbstractFileSystem

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.hub.local import LocalFile
from photoshop_request_builder.hub.remote import Remote, RemoteFile, config_of
from photoshop_request_builder.store import storage


@dataclass(frozen=True, slots=True)
class Changes:
    """Difference between the built files and a revision on the Hub."""

    send: tuple[LocalFile, ...]
    """New files, and files whose bytes differ."""
    keep: tuple[LocalFile, ...]
    """Files that the Hub holds byte for byte."""
    remove: tuple[str, ...]
    """Paths of the same configs that are no longer built."""
    replaced: tuple[RemoteFile, ...]
    """Files on the Hub that will be overwritten or removed."""

    @property
    def bytes(self) -> int:
        """Maximum bytes to send. The Hub skips chunks that it already stores (Xet)."""
        return sum(file.bytes for file in self.send)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Number of rows added, removed and kept. Ids and digests identify a row."""

    added: int
    removed: int
    kept: int
    """Rows in the same or another file. Their scores and texts may differ."""


def compare_files(files: Sequence[LocalFile], remote: Remote, configs: Collection[str]) -> Changes:
    """Return the changes that make `configs` on the Hub equal to `files`, by digest. Other configs stay."""
    built = {file.path: file for file in files}
    published = {path: file for path, file in remote.dataset_files.items() if config_of(path) in configs}
    same = {path for path, file in built.items() if path in published and published[path].sha256 == file.sha256}
    return Changes(
        send=tuple(file for path, file in built.items() if path not in same),
        keep=tuple(file for path, file in built.items() if path in same),
        remove=tuple(sorted(set(published) - set(built))),
        replaced=tuple(file for path, file in sorted(published.items()) if path not in same),
    )


def count_rows(
    changes: Changes, fs: AbstractFileSystem, read: Callable[[str, Sequence[str]], pa.Table]
) -> Mapping[str, RowChanges]:
    """Count added, removed and kept rows by config. `read` returns columns of a file on the Hub.

    Reads only the id columns of files that differ.
    """
    new: dict[str, Counter[int]] = {}
    old: dict[str, Counter[int]] = {}
    for file in changes.send:
        names = key_columns(file.dataset_file.config)
        table = storage.read_columns(fs, file.address, names)
        new.setdefault(file.dataset_file.config, Counter()).update(_keys(table, names))
    for replaced in changes.replaced:
        config = config_of(replaced.path) or ""
        names = key_columns(config)
        old.setdefault(config, Counter()).update(_keys(read(replaced.path, names), names))
    kept: Counter[str] = Counter()
    for file in changes.keep:
        kept[file.dataset_file.config] += file.rows
    return {
        config: RowChanges(
            added=(new.get(config, Counter()) - old.get(config, Counter())).total(),
            removed=(old.get(config, Counter()) - new.get(config, Counter())).total(),
            kept=(new.get(config, Counter()) & old.get(config, Counter())).total() + kept[config],
        )
        for config in CONFIGS
        if config in new or config in old or config in kept
    }


def key_columns(config: str) -> list[str]:
    """Return the columns that identify a row of `config`: its ids, digests and URLs."""
    texts = [column.name for column in CONFIGS[config] if column.kind == "string"]
    return [name for name in texts if name.endswith(("_id", "_sha256", "url"))] or texts


def _keys(table: pa.Table, names: Sequence[str]) -> list[int]:
    """Hash the key of each row. Missing columns count as null."""
    missing = [None] * table.num_rows
    columns = [table.column(name).to_pylist() if name in table.column_names else missing for name in names]
    return [hash(values) for values in zip(*columns, strict=True)]
