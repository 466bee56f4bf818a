"""One batch: threads write their samples straight to where they belong in its tensors."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from photoshop_request.training.buckets import Shape
from photoshop_request.training.buffer_pool import Lend
from photoshop_request.training.row_source import Read
from photoshop_request.training.sample import Augmentation, make_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pending", "begin_batch"]

_IDS = ("submission_id", "comment_id")
_Said = tuple[str, bool, tuple[str, ...]]
"""Instruction, whether the source was dropped, ids."""


@dataclass(frozen=True)
class _Arrays:
    """The pictures of a batch: shapes [B, H, W, 3] and [B, H, W, 1]."""

    source: torch.Tensor
    edited: torch.Tensor
    mask: torch.Tensor


@dataclass(frozen=True)
class Pending:
    """A batch that is being made."""

    into: _Arrays
    samples: "list[Future[_Said]]"
    mark: dict[str, Any] | None
    """The block's."""
    number: int
    """In the block."""

    def finished(self, tokenize: Callable[[list[str]], Any] | None) -> dict[str, Any]:
        """The batch, when all threads are done with it."""
        said = [each.result() for each in self.samples]
        instructions = [words for words, _, _ in said]
        made = {
            "source": self.into.source.permute(0, 3, 1, 2),
            "edited": self.into.edited.permute(0, 3, 1, 2),
            "mask": self.into.mask.permute(0, 3, 1, 2),
            "instruction": instructions,
            "source_dropped": torch.tensor([dropped for _, dropped, _ in said]),
            **{name: [ids[place] for _, _, ids in said] for place, name in enumerate(_IDS)},
        }
        return made if tokenize is None else {**made, "tokens": tokenize(instructions)}


def begin_batch(
    pool: ThreadPoolExecutor,
    lend: Lend,
    read: Read,
    rows: "NDArray[np.int64]",
    shape: Shape,
    key: Sequence[int],
    augmentation: Augmentation,
) -> "tuple[_Arrays, list[Future[_Said]]]":
    """Hand every row to the pool; what is drawn for it follows from `key` and its place alone."""
    into = _Arrays(*(torch.from_numpy(lend(len(rows), shape, channels)) for channels in (3, 3, 1)))
    return into, [
        pool.submit(_fill, into, place, read, int(row), np.random.default_rng([*key, place]), augmentation)
        for place, row in enumerate(rows)
    ]


def _fill(
    into: _Arrays, place: int, read: Read, number: int, dice: np.random.Generator, augmentation: Augmentation
) -> _Said:
    """Make a sample and write its pixels where they belong; what else there is to say of it."""
    row = read(number)
    height, width = into.source.shape[1:3]
    sample = make_sample(row, (height, width), dice, augmentation)
    if sample.source_dropped:
        into.source[place].zero_()
    else:
        _write(into.source[place].numpy(), sample.source)
    _write(into.edited[place].numpy(), sample.edited)
    into.mask[place, :, :, 0].numpy()[:] = sample.mask
    return sample.instruction, sample.source_dropped, tuple(row[name] for name in _IDS)


def _write(into: "NDArray[np.float32]", pixels: "NDArray[np.uint8]") -> None:
    """0 to 255 becomes -1 to 1, in one pass: `into` is larger than what a core caches."""
    cv2.addWeighted(pixels, 2 / 255, pixels, 0, -1, dst=into, dtype=cv2.CV_32F)
