"""Plan batches: group rows by aspect-ratio bucket and deal the batches equally to the machines."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


Shape = tuple[int, int]
"""Height and width in pixels."""

_ASPECTS = (1 / 2, 9 / 16, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 16 / 9, 2.0)
"""Aspect ratios (width / height) of cameras and screens. A source with a ratio between two of them is cropped."""


@dataclass(frozen=True, slots=True)
class RankShare:
    """Name this machine's part of every epoch: rank `rank` of `world` machines."""

    rank: int = 0
    world: int = 1


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """List the rows of one batch."""

    number: int
    """Number among the batches of all machines, from 0."""
    shape: int
    """Number of the bucket."""
    rows: "NDArray[np.int64]"
    """Row numbers, in order."""


def bucket_shapes(resolution: int, *, multiple: int = 16) -> list[Shape]:
    """Return shapes from 1:2 to 2:1, tallest first, with about `resolution` squared pixels.

    `multiple` divides all sides. 16 suits latent models that patch by two after an autoencoder that shrinks by eight.

    Raises:
        ValueError: the resolution is smaller than the multiple.
    """
    if resolution < multiple:
        raise ValueError(f"resolution: at least {multiple} pixels, not {resolution}")
    shapes: list[Shape] = []
    for aspect in _ASPECTS:
        height, width = (
            max(multiple, round(resolution * factor / multiple) * multiple)
            for factor in (1 / math.sqrt(aspect), math.sqrt(aspect))
        )
        if (height, width) not in shapes:
            shapes.append((height, width))
    return shapes


def nearest_shape(
    widths: "NDArray[np.float64]", heights: "NDArray[np.float64]", shapes: Sequence[Shape]
) -> "NDArray[np.int64]":
    """Return for each picture the number of the shape that crops least: nearest by the ratio of aspect ratios."""
    aspects = np.log(np.maximum(widths, 1) / np.maximum(heights, 1))
    shape_aspects = np.log([width / height for height, width in shapes])
    return np.asarray(np.abs(aspects[:, None] - shape_aspects[None, :]).argmin(axis=1), np.int64)


def plan_batches(
    order: "NDArray[np.int64]", bucket_of: "NDArray[np.int64]", size: int, share: RankShare, *, drop_last: bool
) -> list[BatchPlan]:
    """Return this machine's batches of an epoch.

    `bucket_of` gives the bucket of every row. Buckets are numbered by rising aspect ratio. Batches are ordered by their
    last row. The remaining rows of each bucket are combined with those of neighboring buckets, so that no row of a rare
    bucket is lost. Every machine gets the same number of batches: `drop_last` leaves out the end of the order. Without
    it, a single machine gets a smaller last batch, and several machines repeat rows from the beginning of the order.
    """
    order = _divisible(order, size, share.world, drop_last=drop_last)
    buckets = bucket_of[order]
    full: list[tuple[int, NDArray[np.int64]]] = []  # bucket, places in the order
    leftovers: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for bucket in np.unique(buckets):
        places = np.flatnonzero(buckets == bucket)
        whole = len(places) // size * size
        full += [(int(bucket), batch) for batch in places[:whole].reshape(-1, size)]
        leftovers.append(places[whole:])
    full.sort(key=lambda batch: int(batch[1][-1]))
    remaining = np.concatenate(leftovers)
    for start in range(0, len(remaining), size):
        mixed = remaining[start : start + size]
        full.append((int(buckets[mixed[len(mixed) // 2]]), mixed))
    numbered = (BatchPlan(number, bucket, order[places]) for number, (bucket, places) in enumerate(full))
    return [batch for batch in numbered if batch.number % share.world == share.rank]


def _divisible(order: "NDArray[np.int64]", size: int, world: int, *, drop_last: bool) -> "NDArray[np.int64]":
    if drop_last:
        return order[: len(order) // (size * world) * size * world]
    if world == 1 or not len(order):
        return order
    return np.resize(order, -(-len(order) // (size * world)) * size * world)
