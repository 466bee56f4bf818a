"""Pictures as they are published: the fetched bytes, without the place where they were taken."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from photoshop_request.media.files.metadata import without_location
from photoshop_request.schema import GPS_REMOVED
from photoshop_request_builder.dataset.thread import PictureRef
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture

__all__ = ["fill_pictures", "picture_reader", "published_bytes"]


PictureReader = Callable[[PictureRef], tuple[bytes, bool]]
"""From a picture to its published bytes, and whether GPS was taken out of them."""


def picture_reader(corpus: Corpus, change: Callable[[bytes], bytes] | None = None) -> PictureReader:
    """Reads pictures of `corpus` as they are published; edits of one source follow each other, so it keeps the last two.

    `change` is what the user asked to make of each picture, if anything.
    """

    @functools.lru_cache(maxsize=2)
    def read(picture: PictureRef) -> tuple[bytes, bool]:
        data, differs = published_bytes(read_picture(corpus, picture.sha256, picture.extension))
        return change(data) if change else data, differs

    return read


def fill_pictures(row: Mapping[str, Any], read: PictureReader) -> dict[str, Any]:
    """The row with its pictures read, as `datasets` takes them; `gps_removed` is set where it has any."""
    removed: list[bool] = []
    filled = {name: _filled(value, read, removed) for name, value in row.items()}
    return {**filled, GPS_REMOVED.name: any(removed)} if removed else filled


def published_bytes(data: bytes) -> tuple[bytes, bool]:
    """The bytes of a picture as they are published, and whether they differ from the fetched ones."""
    cleaned = without_location(data)
    return (data, False) if cleaned is None else (cleaned, True)


def _filled(value: Any, read: PictureReader, removed: list[bool]) -> Any:
    if isinstance(value, PictureRef):
        data, differs = read(value)
        removed.append(differs)
        # path stays None: `datasets` would read a file of that name, if one exists, instead of the bytes
        return {"bytes": data, "path": None}
    if isinstance(value, list):
        return [_filled(each, read, removed) for each in value]
    return value
