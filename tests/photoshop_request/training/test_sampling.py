"""Test which rows an epoch shows and how often."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.errors import InputError
from photoshop_request.training.sampling import Sampling, epoch_order


def index(count: int, **columns: Any) -> pa.Table:
    """Return an index with two edits per request, a quarter of them `add`."""
    made = {
        "submission_id": [f"s{number // 2}" for number in range(count)],
        "task_types": [["delete"] if number % 4 else ["add"] for number in range(count)],
        "score_percentile": [number / count for number in range(count)],
        "locality": [None if number % 2 else 0.5 for number in range(count)],
    }
    return pa.table(made | columns)


def counts(table: pa.Table, sampling: Sampling, epochs: int = 1) -> Counter[int]:
    """Count the draws of each row."""
    return Counter(int(row) for epoch in range(epochs) for row in epoch_order(table, sampling, 7, epoch))


def test_every_row_comes_once_in_an_order_of_its_epoch() -> None:
    """Repeat the order for the same seed and epoch only."""
    table = index(100)
    assert counts(table, Sampling()) == Counter(range(100))
    orders = [tuple(epoch_order(table, Sampling(), seed, epoch)) for seed, epoch in ((7, 0), (7, 1), (8, 0))]
    assert len({*orders, tuple(range(100))}) == 4
    assert tuple(epoch_order(table, Sampling(), 7, 0)) == orders[0]


def test_balanced_task_types_come_equally_often() -> None:
    """Draw a quarter of the rows half of the time, each floor or ceiling of its weight times."""
    table = index(100)
    found = counts(table, Sampling(task_policy="balanced"), epochs=30)
    of_add = sum(count for row, count in found.items() if row % 4 == 0)
    assert of_add == pytest.approx(30 * 50, rel=0.01)
    assert {count for row, count in found.items() if row % 4 == 0} == {60}
    assert all(10 <= found[row] <= 30 for row in range(100) if row % 4)


def test_the_temperature_lies_between_natural_and_balanced() -> None:
    """Expect 1:1.73, which is 1:3 to the power of one half."""
    found = counts(index(400), Sampling(task_policy="temperature"), epochs=10)
    share = sum(count for row, count in found.items() if row % 4 == 0) / found.total()
    assert share == pytest.approx(1 / (1 + 3**0.5), abs=0.01)


def test_a_high_score_comes_more_often() -> None:
    """Draw in proportion to the percentile; a row without one counts as the average."""
    scores = [None if row == 50 else row / 100 for row in range(100)]
    found = counts(index(100, score_percentile=scores), Sampling(score_power=1), epochs=50)
    assert found[0] == 0
    assert found[90] == pytest.approx(50 * 0.9 / 0.5, abs=10)
    assert found[50] == pytest.approx(50, abs=5)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 3), st.booleans())
def test_a_request_shows_at_most_the_given_number_of_edits(requests: list[int], most: int, weighted: bool) -> None:
    """Show all edits below the limit if nothing is weighted."""
    table = index(len(requests), submission_id=[f"s{number}" for number in requests])
    sampling = Sampling(max_edits_per_request=most, task_policy="balanced" if weighted else "natural")
    drawn = Counter(requests[row] for row in epoch_order(table, sampling, 1, 2))
    assert all(count <= most for count in drawn.values())
    if not weighted:
        assert drawn == Counter({request: min(most, count) for request, count in Counter(requests).items()})


def test_other_edits_of_a_request_come_in_other_epochs() -> None:
    """Show all edits over several epochs."""
    found = counts(index(40, submission_id=["s"] * 40), Sampling(max_edits_per_request=5), epochs=60)
    assert len(found) == 40
    assert found.total() == 300


def test_impossible_samplings_are_refused() -> None:
    """Name the missing column, and refuse useless weights."""
    table = index(4).drop_columns(["locality"])
    with pytest.raises(InputError, match="locality"):
        epoch_order(table, Sampling(min_locality=0.5), 0, 0)
    with pytest.raises(InputError, match="all weights are 0"):
        epoch_order(index(4, score_percentile=[0.0] * 4), Sampling(score_power=1), 0, 0)
    with pytest.raises(InputError, match="infinite"):
        epoch_order(index(4, score_percentile=[0.0, 0.1, 0.2, 0.3]), Sampling(score_power=-1), 0, 0)
    with pytest.raises(ValueError, match="best"):
        epoch_order(index(4), Sampling(task_policy="best"), 0, 0)


def test_an_epoch_without_selected_rows_is_empty() -> None:
    """Return no rows; the loader raises the error."""
    order = epoch_order(index(4), Sampling(min_locality=0.9, task_policy="balanced"), 0, 0)
    assert order.dtype == np.int64
    assert len(order) == 0
