"""Divide an epoch into blocks of rows that are shuffled together: one for a dataset, many for a stream."""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from photoshop_request.errors import InputError
from photoshop_request.rows import row_condition, select_dicts
from photoshop_request.schema import DEFAULT_CONFIG
from photoshop_request.training.batch_plan import RankShare
from photoshop_request.training.row_source import INDEX_COLUMNS, SAMPLE_COLUMNS, Read, Rows, check_columns
from photoshop_request.training.sampling import Sampling, epoch_order

if TYPE_CHECKING:
    from datasets import IterableDataset
    from numpy.typing import NDArray


Mark = dict[str, Any]
"""Position where a block begins, as plain values."""


@dataclass(frozen=True)
class Block:
    """Hold rows that are shuffled together."""

    mark: Mark | None
    """Argument of `blocks` to begin here again; None for the beginning."""
    index: pa.Table
    order: "NDArray[np.int64]"
    """Row numbers of the index, in the order in which they are shown."""
    read: Read
    share: RankShare
    """This machine's part of the order."""


class EpochBlocks(Protocol):
    """Divide epochs into blocks."""

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """Yield the blocks of an epoch, beginning at a mark. The mark must come from a `Block` of the same epoch."""

    @property
    def name(self) -> str:
        """Return a name that differs between datasets and settings that have different orders."""

    @property
    def share(self) -> RankShare:
        """Return this machine's part of every epoch."""


@dataclass(frozen=True)
class StoredRows:
    """Divide rows that can be read in any order: an epoch is one block."""

    rows: Rows
    sampling: Sampling
    seed: int
    share: RankShare

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """Yield the only block."""
        order = epoch_order(self.rows.index, self.sampling, self.seed, epoch)
        yield Block(mark, self.rows.index, order, self.rows.reader(), self.share)

    @property
    def name(self) -> str:
        """Return a digest of the number of rows, the first and last request, and the sampling."""
        ids = self.rows.index["submission_id"]
        return _digest(len(ids), *([ids[0], ids[-1]] if len(ids) else []), self.sampling.settings)


@dataclass(frozen=True)
class StreamedRows:
    """Divide a stream into blocks. Each machine reads all rows and keeps every `world`-th of them, `size` per block.

    `datasets` can return exactly to the beginning of a block, also in a shuffled stream. All machines end after the
    same number of batches.
    """

    dataset: "IterableDataset"
    sampling: Sampling
    seed: int
    share: RankShare
    size: int
    """Rows per block on each machine."""
    drop_last: bool

    def __post_init__(self) -> None:
        if self.sampling.weighted:
            raise InputError(
                "a stream cannot be weighted: how often a row is drawn depends on all others. Load it without streaming."
            )
        check_columns(self.dataset.column_names)
        row_condition(self.sampling.active(), self.dataset.column_names, "the dataset as it was loaded")

    @property
    def name(self) -> str:
        """Return a digest of the settings only, because a stream does not describe its content."""
        return _digest("stream", self.size, self.sampling.settings)

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """Yield blocks while a thread reads the next one."""
        yield from _ahead(self._read(epoch, mark))

    def _read(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        mark = mark or {"stream": None, "skip": 0, "seen": 0}
        seen = int(mark["seen"])
        rows: list[dict[str, Any]] = []
        own = range(self.share.rank, self.size * self.share.world, self.share.world)
        within = 0
        for place, row in self._kept(epoch, mark):
            if within == self.size * self.share.world:
                yield self._block(mark, rows, within, epoch)
                mark, rows, within = {**place, "seen": seen + within}, [], 0
                seen = int(mark["seen"])
            if within in own:
                rows.append(row)
            within += 1
        if within:
            yield self._block(mark, rows, within, epoch)

    def _block(self, mark: Mark, rows: list[dict[str, Any]], within: int, epoch: int) -> Block:
        """Return this machine's part of a block of `within` rows. All machines get the same number of rows."""
        index = pa.table({name: [row[name] for row in rows] for name in ("source_width", "source_height")})
        order = np.random.default_rng([self.seed, epoch, int(mark["seen"]), self.share.rank]).permutation(len(rows))
        fewest, most = within // self.share.world, -(-within // self.share.world)
        equal = order[:fewest] if self.drop_last or not fewest else np.resize(order, most)
        return Block(mark, index, equal, lambda number: rows[number], RankShare())

    def _kept(self, epoch: int, mark: Mark) -> Iterator[tuple[Mark, dict[str, Any]]]:
        """Yield the selected rows, beginning at a mark, each with its own mark."""
        names = [name for name in dict.fromkeys((*SAMPLE_COLUMNS, *INDEX_COLUMNS)) if name in self.dataset.column_names]
        stream = self.dataset.select_columns(names).decode(enable=False)  # a new stream, at its beginning
        if mark["stream"] is not None:
            stream.load_state_dict(copy.deepcopy(mark["stream"]))
        skip = int(mark["skip"])
        for state, run in self._runs(stream, mark["stream"]):
            for number, row in enumerate(self._selected(run, epoch)):
                if number >= skip:
                    yield {"stream": state, "skip": number}, row
            skip = 0

    def _runs(self, stream: Any, state: Mark | None) -> Iterator[tuple[Mark | None, list[dict[str, Any]]]]:
        """Yield runs of rows of one request if the sampling compares them, else single rows.

        Each comes with the state of the stream before it.
        """
        together = self.sampling.max_edits_per_request is not None or self.sampling.one_edit_per_request
        run: list[dict[str, Any]] = []
        begin = before = state
        for row in stream:
            if run and not (together and run[-1]["submission_id"] == row["submission_id"]):
                yield begin, run
                begin, run = before, []
            run.append(row)
            before = copy.deepcopy(stream.state_dict())
        if run:
            yield begin, run

    def _selected(self, run: list[dict[str, Any]], epoch: int) -> list[dict[str, Any]]:
        """Return the rows of a run that this epoch shows."""
        selected = select_dicts(run, self.sampling.active(), DEFAULT_CONFIG)
        limit = self.sampling.max_edits_per_request
        if limit is None or len(selected) <= limit:
            return selected
        return sorted(selected, key=lambda row: _digest(self.seed, epoch, row["comment_id"]))[:limit]


def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield blocks while a thread makes the next one."""
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, blocks, None)
        while block := following.result():
            following = thread.submit(next, blocks, None)
            yield block


def _digest(*values: object) -> str:
    return blake2b(" ".join(map(str, values)).encode(), digest_size=8).hexdigest()
