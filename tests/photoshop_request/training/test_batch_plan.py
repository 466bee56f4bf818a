"""Batches of one shape, dealt equally."""

from collections import Counter
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.training.batch_plan import Share, batches
from photoshop_request.training.buckets import bucket_shapes, nearest_shape

ROWS = st.lists(st.integers(0, 4), max_size=60)


@given(ROWS, st.integers(1, 5), st.integers(1, 4))
def test_machines_get_equally_many_full_batches_and_no_row_twice(shapes: list[int], size: int, world: int) -> None:
    """What is left out is less than a batch on every machine."""
    order = np.random.default_rng(0).permutation(len(shapes))
    dealt = [batches(order, np.array(shapes, int), size, Share(rank, world), drop_last=True) for rank in range(world)]
    assert len({len(some) for some in dealt}) == 1
    assert all(len(batch.rows) == size for some in dealt for batch in some)
    seen = Counter(int(row) for some in dealt for batch in some for row in batch.rows)
    assert set(seen.values()) <= {1}
    assert len(shapes) - seen.total() == len(shapes) % (size * world)


@given(ROWS, st.integers(1, 5), st.integers(1, 4))
def test_nothing_is_left_out_where_the_rest_is_kept(shapes: list[int], size: int, world: int) -> None:
    """One machine shows every row once; of several some show a few twice, and all have as many batches."""
    order = np.random.default_rng(0).permutation(len(shapes))
    dealt = [batches(order, np.array(shapes, int), size, Share(rank, world), drop_last=False) for rank in range(world)]
    assert len({len(some) for some in dealt}) == 1
    seen = Counter(int(row) for some in dealt for batch in some for row in batch.rows)
    assert set(seen) == set(range(len(shapes)))
    assert world > 1 or set(seen.values()) <= {1}


@given(ROWS, st.integers(1, 5))
def test_a_batch_holds_rows_of_its_shape(shapes: list[int], size: int) -> None:
    """But for the last ones, which are put together from what is left of each."""
    planned = batches(np.arange(len(shapes)), np.array(shapes, int), size, Share(), drop_last=False)
    whole = list(takewhile(lambda batch: {shapes[row] for row in batch.rows} == {batch.shape}, planned))
    assert sum(len(batch.rows) for batch in planned[len(whole) :]) <= 5 * (size - 1)


def test_shapes_have_the_area_of_the_resolution() -> None:
    """Within a tenth, sides divisible by 16, squares among them."""
    shapes = bucket_shapes(512)
    assert (512, 512) in shapes
    assert shapes == sorted(shapes, key=lambda each: each[1] / each[0])
    for height, width in shapes:
        assert height * width == pytest.approx(512**2, rel=0.1)
        assert (height % 16, width % 16) == (0, 0)
    with pytest.raises(ValueError, match="resolution"):
        bucket_shapes(8)


def test_a_picture_goes_to_the_shape_that_crops_least() -> None:
    """Portraits to portraits."""
    shapes = [(512, 512), (384, 640), (640, 384)]
    found = nearest_shape(np.array([1280.0, 900, 1000]), np.array([800.0, 1600, 900]), shapes)
    assert [shapes[number] for number in found] == [(384, 640), (640, 384), (512, 512)]
