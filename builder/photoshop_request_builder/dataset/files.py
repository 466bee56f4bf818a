"""Which files the dataset consists of, and what each is made from.

A file covers a range of the corpus's shards, and the number of files of a split is a power of two: while a corpus
grows, a request stays in its file, and files change one by one.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photoshop_request.schema import CONFIGS, SPLITS
from photoshop_request_builder.dataset.first_poster import read_first_poster_advantage
from photoshop_request_builder.dataset.pseudonyms import key_fingerprint
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.thread import TABLES
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, table_contents

VERSION = 4
"""Of the rules by which rows are made from the tables."""
TARGET_BYTES = 250_000_000
"""Of one file, at most: half of the Hub's default, so that footers stay small beside the row groups."""


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of the dataset: a range of the corpus's shards in one split."""

    config: str
    split: str
    number: int
    of: int
    shards: tuple[int, ...]

    @property
    def name(self) -> str:
        """The file's name under `dataset/CONFIG`."""
        return f"{self.split}-{self.number:05d}-of-{self.of:05d}.parquet"


@dataclass(frozen=True, slots=True)
class SplitTotal:
    """What the files of one split come to."""

    config: str
    split: str
    rows: int
    bytes: int
    files: int


FileRecord = tuple[DatasetFile, Mapping[str, Any]]
"""A file that was built, and what is noted of it: `rows`, `bytes`, `sha256`."""


def split_totals(records: Iterable[FileRecord]) -> list[SplitTotal]:
    """What the files come to, by config and split."""
    found: dict[tuple[str, str], list[int]] = {}
    for piece, record in records:
        total = found.setdefault((piece.config, piece.split), [0, 0, 0])
        for at, more in enumerate((record["rows"], record["bytes"], 1)):
            total[at] += more
    return [SplitTotal(config, split, *total) for (config, split), total in found.items()]


def corpus_fingerprint(corpus: Corpus, config: str) -> str:
    """Return a fingerprint of everything that a config's rows are made from."""
    contents = [content for shard in range(corpus.shards) for content in _contents_of(corpus, shard)]
    return _fingerprint(config, "", contents, rules_of(corpus))


def shard_fingerprint(contents: Sequence[str | None], rules: Mapping[str, Any]) -> str:
    """Return a fingerprint of everything that the rows of one shard are made from, in all configs.

    `contents` are the fingerprints of the tables `thread.TABLES`, `rules` the value of `rules_of`.
    """
    return storage.fingerprint(
        "shard", VERSION, {config: _fingerprint(config, "", contents, rules) for config in CONFIGS}
    )


def file_fingerprints(corpus: Corpus, wanted: Sequence[DatasetFile]) -> list[str]:
    """Return a fingerprint of everything that each file's rows are made from, reading every footer once."""
    contents = {
        shard: _contents_of(corpus, shard) for shard in sorted({shard for piece in wanted for shard in piece.shards})
    }
    rules = rules_of(corpus)
    return [
        _fingerprint(piece.config, piece.split, [each for shard in piece.shards for each in contents[shard]], rules)
        for piece in wanted
    ]


def _contents_of(corpus: Corpus, shard: int) -> list[str | None]:
    return list(table_contents(corpus, shard, TABLES).values())


def dataset_files(corpus: Corpus) -> list[DatasetFile]:
    """The files that the dataset consists of; a split without rows has none."""
    sizes = {(config, split): [0] * corpus.shards for config in CONFIGS for split in SPLITS}
    rows: Counter[tuple[str, str]] = Counter()
    for shard in range(corpus.shards):
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "sizes")):
            sizes[row["config"], row["split"]][shard] += row["bytes"]
            rows[row["config"], row["split"]] += row["rows"]
    found = []
    for config in CONFIGS:
        for split in SPLITS:
            if not rows[config, split]:
                continue
            of = file_count(sum(sizes[config, split]), corpus.shards)
            width = corpus.shards // of
            found += [
                DatasetFile(config, split, number, of, tuple(range(number * width, (number + 1) * width)))
                for number in range(of)
            ]
    return found


def rules_of(corpus: Corpus) -> dict[str, Any]:
    """Return everything that rows depend on besides tables."""
    return {
        "policy": dataclasses.asdict(read_policy(corpus)),
        "votes": read_first_poster_advantage(corpus).advantage,
        "key": key_fingerprint(),
    }


def _fingerprint(config: str, split: str, contents: Sequence[str | None], rules: Mapping[str, Any]) -> str:
    columns = [[column.name, column.kind] for column in CONFIGS[config]]
    # what it is worth to come first decides about preferences only
    rules = rules if config == "preferences" else {**rules, "votes": ()}
    made_of = {"config": config, "split": split, "columns": columns, "contents": contents, **rules}
    return storage.fingerprint("build", VERSION, made_of)


def file_count(size: int, shards: int) -> int:
    """In how many files `size` bytes of one split go: a power of two, at most one for each shard."""
    of = 1
    while of < shards and size / of > TARGET_BYTES:
        of *= 2
    return of


def built_records(corpus: Corpus) -> dict[DatasetFile, Any]:
    """What each file of the dataset holds: `rows`, `bytes`, `sha256`; files not yet built are left out."""
    found = {piece: storage.read_json(corpus.fs, record_path(corpus, piece)) for piece in dataset_files(corpus)}
    return {piece: record for piece, record in found.items() if record}


def record_path(corpus: Corpus, piece: DatasetFile) -> str:
    """Return the path of the record of what a built file was made from."""
    return corpus.path("built", piece.config, f"{piece.name}.json")
