"""The dataset's files as they were built: what is to be published, nothing made anew."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.files import DatasetFile, built_records
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["LocalFile", "built_files", "opened"]


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One Parquet file of the dataset, with the record of its making."""

    piece: DatasetFile
    address: str
    """In the corpus's storage."""
    sha256: str
    bytes: int
    rows: int

    @property
    def path(self) -> str:
        """Where it goes on the Hub."""
        return f"{self.piece.config}/{self.piece.name}"


def built_files(corpus: Corpus, configs: Sequence[str] = ()) -> list[LocalFile]:
    """The files of `configs`, or of all.

    Raises:
        InputError: there is no such config.
        CorpusError: the dataset is not built, or not from what the corpus holds now.
    """
    if unknown := sorted(set(configs) - set(CONFIGS)):
        raise InputError(f"no config {unknown[0]!r}; there are {', '.join(CONFIGS)}.")
    if stale := [job for name in ("remove", "settle", "build") for job in plan(stage_named(name), corpus)]:
        raise CorpusError(
            f"{corpus.address}: the dataset is not built from what the corpus holds now "
            f"({stale[0].unit}). Run: photoshop-request build {corpus.address}"
        )
    found = [
        LocalFile(
            piece,
            corpus.path("dataset", piece.config, piece.name),
            record["sha256"],
            record["bytes"],
            record["rows"],
        )
        for piece, record in built_records(corpus).items()
        if not configs or piece.config in configs
    ]
    if not found:
        raise CorpusError(f"{corpus.address}: there is nothing to publish; `status` says what was dropped and why.")
    return found


def opened(corpus: Corpus, file: LocalFile) -> str | BinaryIO:
    """What the Hub's client takes: the path of a file on this disk, or an open file in object storage.

    Raises:
        CorpusError: the file is not the one that was built.
    """
    if corpus.fs.size(file.address) != file.bytes:
        raise CorpusError(
            f"{file.address}: changed since it was built. Remove it and run: photoshop-request build {corpus.address}"
        )
    if isinstance(corpus.fs, LocalFileSystem):
        return file.address
    return cast("BinaryIO", io.BufferedReader(corpus.fs.open(file.address, "rb"), 2**20))
