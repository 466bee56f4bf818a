"""What publishing would change: files to send and to remove, rows that come and go."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from fsspec import AbstractFileSystem

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.hub.local import LocalFile
from photoshop_request_builder.hub.remote import Remote, RemoteFile, config_of
from photoshop_request_builder.store import storage

__all__ = ["Changes", "RowChanges", "compare", "count_rows", "key_columns"]


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between the built files and a revision on the Hub."""

    send: tuple[LocalFile, ...]
    """Those that are not there, or are there with other bytes."""
    keep: tuple[LocalFile, ...]
    """Those that are there, byte for byte."""
    remove: tuple[str, ...]
    """Paths of an earlier cut of the same configs."""
    replaced: tuple[RemoteFile, ...]
    """What is there now of the files to be sent or removed."""

    @property
    def bytes(self) -> int:
        """Bytes of the files to send; the Hub takes only chunks that it does not have yet (Xet), so this is the most."""
        return sum(file.bytes for file in self.send)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows by what becomes of them, a row being known by its ids and digests."""

    added: int
    removed: int
    kept: int
    """In the same place or in another file; scores and texts of them may be newer."""


def compare(files: Sequence[LocalFile], remote: Remote, configs: Collection[str]) -> Changes:
    """What is to be sent and removed so that `configs` on the Hub are `files`, by digest; other configs stay."""
    wanted = {file.path: file for file in files}
    there = {path: file for path, file in remote.pieces.items() if config_of(path) in configs}
    same = {path for path, file in wanted.items() if path in there and there[path].sha256 == file.sha256}
    return Changes(
        send=tuple(file for path, file in wanted.items() if path not in same),
        keep=tuple(file for path, file in wanted.items() if path in same),
        remove=tuple(sorted(set(there) - set(wanted))),
        replaced=tuple(file for path, file in sorted(there.items()) if path not in same),
    )


def count_rows(
    changes: Changes, fs: AbstractFileSystem, read: Callable[[str, Sequence[str]], pa.Table]
) -> Mapping[str, RowChanges]:
    """Rows that come and go, by config. `read` gives some columns of a file on the Hub.

    Only files that differ are looked into, and of them only the columns of ids.
    """
    new: dict[str, Counter[int]] = {}
    old: dict[str, Counter[int]] = {}
    for file in changes.send:
        names = key_columns(file.piece.config)
        table = storage.read_columns(fs, file.address, names)
        new.setdefault(file.piece.config, Counter()).update(_keys(table, names))
    for there in changes.replaced:
        config = config_of(there.path) or ""
        names = key_columns(config)
        old.setdefault(config, Counter()).update(_keys(read(there.path, names), names))
    kept: Counter[str] = Counter()
    for file in changes.keep:
        kept[file.piece.config] += file.rows
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
    """The columns by which a row of `config` is known: its ids, digests and addresses."""
    endings = ("_id", "_sha256", "url")
    return [column.name for column in CONFIGS[config] if column.kind == "string" and column.name.endswith(endings)] or [
        column.name for column in CONFIGS[config] if column.kind == "string"
    ]


def _keys(table: pa.Table, names: Sequence[str]) -> list[int]:
    """One number a row; columns that a file does not have count as null."""
    missing = [None] * table.num_rows
    columns = [table.column(name).to_pylist() if name in table.column_names else missing for name in names]
    return [hash(values) for values in zip(*columns, strict=True)]
