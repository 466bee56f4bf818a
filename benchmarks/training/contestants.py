"""Loaders to compare, with two threads or two workers, the same decoder and the same kind of crop."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from photoshop_request.training.geometry import choose_view
from photoshop_request.training.pixels import decode_part, sample_pixels

SIDE = 512
BATCH = 8
WORKERS = 2

Batches = Iterator[int]
"""Endless sizes of batches."""


def crop(source: bytes, edited: bytes) -> tuple[Any, Any]:
    """Crop the same random 512 x 512 rectangle of both."""
    view = choose_view((0, 0, 1280, 960), (SIDE, SIDE), np.random.default_rng(), min_crop=0.7, showing=None)
    pixels = [decode_part(data, view.shrink) for data in (source, edited)]
    first, second = (sample_pixels(one, view.matrix / shrunk, (SIDE, SIDE)) for one, shrunk in pixels)
    return first, second


def tensors(source: bytes, edited: bytes) -> tuple[Any, Any]:
    """Convert to float32 [3, H, W] in -1 to 1."""
    import torch  # not for the raw limit

    first, second = (
        torch.from_numpy(each).permute(2, 0, 1).float().mul_(2 / 255).sub_(1) for each in crop(source, edited)
    )
    return first, second


def raw(folder: Path) -> Batches:
    """Measure the raw limit: pyarrow, decoder and crop in two threads."""
    done: Queue[int] = Queue(2 * BATCH * WORKERS)

    def work(path: Path) -> None:
        while True:
            file = pq.ParquetFile(path, memory_map=True)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=["source_image", "edited_image"], use_threads=False)
                for row in table.to_pylist():
                    crop(row["source_image"]["bytes"], row["edited_image"]["bytes"])
                    done.put(1)

    for path in sorted((folder / "dataset" / "triplets").iterdir()):
        threading.Thread(target=work, args=(path,), daemon=True).start()
    while True:
        yield sum(done.get() for _ in range(BATCH))


def ours(folder: Path, **more: Any) -> Batches:
    """Measure `make_dataloader` with two threads, shuffled, with masks."""
    from photoshop_request.training import make_dataloader

    loader = make_dataloader(
        folder / "dataset", resolution=SIDE, batch_size=BATCH, shapes=[(SIDE, SIDE)], threads=WORKERS, **more
    )
    while True:
        for batch in loader:
            yield len(batch["source"])


def ours_in_workers(folder: Path) -> Batches:
    """Measure `make_dataloader` in two processes of torchdata's StatefulDataLoader, one thread each."""
    from torchdata.stateful_dataloader import StatefulDataLoader

    from photoshop_request.training import make_dataloader

    loader = make_dataloader(folder / "dataset", resolution=SIDE, batch_size=BATCH, shapes=[(SIDE, SIDE)], threads=1)
    workers = StatefulDataLoader(loader, batch_size=None, num_workers=WORKERS, persistent_workers=True)
    while True:
        for batch in workers:
            yield len(batch["source"])


def _torch_loader(samples: Any, **more: Any) -> Batches:
    from torch.utils.data import DataLoader

    loader = DataLoader(samples, batch_size=BATCH, num_workers=WORKERS, drop_last=True, persistent_workers=True, **more)
    while True:
        for batch in loader:
            yield len(batch["source"])


def datasets_map(folder: Path) -> Batches:
    """Measure map-style `datasets` with random access."""
    import datasets

    rows = datasets.load_dataset(str(folder / "dataset" / "triplets"), split="train", cache_dir=str(folder / "cache"))
    rows = rows.select_columns(["source_image", "edited_image"])
    for name in rows.column_names:
        rows = rows.cast_column(name, datasets.Image(decode=False))
    yield from _torch_loader(rows.with_transform(_both_of_many), shuffle=True)


_PICTURES = ["source_image", "edited_image"]


def datasets_stream(folder: Path) -> Batches:
    """Measure streaming `datasets` with its shuffle buffer."""
    import datasets

    rows = datasets.load_dataset(str(folder / "dataset" / "triplets"), split="train", streaming=True, columns=_PICTURES)
    rows = rows.decode(enable=False).shuffle(buffer_size=64)
    yield from _torch_loader(rows.map(_both_of_one, remove_columns=rows.column_names))


def webdataset(folder: Path) -> Batches:
    """Measure webdataset on two tars, with its shuffle buffer."""
    import webdataset as wds

    tars = sorted(map(str, (folder / "tars").rglob("*.tar")))
    rows = wds.WebDataset(tars, shardshuffle=100, nodesplitter=wds.split_by_node, empty_check=False).shuffle(64)
    yield from _torch_loader(rows.map(_both_of_tar))


def mosaic(folder: Path) -> Batches:
    """Measure mosaicml-streaming, shuffled, with unchanged picture files."""
    from streaming import MDSWriter, StreamingDataset

    shards = folder / "mds"
    if not shards.exists():
        with MDSWriter(columns=dict.fromkeys(_PICTURES, "bytes"), out=str(shards)) as out:
            for path in sorted((folder / "dataset" / "triplets").iterdir()):
                for row in pq.read_table(path, columns=_PICTURES).to_pylist():
                    out.write({name: row[name]["bytes"] for name in _PICTURES})

    class Decoded(StreamingDataset):  # its way of transforming
        """Map rows to pairs of tensors."""

        def __getitem__(self, at: Any) -> Any:
            row = super().__getitem__(at)
            return _both(row["source_image"], row["edited_image"])

    yield from _torch_loader(Decoded(local=str(shards), shuffle=True, batch_size=BATCH))


def _both(source: bytes, edited: bytes) -> dict[str, Any]:
    first, second = tensors(source, edited)
    return {"source": first, "edited": second}


def _both_of_one(row: dict[str, Any]) -> dict[str, Any]:
    return _both(row["source_image"]["bytes"], row["edited_image"]["bytes"])


def _both_of_many(rows: dict[str, Any]) -> dict[str, Any]:
    both = [_both(a["bytes"], b["bytes"]) for a, b in zip(rows["source_image"], rows["edited_image"], strict=True)]
    return {name: [each[name] for each in both] for name in ("source", "edited")}


def _both_of_tar(row: dict[str, Any]) -> dict[str, Any]:
    return _both(*(next(row[key] for key in row if key.startswith(start)) for start in ("source", "edited")))


CONTESTANTS: dict[str, Callable[[Path], Batches]] = {
    "raw limit": raw,
    "ours": ours,
    "ours, StatefulDataLoader": ours_in_workers,
    "datasets map-style": datasets_map,
    "datasets streaming": datasets_stream,
    "webdataset": webdataset,
    "mosaicml-streaming": mosaic,
}


def count(batches: Batches, clock: Callable[[], float], busy: Callable[[], float], seconds: float) -> tuple[float, ...]:
    """Return seconds to the first batch, then samples a second and core seconds a sample after the first two batches."""
    begin = clock()
    next(batches)
    first = clock() - begin
    next(batches)
    start, used, samples = clock(), busy(), 0
    for some in itertools.takewhile(lambda _: clock() - start < seconds, batches):
        samples += some
    return first, samples / (clock() - start), (busy() - used) / samples
