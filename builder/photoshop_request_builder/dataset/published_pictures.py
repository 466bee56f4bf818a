"""Read pictures as they are published: the fetched bytes without GPS tags."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from photoshop_request.media.files.metadata import without_location
from photoshop_request.schema import GPS_REMOVED
from photoshop_request_builder.dataset.thread import PictureRef
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture

PictureReader = Callable[[PictureRef], tuple[bytes, bool]]
"""Maps a picture to its published bytes, and True if GPS tags were removed."""


def picture_reader(corpus: Corpus, change: Callable[[bytes], bytes] | None = None) -> PictureReader:
    """Return a reader of published pictures that caches the last two: edits of one source follow each other.

    `change` is applied to the bytes of each picture, for example to make it smaller.
    """

    @functools.lru_cache(maxsize=2)
    def read(picture: PictureRef) -> tuple[bytes, bool]:
        data, differs = published_bytes(read_picture(corpus, picture.sha256, picture.extension))
        return change(data) if change else data, differs

    return read


def fill_pictures(row: Mapping[str, Any], read: PictureReader) -> dict[str, Any]:
    """Return the row with its pictures read, as `datasets` expects them. Set `gps_removed` if it has pictures."""
    removed: list[bool] = []
    filled = {name: _filled(value, read, removed) for name, value in row.items()}
    return {**filled, GPS_REMOVED.name: any(removed)} if removed else filled


def published_bytes(data: bytes) -> tuple[bytes, bool]:
    """Return the published bytes of a picture, and True if GPS tags were removed."""
    cleaned = without_location(data)
    return (data, False) if cleaned is None else (cleaned, True)


def _filled(value: Any, read: PictureReader, removed: list[bool]) -> Any:
    if isinstance(value, PictureRef):
        data, differs = read(value)
        removed.append(differs)
        # path None: else `datasets` reads an existing file of that name instead of the bytes
        return {"bytes": data, "path": None}
    if isinstance(value, list):
        return [_filled(item, read, removed) for item in value]
    return value
