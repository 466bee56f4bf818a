"""Test that batches have one shape and are dealt equally."""

from collections import Counter
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.training.batch_plan import RankShare, bucket_shapes, nearest_shape, plan_batches

ROWS = st.lists(st.integers(0, 4), max_size=60)


@given(ROWS, st.integers(1, 5), st.integers(1, 4))
def test_machines_get_equally_many_full_batches_without_repeats(shapes: list[int], size: int, world: int) -> None:
    """Leave out less than one batch per machine."""
    order = np.random.default_rng(0).permutation(len(shapes))
    dealt = [
        plan_batches(order, np.array(shapes, int), size, RankShare(rank, world), drop_last=True)
        for rank in range(world)
    ]
    assert len({len(some) for some in dealt}) == 1
    assert all(len(batch.rows) == size for some in dealt for batch in some)
    seen = Counter(int(row) for some in dealt for batch in some for row in batch.rows)
    assert set(seen.values()) <= {1}
    assert len(shapes) - seen.total() == len(shapes) % (size * world)


@given(ROWS, st.integers(1, 5), st.integers(1, 4))
def test_no_row_is_left_out_without_drop_last(shapes: list[int], size: int, world: int) -> None:
    """Show every row once on one machine; several machines may repeat a few to get equally many batches."""
    order = np.random.default_rng(0).permutation(len(shapes))
    dealt = [
        plan_batches(order, np.array(shapes, int), size, RankShare(rank, world), drop_last=False)
        for rank in range(world)
    ]
    assert len({len(some) for some in dealt}) == 1
    seen = Counter(int(row) for some in dealt for batch in some for row in batch.rows)
    assert set(seen) == set(range(len(shapes)))
    assert world > 1 or set(seen.values()) <= {1}


@given(ROWS, st.integers(1, 5))
def test_a_batch_holds_rows_of_its_shape(shapes: list[int], size: int) -> None:
    """Mix shapes only in the last batches, from the rows left in each bucket."""
    planned = plan_batches(np.arange(len(shapes)), np.array(shapes, int), size, RankShare(), drop_last=False)
    whole = list(takewhile(lambda batch: {shapes[row] for row in batch.rows} == {batch.shape}, planned))
    assert sum(len(batch.rows) for batch in planned[len(whole) :]) <= 5 * (size - 1)


def test_shapes_have_the_area_of_the_resolution() -> None:
    """Allow 10 %, with sides divisible by 16 and a square."""
    shapes = bucket_shapes(512)
    assert (512, 512) in shapes
    assert shapes == sorted(shapes, key=lambda each: each[1] / each[0])
    for height, width in shapes:
        assert height * width == pytest.approx(512**2, rel=0.1)
        assert (height % 16, width % 16) == (0, 0)
    with pytest.raises(ValueError, match="resolution"):
        bucket_shapes(8)


def test_a_picture_gets_the_shape_that_crops_least() -> None:
    """Assign portraits to portraits."""
    shapes = [(512, 512), (384, 640), (640, 384)]
    found = nearest_shape(np.array([1280.0, 900, 1000]), np.array([800.0, 1600, 900]), shapes)
    assert [shapes[number] for number in found] == [(384, 640), (640, 384), (512, 512)]
