"""Write Parquet parts with bounded memory: each row group is written as soon as it is full."""

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from photoshop_request.export.writing import Export, Image


GROUP_BYTES = 32_000_000
"""Bytes of pictures in a row group. The writer holds one group in memory, and so does a reader that shuffles."""
PART_BYTES = 500_000_000
"""Bytes of pictures in a file."""


@contextmanager
def parquet_rows(
    export: "Export", schema: "pa.Schema"
) -> "Iterator[Callable[[dict[str, Any], Iterable[Image]], None]]":
    """Yield a function that writes a row to `data/train-00000.parquet` and so on, and counts its pictures."""
    import pyarrow as pa  # only some exports need it
    from pyarrow import parquet as pq

    folder = export.folder / "data"
    folder.mkdir()
    rows: list[dict[str, Any]] = []
    state = {"group": 0, "part": 0, "parts": 0}
    with ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []

        def flush() -> None:
            if not rows:
                return
            if not writers:
                path = folder / f"train-{state['parts']:05d}.parquet"
                writers.append(stack.enter_context(pq.ParquetWriter(path, schema)))
                state["parts"] += 1
            writers[0].write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()
            state["group"] = 0
            if state["part"] >= PART_BYTES:
                stack.close()
                writers.clear()
                state["part"] = 0

        def write(row: dict[str, Any], images: "Iterable[Image]") -> None:
            rows.append(row)
            size = sum(map(export.count, images))
            state["group"] += size
            state["part"] += size
            if state["group"] >= GROUP_BYTES:
                flush()

        yield write
        flush()
