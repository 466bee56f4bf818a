"""split: all requests -> splits: train, validation, test by cluster, so that no picture is on both sides.

Requests belong together when a source of one shows a source of the other, when one is a crosspost of the other, or when
the same person asked. A request keeps its split when the corpus grows: what was split before is an input.
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
"""The rest is train. A twentieth of the subreddit is about 4,000 requests: a standard error under 0.8 % for any share.
In this order a split is stronger: of two that claim a request, the first named gets it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request decides with whom it belongs together."""

    id: str
    author: str | None
    crosspost_parent: str | None


def split_of(cluster: str) -> str:
    """The split that a cluster falls into by a stable hash of its name."""
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
    """Yield the split of every request, by shard, sorted by id. Holds a few numbers a source of the whole corpus."""
    requests = list(_requests(corpus))
    place = {request.id: index for index, request in enumerate(requests)}
    found = list(near_duplicates.source_pictures(corpus))
    similar = [
        (place[found[a].submission_id], place[found[b].submission_id])
        for a, b in near_duplicates.related_pairs(corpus, found)
        if found[a].submission_id in place and found[b].submission_id in place
    ]
    splits = assign(requests, similar, read_splits(corpus))
    by_shard = defaultdict(list)
    for request, (cluster, split) in zip(requests, splits, strict=True):
        row = {"submission_id": request.id, "cluster": cluster, "split": split}
        by_shard[shard_of(request.id, corpus.shards)].append(row)
    for shard in range(corpus.shards):
        yield pa.Table.from_pylist(by_shard[shard], schema=tables.SPLITS)


def assign(
    requests: list[Request], similar: list[tuple[int, int]], before: dict[str, str]
) -> list[tuple[str, str | None]]:
    """Cluster and split of each request, in their order. `similar` are pairs of indices; `before` is split by id.

    A cluster whose members were in one split before goes there whole. Where members were in several, each keeps its
    own, and who stands between them (a new member, or one that is similar to a member of a stronger split) gets None.
    """
    label = clusters(len(requests), _pairs(similar + _links(requests)))
    members: dict[int, list[int]] = defaultdict(list)
    for index, head in enumerate(label.tolist()):
        members[head].append(index)
    found: list[tuple[str, str | None]] = [("", None)] * len(requests)
    for group in members.values():
        names = [requests[index].id for index in group]
        cluster = min(names, key=lambda name: (len(name), name))  # the oldest: Reddit counts ids up
        held = {before[name] for name in names if name in before}
        split = held.pop() if len(held) == 1 else None
        for index in group:
            fallback = None if held else split_of(cluster)
            found[index] = cluster, split or before.get(requests[index].id, fallback)
    return _part_neighbours(found, similar)


def _part_neighbours(
    found: list[tuple[str, str | None]], similar: list[tuple[int, int]]
) -> list[tuple[str, str | None]]:
    strength = {split: rank for rank, (split, _) in enumerate(_SHARES)}
    parted = list(found)
    for pair in similar:
        splits = [found[index][1] for index in pair]
        if None not in splits and splits[0] != splits[1]:
            weaker = max(pair, key=lambda index: strength.get(found[index][1] or "", len(strength)))
            parted[weaker] = found[weaker][0], None
    return parted


def _links(requests: list[Request]) -> list[tuple[int, int]]:
    """Certain bonds: the same requester, and crossposts."""
    place = {request.id: index for index, request in enumerate(requests)}
    first: dict[str, int] = {}
    links = []
    for index, request in enumerate(requests):
        if request.author is not None and first.setdefault(request.author.lower(), index) != index:
            links.append((first[request.author.lower()], index))
        if request.crosspost_parent in place:
            links.append((place[request.crosspost_parent], index))
    return links


def _pairs(pairs: list[tuple[int, int]]) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _requests(corpus: Corpus) -> list[Request]:
    found = []
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "submissions")
        rows = storage.find_rows(corpus.fs, path, ["id", "author", "crosspost_parent"])
        found += [Request(row["id"], row["author"], row["crosspost_parent"]) for row in rows]
    return sorted(found, key=lambda request: request.id)
