"""Write the small pictures of a request's candidates beside the page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.viewer.cards import ViewedRequest
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


_ALIGNED = frozenset({Verdict.EDIT, Verdict.SAME_IMAGE, Verdict.DUPLICATE_EDIT, Verdict.COLLAGE, Verdict.SECOND_SHOT})
"""Verdicts of candidates that the alignment matrix maps into their source's frame."""
HEAT_QUALITY = 70
"""JPEG quality. Heat maps are smooth, so a low quality suffices."""


def write_pictures(corpus: Corpus, request: ViewedRequest, folder: Path, first: int) -> Iterator[dict[str, Any]]:
    """Write the small pictures of each candidate, and yield their names and sizes in order."""
    opened: dict[str, NDArray[np.uint8] | None] = {}

    def write_source(sha256: str) -> "NDArray[np.uint8] | None":
        if sha256 not in opened:
            opened[sha256] = source = open_small(corpus, request, sha256)
            if source is not None:
                _put(folder, _source_name(sha256), source)
        return opened[sha256]

    for index, row in enumerate(request.candidates):
        edit = open_small(corpus, request, row["sha256"]) if row["sha256"] else None
        # without an edit, show the request's own picture
        sha256 = row["source_sha256"] or (request.source if edit is None else None)
        source = write_source(sha256) if sha256 else None
        written: dict[str, Any] = {}
        if source is not None:
            written["before"] = [_source_name(str(sha256)), *source.shape[1::-1]]
        if edit is not None:
            written["posted"] = _put(folder, f"{first + index}.jpg", edit)
        if source is not None and edit is not None:
            written |= _write_comparison(folder, f"{first + index}", request, row, source, edit)
        yield written


def align_edit(
    request: ViewedRequest, row: Mapping[str, Any], source: "NDArray[np.uint8]", edit: "NDArray[np.uint8]"
) -> "tuple[NDArray[np.uint8], NDArray[np.uint8] | None]":
    """Return a small edit in the frame of its small source, and their heat map.

    Return the same object if the edit already has that frame. The heat map is None if the edit is not aligned.
    """
    frame = (source.shape[1], source.shape[0])
    source_size = request.pictures[row["source_sha256"]][1]
    if not is_aligned(row) or source_size is None:
        return fit_frame(edit, frame), None
    after, inside = fill_frame(edit, row["matrix"], (row["width"], row["height"]), source_size, frame)
    return after, heat_map(source, after, inside)


def is_aligned(row: Mapping[str, Any]) -> bool:
    """Return True if a candidate has a matrix into its source's frame."""
    return bool(row["verdict"] in _ALIGNED and row["matrix"] and row["width"])


def open_small(corpus: Corpus, request: ViewedRequest, sha256: str) -> "NDArray[np.uint8] | None":
    """Read a small copy of a picture, or None if it is missing, hidden or cannot be decoded."""
    if sha256 not in request.pictures:
        return None
    extension, size = request.pictures[sha256]
    data = find_picture(corpus, sha256, extension)
    return None if data is None else shrink(data, size)


def _write_comparison(
    folder: Path,
    name: str,
    request: ViewedRequest,
    row: Mapping[str, Any],
    source: "NDArray[np.uint8]",
    edit: "NDArray[np.uint8]",
) -> dict[str, Any]:
    after, heat = align_edit(request, row, source, edit)
    written = {} if heat is None else {"heat": _put(folder, f"{name}-heat.jpg", heat, quality=HEAT_QUALITY)}
    written["after"] = _put_unless(folder, name, after, edit)
    if heat is not None and row["change_mask"]:
        (folder / f"{name}-mask.png").write_bytes(encode_overlay(row["change_mask"]))
        written["mask"] = [f"{name}-mask.png", *source.shape[1::-1]]
    return written


def _put(folder: Path, name: str, pixels: "NDArray[np.uint8]", quality: int = 82) -> list[Any]:
    (folder / name).write_bytes(encode_jpeg(pixels, quality))
    return [name, pixels.shape[1], pixels.shape[0]]


def _put_unless(folder: Path, name: str, after: "NDArray[np.uint8]", posted: "NDArray[np.uint8]") -> list[Any]:
    """Write the aligned edit, unless the posted copy is the same picture."""
    if after is posted:
        return [f"{name}.jpg", after.shape[1], after.shape[0]]
    return _put(folder, f"{name}-after.jpg", after)


def _source_name(sha256: str) -> str:
    return f"source-{sha256[:16]}.jpg"
