"""Choose the rows of an epoch, how often each comes, and their order, from the seed and the epoch's number alone."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from photoshop_request.errors import InputError
from photoshop_request.rows import RowFilter, select_rows

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


class TaskPolicy(StrEnum):
    """Say how often each task type is drawn."""

    NATURAL = "natural"
    """Draw each type as often as requesters asked for it."""
    BALANCED = "balanced"
    """Draw all types equally often."""
    TEMPERATURE = "temperature"
    """Draw by frequency to the power of 1 / temperature, normalized. This lies between the other two policies."""


@dataclass(kw_only=True)
class Sampling(RowFilter):
    """Say which rows an epoch shows and how often. The fields of `RowFilter` select rows.

    An epoch has as many draws as selected rows, less those that `max_edits_per_request` leaves out. Without weights
    every selected row comes once. With weights, which average 1, a row of weight 2.3 comes two or three times, and one
    of weight 0.4 comes in two epochs of five.

    Raises:
        InputError: the value of a filter is not allowed.
    """

    max_edits_per_request: int | None = None
    """Maximum edits per request per epoch. Each epoch shows others. None for all."""
    task_policy: TaskPolicy | str = TaskPolicy.NATURAL
    """Weigh by task type: `natural`, `balanced` or `temperature`, see `TaskPolicy`."""
    temperature: float = 2.0
    """Temperature of the policy `temperature`: 1 is natural, infinity is balanced."""
    score_power: float = 0.0
    """Weigh by `score_percentile` to this power. 0 is off. A row without a percentile counts as the average."""
    locality_power: float = 0.0
    """Weigh by `locality` to this power. 0 is off. A row without `locality` counts as the average."""

    def __post_init__(self) -> None:
        self.active()

    @property
    def settings(self) -> dict[str, str]:
        """Return the fields that differ from their defaults, as text, to tell samplings apart."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {field.name: str(values[field.name]) for field in fields(self) if values[field.name] != field.default}

    @property
    def weighted(self) -> bool:
        """Return True if rows may come more or less often than once."""
        return TaskPolicy(self.task_policy) != TaskPolicy.NATURAL or bool(self.score_power or self.locality_power)


def sampling_weights(
    counts: Mapping[str, int], policy: TaskPolicy | str = TaskPolicy.NATURAL, *, temperature: float = 2.0
) -> dict[str, float]:
    """Return the weight of one request of each type, so that weighted draws follow the policy.

    `counts` are requests per type. Types without a request get no weight. Weights average 1 over the requests, so
    `NATURAL` gives 1.0 to each. Only `TEMPERATURE` uses `temperature`: 1 is natural, infinity is balanced. A request
    with several types takes the largest of their weights.

    Raises:
        ValueError: a negative count, an unknown policy, or a temperature below 1.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("counts cannot be negative")
    if temperature < 1:
        raise ValueError("temperature is 1 (natural) or more. Infinity is balanced.")
    total = sum(counts.values())
    powers = {TaskPolicy.NATURAL: 1.0, TaskPolicy.BALANCED: 0.0, TaskPolicy.TEMPERATURE: 1.0 / temperature}
    raised = {task: (count / total) ** powers[TaskPolicy(policy)] for task, count in counts.items() if count}
    norm = math.fsum(raised.values())
    return {task: value / norm * total / counts[task] for task, value in raised.items()}


def epoch_order(index: "pa.Table", sampling: Sampling, seed: int, epoch: int) -> "NDArray[np.int64]":
    """Return the row numbers of an epoch in order. A row that is drawn twice occurs twice.

    Raises:
        InputError: the index lacks a column that the sampling reads.
        ValueError: an unknown policy or a temperature below 1.
    """
    rng = np.random.default_rng([seed, epoch])
    rows = _selected(index, sampling)
    if sampling.weighted and len(rows):
        rows = _draw(rows, _weights(index, rows, sampling), rng)
    order = rng.permutation(rows)
    if sampling.max_edits_per_request is None:
        return order
    return _capped(order, index, sampling.max_edits_per_request)


def _selected(index: "pa.Table", sampling: Sampling) -> "NDArray[np.int64]":
    active = sampling.active()
    if not active:
        return np.arange(index.num_rows)
    return np.array(select_rows(index, active, "the dataset as it was loaded"), np.int64)


def _draw(rows: "NDArray[np.int64]", weights: "NDArray[np.float64]", rng: np.random.Generator) -> "NDArray[np.int64]":
    """Draw as many rows as given, by systematic sampling. Each comes as often as its weight, rounded down or up."""
    shuffled = rng.permutation(len(rows))
    steps = np.floor(np.cumsum(weights[shuffled]) + rng.uniform()).astype(np.int64)
    return np.repeat(rows[shuffled], np.diff(steps, prepend=0))


def _weights(index: "pa.Table", rows: "NDArray[np.int64]", sampling: Sampling) -> "NDArray[np.float64]":
    """Return the weights of the selected rows. They average 1."""
    weights = np.ones(len(rows))
    if TaskPolicy(sampling.task_policy) != TaskPolicy.NATURAL:
        weights *= _task_weights(index, rows, sampling)
    for name, power in (("score_percentile", sampling.score_power), ("locality", sampling.locality_power)):
        if power:
            values = _numbers(index, name)[rows]
            known = values[~np.isnan(values)]
            with np.errstate(divide="ignore"):
                weights *= np.where(np.isnan(values), known.mean() if len(known) else 1.0, values) ** power
    if not 0 < weights.sum() < np.inf:
        raise InputError("sampling: all weights are 0, or one is infinite. Lower score_power or locality_power.")
    return np.asarray(weights / weights.mean())


def _task_weights(index: "pa.Table", rows: "NDArray[np.int64]", sampling: Sampling) -> "NDArray[np.float64]":
    """Return the largest weight among each row's task types. Rows without any are `unclear`."""
    task_types = [set(tasks or ["unclear"]) for tasks in _column(index, "task_types").take(rows).to_pylist()]
    counts = Counter(task for tasks in task_types for task in tasks)
    weights = sampling_weights(counts, sampling.task_policy, temperature=sampling.temperature)
    return np.array([max(weights[task] for task in tasks) for tasks in task_types])


def _capped(order: "NDArray[np.int64]", index: "pa.Table", limit: int) -> "NDArray[np.int64]":
    """Keep the first `limit` rows of each request."""
    from pyarrow import compute as pc

    codes = np.asarray(pc.rank(_column(index, "submission_id").combine_chunks(), tiebreaker="dense"))[order]
    grouped = np.argsort(codes, kind="stable")
    begins = np.flatnonzero(np.diff(codes[grouped], prepend=-1))
    place = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    return order[np.sort(grouped[place < limit])]


def _numbers(index: "pa.Table", name: str) -> "NDArray[np.float64]":
    return np.asarray(_column(index, name).to_numpy(), np.float64)


def _column(index: "pa.Table", name: str) -> "pa.ChunkedArray":
    if name not in index.column_names:
        raise InputError(f"sampling reads the column {name}, but the dataset was loaded without it. Load it too.")
    return index.column(name)
