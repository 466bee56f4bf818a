"""Which rows an epoch shows, how often and in what order: a function of the seed and the epoch's number alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photoshop_request.errors import InputError
from photoshop_request.rows import RowFilter, select_rows
from photoshop_request.training.task_weights import Policy, sampling_weights

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["Sampling", "epoch_order", "selected"]


@dataclass(kw_only=True)
class Sampling(RowFilter):
    """Say which rows an epoch shows and how often. The fields of `RowFilter` select rows.

    An epoch has as many draws as rows are selected, less what `max_edits_per_request` withholds.

    Without weights every selected row comes once. With them a row of weight 2.3 comes two or three times and one of
    weight 0.4 in two epochs of five; weights average 1.
    """

    max_edits_per_request: int | None = None
    """Show at most so many edits of a request an epoch, others the next time; None for all."""
    task_policy: Policy | str = Policy.NATURAL
    """Weigh by task type: `natural`, `balanced` or `temperature`, as `photoshop_request.training.task_weights` defines them."""
    temperature: float = 2.0
    """For `temperature`: 1 is natural, infinity is balanced."""
    score_power: float = 0.0
    """Weigh by score_percentile to this power: 0 not at all; a row without one counts as the average."""
    locality_power: float = 0.0
    """Weigh by locality to this power: 0 not at all."""

    def __post_init__(self) -> None:
        self.active()

    @property
    def weighted(self) -> bool:
        """Whether rows come more or less often than once."""
        return Policy(self.task_policy) != Policy.NATURAL or bool(self.score_power or self.locality_power)


def epoch_order(index: "pa.Table", sampling: Sampling, seed: int, epoch: int) -> "NDArray[np.int64]":
    """Numbers of rows of the index, in the order in which an epoch shows them.

    Raises:
        InputError: the index lacks a column that the sampling looks at.
        ValueError: an unknown policy or a temperature below 1.
    """
    dice = np.random.default_rng([seed, epoch])
    rows = selected(index, sampling)
    if sampling.weighted and len(rows):
        rows = _drawn(rows, _weights(index, rows, sampling), dice)
    order = dice.permutation(rows)
    if sampling.max_edits_per_request is None:
        return order
    return _capped(order, index, sampling.max_edits_per_request)


def selected(index: "pa.Table", sampling: Sampling) -> "NDArray[np.int64]":
    """Numbers of the rows that meet the selection, in the order of the index."""
    active = sampling.active()
    if not active:
        return np.arange(index.num_rows)
    return np.array(select_rows(index, active, "the dataset as it was loaded"), np.int64)


def _drawn(rows: "NDArray[np.int64]", weights: "NDArray[np.float64]", dice: np.random.Generator) -> "NDArray[np.int64]":
    """Systematic sampling: every row comes its weight's floor or ceiling of times, all together as many as rows."""
    shuffled = dice.permutation(len(rows))
    steps = np.floor(np.cumsum(weights[shuffled]) + dice.uniform()).astype(np.int64)
    return np.repeat(rows[shuffled], np.diff(steps, prepend=0))


def _weights(index: "pa.Table", rows: "NDArray[np.int64]", sampling: Sampling) -> "NDArray[np.float64]":
    """One per selected row, averaging 1."""
    weights = np.ones(len(rows))
    if Policy(sampling.task_policy) != Policy.NATURAL:
        weights *= _by_task(index, rows, sampling)
    for name, power in (("score_percentile", sampling.score_power), ("locality", sampling.locality_power)):
        if power:
            values = _numbers(index, name)[rows]
            known = values[~np.isnan(values)]
            with np.errstate(divide="ignore"):
                weights *= np.where(np.isnan(values), known.mean() if len(known) else 1.0, values) ** power
    if not 0 < weights.sum() < np.inf:
        raise InputError("sampling: every row has weight 0, or one an infinite weight. Weigh by less.")
    return np.asarray(weights / weights.mean())


def _by_task(index: "pa.Table", rows: "NDArray[np.int64]", sampling: Sampling) -> "NDArray[np.float64]":
    """The largest of the weights of a row's task types; rows without any are `unclear`."""
    kinds = [each or ["unclear"] for each in _column(index, "task_types").take(rows).to_pylist()]
    counts: dict[str, int] = {}
    for each in kinds:
        for task in set(each):
            counts[task] = counts.get(task, 0) + 1
    weight = sampling_weights(counts, sampling.task_policy, temperature=sampling.temperature)
    return np.array([max(weight[task] for task in each) for each in kinds])


def _capped(order: "NDArray[np.int64]", index: "pa.Table", most: int) -> "NDArray[np.int64]":
    """The order without what comes after the first `most` of a request."""
    from pyarrow import compute as pc

    codes = np.asarray(pc.rank(_column(index, "submission_id").combine_chunks(), tiebreaker="dense"))[order]
    grouped = np.argsort(codes, kind="stable")
    begins = np.flatnonzero(np.diff(codes[grouped], prepend=-1))
    place = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    return order[np.sort(grouped[place < most])]


def _numbers(index: "pa.Table", name: str) -> "NDArray[np.float64]":
    return np.asarray(_column(index, name).to_numpy(), np.float64)


def _column(index: "pa.Table", name: str) -> "pa.ChunkedArray":
    if name not in index.column_names:
        raise InputError(f"sampling looks at the column {name}, and the dataset was loaded without it. Load it too.")
    return index.column(name)
