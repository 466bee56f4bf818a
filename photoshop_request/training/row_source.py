"""Where rows come from: Parquet in a folder, or a `datasets.Dataset`; a small index in memory, pictures when asked for."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
from pyarrow import parquet as pq

from photoshop_request.errors import InputError
from photoshop_request.loading import dataset_errors, load
from photoshop_request.rows import FILTERS, config_columns
from photoshop_request.schema import DEFAULT_CONFIG

if TYPE_CHECKING:
    from datasets import Dataset
    from numpy.typing import NDArray

__all__ = ["INDEX", "SHOWN", "Read", "Rows", "check_columns", "file_of", "rows_at", "rows_of"]

Read = Callable[[int], dict[str, Any]]
"""A row by its number, pictures as files; may be called by several threads at once."""

_FILTERED = {column for row_filter in FILTERS.values() for column in row_filter.columns}
INDEX = tuple(
    name
    for name in config_columns(DEFAULT_CONFIG)
    if name in {"submission_id", "source_width", "source_height", *_FILTERED}
)
"""Columns that the order of an epoch depends on."""
SHOWN = (
    "source_image",
    "edited_image",
    "change_mask",
    "instruction",
    "language",
    "submission_id",
    "comment_id",
    "alignment_matrix",
    "source_width",
    "source_height",
    "edited_width",
    "edited_height",
)
"""Columns that a sample is made from."""

_ON_THE_HUB = re.compile(r"hf://datasets/(?P<repo>[^/@]+/[^/@]+)(?:@(?P<revision>[^/]+))?/(?P<path>.+)")
_LARGE_GROUP = 32_000_000
"""Bytes of a row group beyond which reading it for a row costs too much; such files are read through `datasets`."""
_MOST_GROUPS = 20_000
"""Row groups whose footers are kept by a process: 48 kB each, measured. A dataset with more, from about 30,000 edits on,
has some read again, which costs a row 6 ms where decoding its pictures costs 40."""
_HANDLES = 16
"""Files that a thread keeps open: systems allow 1,024 for all."""


@dataclass(frozen=True)
class Rows:
    """Rows that can be read in any order."""

    index: pa.Table
    """The columns of `INDEX`, as far as they are there."""
    reader: Callable[[], Read]
    """Makes what reads rows, in the process where it is called."""


@dataclass(frozen=True)
class _Files:
    """The Parquet files of a split, and where in them each row lies."""

    paths: Sequence[Path]
    begins: "NDArray[np.int64]"
    """The first row of every row group; at the end, how many rows there are."""
    groups: "NDArray[np.int32]"
    """Shape (groups, 2): which file, and which of its groups."""
    largest_group: int
    """Bytes."""


def _survey(paths: Sequence[Path]) -> _Files:
    """Look at every footer once; none is kept, for those of a large dataset do not fit into memory."""
    counts, groups, largest = [], [], 0
    for file, path in enumerate(paths):
        footer = pq.read_metadata(path)
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            counts.append(group.num_rows)
            groups.append((file, number))
            largest = max(largest, group.total_byte_size)
    return _Files(paths, np.cumsum([0, *counts]), np.array(groups, np.int32).reshape(-1, 2), largest)


def _read_files(files: _Files, most_groups: int = _MOST_GROUPS, handles: int = _HANDLES) -> Read:
    """Reads the wanted columns of a row's group. Each thread has its handles: one is not for several."""
    groups_a_file = max(1, len(files.groups) // max(1, len(files.paths)))
    footer = lru_cache(max(handles, most_groups // groups_a_file))(lambda file: pq.read_metadata(files.paths[file]))
    mine = threading.local()

    def handle(file: int) -> pq.ParquetFile:
        if not hasattr(mine, "opened"):
            mine.opened = lru_cache(handles)(
                lambda file: pq.ParquetFile(files.paths[file], metadata=footer(file), memory_map=True)
            )
        return mine.opened(file)

    def read(number: int) -> dict[str, Any]:
        at = int(np.searchsorted(files.begins, number, side="right")) - 1
        file, group = files.groups[at].tolist()
        table = handle(file).read_row_group(group, columns=list(SHOWN), use_threads=False)
        row: dict[str, Any] = table.slice(number - int(files.begins[at]), 1).to_pylist()[0]
        return row

    return read


def _read_dataset(shown: "Dataset") -> Read:
    def read(number: int) -> dict[str, Any]:
        row: dict[str, Any] = shown[number : number + 1].to_pylist()[0]
        return row

    return read


def rows_at(address: str | PathLike[str], split: str) -> Rows:
    """The triplets in a folder or on the Hub (`org/name`), whose files are downloaded once.

    Raises:
        InputError: there is no such dataset or split.
        NetworkError: the Hub cannot be reached.
    """
    files = _survey(sorted(Path(address, DEFAULT_CONFIG).glob(f"{split}-*.parquet")) or _downloaded(address, split))
    if files.largest_group > _LARGE_GROUP:
        return rows_of(load(address, DEFAULT_CONFIG, split))
    names = pq.read_schema(files.paths[0]).names
    check_columns(names)
    wanted = [name for name in INDEX if name in names]
    index = pa.concat_tables([pq.read_table(path, columns=wanted, partitioning=None) for path in files.paths])
    return Rows(index.replace_schema_metadata(None), partial(_read_files, files))


def rows_of(dataset: "Dataset") -> Rows:
    """The rows of what `photoshop_request.load` or `load_dataset` gave, selected and ordered as they are.

    Raises:
        InputError: a column that samples are made from was not loaded.
    """
    check_columns(dataset.column_names)
    index = dataset.select_columns([name for name in INDEX if name in dataset.column_names]).with_format("arrow")[:]
    shown = dataset.select_columns(list(SHOWN)).with_format("arrow")
    return Rows(index, partial(_read_dataset, shown))


def check_columns(names: Sequence[str] | None) -> None:
    """Raise where a column is missing that samples are made from, or it is unknown which there are."""
    if names is None:
        raise InputError("the stream does not say which columns it has: give stream.cast(features).")
    if missing := [name for name in SHOWN if name not in names]:
        raise InputError(f"training needs the columns {', '.join(missing)}. Load triplets with these too.")


def _downloaded(address: str | PathLike[str], split: str) -> list[Path]:
    """The split's files as the dataset's card names them; those on the Hub in the local cache."""
    import datasets  # a second, for those whose files lie elsewhere

    place = fspath(address)
    with dataset_errors(place):
        try:
            found = datasets.load_dataset_builder(place, DEFAULT_CONFIG).config.data_files or {}
        except ValueError as error:
            raise InputError(f"{place}: no {DEFAULT_CONFIG!r} there. {error}") from error
        if split not in found:
            raise InputError(f"{place}: no split {split!r} there; there are {', '.join(map(str, found)) or 'none'}.")
        return list(_local(found[split]))


def _local(files: Sequence[str]) -> Iterator[Path]:
    """Paths as they are; `hf://` by downloading all files of the split at once."""
    from huggingface_hub import snapshot_download

    remote = [each for each in map(_ON_THE_HUB.fullmatch, files) if each]
    if not remote:
        yield from map(Path, files)
        return
    repo, revision = remote[0]["repo"], unquote(remote[0]["revision"] or "main")
    names = [each["path"] for each in remote]
    folder = snapshot_download(repo, repo_type="dataset", revision=revision, allow_patterns=names)
    yield from (Path(folder, name) for name in names)


def file_of(image: Mapping[str, Any] | None) -> bytes | None:
    """The bytes of an undecoded picture, also where only its path is known."""
    if image is None:
        return None
    return image["bytes"] or (Path(image["path"]).read_bytes() if image["path"] else None)
