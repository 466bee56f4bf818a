"""Batches' memory is written to again only when nobody can see it any more."""

import tracemalloc

import pytest

from photoshop_request.training.buffer_pool import lender

torch = pytest.importorskip("torch", reason="torch is an extra: pip install 'photoshop-request[train]'")


def test_memory_comes_again_when_the_last_view_is_gone() -> None:
    """A tensor, a view of it in another order, and an array of that each keep it."""
    lend = lender(25, most=2)
    held = torch.from_numpy(lend(1, (5, 5), 3))
    address = held.data_ptr()
    held = held.permute(0, 3, 1, 2)[0, :1]
    assert torch.from_numpy(lend(1, (5, 5), 3)).data_ptr() != address
    array = held.numpy()
    del held
    assert torch.from_numpy(lend(1, (5, 5), 3)).data_ptr() != address
    del array
    smaller = [torch.from_numpy(lend(1, (2, 5), 3)) for _ in range(2)]
    assert address in {each.data_ptr() for each in smaller}
    assert smaller[0].shape == (1, 2, 5, 3)


def test_no_more_than_asked_for_is_kept() -> None:
    """Who lets go of many at once gets the rest of the memory back."""
    lend = lender(1_000_000, most=1)
    tracemalloc.start()
    many = [lend(1, (1000, 1000), 1) for _ in range(3)]
    held, _ = tracemalloc.get_traced_memory()
    many.clear()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held > 12_000_000
    assert 4_000_000 <= kept < 5_000_000
