"""Pictures as they are published: the fetched bytes, without the place where they were taken."""

from collections.abc import Callable, Mapping
from typing import Any

from photoshop_request.media.exif import without_location
from photoshop_request.schema import GPS_REMOVED
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.threads import PictureRef

__all__ = ["published", "with_pictures"]


def with_pictures(
    corpus: Corpus, row: Mapping[str, Any], change: Callable[[bytes], bytes] | None = None
) -> dict[str, Any]:
    """The row with its pictures read, as `datasets` takes them; `gps_removed` is set where it has any.

    `change` is what the user asked to make of each picture, if anything.
    """
    removed: list[bool] = []
    filled = {name: _filled(corpus, value, removed, change) for name, value in row.items()}
    return {**filled, GPS_REMOVED.name: any(removed)} if removed else filled


def published(data: bytes) -> tuple[bytes, bool]:
    """The bytes of a picture as they are published, and whether they differ from the fetched ones."""
    cleaned = without_location(data)
    return (data, False) if cleaned is None else (cleaned, True)


def _filled(corpus: Corpus, value: Any, removed: list[bool], change: Callable[[bytes], bytes] | None) -> Any:
    if isinstance(value, PictureRef):
        data, differs = published(corpus.fs.cat_file(corpus.image_path(value.sha256, value.extension)))
        removed.append(differs)
        # path stays None: `datasets` would read a file of that name, if one exists, instead of the bytes
        return {"bytes": change(data) if change else data, "path": None}
    if isinstance(value, list):
        return [_filled(corpus, each, removed, change) for each in value]
    return value
