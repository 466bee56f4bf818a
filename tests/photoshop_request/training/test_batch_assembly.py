"""Test that the pool reuses an array only if nothing refers to it."""

import tracemalloc

import pytest

from photoshop_request.training.batch_assembly import buffer_pool

torch = pytest.importorskip("torch", reason="torch is an extra: pip install 'photoshop-request[train]'")


def test_memory_is_reused_after_the_last_view() -> None:
    """Keep it for a tensor, a permuted view, and an array of that view."""
    lend = buffer_pool(25, limit=2)
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


def test_the_pool_keeps_at_most_its_limit() -> None:
    """Free the arrays beyond the limit."""
    lend = buffer_pool(1_000_000, limit=1)
    tracemalloc.start()
    many = [lend(1, (1000, 1000), 1) for _ in range(3)]
    held, _ = tracemalloc.get_traced_memory()
    many.clear()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held > 12_000_000
    assert 4_000_000 <= kept < 5_000_000
