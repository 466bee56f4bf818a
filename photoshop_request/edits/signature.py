"""Read a solver's signature in a corner of an edit. Needs the extra `ocr`; without it none is found.

A short text at the border tells a signature by its place alone. What the request asks for decides over captions.
"""

import importlib.util
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from photoshop_request.edits.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.evidence import CommonFrame
    from photoshop_request.edits.new_edges import NewEdges

Box = tuple[int, int, int, int]
"""(left, top, width, height) in pixels of the frame."""

_BAND = 0.22
"""Height of the strips at the top and the bottom that hold signatures, as a fraction of the frame."""
_WIDEST = 0.5
"""Widest signature, as a fraction of the frame. Captions are wider."""
_TALLEST = 0.16
"""Tallest signature, as a fraction of the shorter side."""
_SPACE = (7, 21)
"""(height, width) in pixels of the gaps that join letters to a line."""
_MARGIN = 0.12
"""Farthest from the border, as a fraction of the frame's width and height."""
_ALONE = 0.75
"""Fraction of the new edges around a line that belong to it. Lines on boards and in longer captions have neighbors."""
_MIN_EDGES = 60
"""Fewest new edges of a text. Four letters have over 100."""
_PADDING = 5
"""Pixels around a line that the reader sees too."""
_LINE = 48
"""Height in pixels of the lines that the reader was trained on."""
_MOST = 3
"""Maximum lines read in a picture, those with the most edges. One takes about 0.1 s."""


def reader_version() -> str | None:
    """Return the version of the installed text reader, or None without the extra `ocr`."""
    installed = all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))
    return version("rapidocr") if installed else None


def find_signature(frame: "CommonFrame", edges: "NewEdges") -> "tuple[float, NDArray[np.bool_]] | None":
    """Return score and pixels of a text in a corner that only the edit has, or None."""
    if reader_version() is None:
        return None
    for box in _lines(edges):
        confidence = _read(frame.edit, box)
        if confidence and not _read(frame.source, box):
            left, top, width, height = box
            pixels = np.zeros(edges.shape, bool)
            pixels[top : top + height, left : left + width] = True
            return round(confidence * thresholds().watermark.signature, 4), pixels
    return None


def _lines(edges: "NewEdges") -> Iterator[Box]:
    """Yield the boxes of new edges that may be a line of text in a corner, most edges first."""
    height, width = edges.shape
    marked = np.zeros(edges.shape, np.uint8)
    marked[edges.y, edges.x] = 1
    every = marked.copy()
    marked[int(_BAND * height) : int((1 - _BAND) * height)] = 0
    joined = cv2.morphologyEx(marked, cv2.MORPH_CLOSE, np.ones(_SPACE, np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    counts = np.bincount(labels.ravel(), weights=marked.ravel())
    counts[0] = 0
    found = 0
    for label in np.argsort(-counts, kind="stable"):
        left, top, across, down = (int(value) for value in boxes[label][:4])
        if counts[label] < _MIN_EDGES or found == _MOST:
            return
        if across > _WIDEST * width or down > _TALLEST * min(height, width) or across < 1.5 * down:
            continue
        if min(left, width - left - across) > _MARGIN * width or min(top, height - top - down) > _MARGIN * height:
            continue
        rows = np.s_[max(0, top - 3 * down // 2) : top + down + 3 * down // 2]
        if counts[label] < _ALONE * np.count_nonzero(every[rows, max(0, left - across) : left + 2 * across]):
            continue
        found += 1
        yield left, top, across, down


def _read(picture: "NDArray[np.uint8]", box: Box) -> float:
    """Return the reader's confidence in a text of at least four letters or digits, or 0."""
    left, top, width, height = box
    line = picture[max(0, top - _PADDING) : top + height + _PADDING, max(0, left - _PADDING) : left + width + _PADDING]
    grow = _LINE / line.shape[0]
    large = cv2.resize(line, None, fx=grow, fy=grow, interpolation=cv2.INTER_CUBIC)
    result = _reader()(np.ascontiguousarray(large[..., ::-1]), use_det=False, use_cls=False, use_rec=True)
    if not result.txts or sum(letter.isascii() and letter.isalnum() for letter in result.txts[0]) < 4:
        return 0.0
    confidence = float(result.scores[0])
    return confidence if confidence >= thresholds().watermark.min_confidence else 0.0


@cache
def _reader() -> Any:
    """Return the reader, with one thread so that any machine reads the same. Its weights lie in the package."""
    from rapidocr import RapidOCR

    one_thread = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "error", **one_thread})
