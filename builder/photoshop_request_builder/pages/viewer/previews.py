"""The small pictures of a request's candidates, written beside the page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.viewer.cards import Request
from photoshop_request_builder.pages.viewer.pictures import (
    encode_jpeg,
    encode_overlay,
    fill_frame,
    fit_frame,
    heat_map,
    shrink,
)
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import find_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HEAT_QUALITY", "compared", "lies", "open_small", "write_pictures"]

_LIES = frozenset({Verdict.EDIT, Verdict.SAME_IMAGE, Verdict.DUPLICATE_EDIT, Verdict.COLLAGE})
"""What lies in its source's frame by the matrix that was found."""
HEAT_QUALITY = 70
"""Of JPEG: a heat map is smooth."""


def write_pictures(corpus: Corpus, request: Request, folder: Path, first: int) -> Iterator[dict[str, Any]]:
    """Writes the small pictures of each candidate of a request; gives their names and sizes, in order."""
    opened: dict[str, NDArray[np.uint8] | None] = {}

    def source_of(sha256: str) -> "NDArray[np.uint8] | None":
        if sha256 not in opened:
            opened[sha256] = source = open_small(corpus, request, sha256)
            if source is not None:
                _put(folder, _source_name(sha256), source)
        return opened[sha256]

    for place, row in enumerate(request.candidates):
        edit = open_small(corpus, request, row["sha256"]) if row["sha256"] else None
        # where there is nothing to compare, what was asked for is still worth seeing
        sha256 = row["source_sha256"] or (request.source if edit is None else None)
        source = source_of(sha256) if sha256 else None
        found: dict[str, Any] = {}
        if source is not None:
            found["before"] = [_source_name(str(sha256)), *source.shape[1::-1]]
        if edit is not None:
            found["posted"] = _put(folder, f"{first + place}.jpg", edit)
        if source is not None and edit is not None:
            found |= _compared(folder, f"{first + place}", request, row, source, edit)
        yield found


def compared(
    request: Request, row: Mapping[str, Any], source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]"
) -> "tuple[NDArray[np.uint8], NDArray[np.uint8] | None]":
    """A small edit in the frame of its small source (`edit` itself where it has that frame), and their heat map.

    None for the heat map of what lies nowhere in its source.
    """
    frame = (source.shape[1], source.shape[0])
    source_size = request.pictures[row["source_sha256"]][1]
    if not lies(row) or source_size is None:
        return fit_frame(edit, frame), None
    after, inside = fill_frame(edit, row["matrix"], (row["width"], row["height"]), source_size, frame)
    return after, heat_map(source, after, inside)


def lies(row: Mapping[str, Any]) -> bool:
    """Whether a row of `candidates` lies in its source's frame."""
    return bool(row["verdict"] in _LIES and row["matrix"] and row["width"])


def open_small(corpus: Corpus, request: Request, sha256: str) -> "NDArray[np.uint8] | None":
    """A picture of a request, small; None if it is not there, not to be shown, or cannot be decoded."""
    if sha256 not in request.pictures:
        return None
    extension, size = request.pictures[sha256]
    data = find_picture(corpus, sha256, extension)
    return None if data is None else shrink(data, size)


def _compared(
    folder: Path,
    name: str,
    request: Request,
    row: Mapping[str, Any],
    source: "NDArray[np.uint8]",
    edit: "NDArray[np.uint8]",
) -> dict[str, Any]:
    after, heat = compared(request, row, source, edit)
    found = {} if heat is None else {"heat": _put(folder, f"{name}-heat.jpg", heat, quality=HEAT_QUALITY)}
    found["after"] = _put_unless(folder, name, after, edit)
    if heat is not None and row["change_mask"]:
        (folder / f"{name}-mask.png").write_bytes(encode_overlay(row["change_mask"]))
        found["mask"] = [f"{name}-mask.png", *source.shape[1::-1]]
    return found


def _put(folder: Path, name: str, pixels: "NDArray[np.uint8]", quality: int = 82) -> list[Any]:
    (folder / name).write_bytes(encode_jpeg(pixels, quality))
    return [name, pixels.shape[1], pixels.shape[0]]


def _put_unless(folder: Path, name: str, after: "NDArray[np.uint8]", posted: "NDArray[np.uint8]") -> list[Any]:
    """The edit in the source's frame; the copy as posted does where that is the same picture."""
    if after is posted:
        return [f"{name}.jpg", after.shape[1], after.shape[0]]
    return _put(folder, f"{name}-after.jpg", after)


def _source_name(sha256: str) -> str:
    return f"source-{sha256[:16]}.jpg"
