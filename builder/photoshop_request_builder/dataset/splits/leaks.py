"""An independent check that no picture is on both sides of a split: every pair by brute force, no index, no clusters."""

import random
from dataclasses import dataclass

import numpy as np

from photoshop_request_builder.dataset.splits import near_duplicates
from photoshop_request_builder.dataset.splits.stored import read_splits
from photoshop_request_builder.store.corpus import Corpus

SAMPLE = 2_000
"""Held-out sources that are looked at; against all others of the corpus."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Two sources in different splits that show the same picture."""

    held_out: near_duplicates.SourcePicture
    held_out_split: str
    other: near_duplicates.SourcePicture
    other_split: str


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """What the check looked at, and what it found."""

    sources: int
    """In the corpus, with a split."""
    checked: int
    """Sources of validation and test that were compared with all sources of other splits."""
    near: int
    """Pairs across splits whose hashes are near; their pixels were compared."""
    leaks: tuple[Leak, ...]


def check_leaks(corpus: Corpus, *, sample: int = SAMPLE, seed: int = 0) -> LeakCheck:
    """Compare a sample of the held-out sources with every source of another split."""
    split_of = read_splits(corpus)
    found = [source for source in near_duplicates.source_pictures(corpus) if split_of.get(source.submission_id)]
    splits = np.array([split_of[source.submission_id] for source in found])
    hashes = np.array([source.phash for source in found], dtype=np.uint64)
    held_out = [index for index, split in enumerate(splits) if split != "train"]
    chosen = sorted(random.Random(seed).sample(held_out, min(sample, len(held_out))))  # noqa: S311 - not a secret
    close = 0
    leaks = []
    for index in chosen:
        bits = np.bitwise_count(hashes ^ hashes[index])
        for other in np.flatnonzero((bits <= near_duplicates.RADIUS) & (splits != splits[index])).tolist():
            close += 1
            if _same(corpus, found[index], found[other]):
                leaks.append(Leak(found[index], str(splits[index]), found[other], str(splits[other])))
    return LeakCheck(len(found), len(chosen), close, tuple(leaks))


def _same(corpus: Corpus, first: near_duplicates.SourcePicture, second: near_duplicates.SourcePicture) -> bool:
    if first.sha256 == second.sha256:
        return True
    return not (first.flat or second.flat) and near_duplicates.are_related(corpus, first, second, {})
