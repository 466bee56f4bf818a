"""Rows to Parquet parts with bounded memory: a row group is written as soon as it is full."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["parquet_parts"]

GROUP_BYTES = 32_000_000
"""Of pictures in a row group, held in memory; readers that shuffle hold a group as well."""
PART_BYTES = 500_000_000
"""Of pictures in a file."""


@contextmanager
def parquet_parts(folder: Path, name: str, schema: "pa.Schema") -> Iterator[Callable[[dict[str, Any], int], None]]:
    """`folder/name-00000.parquet` and so on; yields what writes a row, given with the bytes that it weighs."""
    import pyarrow as pa  # only some exports need it
    from pyarrow import parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    state = {"group": 0, "part": 0, "parts": 0}
    with ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []

        def flush() -> None:
            if not rows:
                return
            if not writers:
                path = folder / f"{name}-{state['parts']:05d}.parquet"
                writers.append(stack.enter_context(pq.ParquetWriter(path, schema)))
                state["parts"] += 1
            writers[0].write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()
            state["group"] = 0
            if state["part"] >= PART_BYTES:
                stack.close()
                writers.clear()
                state["part"] = 0

        def write(row: dict[str, Any], weight: int) -> None:
            rows.append(row)
            state["group"] += weight
            state["part"] += weight
            if state["group"] >= GROUP_BYTES:
                flush()

        yield write
        flush()
