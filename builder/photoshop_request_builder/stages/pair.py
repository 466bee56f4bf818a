"""pair: pictures -> candidates, each with its best source, how it lies in it, what changed, and a verdict."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from photoshop_request.edits.compare import Comparison
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
_RECENT = 8
"""Decoded edits that are held; 12 megapixels take 50 MB."""
_DIGITS, _MATRIX_DIGITS = 4, 6
"""Decimals of what is stored: sums of floats differ in the tenth with where their numbers lie in memory, and the same
corpus must give the same bytes in whatever process a shard is judged."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A picture that decodes to its last pixel, and whose it is."""

    row: dict[str, Any]
    prepared: PreparedPicture


@dataclass(frozen=True, slots=True)
class _Edit:
    """What is kept of every edit of a request; hundreds of decoded pictures would take gigabytes."""

    row: dict[str, Any]
    hash: PictureHash


@dataclass(slots=True)
class _Request:
    """What is known of a request while its pictures are gone through in the order they were posted."""

    sources: list[_Opened] = field(default_factory=list)
    """Of the submission itself."""
    own: list[_Opened] = field(default_factory=list)
    """That the requester posted later, in comments."""
    edits: list[_Edit] = field(default_factory=list)
    recent: deque[_Opened] = field(default_factory=lambda: deque(maxlen=_RECENT))
    """The latest of them, still decoded: a revision or a repeat mostly follows soon."""


def rule(_corpus: Corpus) -> Rule:
    """Return the version of the hashes and every threshold."""
    return {"hash": HASH_VERSION, "thresholds": fingerprint_values()}


def make_candidates(inputs: ShardInputs) -> pa.Table:
    """Return the candidates of one shard. Holds the pictures of one request at a time."""
    comments = inputs.read("comments", ["id", "created_utc"])
    posted = dict(zip(comments.column("id").to_pylist(), comments.column("created_utc").to_pylist(), strict=True))
    rows: list[dict[str, Any]] = []
    for _, request in groupby(inputs.read("pictures").to_pylist(), key=lambda row: row["submission_id"]):
        rows += _judge_request(
            inputs.corpus, [{**row, "solver_comment_utc": posted.get(row["comment_id"])} for row in request]
        )
    return pa.Table.from_pylist(rows, schema=tables.CANDIDATES)


def _judge_request(corpus: Corpus, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The candidates of one request: its pictures first, then the comments' in the order they were posted."""
    rows.sort(key=lambda row: (row["solver_comment_utc"] or 0, row["comment_id"] or "", row["position"], row["index"]))
    request = _Request()
    for row in rows:
        opened = _open(corpus, row)
        if isinstance(opened, Rejected):
            yield {**row, "verdict": opened.verdict, "detail": opened.detail or None}
            continue
        about = {
            "width": opened.prepared.width,
            "height": opened.prepared.height,
            "phash": to_hex(opened.prepared.hash.phash),
            "dhash": to_hex(opened.prepared.hash.dhash),
            "flat": opened.prepared.hash.flat,
            "hash_version": HASH_VERSION,
        }
        if row["role"] == "candidate":
            yield {**row, **about, **_judge(corpus, opened, request)}
        elif row["comment_id"] is None:
            request.sources.append(opened)
            yield {**row, **about}
        else:
            request.own.append(opened)
            yield {**row, **about, "verdict": Verdict.REQUESTERS_OWN}


def _judge(corpus: Corpus, candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Verdict and figures of a solver's picture, against what had been posted by then."""
    if (first := _duplicate_of(corpus, candidate, request)) is not None:
        verdict = {"verdict": Verdict.DUPLICATE_EDIT, "duplicate_of": first.row["comment_id"], "change_mask": None}
        return {**_best(candidate, request), **verdict}
    found = _best(candidate, request)
    if found["verdict"] != Verdict.EDIT:
        return found
    own = [edit.row["comment_id"] for edit in request.edits if edit.row["author"] == candidate.row["author"]]
    request.edits.append(_Edit(candidate.row, candidate.prepared.hash))
    request.recent.append(candidate)
    return {**found, "revises": own[-1] if own else None}


def _best(candidate: _Opened, request: _Request) -> dict[str, Any]:
    """Against the submission's pictures; against what the requester posted later only if none of those is it.

    What the requester posts later is often a solver's edit, quoted: a revision would be taken for an edit of it.
    """
    found: dict[str, Any] = {"verdict": Verdict.NO_SOURCE}
    for sources in (request.sources, request.own):
        if not sources or found["verdict"] not in {Verdict.NO_SOURCE, Verdict.UNRELATED}:
            continue
        match = best_source([source.prepared for source in sources], candidate.prepared)
        if match.comparison.verdict != Verdict.UNRELATED or found["verdict"] == Verdict.NO_SOURCE:
            found = _figures(sources, match)
    return found


def _figures(sources: Sequence[_Opened], match: SourceMatch) -> dict[str, Any]:
    comparison = match.comparison
    second = sources[match.second_source].row if match.second_source is not None else None
    return {
        "verdict": comparison.verdict,
        "source_url": sources[match.source].row["url"],
        "source_sha256": sources[match.source].row["sha256"],
        "second_source_sha256": second["sha256"] if second else None,
        **{figure.name: _rounded(getattr(comparison, figure.name)) for figure in FIGURES},
        "matrix": [round(value, _MATRIX_DIGITS) for value in comparison.matrix],
        "change_mask": _mask(comparison),
    }


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _mask(comparison: Comparison) -> bytes | None:
    return comparison.change_mask() if comparison.verdict == Verdict.EDIT else None


def _duplicate_of(corpus: Corpus, candidate: _Opened, request: _Request) -> _Edit | None:
    """The same solver's earlier edit that this is once more: the same bytes, or the same picture re-encoded."""
    for edit in request.edits:
        if edit.row["author"] != candidate.row["author"]:
            continue
        if edit.row["sha256"] == candidate.row["sha256"]:
            return edit
        if may_repeat(edit.hash, candidate.prepared.hash):
            kept = next((each for each in request.recent if each.row is edit.row), None)
            earlier = kept or _open(corpus, edit.row)
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
