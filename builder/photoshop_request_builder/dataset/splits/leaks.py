"""Check independently that no picture is in two splits: by brute force, without index or clusters."""

import random
from dataclasses import dataclass

import numpy as np

from photoshop_request_builder.dataset.splits import near_duplicates
from photoshop_request_builder.dataset.splits.stored import read_splits
from photoshop_request_builder.store.corpus import Corpus

SAMPLE = 2_000
"""Number of held-out sources that are compared with all sources of other splits."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two sources of the same picture in different splits."""

    held_out: near_duplicates.SourcePicture
    held_out_split: str
    other: near_duplicates.SourcePicture
    other_split: str


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """The result of the check."""

    sources: int
    """Sources of the corpus in a split."""
    checked: int
    """Sources of validation and test that were compared."""
    near: int
    """Pairs with near hashes in different splits. Their pixels were compared."""
    leaks: tuple[Leak, ...]


def check_leaks(corpus: Corpus, *, sample: int = SAMPLE, seed: int = 0) -> LeakCheck:
    """Compare a sample of the held-out sources with every source of another split."""
    split_of = read_splits(corpus)
    sources = [source for source in near_duplicates.source_pictures(corpus) if split_of.get(source.submission_id)]
    splits = np.array([split_of[source.submission_id] for source in sources])
    hashes = np.array([source.phash for source in sources], dtype=np.uint64)
    held_out = [index for index, split in enumerate(splits) if split != "train"]
    sample_indices = sorted(random.Random(seed).sample(held_out, min(sample, len(held_out))))  # noqa: S311 - not a secret
    near = 0
    leaks = []
    for index in sample_indices:
        bits = np.bitwise_count(hashes ^ hashes[index])
        for other in np.flatnonzero((bits <= near_duplicates.RADIUS) & (splits != splits[index])).tolist():
            near += 1
            if _same(corpus, sources[index], sources[other]):
                leaks.append(Leak(sources[index], str(splits[index]), sources[other], str(splits[other])))
    return LeakCheck(len(sources), len(sample_indices), near, tuple(leaks))


def _same(corpus: Corpus, first: near_duplicates.SourcePicture, second: near_duplicates.SourcePicture) -> bool:
    if first.sha256 == second.sha256:
        return True
    return not (first.flat or second.flat) and near_duplicates.are_related(
        first, second, near_duplicates.source_reader(corpus)
    )
