"""Compare every picture of a solver with the pictures of its request, and assign a verdict."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pyarrow as pa

from photoshop_request.edits.figures import FIGURES
from photoshop_request.edits.matching import SourceMatch, best_source, duplicates, may_repeat
from photoshop_request.edits.prepare import PreparedPicture
from photoshop_request.edits.signature import reader_version
from photoshop_request.edits.thresholds import fingerprint_values
from photoshop_request.media.files.ai_evidence import FileEvidence, file_evidence
from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.hashes import HASH_VERSION, PictureHash, to_hex
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decoded import DecodedPictures
from photoshop_request_builder.store.pictures import read_unless_taken_down

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 10
_MAX_PREPARED = 64
"""Maximum pictures of a request kept prepared, 3 MB each: those of the requester, then the latest edits."""
_MAX_COMPARED = 48
"""Maximum pictures of a requester that edits are compared with, in the order of posting. A gallery of Reddit has 20."""
_MAX_REPEATS = 8
"""Maximum earlier edits of a solver with near hashes that an edit is compared with: those with the nearest thumbnails.
Hundreds that look alike would take minutes."""
_THUMBNAIL = (32, 32)
"""Pixels. In it, a picture encoded again differs by under 1 gray level on average."""
_DIGITS, _MATRIX_DIGITS = 4, 6
"""Decimals of stored figures. The same corpus must give the same bytes in any process, but the tenth decimal of a float
sum depends on the memory layout."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A picture that decodes completely, with its row."""

    row: dict[str, Any]
    prepared: PreparedPicture
    evidence: FileEvidence


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edit without its pixels. Hundreds of decoded pictures would take gigabytes."""

    row: dict[str, Any]
    hash: PictureHash
    thumbnail: "NDArray[np.int16]"
    """Luminance, shape (1024,)."""


@dataclass(slots=True)
class _Request:
    """The pictures of a request so far, while they are compared in the order of posting."""

    sources: list[_Opened] = field(default_factory=list)
    """Pictures of the submission itself."""
    own: list[_Opened] = field(default_factory=list)
    """Pictures that the requester posted later, in comments."""
    edits: list[_Edit] = field(default_factory=list)
    recent: deque[_Opened] = field(default_factory=deque)
    """The latest edits, still prepared, because a revision or a repeat mostly follows soon."""

    def remember(self, edit: _Opened) -> None:
        """Add an edit, and drop the oldest prepared one if there are too many."""
        self.edits.append(_Edit(edit.row, edit.prepared.hash, _thumbnail(edit)))
        edit.prepared.forget()
        self.recent.append(edit)
        if len(self.recent) + len(self.sources) + len(self.own) > _MAX_PREPARED:
            self.recent.popleft()

    def add_source(self, picture: _Opened) -> str | None:
        """Add a picture of the requester, or return the reason why edits are not compared with it."""
        if len(self.sources) + len(self.own) >= _MAX_COMPARED:
            return f"not compared: the requester posted more than {_MAX_COMPARED} pictures"
        (self.sources if picture.row["comment_id"] is None else self.own).append(picture)
        return None


def rule(_corpus: Corpus) -> Rule:
    """Return the version of the hashes, every threshold, and the version of the text reader if there is one."""
    return {"hash": HASH_VERSION, "thresholds": fingerprint_values(), "reader": reader_version()}


def make_candidates(inputs: ShardInputs) -> pa.Table:
    """Return the candidates of one shard. Holds the pictures of one request at a time, within a limit."""
    comments = inputs.read("comments", ["id", "created_utc"])
    posted = dict(zip(comments.column("id").to_pylist(), comments.column("created_utc").to_pylist(), strict=True))
    rows: list[dict[str, Any]] = []
    pictures = _Pictures(inputs.corpus)
    for _, request in groupby(inputs.read("pictures").to_pylist(), key=lambda row: row["submission_id"]):
        rows += _candidates_of(
            pictures, [{**row, "solver_comment_utc": posted.get(row["comment_id"])} for row in request]
        )
    return pa.Table.from_pylist(rows, schema=tables.CANDIDATES)


def _candidates_of(pictures: "_Pictures", rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the candidates of one request: its own pictures, then those of comments in the order of posting."""
    rows.sort(key=lambda row: (row["solver_comment_utc"] or 0, row["comment_id"] or "", row["position"], row["index"]))
    request = _Request()
    for row in rows:
        opened = pictures.open(row)
        if isinstance(opened, Rejected):
            yield {**row, "verdict": opened.verdict, "detail": opened.detail or None}
            continue
        file_columns = {
            "width": opened.prepared.width,
            "height": opened.prepared.height,
            "phash": to_hex(opened.prepared.hash.phash),
            "dhash": to_hex(opened.prepared.hash.dhash),
            "flat": opened.prepared.hash.flat,
            "hash_version": HASH_VERSION,
            "ai_evidence": list(opened.evidence.evidence),
            "software": opened.evidence.software,
        }
        if row["role"] == "candidate":
            yield {**row, **file_columns, **_compared(pictures, opened, request)}
        else:
            verdict = None if row["comment_id"] is None else Verdict.REQUESTERS_OWN
            yield {**row, **file_columns, "verdict": verdict, "detail": request.add_source(opened) or row["detail"]}


def _compared(pictures: "_Pictures", candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Return verdict and figures of a solver's picture, compared with the pictures posted before."""
    if (first := _duplicate_of(pictures, candidate, request)) is not None:
        verdict = {"verdict": Verdict.DUPLICATE_EDIT, "duplicate_of": first.row["comment_id"], "change_mask": None}
        return {**_with_best_source(candidate, request), **verdict, "watermark_mask": None}
    columns = _with_best_source(candidate, request)
    if columns["verdict"] != Verdict.EDIT:
        return columns
    earlier = [edit.row["comment_id"] for edit in request.edits if edit.row["author"] == candidate.row["author"]]
    request.remember(candidate)
    return {**columns, "revises": earlier[-1] if earlier else None}


def _with_best_source(candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Compare with the submission's pictures. If none matches, compare with the requester's later pictures.

    A later picture of the requester often quotes a solver's edit. A revision of that edit would match it.
    """
    columns: dict[str, Any] = {"verdict": Verdict.NO_SOURCE}
    for sources in (request.sources, request.own):
        if not sources or columns["verdict"] not in {Verdict.NO_SOURCE, Verdict.UNRELATED, Verdict.SECOND_SHOT}:
            continue
        match = best_source([source.prepared for source in sources], candidate.prepared)
        if match.comparison.verdict != Verdict.UNRELATED or columns["verdict"] == Verdict.NO_SOURCE:
            columns = _columns(sources, match)
    return columns


def _columns(sources: Sequence[_Opened], match: SourceMatch) -> dict[str, Any]:
    comparison = match.comparison
    second = sources[match.second_source].row if match.second_source is not None else None
    return {
        "verdict": comparison.verdict,
        "source_url": sources[match.source].row["url"],
        "source_sha256": sources[match.source].row["sha256"],
        "second_source_sha256": second["sha256"] if second else None,
        **{figure.name: _rounded(getattr(comparison, figure.name)) for figure in FIGURES},
        "matrix": [round(value, _MATRIX_DIGITS) for value in comparison.matrix],
        "change_mask": comparison.change_mask() if comparison.verdict == Verdict.EDIT else None,
        "watermark_mask": comparison.watermark_mask() if comparison.verdict == Verdict.EDIT else None,
    }


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _duplicate_of(pictures: "_Pictures", candidate: _Opened, request: _Request) -> _Edit | None:
    """Return the earlier edit of the same solver with the same bytes, or with the same picture encoded again."""
    earlier = [edit for edit in request.edits if edit.row["author"] == candidate.row["author"]]
    for edit in earlier:
        if edit.row["sha256"] == candidate.row["sha256"]:
            return edit
    for edit in _nearest([edit for edit in earlier if may_repeat(edit.hash, candidate.prepared.hash)], candidate):
        prepared = next((picture for picture in request.recent if picture.row is edit.row), None)
        first = prepared or pictures.open(edit.row)
        if isinstance(first, _Opened) and duplicates((first.prepared, candidate.prepared))[1] is not None:
            return edit
    return None


def _nearest(edits: list[_Edit], candidate: _Opened) -> list[_Edit]:
    """Return the edits with the nearest thumbnails in the order of posting. Of equal ones the latest count."""
    if len(edits) <= _MAX_REPEATS:
        return edits
    apart = np.abs(np.stack([edit.thumbnail for edit in edits]) - _thumbnail(candidate)).sum(axis=1)
    nearest = np.lexsort((-np.arange(len(edits)), apart))[:_MAX_REPEATS]
    return [edits[index] for index in sorted(nearest.tolist())]


def _thumbnail(picture: _Opened) -> "NDArray[np.int16]":
    small = cv2.resize(picture.prepared.grey, _THUMBNAIL, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.int16).ravel()


class _Pictures:
    """The pictures of the corpus, by the rows that name them."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus, self._decoded = corpus, DecodedPictures(corpus)

    def open(self, row: dict[str, Any]) -> _Opened | Rejected:
        if row["reason"] is not None:
            return Rejected(Verdict(row["reason"]), row["detail"] or "")
        data = read_unless_taken_down(self._corpus, row["sha256"], row["extension"])
        if data is None:
            return Rejected(Verdict.TAKEN_DOWN, "taken down")
        prepared = self._decoded.open(row["sha256"], row["extension"], data)
        return prepared if isinstance(prepared, Rejected) else _Opened(row, prepared, file_evidence(data))
