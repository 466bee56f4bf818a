"""List the built dataset files and open them for upload."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.files import DatasetFile, built_records
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One built Parquet file, with its recorded size and digest."""

    dataset_file: DatasetFile
    address: str
    """Path in the corpus's storage."""
    sha256: str
    bytes: int
    rows: int

    @property
    def path(self) -> str:
        """Path on the Hub."""
        return f"{self.dataset_file.config}/{self.dataset_file.name}"


def built_files(corpus: Corpus, configs: Sequence[str] = ()) -> list[LocalFile]:
    """Return the built files of `configs`, by default of all configs.

    Raises:
        InputError: a config does not exist.
        CorpusError: the dataset is not built, is out of date, or is empty.
    """
    if unknown := sorted(set(configs) - set(CONFIGS)):
        raise InputError(f"No config is named {unknown[0]!r}. Choose from: {', '.join(CONFIGS)}.")
    if stale := [job for name in ("remove", "settle", "build") for job in plan(stage_named(name), corpus)]:
        raise CorpusError(
            f"{corpus.address}: the dataset is out of date or damaged ({stale[0].unit}). "
            f"Run: photoshop-request build {corpus.address}"
        )
    files = [
        LocalFile(
            dataset_file,
            corpus.path("dataset", dataset_file.config, dataset_file.name),
            record["sha256"],
            record["bytes"],
            record["rows"],
        )
        for dataset_file, record in built_records(corpus).items()
        if not configs or dataset_file.config in configs
    ]
    if not files:
        raise CorpusError(
            f"{corpus.address}: no rows to publish. "
            f"See why they were dropped: photoshop-request status {corpus.address}"
        )
    return files


def open_for_upload(corpus: Corpus, file: LocalFile) -> str | BinaryIO:
    """Return the input of the Hub's client: a local path, or an open file in object storage."""
    if corpus.is_local:
        return file.address
    return cast("BinaryIO", io.BufferedReader(corpus.fs.open(file.address, "rb"), 2**20))


def check_digest(corpus: Corpus, file: LocalFile, sha256: str) -> None:
    """Check the SHA-256 of the bytes to upload.

    Raises:
        CorpusError: the file has other bytes than when it was built.
    """
    if sha256 != file.sha256:
        raise CorpusError(
            f"{file.address}: changed since it was built. Remove it and run: photoshop-request build {corpus.address}"
        )
