"""Find near-duplicates among many perceptual hashes, and the clusters that they form.

Multi-index hashing: two 64-bit hashes within radius r agree in at least one of b bands up to floor(r / b) bits.
Sorting by each band therefore finds every pair. In NumPy it is faster than faiss, usearch, DuckDB and Polars: a million
hashes at radius 3 take about a second.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


MAX_BUCKET = 2_000
"""Maximum comparisons of a hash within a bucket (hashes that share a band). Skies, documents and black bars fill
buckets, and comparing all pairs there finds nothing useful."""

_BANDS = 4
_WIDTH = 16
"""Bits of a band."""
_CHUNK = 4_000_000
"""Candidate pairs held at a time."""


def near_pairs(hashes: "NDArray[np.uint64]", radius: int, *, max_bucket: int = MAX_BUCKET) -> "NDArray[np.int64]":
    """Return the pairs of indices whose hashes differ by at most `radius` bits. Shape (pairs, 2), sorted, i < j.

    Exact if no more than `max_bucket` hashes share a 16-bit band. Equal hashes are paired with the first of them only.

    Raises:
        ValueError: radius is outside 0 to 7.
    """
    if not 0 <= radius < 2 * _BANDS:
        raise ValueError(f"radius {radius} is outside 0 to {2 * _BANDS - 1}")
    values, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    pairs = first[_pairs_of_values(values, radius, max_bucket)] if radius else np.zeros((0, 2), np.int64)
    same = np.column_stack([first[group], np.arange(len(hashes))])
    all_pairs = np.concatenate([pairs, same[same[:, 0] != same[:, 1]]]).astype(np.int64)
    return np.asarray(np.unique(np.sort(all_pairs, axis=1), axis=0))


def _pairs_of_values(values: "NDArray[np.uint64]", radius: int, max_bucket: int) -> "NDArray[np.int64]":
    """Return the pairs of distinct values within the radius. Shape (pairs, 2)."""
    chunks: list[NDArray[np.int64]] = []
    for band in range(_BANDS):
        keys = ((values >> np.uint64(band * _WIDTH)) & np.uint64(0xFFFF)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**_WIDTH + 1))
        flips = [0] if radius < _BANDS else [0, *(1 << bit for bit in range(_WIDTH))]
        for flip in flips:
            for left, right in _candidates(starts, flip, max_bucket):
                a, b = order[left], order[right]
                close = np.bitwise_count(values[a] ^ values[b]) <= radius
                chunks.append(_codes(a[close], b[close], len(values)))
    codes = np.unique(np.concatenate(chunks)) if chunks else np.zeros(0, np.int64)
    return np.column_stack([codes // len(values), codes % len(values)])


def _codes(a: "NDArray[np.int64]", b: "NDArray[np.int64]", count: int) -> "NDArray[np.int64]":
    """Encode each pair as one number, so that sorting finds repeats."""
    return np.asarray(np.minimum(a, b) * count + np.maximum(a, b))


def _candidates(
    starts: "NDArray[np.int64]", flip: int, max_bucket: int
) -> "Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]":
    """Yield chunks of candidate pairs, as positions in band order.

    `flip` 0 pairs each bucket with itself. A power of two pairs it with the bucket that differs in that bit.
    """
    keys = np.arange(2**_WIDTH)
    sizes = np.diff(starts)
    mine = keys if flip == 0 else keys[keys < keys ^ flip]
    mine = mine[(sizes[mine] > 0) & (sizes[mine ^ flip] > 0)]
    # compare each element of a bucket with at most max_bucket elements: those after it, or those of the other bucket
    left = _ranges(starts[mine], sizes[mine])
    bucket = np.repeat(mine, sizes[mine])
    begin = left + 1 if flip == 0 else starts[bucket ^ flip]
    end = starts[(bucket ^ flip) + 1]
    count = np.minimum(np.maximum(end - begin, 0), max_bucket)
    edges = np.searchsorted(np.cumsum(count), np.arange(_CHUNK, count.sum() + _CHUNK, _CHUNK))
    low = 0
    for edge in edges:
        high = min(int(edge) + 1, len(left))
        if high > low:
            part = slice(low, high)
            yield np.repeat(left[part], count[part]), _ranges(begin[part], count[part])
        low = high


def _ranges(begin: "NDArray[np.int64]", count: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Concatenate the ranges of `count[i]` numbers from `begin[i]`."""
    total = int(count.sum())
    offsets = np.repeat(np.cumsum(count) - count, count)
    return np.asarray(np.arange(total) - offsets + np.repeat(begin, count))


def clusters(count: int, pairs: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return the cluster of each of `count` items, shape (count,): the smallest index in its connected component.

    pairs: connected items, shape (n, 2).
    """
    from scipy.sparse import coo_array  # slow to import
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    _, first = np.unique(component, return_index=True)
    return np.asarray(first[component], np.int64)
