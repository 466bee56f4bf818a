"""Read rows by number from Parquet files or a `datasets.Dataset`. Memory holds only a small index."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from photoshop_request.loading import damaged, dataset_errors, find_damage, load
from photoshop_request.rows import FILTERS, config_columns
from photoshop_request.schema import DEFAULT_CONFIG

if TYPE_CHECKING:
    from datasets import Dataset
    from numpy.typing import NDArray


Read = Callable[[int], dict[str, Any]]
"""Return a row by its number, with undecoded pictures. Threads may call it concurrently."""

_FILTERED = {column for row_filter in FILTERS.values() for column in row_filter.columns}
INDEX_COLUMNS = tuple(
    name
    for name in config_columns(DEFAULT_CONFIG)
    if name in {"submission_id", "source_width", "source_height", *_FILTERED}
)
"""Columns that the order of an epoch depends on."""
SAMPLE_COLUMNS = (
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
"""Columns that a sample needs."""

_ON_THE_HUB = re.compile(r"hf://datasets/(?P<repo>[^/@]+/[^/@]+)(?:@(?P<revision>[^/]+))?/(?P<path>.+)")
_LARGE_GROUP = 32_000_000
"""Bytes of a row group beyond which reading it for one row is too slow. `datasets` reads such files instead."""
_CACHED_GROUPS = 20_000
"""Row groups whose footers a process caches: 48 kB each, measured. In larger datasets, from about 30,000 edits on, a
row may read its footer again: 6 ms, compared with 40 ms of decoding."""
_HANDLES = 16
"""Files that a thread keeps open. Systems allow 1,024 per process."""


@dataclass(frozen=True)
class Rows:
    """Hold an index of rows that can be read in any order."""

    index: pa.Table
    """The columns of `INDEX_COLUMNS` that exist."""
    reader: Callable[[], Read]
    """Return a function that reads rows in the calling process."""


@dataclass(frozen=True)
class _Files:
    """Locate each row in the Parquet files of a split."""

    paths: Sequence[Path]
    begins: "NDArray[np.int64]"
    """First row of every row group, and at the end the number of rows."""
    groups: "NDArray[np.int32]"
    """Shape (groups, 2): number of the file, and of the group in it."""
    largest_group: int
    """Bytes."""


def _survey(paths: Sequence[Path]) -> _Files:
    """Read every footer once. Footers of a large dataset do not fit into memory, so none is kept."""
    counts, groups, largest = [], [], 0
    for file, path in enumerate(paths):
        with _named(path):
            footer = pq.read_metadata(path)
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            counts.append(group.num_rows)
            groups.append((file, number))
            largest = max(largest, group.total_byte_size)
    return _Files(paths, np.cumsum([0, *counts]), np.array(groups, np.int32).reshape(-1, 2), largest)


def _read_files(files: _Files, cached_groups: int = _CACHED_GROUPS, handles: int = _HANDLES) -> Read:
    """Return a function that reads a row from its group. Each thread has its own handles, which are not thread-safe."""
    groups_per_file = max(1, len(files.groups) // max(1, len(files.paths)))
    footer = lru_cache(max(handles, cached_groups // groups_per_file))(lambda file: pq.read_metadata(files.paths[file]))
    local = threading.local()

    def handle(file: int) -> pq.ParquetFile:
        if not hasattr(local, "opened"):
            local.opened = lru_cache(handles)(
                lambda file: pq.ParquetFile(
                    files.paths[file], metadata=footer(file), memory_map=True, page_checksum_verification=True
                )
            )
        return local.opened(file)

    def read(number: int) -> dict[str, Any]:
        place = int(np.searchsorted(files.begins, number, side="right")) - 1
        file, group = files.groups[place].tolist()
        with _named(files.paths[file]):
            table = handle(file).read_row_group(group, columns=list(SAMPLE_COLUMNS), use_threads=False)
        row: dict[str, Any] = table.slice(number - int(files.begins[place]), 1).to_pylist()[0]
        return row

    return read


def _read_dataset(shown: "Dataset") -> Read:
    def read(number: int) -> dict[str, Any]:
        row: dict[str, Any] = shown[number : number + 1].to_pylist()[0]
        return row

    return read


def rows_of_files(address: str | PathLike[str], split: str) -> Rows:
    """Return the triplets in a folder or on the Hub (`org/name`). Download the files once.

    Raises:
        InputError: there is no such dataset or split.
        NetworkError: the Hub cannot be reached.
    """
    files = _survey(sorted(Path(address, DEFAULT_CONFIG).glob(f"{split}-*.parquet")) or _downloaded(address, split))
    if files.largest_group > _LARGE_GROUP:
        return rows_of_dataset(load(address, DEFAULT_CONFIG, split))
    names = pq.read_schema(files.paths[0]).names
    check_columns(names)
    present = [name for name in INDEX_COLUMNS if name in names]
    index = pa.concat_tables([_read_index(path, present) for path in files.paths])
    return Rows(index.replace_schema_metadata(None), partial(_read_files, files))


def _read_index(path: Path, columns: list[str]) -> pa.Table:
    with _named(path):
        return pq.read_table(path, columns=columns, partitioning=None, page_checksum_verification=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Raise `InputError` with the path if a file is damaged."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and not find_damage(error):
            raise
        raise damaged(str(path), OSError(str(error))) from error


def rows_of_dataset(dataset: "Dataset") -> Rows:
    """Return the rows of a dataset that `photoshop_request.load` or `load_dataset` returned.

    Raises:
        InputError: a column that samples need was not loaded.
    """
    check_columns(dataset.column_names)
    index = dataset.select_columns([name for name in INDEX_COLUMNS if name in dataset.column_names]).with_format(
        "arrow"
    )[:]
    shown = dataset.select_columns(list(SAMPLE_COLUMNS)).with_format("arrow")
    return Rows(index, partial(_read_dataset, shown))


def check_columns(names: Sequence[str] | None) -> None:
    """Raise `InputError` if a column that samples need is missing, or the columns are unknown."""
    if names is None:
        raise InputError("the columns of the stream are unknown: pass stream.cast(features).")
    if missing := [name for name in SAMPLE_COLUMNS if name not in names]:
        raise InputError(f"training needs the columns {', '.join(missing)}. Load triplets with these columns.")


def _downloaded(address: str | PathLike[str], split: str) -> list[Path]:
    """Return the files of a split that the dataset's card names. Download files on the Hub to the local cache."""
    import datasets  # takes a second to import

    place = fspath(address)
    with dataset_errors(place):
        try:
            files = datasets.load_dataset_builder(place, DEFAULT_CONFIG).config.data_files or {}
        except ValueError as error:
            raise InputError(f"{place}: the dataset has no config {DEFAULT_CONFIG!r}. {error}") from error
        if split not in files:
            raise InputError(f"{place}: no split {split!r}. The dataset has {', '.join(map(str, files)) or 'none'}.")
        return list(_local(files[split]))


def _local(files: Sequence[str]) -> Iterator[Path]:
    """Yield local paths unchanged. Download `hf://` files all at once."""
    from huggingface_hub import snapshot_download

    remote = [match for match in map(_ON_THE_HUB.fullmatch, files) if match]
    if not remote:
        yield from map(Path, files)
        return
    repo, revision = remote[0]["repo"], unquote(remote[0]["revision"] or "main")
    names = [match["path"] for match in remote]
    folder = snapshot_download(repo, repo_type="dataset", revision=revision, allow_patterns=names)
    yield from (Path(folder, name) for name in names)


def file_of(image: Mapping[str, Any] | None) -> bytes | None:
    """Return the bytes of an undecoded picture, read from its path if it holds none. Return None without a picture.

    Only regular files are read: a stranger's row may name a device or a pipe, which never ends.
    """
    if image is None:
        return None
    path = Path(image["path"] or "")
    return image["bytes"] or (path.read_bytes() if path.is_file() else None)
