"""Load batches of triplets for torch: threads decode ahead, and a seed fixes the order, so that it can be resumed."""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import torch.distributed
from torch.utils.data import IterableDataset, get_worker_info

from photoshop_request.errors import InputError
from photoshop_request.training.batch_assembly import Lend, PendingBatch, begin_batch, buffer_pool
from photoshop_request.training.batch_plan import (
    BatchPlan,
    RankShare,
    Shape,
    bucket_shapes,
    nearest_shape,
    plan_batches,
)
from photoshop_request.training.epoch_blocks import Block, EpochBlocks, StoredRows, StreamedRows
from photoshop_request.training.row_source import rows_of_dataset, rows_of_files
from photoshop_request.training.sample import Augmentation
from photoshop_request.training.sampling import Sampling

if TYPE_CHECKING:
    import datasets


@dataclass(frozen=True)
class _Settings:
    """Hold the arguments of a loader."""

    batch_size: int
    shapes: Sequence[Shape]
    augmentation: Augmentation
    tokenize: Callable[[list[str]], Any] | None
    seed: int
    drop_last: bool
    threads: int
    prefetch: int


@dataclass(frozen=True)
class _WorkerShare:
    """Name a worker's part of a machine's batches: every `of`-th batch, beginning with `number`."""

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
    """Return a loader of batches at about `resolution` squared pixels. Iterate over it once per epoch.

    `dataset`: a folder (`CORPUS/dataset`), a name on the Hub (`org/name`; the split is downloaded once), or the result
    of `photoshop_request.load`, streaming or not. `split` is for the first two.

    Each batch is a dict, B rows of one shape H x W:
        source: float32 [B, 3, H, W] in [-1, 1], memory format channels_last. 0 where the source was dropped.
        edited: the same, aligned with the source's frame by the stored alignment. Outside of the edit it shows the source.
        mask: float32 [B, 1, H, W], 1 where the picture changed, else 0.
        instruction: list of B str. Empty where it was dropped.
        source_dropped: bool [B].
        submission_id, comment_id: lists of B str.
        tokens: the result of `tokenize` for `instruction`, if given.

    - `sampling`: the rows to draw and how often. Default: every row once.
    - `shapes`: (height, width) of the buckets. Default: `bucket_shapes(resolution)`. `[(512, 512)]` gives squares.
    - `flip`: probability of mirroring a pair whose instruction allows it.
    - `min_crop`: minimum side of the random crop relative to the largest crop, 0 to 1.
    - `changed_crops`: probability that a crop holds a changed point.
    - `instruction_dropout`, `source_dropout`: probabilities, for classifier-free guidance. Half of the cases of the
      rarer dropout also have the other one.
    - `rank`, `world_size`: this machine's part. Default: from torch.distributed.
    - `drop_last`: leave out rows that do not fill a batch on every machine. Each epoch leaves out other rows.
    - `shuffle_buffer`: rows of a stream that are shuffled together. Memory holds them twice.
    - `threads`: decoding threads. Default: one per core, at most 8.
    - `prefetch`: batches to prepare ahead.

    Raises:
        InputError: no such dataset, a column is missing, a value is not allowed, or no batch can be filled.
        NetworkError: the Hub cannot be reached.
        ValueError: the resolution is under 16, or `sampling` has an unknown policy or a temperature below 1.
    """
    augmentation = Augmentation(flip, min_crop, changed_crops, instruction_dropout, source_dropout)
    for name, value in asdict(augmentation).items():
        if not 0 <= value <= 1:
            raise InputError(f"{name}: {value} is not a number from 0 to 1.")
    counts = {"batch_size": batch_size, "shuffle_buffer": shuffle_buffer, "prefetch": prefetch, "threads": threads or 1}
    for name, count in counts.items():
        if count < 1:
            raise InputError(f"{name}: {count} is not 1 or more.")
    share = _rank_share(rank, world_size)
    settings = _Settings(
        batch_size,
        sorted(shapes or bucket_shapes(resolution), key=lambda shape: shape[1] / shape[0]),
        augmentation,
        tokenize,
        seed,
        drop_last,
        threads or min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
        prefetch,
    )
    sampling = sampling or Sampling()
    if isinstance(dataset, (str, PathLike)):
        return TripletLoader(StoredRows(rows_of_files(dataset, split), sampling, seed, share), settings)
    if hasattr(dataset, "num_rows"):
        return TripletLoader(StoredRows(rows_of_dataset(dataset), sampling, seed, share), settings)
    size = -(-shuffle_buffer // batch_size) * batch_size
    return TripletLoader(StreamedRows(dataset, sampling, seed, share, size, drop_last), settings)


class TripletLoader(IterableDataset):
    """Iterate over the batches of one epoch. Create it with `make_dataloader`, which describes the batches.

    A torch IterableDataset of whole batches. Used alone, it decodes with threads of this process. For worker processes,
    wrap it: `StatefulDataLoader(loader, batch_size=None, num_workers=2)`, and call `set_epoch` before each epoch. Each
    process has its own threads.
    """

    def __init__(self, source: EpochBlocks, settings: _Settings) -> None:
        self._source = source
        self._settings = settings
        self._epoch = 0
        self._mark: dict[str, Any] | None = None
        self._next = 0
        self._part = _WorkerShare()
        if isinstance(source, StoredRows) and not len(self):
            raise InputError(
                f"no batch of {settings.batch_size} can be filled from {source.rows.index.num_rows} rows on "
                f"{source.share.world} machines. Loosen the filters, or use smaller batches."
            )

    def __len__(self) -> int:
        """Return the batches of the current epoch on this machine. Raise `TypeError` for a stream."""
        if not isinstance(self._source, StoredRows):
            raise TypeError("the length of a stream is unknown")
        return len(self._planned(next(self._source.blocks(self._epoch, None))))

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch. Its order, crops and flips depend only on the seed and the epoch's number."""
        self._epoch, self._mark, self._next, self._part = epoch, None, 0, _WorkerShare()

    def state_dict(self) -> dict[str, Any]:
        """Return the position of the next batch as plain values. Store them with the model."""
        return {
            "epoch": self._epoch,
            "block": self._mark,
            "batch": self._next,
            "part": [self._part.number, self._part.of],
            "order": self._order,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resume at the position of `state`.

        Raises:
            InputError: the state belongs to another dataset, sampling, seed, batch size or number of machines.
        """
        if state["order"] != self._order:
            raise InputError(
                "the state belongs to another dataset, sampling, seed, batch_size, shapes or number of machines "
                f"({state['order']}, not {self._order}), so the epoch cannot be resumed. Call set_epoch instead."
            )
        self._epoch, self._mark, self._next = state["epoch"], state["block"], state["batch"]
        self._part = _WorkerShare(*state["part"])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the remaining batches of the epoch, then begin the next one."""
        self._part = self._resumed_part()
        settings = self._settings
        pixels = settings.batch_size * max(height * width for height, width in settings.shapes)
        # one batch in use, `prefetch` waiting batches, and one being filled
        lend = buffer_pool(pixels, settings.prefetch + 2)
        with ThreadPoolExecutor(settings.threads, thread_name_prefix="triplets") as pool:
            pending: deque[PendingBatch] = deque()
            planned = self._remaining()
            try:
                pending.extend(
                    self._start(*batch, pool, lend) for batch in itertools.islice(planned, settings.prefetch)
                )
                while pending:
                    first = pending.popleft()
                    pending.extend(self._start(*batch, pool, lend) for batch in itertools.islice(planned, 1))
                    batch = first.result(settings.tokenize)
                    self._mark, self._next = first.mark, first.number + self._part.of
                    yield batch
            finally:
                pool.shutdown(cancel_futures=True)
        self.set_epoch(self._epoch + 1)

    @property
    def _order(self) -> str:
        settings, share = self._settings, self._source.share
        shapes = ",".join(f"{height}x{width}" for height, width in settings.shapes)
        ends = "drop" if settings.drop_last else "keep"
        return f"{self._source.name} {settings.seed} {settings.batch_size} {share.world} {ends} {shapes}"

    def _resumed_part(self) -> _WorkerShare:
        """Return the share of this process, and set the number of its first batch."""
        worker = get_worker_info()
        if worker is None:
            if self._part.of > 1:
                raise InputError("the state was taken in a worker process: load it with the same number of workers.")
            return _WorkerShare()
        if isinstance(self._source, StreamedRows):
            raise InputError("only one process can read a stream. Use the loader without workers: its threads decode.")
        part = _WorkerShare(worker.id, worker.num_workers)
        if self._next and part != self._part:
            raise InputError(
                f"the state was taken with {self._part.of} worker processes, not {part.of}. Use the same number."
            )
        if not self._next:
            self._next = part.number
        return part

    def _remaining(self) -> "Iterator[tuple[Block, BatchPlan, int]]":
        """Yield this process's batches from the next one on, each with its number in the block."""
        begin = self._next
        for block in self._source.blocks(self._epoch, self._mark):
            planned = self._planned(block)
            for number in range(begin, len(planned), self._part.of):
                yield block, planned[number], number
            begin = self._part.number

    def _planned(self, block: Block) -> list[BatchPlan]:
        settings = self._settings
        width, height = (block.index[f"source_{side}"].to_numpy().astype(np.float64) for side in ("width", "height"))
        buckets = nearest_shape(width, height, settings.shapes)
        return plan_batches(block.order, buckets, settings.batch_size, block.share, drop_last=settings.drop_last)

    def _start(self, block: Block, batch: BatchPlan, number: int, pool: ThreadPoolExecutor, lend: Lend) -> PendingBatch:
        # the blocks of a stream number their batches from 0 on each machine
        rank = 0 if isinstance(self._source, StoredRows) else self._source.share.rank
        key = [self._settings.seed, self._epoch, int((block.mark or {}).get("seen", 0)), rank, batch.number]
        shape = self._settings.shapes[batch.shape]
        samples = begin_batch(pool, lend, block.read, batch.rows, shape, key, self._settings.augmentation)
        return PendingBatch(*samples, mark=block.mark, number=number)


def _rank_share(rank: int | None, world_size: int | None) -> RankShare:
    if rank is None and world_size is None:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            return RankShare(torch.distributed.get_rank(), torch.distributed.get_world_size())
        return RankShare()
    if rank is None or world_size is None or not 0 <= rank < world_size:
        raise InputError(f"rank {rank} of {world_size}: give both, counted from 0.")
    return RankShare(rank, world_size)
