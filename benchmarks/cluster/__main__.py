"""Measure the search for near pairs among many 64-bit hashes: seconds and memory, with faiss as a peer if installed.

Usage: python benchmarks/cluster [COUNT=1000000] [RADIUS=3]
"""

import resource
import sys
import time

import numpy as np

from photoshop_request.edits.cluster import clusters, near_pairs


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    radius = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, count, dtype=np.uint64)
    tenth = count // 10
    hashes[:tenth] = hashes[tenth : 2 * tenth] ^ (np.uint64(1) << rng.integers(0, 64, tenth).astype(np.uint64))
    clusters(1, np.zeros((0, 2), np.int64))  # keep imports out of the measurement
    start = time.process_time()
    pairs = near_pairs(hashes, radius)
    paired = time.process_time()
    label = clusters(count, pairs)
    done = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{count} hashes, radius {radius}: {paired - start:.2f} s for pairs, {done - paired:.2f} s for clusters, {memory:.2f} GB, {len(pairs)} pairs, {len(np.unique(label))} clusters"
    )
    try:
        import faiss  # optional
    except ImportError:
        print("faiss is not installed: pip install faiss-cpu to compare")
        return
    faiss.omp_set_num_threads(1)
    data = hashes.view(np.uint8).reshape(-1, 8)
    start = time.process_time()
    index = faiss.IndexBinaryMultiHash(64, 4, 16)
    index.nflip = 0 if radius < 4 else 1
    index.add(data)
    limits, _, _ = index.range_search(data, radius + 1)
    print(f"faiss MultiHash: {time.process_time() - start:.2f} s, {(int(limits[-1]) - count) // 2} pairs")


main()
