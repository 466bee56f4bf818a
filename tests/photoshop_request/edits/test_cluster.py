"""Find near-duplicate hashes and their clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.edits.cluster import clusters, near_pairs


def brute(hashes: np.ndarray, radius: int) -> list[tuple[int, int]]:
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None])
    rows, columns = np.nonzero(np.triu(apart <= radius, 1))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def correlated(count: int, seed: int) -> np.ndarray:
    """Return distinct hashes; a third of them lie within eight bits of another."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, count, dtype=np.uint64)
    for index in range(count // 3):
        value = int(hashes[index + count // 3])
        for bit in rng.choice(64, rng.integers(1, 9), replace=False):
            value ^= 1 << int(bit)
        hashes[index] = value
    return hashes


@pytest.mark.parametrize("radius", range(8))
def test_pairs_are_exact(radius):
    hashes = correlated(1500, radius)
    assert [tuple(pair) for pair in near_pairs(hashes, radius).tolist()] == brute(hashes, radius)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=40), st.integers(0, 7))
def test_every_near_pair_is_connected(values, radius):
    """Repeated hashes are not listed as pairs with each other, but share one cluster."""
    hashes = np.array(values, np.uint64)
    label = clusters(len(hashes), near_pairs(hashes, radius))
    pairs = brute(hashes, radius) if len(hashes) else []
    assert all(label[a] == label[b] for a, b in pairs)


def test_other_radii_are_rejected():
    with pytest.raises(ValueError, match="0 to 7"):
        near_pairs(np.zeros(2, np.uint64), 8)


def test_a_crowded_bucket_stays_affordable():
    """5,000 hashes share three bands. The cap limits the pairs, and equal hashes are still linked."""
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**16, 5000).astype(np.uint64)
    pairs = near_pairs(hashes, 1, max_bucket=10)
    assert len(pairs) < 5000 * 30
    label = clusters(len(hashes), pairs)
    assert all(len(set(label[hashes == value].tolist())) == 1 for value in hashes[:50])


def test_components_are_named_by_their_smallest_member():
    pairs = np.array([[1, 2], [2, 5], [3, 4]])
    assert clusters(6, pairs).tolist() == [0, 1, 1, 3, 3, 1]
    chain = np.column_stack([np.arange(999), np.arange(1, 1000)])
    assert set(clusters(1000, chain[::-1]).tolist()) == {0}
