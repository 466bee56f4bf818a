"""Read pictures as they are published: the fetched files without metadata."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from photoshop_request.errors import CorpusError
from photoshop_request.media.files.metadata import CHANGES, GPS, REENCODED, without_metadata
from photoshop_request.schema import BYTES_CHANGED, GPS_REMOVED, PUBLISHED_DIGESTS
from photoshop_request_builder.dataset.thread import PictureRef
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture
from photoshop_request_builder.store.settings import resolve_settings


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """A picture as it is published."""

    data: bytes
    sha256: str
    changes: frozenset[str]
    """Differences from the fetched file, of `CHANGES`."""


PictureReader = Callable[[PictureRef], PublishedPicture]


def keeps_credit_lines(corpus: Corpus) -> bool:
    """Return the setting `keep_credit_lines`."""
    return bool(resolve_settings(corpus, {})["keep_credit_lines"].value)


def picture_reader(corpus: Corpus, change: Callable[[bytes], bytes] | None = None) -> PictureReader:
    """Return a reader of published pictures that caches the last two: edits of one source follow each other.

    `change` is applied to the bytes of each picture, for example to make it smaller.

    The reader raises:
        CorpusError: the file is missing or damaged, or no reader for its format is installed.
    """
    keep_credit_lines = keeps_credit_lines(corpus)

    @functools.lru_cache(maxsize=2)
    def read(picture: PictureRef) -> PublishedPicture:
        fetched = read_picture(corpus, picture.sha256, picture.extension)
        try:
            file = without_metadata(fetched, keep_credit_lines=keep_credit_lines)
        except ValueError as error:
            path = corpus.image_path(picture.sha256, picture.extension)
            raise CorpusError(f"{path}: cannot be published without its metadata ({error}).") from None
        data, changes = file.data, set(file.changes)
        if change:
            data = change(data)
            changes |= {REENCODED} if data != file.data else set()
        sha256 = hashlib.sha256(data).hexdigest() if changes else picture.sha256
        return PublishedPicture(data, sha256, frozenset(changes))

    return read


def fill_pictures(row: Mapping[str, Any], read: PictureReader) -> dict[str, Any]:
    """Return the row with its pictures read, as `datasets` expects them, and the columns that describe their bytes."""
    pictures = {name: _read(value, read) for name, value in row.items()}
    published = [picture for found in pictures.values() for picture in found]
    if not published:
        return dict(row)
    changes = frozenset[str]().union(*(picture.changes for picture in published))
    filled = dict(row)
    for name, found in pictures.items():
        if found:
            # path None: else `datasets` reads an existing file of that name instead of the bytes
            files = [{"bytes": picture.data, "path": None} for picture in found]
            filled[name] = files if isinstance(row[name], list) else files[0]
    for picture, fetched, stated in PUBLISHED_DIGESTS:
        if fetched in row:
            filled[stated] = pictures[picture][0].sha256
    return filled | {
        BYTES_CHANGED.name: [change for change in CHANGES if change in changes],
        GPS_REMOVED.name: GPS in changes,
    }


def _read(value: Any, read: PictureReader) -> list[PublishedPicture]:
    """Return the pictures of a cell, published. A list of pictures holds nothing else."""
    values = value if isinstance(value, list) else [value]
    return [read(item) for item in values if isinstance(item, PictureRef)]
