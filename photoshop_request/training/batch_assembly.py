"""Assemble a batch: threads write their samples directly into its tensors."""

import math
import weakref
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from photoshop_request.training.batch_plan import Shape
from photoshop_request.training.row_source import Read
from photoshop_request.training.sample import Augmentation, make_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray


_IDS = ("submission_id", "comment_id")
_Labels = tuple[str, bool, tuple[str, ...]]
"""Instruction, True if the source was dropped, ids."""
Lend = Callable[[int, Shape, int], "NDArray[np.float32]"]
"""Return an uninitialized array for the given rows, shape and channels."""


@dataclass(frozen=True)
class _Arrays:
    """Hold the pictures of a batch: shapes [B, H, W, 3] and, for the mask, [B, H, W, 1]."""

    source: torch.Tensor
    edited: torch.Tensor
    mask: torch.Tensor


@dataclass(frozen=True)
class PendingBatch:
    """Hold a batch that threads are filling."""

    arrays: _Arrays
    samples: "list[Future[_Labels]]"
    mark: dict[str, Any] | None
    """Position where its block begins."""
    number: int
    """Number of the batch in the block."""

    def result(self, tokenize: Callable[[list[str]], Any] | None) -> dict[str, Any]:
        """Wait for all threads and return the batch."""
        labels = [sample.result() for sample in self.samples]
        instructions = [instruction for instruction, _, _ in labels]
        batch = {
            "source": self.arrays.source.permute(0, 3, 1, 2),
            "edited": self.arrays.edited.permute(0, 3, 1, 2),
            "mask": self.arrays.mask.permute(0, 3, 1, 2),
            "instruction": instructions,
            "source_dropped": torch.tensor([dropped for _, dropped, _ in labels]),
            **{name: [ids[place] for _, _, ids in labels] for place, name in enumerate(_IDS)},
        }
        return batch if tokenize is None else {**batch, "tokens": tokenize(instructions)}


def buffer_pool(pixels: int, limit: int) -> Lend:
    """Return a function that lends arrays of up to `pixels` pixels from a pool.

    The pool keeps up to `limit` free arrays per number of channels. An array is free when no view and no tensor of
    `torch.from_numpy` refers to it. Reuse saves the system from clearing new memory, which takes 1 of 36 ms per sample
    for batches of 8 at 512 pixels (`python benchmarks/training`).
    """
    free: defaultdict[int, list[NDArray[np.float32]]] = defaultdict(list)

    def lend(rows: int, shape: Shape, channels: int) -> "NDArray[np.float32]":
        # NumPy asks for huge pages, which saves page faults
        memory = free[channels].pop() if free[channels] else np.empty(pixels * channels, np.float32)
        lent = memory[: rows * math.prod(shape) * channels].reshape(rows, *shape, channels)
        weakref.finalize(lent, take_back, memory, channels).atexit = False
        return lent

    def take_back(memory: "NDArray[np.float32]", channels: int) -> None:
        if len(free[channels]) < limit:
            free[channels].append(memory)

    return lend


def begin_batch(
    pool: ThreadPoolExecutor,
    lend: Lend,
    read: Read,
    rows: "NDArray[np.int64]",
    shape: Shape,
    key: Sequence[int],
    augmentation: Augmentation,
) -> "tuple[_Arrays, list[Future[_Labels]]]":
    """Submit every row to the pool. Random choices depend only on `key` and the row's place in the batch."""
    arrays = _Arrays(*(torch.from_numpy(lend(len(rows), shape, channels)) for channels in (3, 3, 1)))
    return arrays, [
        pool.submit(_fill, arrays, place, read, int(row), np.random.default_rng([*key, place]), augmentation)
        for place, row in enumerate(rows)
    ]


def _fill(
    arrays: _Arrays, place: int, read: Read, number: int, rng: np.random.Generator, augmentation: Augmentation
) -> _Labels:
    """Make a sample, write its pixels to its place, and return its labels."""
    row = read(number)
    height, width = arrays.source.shape[1:3]
    sample = make_sample(row, (height, width), rng, augmentation)
    if sample.source_dropped:
        arrays.source[place].zero_()
    else:
        _write(arrays.source[place].numpy(), sample.source)
    _write(arrays.edited[place].numpy(), sample.edited)
    arrays.mask[place, :, :, 0].numpy()[:] = sample.mask
    return sample.instruction, sample.source_dropped, tuple(row[name] for name in _IDS)


def _write(target: "NDArray[np.float32]", pixels: "NDArray[np.uint8]") -> None:
    """Scale 0 to 255 to -1 to 1, in one pass: `target` exceeds the cache of a core."""
    cv2.addWeighted(pixels, 2 / 255, pixels, 0, -1, dst=target, dtype=cv2.CV_32F)
