"""Compare every picture of a solver with the pictures of its request, and assign a verdict."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from photoshop_request.edits.figures import FIGURES
from photoshop_request.edits.matching import SourceMatch, best_source, duplicates, may_repeat
from photoshop_request.edits.prepare import PreparedPicture
from photoshop_request.edits.thresholds import fingerprint_values
from photoshop_request.media.files.decode import Rejected, decode
from photoshop_request.media.files.hashes import HASH_VERSION, PictureHash, hash_file, to_hex
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_unless_taken_down

VERSION = 7
_MAX_DECODED = 8
"""Maximum edits of a request kept decoded. An edit of 12 megapixels takes 50 MB."""
_DIGITS, _MATRIX_DIGITS = 4, 6
"""Decimals of stored figures. The same corpus must give the same bytes in any process, but the tenth decimal of a float
sum depends on the memory layout."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A picture that decodes completely, with its row."""

    row: dict[str, Any]
    prepared: PreparedPicture


@dataclass(frozen=True, slots=True)
class _Edit:
    """An edit without its pixels. Hundreds of decoded pictures would take gigabytes."""

    row: dict[str, Any]
    hash: PictureHash


@dataclass(slots=True)
class _Request:
    """The pictures of a request so far, while they are compared in the order of posting."""

    sources: list[_Opened] = field(default_factory=list)
    """Pictures of the submission itself."""
    own: list[_Opened] = field(default_factory=list)
    """Pictures that the requester posted later, in comments."""
    edits: list[_Edit] = field(default_factory=list)
    recent: deque[_Opened] = field(default_factory=lambda: deque(maxlen=_MAX_DECODED))
    """The latest edits, still decoded, because a revision or a repeat mostly follows soon."""


def rule(_corpus: Corpus) -> Rule:
    """Return the version of the hashes and every threshold."""
    return {"hash": HASH_VERSION, "thresholds": fingerprint_values()}


def make_candidates(inputs: ShardInputs) -> pa.Table:
    """Return the candidates of one shard. Holds the pictures of one request at a time."""
    comments = inputs.read("comments", ["id", "created_utc"])
    posted = dict(zip(comments.column("id").to_pylist(), comments.column("created_utc").to_pylist(), strict=True))
    rows: list[dict[str, Any]] = []
    for _, request in groupby(inputs.read("pictures").to_pylist(), key=lambda row: row["submission_id"]):
        rows += _candidates_of(
            inputs.corpus, [{**row, "solver_comment_utc": posted.get(row["comment_id"])} for row in request]
        )
    return pa.Table.from_pylist(rows, schema=tables.CANDIDATES)


def _candidates_of(corpus: Corpus, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the candidates of one request: its own pictures, then those of comments in the order of posting."""
    rows.sort(key=lambda row: (row["solver_comment_utc"] or 0, row["comment_id"] or "", row["position"], row["index"]))
    request = _Request()
    for row in rows:
        opened = _open(corpus, row)
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
        }
        if row["role"] == "candidate":
            yield {**row, **file_columns, **_compared(corpus, opened, request)}
        elif row["comment_id"] is None:
            request.sources.append(opened)
            yield {**row, **file_columns}
        else:
            request.own.append(opened)
            yield {**row, **file_columns, "verdict": Verdict.REQUESTERS_OWN}


def _compared(corpus: Corpus, candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Return verdict and figures of a solver's picture, compared with the pictures posted before."""
    if (first := _duplicate_of(corpus, candidate, request)) is not None:
        verdict = {"verdict": Verdict.DUPLICATE_EDIT, "duplicate_of": first.row["comment_id"], "change_mask": None}
        return {**_with_best_source(candidate, request), **verdict}
    columns = _with_best_source(candidate, request)
    if columns["verdict"] != Verdict.EDIT:
        return columns
    earlier = [edit.row["comment_id"] for edit in request.edits if edit.row["author"] == candidate.row["author"]]
    request.edits.append(_Edit(candidate.row, candidate.prepared.hash))
    request.recent.append(candidate)
    return {**columns, "revises": earlier[-1] if earlier else None}


def _with_best_source(candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Compare with the submission's pictures. If none matches, compare with the requester's later pictures.

    A later picture of the requester often quotes a solver's edit. A revision of that edit would match it.
    """
    columns: dict[str, Any] = {"verdict": Verdict.NO_SOURCE}
    for sources in (request.sources, request.own):
        if not sources or columns["verdict"] not in {Verdict.NO_SOURCE, Verdict.UNRELATED}:
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
    }


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _duplicate_of(corpus: Corpus, candidate: _Opened, request: _Request) -> _Edit | None:
    """Return the earlier edit of the same solver with the same bytes, or with the same picture encoded again."""
    for edit in request.edits:
        if edit.row["author"] != candidate.row["author"]:
            continue
        if edit.row["sha256"] == candidate.row["sha256"]:
            return edit
        if may_repeat(edit.hash, candidate.prepared.hash):
            decoded = next((picture for picture in request.recent if picture.row is edit.row), None)
            earlier = decoded or _open(corpus, edit.row)
            if isinstance(earlier, _Opened) and duplicates((earlier.prepared, candidate.prepared))[1] is not None:
                return edit
    return None


def _open(corpus: Corpus, row: dict[str, Any]) -> _Opened | Rejected:
    if row["reason"] is not None:
        return Rejected(Verdict(row["reason"]), row["detail"] or "")
    data = read_unless_taken_down(corpus, row["sha256"], row["extension"])
    if data is None:
        return Rejected(Verdict.TAKEN_DOWN, "taken down")
    picture, hashes = decode(data), hash_file(data)
    if isinstance(picture, Rejected):
        return picture
    return hashes if isinstance(hashes, Rejected) else _Opened(row, PreparedPicture(picture, hashes))
