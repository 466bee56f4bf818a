"""Queue the candidates to review. Columns are held in memory, so that each card shows immediately."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.errors import CorpusError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import (
    Publication,
    TakenDown,
    is_ready,
    read_policy,
    read_publication,
    read_taken_down,
)
from photoshop_request_builder.dataset.removals import Removals, read_removals
from photoshop_request_builder.pages.viewer.cards import (
    COMMENT_COLUMNS,
    SUBMISSION_COLUMNS,
    ViewedRequest,
    view_request,
)
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import CandidateOrder, ReviewItem

REVIEWED = (
    Verdict.EDIT,
    Verdict.SAME_IMAGE,
    Verdict.UNRELATED,
    Verdict.DUPLICATE_EDIT,
    Verdict.COLLAGE,
    Verdict.SECOND_SHOT,
)
"""Verdicts that people can check by looking at two pictures."""
_NOT_LOADED = frozenset({"change_mask", "watermark_mask"})
"""Masks are read from disk when the page shows one."""


@dataclass(frozen=True, slots=True)
class _GroupedTable:
    """A table sorted by request."""

    table: pa.Table
    ranges: Mapping[str, tuple[int, int]]
    """Request id -> first row and number of rows."""

    def of(self, submission_id: str) -> list[dict[str, Any]]:
        first, count = self.ranges.get(submission_id, (0, 0))
        rows: list[dict[str, Any]] = self.table.slice(first, count).to_pylist() if count else []
        return rows


@dataclass(frozen=True, slots=True)
class _Shard:
    candidates: _GroupedTable
    submissions: _GroupedTable
    comments: _GroupedTable
    texts: _GroupedTable
    publication: Publication | None
    removed: TakenDown
    removals: Removals


@dataclass(frozen=True, slots=True)
class CandidateQueue:
    """All candidates that can be reviewed, in order. A candidate's number is its position."""

    shards: Sequence[_Shard]
    places: Any
    """Shard and row of each candidate: int32 of shape (candidates, 2)."""

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.places)

    def item(self, number: int) -> ReviewItem:
        """Return the candidate as decisions store it."""
        return _item(self._row(number))

    def find(self, item: ReviewItem) -> int | None:
        """Return the number of a candidate, or None if it is no longer in the corpus."""
        for place, shard in enumerate(self.shards):
            first, count = shard.candidates.ranges.get(item.submission_id, (0, 0))
            for row in range(first, first + count):
                here = np.flatnonzero((self.places[:, 0] == place) & (self.places[:, 1] == row))
                if len(here) and self.item(int(here[0])).key == item.key:
                    return int(here[0])
        return None

    def request(self, number: int) -> tuple[ViewedRequest, int | None]:
        """Return the request and the candidate's index in it, None if the candidate is deleted or taken down."""
        shard, row = self.shards[self.places[number][0]], self._row(number)
        submission_id = row["submission_id"]
        request = view_request(
            [{**candidate, "verified": False} for candidate in shard.candidates.of(submission_id)],
            next(iter(shard.submissions.of(submission_id)), {}),
            shard.comments.of(submission_id),
            next(iter(shard.texts.of(submission_id)), None),
            shard.publication,
            shard.removed,
            shard.removals,
        )
        key = _item(row).key
        indexes = (
            index
            for index, candidate in enumerate(request.candidates)
            if candidate["sha256"] and _item(candidate).key == key
        )
        return request, next(indexes, None)

    def _row(self, number: int) -> dict[str, Any]:
        shard, row = self.places[number].tolist()
        table = self.shards[shard].candidates.table
        return {name: table.column(name)[row].as_py() for name in _ITEM_COLUMNS}


_ITEM_COLUMNS = ("submission_id", "comment_id", "position", "index", "sha256", "verdict", "confidence")


def read_candidate_queue(corpus: Corpus, order: CandidateOrder) -> CandidateQueue:
    """Read the candidates of a corpus with their automatic verdicts, and order them.

    Raises:
        CorpusError: no pictures are compared yet.
    """
    compared = [shard for shard in range(corpus.shards) if corpus.fs.exists(corpus.shard_path(shard, "candidates"))]
    if not compared:
        raise CorpusError(
            f"{corpus.address}: no pictures are compared yet. Run first: photoshop-request pair {corpus.address}"
        )
    shards = [_read_shard(corpus, shard) for shard in compared]
    ranked = [_reviewed(number, shard.candidates.table, order) for number, shard in enumerate(shards)]
    places, ranks = np.concatenate([pair[0] for pair in ranked]), np.concatenate([pair[1] for pair in ranked])
    return CandidateQueue(shards, places[np.argsort(ranks, kind="stable")])


def _reviewed(shard: int, table: pa.Table, order: CandidateOrder) -> tuple[Any, Any]:
    """Return the places of one shard's candidates, and the numbers to sort them by."""
    is_reviewed = pc.and_(
        pc.is_in(table.column("verdict"), pa.array([str(verdict) for verdict in REVIEWED])),
        pc.and_(pc.is_valid(table.column("sha256")), pc.is_valid(table.column("source_sha256"))),
    )
    rows = np.flatnonzero(pc.fill_null(is_reviewed, False).to_numpy())
    places = np.column_stack([np.full(len(rows), shard, np.int32), rows.astype(np.int32)])
    if order is CandidateOrder.DOUBT:
        return places, pc.fill_null(table.column("confidence"), 1.0).to_numpy()[rows]
    # ordered by a hash of the key, so that the sample stays the same while the corpus grows
    names = zip(*(table.column(name).to_pylist() for name in ("comment_id", "position", "index")), strict=True)
    ranks = np.fromiter((_rank(name) for name in names), np.float64, table.num_rows)
    return places, ranks[rows]


def _rank(name: tuple[Any, ...]) -> float:
    digest = hashlib.blake2b(repr(name).encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big"))


def _read_shard(corpus: Corpus, shard: int) -> _Shard:
    columns = [name for name in tables.CANDIDATES.names if name not in _NOT_LOADED]
    return _Shard(
        _grouped(corpus, shard, "candidates", "submission_id", columns),
        _grouped(corpus, shard, "submissions", "id", SUBMISSION_COLUMNS),
        _grouped(corpus, shard, "comments", "submission_id", COMMENT_COLUMNS),
        _grouped(corpus, shard, "texts", "submission_id", None),
        read_publication(corpus, shard, read_policy(corpus)) if is_ready(corpus, shard) else None,
        read_taken_down(corpus, shard),
        read_removals(corpus, shard, include_removed=True),
    )


def _grouped(corpus: Corpus, shard: int, name: str, key: str, columns: list[str] | None) -> _GroupedTable:
    table = storage.find_table(corpus.fs, corpus.shard_path(shard, name), columns)
    if table is None:
        return _GroupedTable(pa.table({}), {})
    ids = np.asarray(table.column(key).to_pylist(), dtype=object)
    order = np.argsort(ids.astype(str), kind="stable")
    table, ids = table.take(pa.array(order)).combine_chunks(), ids[order]
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.array([], int)
    counts = np.diff(np.r_[starts, len(ids)])
    return _GroupedTable(
        table, dict(zip(ids[starts].tolist(), zip(starts.tolist(), counts.tolist(), strict=True), strict=True))
    )


def _item(row: Mapping[str, Any]) -> ReviewItem:
    return ReviewItem(
        row["submission_id"],
        row["comment_id"],
        row["position"],
        row["index"],
        row["sha256"],
        Verdict(row["verdict"]),
        row["confidence"],
    )
