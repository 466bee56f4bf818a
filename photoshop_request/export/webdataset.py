"""Export for WebDataset: tar files of samples, with the same bytes for the same rows."""

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack

from photoshop_request.export.writing import Export, Image, Row, bytes_of, caption, extension_of

SHARD_BYTES = 500_000_000
"""Bytes of a tar file from which the next one begins."""


def webdataset(export: Export) -> None:
    """Write `train-000000.tar` and so on.

    A sample is KEY with `.source.EXT`, `.edited.EXT`, `.txt` (instruction) and `.json`. Optional members: `.mask.png`,
    `.second_source.EXT`, `.reference_0.EXT`, `.reference_1.EXT` and so on. The JSON holds all other columns.
    """
    with ExitStack() as stack:
        tar: tarfile.TarFile | None = None
        shards = 0
        for stem, row in export.rows():
            if tar is None or tar.offset >= SHARD_BYTES:
                stack.close()
                path = export.folder / f"train-{shards:06d}.tar"
                tar = stack.enter_context(tarfile.open(path, "w", format=tarfile.USTAR_FORMAT))
                shards += 1
            for name, data in _members(row):
                member = tarfile.TarInfo(f"{stem}.{name}")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
            for _, image in _pictures(row):
                export.count(image)


def _members(row: Row) -> Iterator[tuple[str, bytes]]:
    yield "txt", caption(row).encode()
    other = {name: value for name, value in row.items() if not name.endswith(("_image", "_images", "_mask"))}
    yield "json", json.dumps(other, ensure_ascii=False).encode()
    for name, image in _pictures(row):
        yield f"{name}.{extension_of(image)}", bytes_of(image)


def _pictures(row: Row) -> Iterator[tuple[str, Image]]:
    for name, column in (
        ("source", "source_image"),
        ("edited", "edited_image"),
        ("mask", "change_mask"),
        ("second_source", "second_source_image"),
    ):
        if row.get(column):
            yield name, row[column]
    for number, image in enumerate(row.get("reference_images") or []):
        yield f"reference_{number}", image
