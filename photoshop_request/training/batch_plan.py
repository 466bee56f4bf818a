"""From an order of rows to batches of one shape each, dealt to the machines so that all get equally many."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Batch", "Share", "batches"]


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of every epoch is this machine's."""

    rank: int = 0
    world: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are shown together."""

    number: int
    """Among the batches of all machines, from 0."""
    shape: int
    """Number of the bucket."""
    rows: "NDArray[np.int64]"
    """In the order in which they stand in the batch."""


def batches(
    order: "NDArray[np.int64]", shape_of: "NDArray[np.int64]", size: int, share: Share, *, drop_last: bool
) -> list[Batch]:
    """This machine's batches of an epoch.

    `shape_of` gives every row's bucket, counted by rising aspect ratio. A batch comes when its last row does in the
    order. What is left in the buckets at the end is put together with its neighbours, so that no row waits for ever in
    a rare bucket. To deal equally, the end of the order is left out (`drop_last`); or one machine gets a smaller last
    batch, and several fill up from the order's beginning.
    """
    order = _divisible(order, size, share.world, drop_last=drop_last)
    of = shape_of[order]
    found: list[tuple[int, int, NDArray[np.int64]]] = []  # when, shape, places in the order
    left: list[NDArray[np.int64]] = []
    for shape in np.unique(of):
        places = np.flatnonzero(of == shape)
        whole = len(places) // size * size
        found += [(int(each[-1]), int(shape), each) for each in places[:whole].reshape(-1, size)]
        left.append(places[whole:])
    found.sort(key=lambda each: each[0])
    rest = np.concatenate(left) if left else np.zeros(0, np.int64)
    for start in range(0, len(rest), size):
        some = rest[start : start + size]
        found.append((len(order), int(of[some[len(some) // 2]]), some))
    numbered = (Batch(number, shape, order[places]) for number, (_, shape, places) in enumerate(found))
    return [batch for batch in numbered if batch.number % share.world == share.rank]


def _divisible(order: "NDArray[np.int64]", size: int, world: int, *, drop_last: bool) -> "NDArray[np.int64]":
    if drop_last:
        return order[: len(order) // (size * world) * size * world]
    if world == 1 or not len(order):
        return order
    return np.resize(order, -(-len(order) // (size * world)) * size * world)
