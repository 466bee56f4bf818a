"""Load the published dataset back and compare it with the corpus."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import datasets
import pyarrow.parquet as pq
from huggingface_hub import HfApi

from photoshop_request.errors import NetworkError, PhotoshopRequestError
from photoshop_request.loading import verified
from photoshop_request.schema import PUBLISHED_DIGESTS, features
from photoshop_request_builder.hub.local import LocalFile
from photoshop_request_builder.hub.remote import read_remote, row_count
from photoshop_request_builder.hub.retry import call_hub
from photoshop_request_builder.store.corpus import Corpus

Streamed: TypeAlias = list[tuple[bool, list[dict[str, Any]]]]
"""For each split: True if its features match the schema, and its first rows with pictures as bytes."""
SAMPLE = 4
"""Rows to load and compare in each split. Digests cover all other bytes."""
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Verified:
    """Number of items compared, and the differences."""

    files: int
    """Files compared by SHA-256 and number of rows."""
    rows: int
    """Rows compared value by value."""
    pictures: int
    """Pictures compared byte for byte, within these rows."""
    differences: tuple[str, ...]
    """Messages, empty if everything matches."""


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
    """Compare `revision` of the dataset on the Hub with the built `files`.

    Compares every file by digest and row count. Streams the first `sample` rows of each split with `load_dataset` in
    another process, and compares the features and the values.

    Raises:
        CredentialsError, InputError, NetworkError: see `call_hub`.
    """
    differences = call_hub(lambda: _differing_files(api, repo, revision, files), say=say)
    splits = list(dict.fromkeys((file.dataset_file.config, file.dataset_file.split) for file in files))
    rows = pictures = 0
    for (config, split), (same_features, loaded) in zip(
        splits, _stream_in_child(repo, revision, splits, sample), strict=True
    ):
        if not same_features:
            differences.append(f"{config}/{split}: features differ from the schema")
        of_split = [file for file in files if (file.dataset_file.config, file.dataset_file.split) == (config, split)]
        expected = _first_rows(corpus, of_split, sample)
        if len(loaded) != len(expected):
            differences.append(f"{config}/{split}: {len(loaded)} rows instead of {len(expected)} at the start")
        rows += len(expected)
        for number, (row, built) in enumerate(zip(loaded, expected, strict=False)):
            differences += [f"{config}/{split}: row {number}: {name}" for name in _differing_columns(row, built)]
            pictures += sum(map(_count_pictures, row.values()))
    return Verified(len(files), rows, pictures, tuple(differences))


def _stream_in_child(repo: str, revision: str, splits: Sequence[tuple[str, str]], count: int) -> Streamed:
    """Stream rows in a child process, and kill the process afterwards.

    A Parquet stream that is not read to its end keeps Arrow threads running Python code. The interpreter can then abort
    at exit: in 2 of 10 runs on a 200 MB file (pyarrow 26, `datasets` 5.2).
    """
    receiver, sender = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=_send_rows, args=(sender, repo, revision, splits, count), daemon=True)
    child.start()
    sender.close()
    try:
        result: Streamed | PhotoshopRequestError = receiver.recv()
    except EOFError:
        raise NetworkError("The process that loads the dataset back died. Run the same command again.") from None
    finally:
        child.kill()
        child.join()
    if isinstance(result, PhotoshopRequestError):
        raise result
    return result


def _send_rows(sender: Connection, *arguments: Any) -> None:
    datasets.disable_progress_bars()
    try:
        sender.send(_stream_rows(*arguments))
    except PhotoshopRequestError as error:
        sender.send(error)
    except Exception as error:  # noqa: BLE001 - the parent reports it
        sender.send(NetworkError(f"Loading the dataset back failed ({type(error).__name__}: {error})."))
    finally:
        os._exit(0)  # a killed parent must not leave a hanging process


def _stream_rows(repo: str, revision: str, splits: Sequence[tuple[str, str]], count: int) -> Streamed:
    def first_rows(config: str, split: str) -> tuple[bool, list[dict[str, Any]]]:
        loaded = datasets.load_dataset(repo, config, split=split, revision=revision, streaming=True, **verified())
        return loaded.features == features(config), list(islice(loaded.decode(enable=False), count))

    return [call_hub(partial(first_rows, *split), say=lambda _: None) for split in splits]


def _differing_files(api: HfApi, repo: str, revision: str, files: Sequence[LocalFile]) -> list[str]:
    published = read_remote(api, repo, revision).files
    differences: list[str] = []
    counted: Counter[tuple[str, str]] = Counter()
    expected: Counter[tuple[str, str]] = Counter()
    for file in files:
        key = file.dataset_file.config, file.dataset_file.split
        expected[key] += file.rows
        remote = published.get(file.path)
        if remote is None or remote.sha256 != file.sha256:
            differences.append(f"{file.path}: {'missing' if remote is None else 'other bytes'}")
        else:
            counted[key] += row_count(api, repo, revision, file.path)
    differences += [
        f"{'/'.join(key)}: {counted[key]} rows instead of {rows}"
        for key, rows in expected.items()
        if counted[key] != rows
    ]
    return differences


def _count_pictures(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_count_pictures, value))
    return isinstance(value, dict) and isinstance(value.get("bytes"), bytes)


def _first_rows(corpus: Corpus, files: Sequence[LocalFile], count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for file in files:
        if file.rows and len(rows) < count:
            with corpus.fs.open(file.address, "rb") as source:
                # an Arrow thread that still holds a Python file at exit crashes the interpreter
                parquet = pq.ParquetFile(source, pre_buffer=False, page_checksum_verification=True)
                batches = parquet.iter_batches(batch_size=count, use_threads=False)
                while len(rows) < count and (batch := next(batches, None)):
                    rows += batch.to_pylist()
    return rows[:count]


def _differing_columns(row: dict[str, Any], built: dict[str, Any]) -> list[str]:
    """Return columns whose values differ, and pictures whose bytes differ from the SHA-256 in the row."""
    digests = {picture: published for picture, _, published in PUBLISHED_DIGESTS}
    differing = [name for name in built if row.get(name, _MISSING) != built[name]]
    for name, value in row.items():
        stated = row.get(digests.get(name, ""))
        if stated and isinstance(value, dict):
            differing += [f"{name}: other bytes than stated"] * (sha256(value["bytes"]).hexdigest() != stated)
    return differing
