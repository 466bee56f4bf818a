"""List the files of the dataset, and fingerprint their inputs.

A file covers a range of the corpus's shards, and a split has a power of two of files. So a request stays in its file
while the corpus grows, and files change one by one.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from photoshop_request.schema import CONFIGS, SPLITS
from photoshop_request_builder.dataset.configs.context import read_first_poster_advantage
from photoshop_request_builder.dataset.pseudonyms import key_fingerprint
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.published_pictures import keeps_credit_lines
from photoshop_request_builder.dataset.thread import TABLES
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, table_contents

VERSION = 5
"""Version of the rules that make rows from tables."""
TARGET_BYTES = 250_000_000
"""Maximum average bytes of a split's files: half of the Hub's default, so that footers stay small beside row groups."""


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of the dataset: a range of the corpus's shards in one split."""

    config: str
    split: str
    number: int
    of: int
    """Number of files of the split."""
    shards: tuple[int, ...]

    @property
    def name(self) -> str:
        """The file's name under `dataset/CONFIG`."""
        return f"{self.split}-{self.number:05d}-of-{self.of:05d}.parquet"


@dataclass(frozen=True, slots=True)
class SplitTotal:
    """The totals of one split's files."""

    config: str
    split: str
    rows: int
    bytes: int
    files: int


class BuiltRecord(TypedDict):
    """The record of a built file."""

    fingerprint: str
    """Fingerprint of all inputs of the rows."""
    bytes: int
    rows: int
    sha256: str


FileRecord = tuple[DatasetFile, BuiltRecord]


def split_totals(records: Iterable[FileRecord]) -> list[SplitTotal]:
    """Sum up the files by config and split."""
    splits: dict[tuple[str, str], list[BuiltRecord]] = {}
    for file, record in records:
        splits.setdefault((file.config, file.split), []).append(record)
    return [
        SplitTotal(config, split, sum(r["rows"] for r in group), sum(r["bytes"] for r in group), len(group))
        for (config, split), group in splits.items()
    ]


def corpus_fingerprint(corpus: Corpus, config: str) -> str:
    """Return a fingerprint of all inputs of a config's rows."""
    contents = [content for shard in range(corpus.shards) for content in _contents_of(corpus, shard)]
    return _fingerprint(config, "", contents, rules_of(corpus))


def shard_fingerprint(contents: Sequence[str | None], rules: Mapping[str, Any]) -> str:
    """Return a fingerprint of all inputs of one shard's rows, in all configs.

    `contents` are the fingerprints of the tables `thread.TABLES`, `rules` the value of `rules_of`.
    """
    return storage.fingerprint(
        "shard", VERSION, {config: _fingerprint(config, "", contents, rules) for config in CONFIGS}
    )


def file_fingerprints(corpus: Corpus, files: Sequence[DatasetFile]) -> list[str]:
    """Return a fingerprint of all inputs of each file's rows. Read every footer once."""
    shards = sorted({shard for file in files for shard in file.shards})
    contents = {shard: _contents_of(corpus, shard) for shard in shards}
    rules = rules_of(corpus)
    return [
        _fingerprint(file.config, file.split, [stamp for shard in file.shards for stamp in contents[shard]], rules)
        for file in files
    ]


def _contents_of(corpus: Corpus, shard: int) -> list[str | None]:
    return list(table_contents(corpus, shard, TABLES).values())


def dataset_files(corpus: Corpus) -> list[DatasetFile]:
    """Return the files of the dataset. A split without rows has none."""
    sizes = {(config, split): [0] * corpus.shards for config in CONFIGS for split in SPLITS}
    rows: Counter[tuple[str, str]] = Counter()
    for shard in range(corpus.shards):
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "sizes")):
            sizes[row["config"], row["split"]][shard] += row["bytes"]
            rows[row["config"], row["split"]] += row["rows"]
    files = []
    for config in CONFIGS:
        for split in SPLITS:
            if not rows[config, split]:
                continue
            of = file_count(sum(sizes[config, split]), corpus.shards)
            width = corpus.shards // of
            files += [
                DatasetFile(config, split, number, of, tuple(range(number * width, (number + 1) * width)))
                for number in range(of)
            ]
    return files


def rules_of(corpus: Corpus) -> dict[str, Any]:
    """Return the inputs of rows besides tables."""
    return {
        "policy": dataclasses.asdict(read_policy(corpus)),
        "votes": read_first_poster_advantage(corpus).advantage,
        "key": key_fingerprint(),
        "credit_lines": keeps_credit_lines(corpus),
    }


def _fingerprint(config: str, split: str, contents: Sequence[str | None], rules: Mapping[str, Any]) -> str:
    columns = [[column.name, column.kind] for column in CONFIGS[config]]
    # the advantage of the first poster matters to preferences only
    rules = rules if config == "preferences" else {**rules, "votes": ()}
    inputs = {"config": config, "split": split, "columns": columns, "contents": contents, **rules}
    return storage.fingerprint("build", VERSION, inputs)


def file_count(size: int, shards: int) -> int:
    """Return the number of files for `size` bytes of one split: a power of two, at most one per shard."""
    of = 1
    while of < shards and size / of > TARGET_BYTES:
        of *= 2
    return of


def built_records(corpus: Corpus) -> dict[DatasetFile, BuiltRecord]:
    """Read the records of the built files. Files not yet built are left out.

    Raises:
        CorpusError: a record is damaged.
    """
    records = {file: read_record(corpus, file) for file in dataset_files(corpus)}
    return {file: record for file, record in records.items() if record}


def read_record(corpus: Corpus, file: DatasetFile) -> BuiltRecord | None:
    """Read the record of a built file, or return None if it is not built.

    Raises:
        CorpusError: the record is damaged.
    """
    path = record_path(corpus, file)
    values = storage.read_json(corpus.fs, path)
    return None if values is None else storage.convert(values, BuiltRecord, path)


def is_as_built(corpus: Corpus, file: DatasetFile, record: BuiltRecord, *, deep: bool) -> bool:
    """Return True if a file of the dataset is as it was built.

    `deep` reads the file. Otherwise only a file that changed after its record was written is read, by its times: a
    dataset of 300,000 edits takes minutes to read.
    """
    path = corpus.path("dataset", file.config, file.name)
    if not corpus.fs.exists(path) or corpus.fs.size(path) != record["bytes"]:
        return False
    note = record_path(corpus, file)
    if not deep and storage.changed_at(corpus.fs, path) <= storage.changed_at(corpus.fs, note):
        return True
    if storage.sha256_of(corpus.fs, path) != record["sha256"]:
        return False
    if not deep:  # later runs need not read it again
        storage.write_json(corpus.fs, note, dict(record))
    return True


def record_path(corpus: Corpus, file: DatasetFile) -> str:
    """Return the path of a built file's record."""
    return corpus.path("built", file.config, f"{file.name}.json")
