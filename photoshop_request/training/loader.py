"""Batches of triplets for torch: threads decode ahead, and the order is a function of a seed, so that it can be resumed."""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import torch.distributed
from torch.utils.data import IterableDataset, get_worker_info

from photoshop_request.errors import InputError
from photoshop_request.training.batch_assembly import Pending, begin_batch
from photoshop_request.training.batch_plan import Batch, Share, batches
from photoshop_request.training.buckets import Shape, bucket_shapes, nearest_shape
from photoshop_request.training.buffer_pool import Lend, lender
from photoshop_request.training.epoch_blocks import Block, Blocks, Stored, Streamed
from photoshop_request.training.row_source import rows_at, rows_of
from photoshop_request.training.sample import Augmentation
from photoshop_request.training.sampling import Sampling

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["TripletLoader", "make_dataloader"]


@dataclass(frozen=True)
class _Settings:
    """What a loader was asked for."""

    batch_size: int
    shapes: Sequence[Shape]
    augmentation: Augmentation
    tokenize: Callable[[list[str]], Any] | None
    seed: int
    drop_last: bool
    threads: int
    prefetch: int


@dataclass(frozen=True)
class _Part:
    """One of the interleaved parts into which worker processes divide the batches of a machine."""

    number: int = 0
    of: int = 1


def make_dataloader(
    dataset: "str | PathLike[str] | datasets.Dataset | datasets.IterableDataset",
    *,
    resolution: int,
    batch_size: int,
    split: str = "train",
    sampling: Sampling | None = None,
    shapes: Sequence[Shape] | None = None,
    flip: float = 0.5,
    min_crop: float = 0.7,
    changed_crops: float = 0.5,
    instruction_dropout: float = 0.0,
    source_dropout: float = 0.0,
    tokenize: Callable[[list[str]], Any] | None = None,
    seed: int = 0,
    rank: int | None = None,
    world_size: int | None = None,
    drop_last: bool = True,
    shuffle_buffer: int = 128,
    threads: int | None = None,
    prefetch: int = 2,
) -> "TripletLoader":
    """Batches of (source, instruction, edited) at about `resolution` squared pixels. Iterate over it once an epoch.

    `dataset`: a folder (`CORPUS/dataset`), a name on the Hub (`org/name`; the split is downloaded once), or what
    `photoshop_request.load` gave, streaming or not. `split` is for the first two.

    Each batch is a dict, B rows of one shape H x W:
        source: float32 [B, 3, H, W] in [-1, 1], memory format channels_last; 0 where the source was dropped.
        edited: the same, brought into the source's frame by the stored alignment; where the edit does not reach,
            the source.
        mask: float32 [B, 1, H, W], 1 where the picture changed, else 0.
        instruction: list of B str; empty where it was dropped.
        source_dropped: bool [B].
        submission_id, comment_id: lists of B str.
        tokens: what `tokenize` made of `instruction`; only if given.

    `sampling`: what is drawn and how often; everything once by default. `shapes`: (height, width) of the buckets;
    `bucket_shapes(resolution)` by default, `[(512, 512)]` for squares. `flip`: probability, 0 to 1, of mirroring a pair
    that can be. `min_crop`: sides of the random crop over those of the largest, 0 to 1. `changed_crops`: probability
    that a crop is placed to hold a changed point. `instruction_dropout`, `source_dropout`: probabilities, for
    classifier-free guidance; half of the rarer one's cases fall together. `rank`, `world_size`: this machine's
    part; by default as torch.distributed says. `drop_last`: leave out the rows that make no full batch on every
    machine, others each epoch. `shuffle_buffer`: rows of a stream that are shuffled together; they are held twice.
    `threads`: that decode; by default one a core, at most 8. `prefetch`: batches ready ahead.

    Raises:
        InputError: no such dataset, a column is missing, a value cannot be used, or no batch can be filled.
        NetworkError: the Hub cannot be reached.
        ValueError: the resolution is under 16, or `sampling` has an unknown policy or a temperature below 1.
    """
    for name, value in (("flip", flip), ("min_crop", min_crop), ("changed_crops", changed_crops)):
        _probability(name, value)
    _probability("instruction_dropout", instruction_dropout)
    _probability("source_dropout", source_dropout)
    counts = {"batch_size": batch_size, "shuffle_buffer": shuffle_buffer, "prefetch": prefetch, "threads": threads or 1}
    for name, count in counts.items():
        if count < 1:
            raise InputError(f"{name}: 1 or more, not {count}.")
    share = _share(rank, world_size)
    chosen = sorted(shapes or bucket_shapes(resolution), key=lambda each: each[1] / each[0])
    settings = _Settings(
        batch_size,
        chosen,
        Augmentation(flip, min_crop, changed_crops, instruction_dropout, source_dropout),
        tokenize,
        seed,
        drop_last,
        threads or min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
        prefetch,
    )
    sampling = sampling or Sampling()
    if isinstance(dataset, (str, PathLike)):
        return TripletLoader(Stored(rows_at(dataset, split), sampling, seed, share), settings)
    if hasattr(dataset, "num_rows"):
        return TripletLoader(Stored(rows_of(dataset), sampling, seed, share), settings)
    size = -(-shuffle_buffer // batch_size) * batch_size
    return TripletLoader(Streamed(dataset, sampling, seed, share, size, drop_last), settings)


class TripletLoader(IterableDataset):
    """Iterates over the batches of one epoch; made by `make_dataloader`, which says what they hold.

    It is a torch IterableDataset of whole batches. Used by itself, threads of this process decode. For processes, wrap
    it: `StatefulDataLoader(loader, batch_size=None, num_workers=2)`, and call `set_epoch` before each epoch; each
    process has its threads.
    """

    def __init__(self, source: Blocks, settings: _Settings) -> None:
        self._source = source
        self._settings = settings
        self._epoch = 0
        self._mark: dict[str, Any] | None = None
        self._next = 0
        self._part = _Part()
        if isinstance(source, Stored) and not len(self):
            raise InputError(
                f"no batch of {settings.batch_size} can be filled from {source.rows.index.num_rows} rows on "
                f"{source.share.world} machines. Select less strictly, or ask for smaller batches."
            )

    def __len__(self) -> int:
        """Batches of the current epoch on this machine; a stream does not know."""
        if not isinstance(self._source, Stored):
            raise TypeError("a stream does not know how long it is")
        return len(self._planned(next(self._source.blocks(self._epoch, None))))

    def set_epoch(self, epoch: int) -> None:
        """Begin this epoch: its order, crops and flips are a function of the seed and its number."""
        self._epoch, self._mark, self._next, self._part = epoch, None, 0, _Part()

    def state_dict(self) -> dict[str, Any]:
        """Where the next batch is: plain values, to be stored with the model."""
        return {
            "epoch": self._epoch,
            "block": self._mark,
            "batch": self._next,
            "part": [self._part.number, self._part.of],
            "order": self._order,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on with the batch after the last one that was handed out when `state` was taken.

        Raises:
            InputError: the state is of another dataset, seed, batch size or number of machines.
        """
        if state["order"] != self._order:
            raise InputError(
                "the state was taken with another dataset, sampling, seed, batch_size, shapes or number of machines "
                f"({state['order']}, not {self._order}): the rest of the epoch cannot be found. Call set_epoch instead."
            )
        self._epoch, self._mark, self._next = state["epoch"], state["block"], state["batch"]
        self._part = _Part(*state["part"])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rest of the epoch; after it the next one begins."""
        self._part = self._resumed_part()
        settings = self._settings
        pixels = settings.batch_size * max(height * width for height, width in settings.shapes)
        # a batch that is shown, those that wait, and the one that is begun
        lend = lender(pixels, settings.prefetch + 2)
        with ThreadPoolExecutor(self._settings.threads, thread_name_prefix="triplets") as pool:
            pending: deque[Pending] = deque()
            todo = self._todo()
            try:
                pending.extend(
                    self._started(each, pool, lend) for each in itertools.islice(todo, self._settings.prefetch)
                )
                while pending:
                    first = pending.popleft()
                    pending.extend(self._started(each, pool, lend) for each in itertools.islice(todo, 1))
                    made = first.finished(self._settings.tokenize)
                    self._mark, self._next = first.mark, first.number + self._part.of
                    yield made
            finally:
                pool.shutdown(cancel_futures=True)
        self.set_epoch(self._epoch + 1)

    @property
    def _order(self) -> str:
        settings, share = self._settings, self._source.share
        shapes = ",".join(f"{height}x{width}" for height, width in settings.shapes)
        ends = "drop" if settings.drop_last else "keep"
        return f"{self._source.name} {settings.seed} {settings.batch_size} {share.world} {ends} {shapes}"

    def _resumed_part(self) -> _Part:
        """Which batches this process makes."""
        worker = get_worker_info()
        if worker is None:
            if self._part.of > 1:
                raise InputError("the state was taken in a worker process: load it with as many workers.")
            return _Part()
        if isinstance(self._source, Streamed):
            raise InputError("a stream is read by one process: use the loader by itself; its threads decode.")
        part = _Part(worker.id, worker.num_workers)
        if self._next and part != self._part:
            raise InputError(f"the state was taken with {self._part.of} worker processes, not {part.of}. Use as many.")
        if not self._next:
            self._next = part.number
        return part

    def _todo(self) -> "Iterator[tuple[Block, Batch, int]]":
        """This process's batches from the next one on, each with its number in the block."""
        begin = self._next
        for block in self._source.blocks(self._epoch, self._mark):
            planned = self._planned(block)
            for number in range(begin, len(planned), self._part.of):
                yield block, planned[number], number
            begin = self._part.number

    def _planned(self, block: Block) -> list[Batch]:
        shape_of = _shape_of(block.index, self._settings.shapes)
        settings = self._settings
        return batches(block.order, shape_of, settings.batch_size, block.share, drop_last=settings.drop_last)

    def _started(self, todo: "tuple[Block, Batch, int]", pool: ThreadPoolExecutor, lend: Lend) -> Pending:
        block, batch, number = todo
        # a stream's blocks number their batches anew, on each machine by itself
        rank = 0 if isinstance(self._source, Stored) else self._source.share.rank
        key = [self._settings.seed, self._epoch, int((block.mark or {}).get("seen", 0)), rank, batch.number]
        shape = self._settings.shapes[batch.shape]
        samples = begin_batch(pool, lend, block.read, batch.rows, shape, key, self._settings.augmentation)
        return Pending(*samples, mark=block.mark, number=number)


def _shape_of(index: "pa.Table", shapes: Sequence[Shape]) -> "NDArray[np.int64]":
    widths, heights = (np.asarray(index[f"source_{side}"].to_numpy(), np.float64) for side in ("width", "height"))
    return nearest_shape(widths, heights, shapes)


def _share(rank: int | None, world_size: int | None) -> Share:
    if rank is None and world_size is None:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            return Share(torch.distributed.get_rank(), torch.distributed.get_world_size())
        return Share()
    if rank is None or world_size is None or not 0 <= rank < world_size:
        raise InputError(f"rank {rank} of {world_size}: give both, counted from 0.")
    return Share(rank, world_size)


def _probability(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise InputError(f"{name}: {value} is not between 0 and 1.")
