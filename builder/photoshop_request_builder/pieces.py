"""Which files the dataset consists of, and what each is made from.

A file covers a range of the corpus's shards, and the number of files of a split is a power of two: while a corpus
grows, a request stays in its file, and files change one by one.
"""

import dataclasses
import os
from dataclasses import dataclass

from photoshop_request.pseudonyms import pseudonym
from photoshop_request.schema import CONFIGS, SPLITS
from photoshop_request_builder import storage
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.selection import INPUTS, Policy, policy_of, selection_of

VERSION = 1
"""Of the rules by which rows are made from the tables."""
TARGET_BYTES = 500_000_000
"""Of one file: the Hub's own default for shards."""
PSEUDONYM_KEY = "PHOTOSHOP_REQUEST_PSEUDONYM_KEY"
"""The environment variable with the secret that keys pseudonyms. Without it those columns are null: a name hashed
without a secret can be found again by hashing all of Reddit's names."""
_INPUTS = tuple(dict.fromkeys(("submissions", "comments", "candidates", "texts", "splits", *INPUTS)))


@dataclass(frozen=True, slots=True)
class Piece:
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


def corpus_fingerprint(corpus: Corpus, config: str) -> str:
    """A fingerprint of everything that a config's rows are made from."""
    return _fingerprint(corpus, config, "", tuple(range(corpus.shards)))


def piece_fingerprint(corpus: Corpus, piece: Piece) -> str:
    """A fingerprint of everything that one file's rows are made from."""
    return _fingerprint(corpus, piece.config, piece.split, piece.shards)


def pieces(corpus: Corpus) -> list[Piece]:
    """The files that the dataset consists of; a split without rows has none."""
    sizes = {split: [0] * corpus.shards for split in SPLITS}
    rows = dict.fromkeys(SPLITS, 0)
    policy = policy_of(corpus)
    for shard in range(corpus.shards):
        if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
            continue
        for split, size in _row_sizes(corpus, shard, policy):
            sizes[split][shard] += size
            rows[split] += 1
    found = []
    for config in CONFIGS:
        for split in SPLITS:
            if not rows[split]:
                continue
            of = _files_of(sum(sizes[split]), corpus.shards)
            width = corpus.shards // of
            found += [
                Piece(config, split, number, of, tuple(range(number * width, (number + 1) * width)))
                for number in range(of)
            ]
    return found


def _fingerprint(corpus: Corpus, config: str, split: str, shards: tuple[int, ...]) -> str:
    stamps = [storage.read_stamp(corpus.fs, corpus.shard_path(shard, table)) for shard in shards for table in _INPUTS]
    columns = [[column.name, column.kind] for column in CONFIGS[config]]
    contents = [stamp.content if stamp else None for stamp in stamps]
    key = os.environ.get(PSEUDONYM_KEY)
    made_of = {
        "split": split,
        "columns": columns,
        "contents": contents,
        "policy": dataclasses.asdict(policy_of(corpus)),
        # names the key without telling it: another key gives other rows
        "key": pseudonym("photoshop-request", key) if key else None,
    }
    return storage.fingerprint("build", VERSION, made_of)


def _row_sizes(corpus: Corpus, shard: int, policy: Policy) -> list[tuple[str, int]]:
    """Split and bytes of pictures of each row that the shard will give."""
    columns = ["submission_id", "verdict", "sha256", "source_sha256", "bytes"]
    candidates = storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates"), columns).to_pylist()
    splits = storage.read_table(corpus.fs, corpus.shard_path(shard, "splits"), ["submission_id", "split"]).to_pylist()
    selection = selection_of(corpus, shard, policy)
    split_of = {row["submission_id"]: row["split"] for row in splits}
    size = {row["sha256"]: row["bytes"] for row in candidates}
    return [
        (split_of[row["submission_id"]], size[row["sha256"]] + size[row["source_sha256"]])
        for row in candidates
        if selection.publishes(row)
    ]


def _files_of(size: int, shards: int) -> int:
    of = 1
    while of < shards and size / of > TARGET_BYTES:
        of *= 2
    return of
