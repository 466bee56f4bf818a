"""An epoch as blocks of rows: the whole dataset at once, or a stream piece by piece, each piece shuffled by itself."""

import copy
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from photoshop_request.errors import InputError
from photoshop_request.rows import row_condition, select_dicts
from photoshop_request.schema import DEFAULT_CONFIG
from photoshop_request.training.batch_plan import Share
from photoshop_request.training.row_source import INDEX, SHOWN, Read, Rows, check_columns
from photoshop_request.training.sampling import Sampling, epoch_order

if TYPE_CHECKING:
    from datasets import IterableDataset
    from numpy.typing import NDArray

__all__ = ["Block", "Blocks", "Stored", "Streamed"]

Mark = dict[str, Any]
"""Where a block begins; plain values."""


@dataclass(frozen=True)
class Block:
    """Rows that are shuffled together."""

    mark: Mark | None
    """What `blocks` takes to begin here again; None for the beginning."""
    index: pa.Table
    order: "NDArray[np.int64]"
    """The order in which rows of the index are shown."""
    read: Read
    share: Share
    """Which part of the order is this machine's."""


class Blocks(Protocol):
    """What epochs are made from."""

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """The epoch from a mark on, which only a `Block` of the same epoch knows."""

    @property
    def name(self) -> str:
        """Tells datasets and settings apart that give other orders."""

    @property
    def share(self) -> Share:
        """This machine's part of every epoch."""


@dataclass(frozen=True)
class Stored:
    """Rows that can be read in any order: an epoch is one block."""

    rows: Rows
    sampling: Sampling
    seed: int
    share: Share

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """The one block."""
        order = epoch_order(self.rows.index, self.sampling, self.seed, epoch)
        yield Block(mark, self.rows.index, order, self.rows.reader(), self.share)

    @property
    def name(self) -> str:
        """By the number of rows and the requests' ids."""
        ids = self.rows.index["submission_id"]
        told = f"{len(ids)} {ids[0] if len(ids) else ''} {ids[-1] if len(ids) else ''} {self.sampling}"
        return blake2b(told.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Streamed:
    """Rows that come one after another. Each machine reads them all and keeps every `world`-th, `size` of them a block.

    So a shuffled stream stands still at the beginning of a block, which `datasets` can go back to exactly, and all
    machines end after the same number of batches.
    """

    dataset: "IterableDataset"
    sampling: Sampling
    seed: int
    share: Share
    size: int
    """Rows of a block on each machine."""
    drop_last: bool

    def __post_init__(self) -> None:
        if self.sampling.weighted:
            raise InputError("a stream cannot be weighed: how often to draw a row depends on all the others.")
        check_columns(self.dataset.column_names)
        row_condition(self.sampling.active(), self.dataset.column_names, "the dataset as it was loaded")

    @property
    def name(self) -> str:
        """By the settings: a stream does not say what it holds."""
        return blake2b(f"stream {self.size} {self.sampling}".encode(), digest_size=8).hexdigest()

    def blocks(self, epoch: int, mark: Mark | None) -> Iterator[Block]:
        """The next block is read while one is shown."""
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
        """The rows of this machine, of `within` that went round; each machine gets as many, whatever is left."""
        index = pa.table({name: [row[name] for row in rows] for name in ("source_width", "source_height")})
        order = np.random.default_rng([self.seed, epoch, int(mark["seen"]), self.share.rank]).permutation(len(rows))
        fewest, most = within // self.share.world, -(-within // self.share.world)
        equal = order[:fewest] if self.drop_last or not fewest else np.resize(order, most)
        return Block(mark, index, equal, lambda number: rows[number], Share())

    def _kept(self, epoch: int, mark: Mark) -> Iterator[tuple[Mark, dict[str, Any]]]:
        """The selected rows from a mark on, each with the mark of where it stands."""
        wanted = [name for name in dict.fromkeys((*SHOWN, *INDEX)) if name in self.dataset.column_names]
        stream = self.dataset.select_columns(wanted).decode(enable=False)  # a new one, which stands at its beginning
        if mark["stream"] is not None:
            stream.load_state_dict(copy.deepcopy(mark["stream"]))
        skip = int(mark["skip"])
        for state, run in self._runs(stream, mark["stream"]):
            for number, row in enumerate(self._few(run, epoch)):
                if number >= skip:
                    yield {"stream": state, "skip": number}, row
            skip = 0

    def _runs(self, stream: Any, state: Mark | None) -> Iterator[tuple[Mark | None, list[dict[str, Any]]]]:
        """Rows of one request that follow each other, where edits of a request are counted; else each by itself.

        With the state of the stream before them.
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

    def _few(self, run: list[dict[str, Any]], epoch: int) -> list[dict[str, Any]]:
        """What is shown of a run this time."""
        good = select_dicts(run, self.sampling.active(), DEFAULT_CONFIG)
        most = self.sampling.max_edits_per_request
        if most is None or len(good) <= most:
            return good
        return sorted(good, key=lambda row: self._lot(row, epoch))[:most]

    def _lot(self, row: Mapping[str, Any], epoch: int) -> bytes:
        return blake2b(f"{self.seed} {epoch} {row['comment_id']}".encode(), digest_size=8).digest()


def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same, the next one made on a thread meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, blocks, None)
        while block := following.result():
            following = thread.submit(next, blocks, None)
            yield block
