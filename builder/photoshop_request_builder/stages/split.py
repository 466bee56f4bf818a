"""Assign requests to train, validation and test by cluster, so that no picture is in two splits.

Requests belong to one cluster if they share a source picture or an author, or if one is a crosspost of the other. A
request keeps its split when the corpus grows, or is left out if two splits turn out to be similar to it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import xxhash

from photoshop_request.edits.cluster import clusters
from photoshop_request_builder.dataset.splits import near_duplicates
from photoshop_request_builder.dataset.splits.stored import read_splits
from photoshop_request_builder.engine.stage import Rule
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, shard_of

VERSION = 2
_SHARES = (("test", 0.05), ("validation", 0.05))
"""All others are train. 5 % of the subreddit is about 4,000 requests: any proportion has a standard error below 0.8 %.
If similar requests are in two splits, only the split listed first publishes its request."""


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """The fields of a request that link it to others."""

    id: str
    author: str | None
    crosspost_parent: str | None


def split_of(cluster: str) -> str:
    """Return the split of a cluster, by a stable hash of its name."""
    place = xxhash.xxh3_64_intdigest(f"split:{cluster}".encode()) / 2**64
    for split, share in _SHARES:
        if place < share:
            return split
        place -= share
    return "train"


def rule(_corpus: Corpus) -> Rule:
    """Return the radius within which pictures are compared, and the version of that comparison."""
    return {"radius": near_duplicates.RADIUS, "near": near_duplicates.VERSION}


def make_splits(corpus: Corpus) -> Iterator[pa.Table]:
    """Yield the splits of each shard, sorted by id. Holds a few numbers per source of the whole corpus."""
    requests = sorted(_requests(corpus), key=lambda request: request.id)
    position = {request.id: index for index, request in enumerate(requests)}
    pictures = list(near_duplicates.source_pictures(corpus))
    similar = [
        (position[pictures[a].submission_id], position[pictures[b].submission_id])
        for a, b in near_duplicates.related_pairs(corpus, pictures)
        if pictures[a].submission_id in position and pictures[b].submission_id in position
    ]
    splits = assign(requests, similar, read_splits(corpus))
    by_shard = defaultdict(list)
    for request, (cluster, split) in zip(requests, splits, strict=True):
        row = {"submission_id": request.id, "cluster": cluster, "split": split}
        by_shard[shard_of(request.id, corpus.shards)].append(row)
    for shard in range(corpus.shards):
        yield pa.Table.from_pylist(by_shard[shard], schema=tables.SPLITS)


def assign(
    requests: list[SplitRequest], similar: list[tuple[int, int]], before: dict[str, str]
) -> list[tuple[str, str | None]]:
    """Return cluster and split of each request, in order. `similar` are pairs of indices. `before` maps id to split.

    A new cluster gets a split by a hash of its name. If all earlier members of a cluster were in one split, the whole
    cluster goes there. If they were in several splits, each keeps its split and new members get None. A request then
    also gets None if it is similar to one in a split listed earlier in `_SHARES`.
    """
    labels = clusters(len(requests), _pairs(similar + _certain_links(requests)))
    members: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels.tolist()):
        members[label].append(index)
    assigned: list[tuple[str, str | None]] = [("", None)] * len(requests)
    for group in members.values():
        ids = [requests[index].id for index in group]
        cluster = min(ids, key=lambda request_id: (len(request_id), request_id))  # the oldest: Reddit's ids increase
        old_splits = {before[request_id] for request_id in ids if request_id in before}
        common = old_splits.pop() if len(old_splits) == 1 else None
        for index in group:
            fallback = None if old_splits else split_of(cluster)
            assigned[index] = cluster, common or before.get(requests[index].id, fallback)
    return _without_leaks(assigned, similar)


def _without_leaks(
    assigned: list[tuple[str, str | None]], similar: list[tuple[int, int]]
) -> list[tuple[str, str | None]]:
    """If a similar pair has two splits, set the split listed later in `_SHARES` to None."""
    order = {split: rank for rank, (split, _) in enumerate(_SHARES)}
    separated = list(assigned)
    for pair in similar:
        splits = [assigned[index][1] for index in pair]
        if None not in splits and splits[0] != splits[1]:
            weaker = max(pair, key=lambda index: order.get(assigned[index][1] or "", len(order)))
            separated[weaker] = assigned[weaker][0], None
    return separated


def _certain_links(requests: list[SplitRequest]) -> list[tuple[int, int]]:
    """Return pairs of requests by the same author, and pairs of a request and its crosspost."""
    position = {request.id: index for index, request in enumerate(requests)}
    first: dict[str, int] = {}
    links = []
    for index, request in enumerate(requests):
        if request.author is not None and first.setdefault(request.author.lower(), index) != index:
            links.append((first[request.author.lower()], index))
        if request.crosspost_parent in position:
            links.append((position[request.crosspost_parent], index))
    return links


def _pairs(pairs: list[tuple[int, int]]) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _requests(corpus: Corpus) -> Iterator[SplitRequest]:
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "submissions")
        for row in storage.find_rows(corpus.fs, path, ["id", "author", "crosspost_parent"]):
            yield SplitRequest(row["id"], row["author"], row["crosspost_parent"])
