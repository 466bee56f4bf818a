"""Loading back: what the Hub gives must be what lies in the corpus."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

import datasets
import pyarrow.parquet as pq
from huggingface_hub import HfApi

from photoshop_request.schema import GPS_REMOVED, features
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.hub.local import LocalFile
from photoshop_request_builder.hub.remote import look, row_count

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
    corpus: Corpus, api: HfApi, repo: str, revision: str, files: Sequence[LocalFile], *, sample: int = SAMPLE
) -> Verified:
    """Compare `revision` of the dataset on the Hub with the built `files`, through the doors that users take.

    Every file by its digest and the rows of its footer; of every split the features and the first `sample` rows, as
    `load_dataset(…, streaming=True)` gives them.

    Raises:
        httpx2.HTTPError: as `persist` takes it.
    """
    differences = list(_files(api, repo, revision, files))
    rows = pictures = 0
    for config, split in dict.fromkeys((file.piece.config, file.piece.split) for file in files):
        first = next(file for file in files if (file.piece.config, file.piece.split) == (config, split))
        expected = _first_rows(corpus, first, sample)
        loaded = datasets.load_dataset(repo, config, split=split, revision=revision, streaming=True)
        if loaded.features != features(config):
            differences.append(f"{config}/{split}: other features than the schema's")
        rows += len(expected)
        for number, (row, wanted) in enumerate(zip(_rows(loaded, sample), expected, strict=False)):
            differences += [f"{config}/{split}: row {number}: {name}" for name in _differing(row, wanted)]
            pictures += sum(map(_pictures, row.values()))
    return Verified(len(files), rows, pictures, tuple(differences))


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


def _rows(loaded: Any, count: int) -> list[dict[str, Any]]:
    """The first rows with pictures as bytes, never decoded."""
    return list(islice(loaded.decode(enable=False), count))


def _pictures(value: Any) -> int:
    """Pictures in a value: alone or in a list."""
    if isinstance(value, list):
        return sum(map(_pictures, value))
    return isinstance(value, dict) and isinstance(value.get("bytes"), bytes)


def _first_rows(corpus: Corpus, file: LocalFile, count: int) -> list[dict[str, Any]]:
    with corpus.fs.open(file.address, "rb") as source:
        batches = pq.ParquetFile(source, pre_buffer=False).iter_batches(batch_size=count)
        rows: list[dict[str, Any]] = next(batches).to_pylist() if file.rows else []
        return rows


def _differing(row: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Columns that differ, and pictures that are not the bytes whose SHA-256 the row states."""
    found = [name for name in wanted if row.get(name, _MISSING) != wanted[name]]
    for name, value in row.items():
        stated = row.get(f"{name.removesuffix('_image')}_sha256")
        if stated and isinstance(value, dict) and not row.get(GPS_REMOVED.name):
            found += [f"{name}: other bytes than stated"] * (sha256(value["bytes"]).hexdigest() != stated)
    return found


_MISSING = object()
