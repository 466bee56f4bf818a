"""Loading back: what the Hub gives must be what lies in the corpus."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any

import datasets
import pyarrow.parquet as pq
from huggingface_hub import HfApi

from photoshop_request.schema import GPS_REMOVED, features
from photoshop_request_builder.hub.child_process import in_a_process
from photoshop_request_builder.hub.local import LocalFile
from photoshop_request_builder.hub.remote import look, row_count
from photoshop_request_builder.hub.retry import persist
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["SAMPLE", "Verified", "verify"]

SAMPLE = 4
"""Rows of each split that are loaded and compared: the digests of the files speak for the rest."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, and what differs."""

    files: int
    """Whose SHA-256 and number of rows were compared."""
    rows: int
    """Which were loaded and compared value by value."""
    pictures: int
    """Of those rows, whose bytes were compared."""
    differences: tuple[str, ...]
    """In words; empty when all is as it should be."""


def verify(
    corpus: Corpus,
    api: HfApi,
    repo: str,
    revision: str,
    files: Sequence[LocalFile],
    *,
    sample: int = SAMPLE,
    say: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Compare `revision` of the dataset on the Hub with the built `files`, through the doors that users take.

    Every file by its digest and the rows of its footer; of every split the features and the first `sample` rows, as
    `load_dataset(…, streaming=True)` gives them to another process.

    Raises:
        CredentialsError, InputError, NetworkError: see `persist`.
    """
    differences = persist(lambda: _files(api, repo, revision, files), say=say)
    splits = list(dict.fromkeys((file.piece.config, file.piece.split) for file in files))
    rows = pictures = 0
    for (config, split), (same_features, loaded) in zip(
        splits, in_a_process(stream_rows, repo, revision, splits, sample), strict=True
    ):
        if not same_features:
            differences.append(f"{config}/{split}: other features than the schema's")
        mine = [file for file in files if (file.piece.config, file.piece.split) == (config, split)]
        expected = _first_rows(corpus, mine, sample)
        if len(loaded) != len(expected):
            differences.append(f"{config}/{split}: {len(loaded)} rows instead of {len(expected)} at the start")
        rows += len(expected)
        for number, (row, wanted) in enumerate(zip(loaded, expected, strict=False)):
            differences += [f"{config}/{split}: row {number}: {name}" for name in _differing(row, wanted)]
            pictures += sum(map(_pictures, row.values()))
    return Verified(len(files), rows, pictures, tuple(differences))


def stream_rows(
    repo: str, revision: str, splits: Sequence[tuple[str, str]], count: int
) -> list[tuple[bool, list[dict[str, Any]]]]:
    """Of each split, whether its features are the schema's, and its first rows with pictures as bytes.

    Raises:
        CredentialsError, InputError, NetworkError: see `persist`.
    """

    def first(config: str, split: str) -> tuple[bool, list[dict[str, Any]]]:
        loaded = datasets.load_dataset(repo, config, split=split, revision=revision, streaming=True)
        return loaded.features == features(config), list(islice(loaded.decode(enable=False), count))

    return [persist(partial(first, *key), say=lambda _: None) for key in splits]


def _files(api: HfApi, repo: str, revision: str, files: Sequence[LocalFile]) -> list[str]:
    there = look(api, repo, revision).files
    found: list[str] = []
    counted: Counter[tuple[str, str]] = Counter()
    for file in files:
        remote = there.get(file.path)
        if remote is None or remote.sha256 != file.sha256:
            found.append(f"{file.path}: {'missing' if remote is None else 'other bytes'}")
            continue
        counted[file.piece.config, file.piece.split] += row_count(api, repo, revision, file.path)
    wanted: Counter[tuple[str, str]] = Counter()
    for file in files:
        wanted[file.piece.config, file.piece.split] += file.rows
    found += [
        f"{'/'.join(key)}: {counted[key]} rows instead of {rows}"
        for key, rows in wanted.items()
        if counted[key] != rows
    ]
    return found


def _pictures(value: Any) -> int:
    """Pictures in a value: alone or in a list."""
    if isinstance(value, list):
        return sum(map(_pictures, value))
    return isinstance(value, dict) and isinstance(value.get("bytes"), bytes)


def _first_rows(corpus: Corpus, files: Sequence[LocalFile], count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for file in files:
        if file.rows and len(rows) < count:
            with corpus.fs.open(file.address, "rb") as source:
                # without Arrow's threads: one that still holds a file of Python's when Python ends takes it down
                batches = pq.ParquetFile(source, pre_buffer=False).iter_batches(batch_size=count, use_threads=False)
                while len(rows) < count and (batch := next(batches, None)):
                    rows += batch.to_pylist()
    return rows[:count]


def _differing(row: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Columns that differ, and pictures that are not the bytes whose SHA-256 the row states."""
    found = [name for name in wanted if row.get(name, _MISSING) != wanted[name]]
    for name, value in row.items():
        stated = row.get(f"{name.removesuffix('_image')}_sha256")
        if stated and isinstance(value, dict) and not row.get(GPS_REMOVED.name):
            found += [f"{name}: other bytes than stated"] * (sha256(value["bytes"]).hexdigest() != stated)
    return found


_MISSING = object()
