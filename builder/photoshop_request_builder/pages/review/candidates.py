"""The candidates that people can judge, held in memory column by column, so that any card is there at once."""

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
from photoshop_request_builder.pages.viewer.cards import OF_COMMENTS, OF_SUBMISSIONS, Request, request_of
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import CandidateOrder, ReviewItem

__all__ = ["JUDGED", "Deck", "read_deck"]

JUDGED = (Verdict.EDIT, Verdict.SAME_IMAGE, Verdict.UNRELATED, Verdict.DUPLICATE_EDIT, Verdict.COLLAGE)
"""Verdicts by looking at two pictures: those that people can give and doubt."""
_LEFT_ON_DISK = frozenset({"change_mask"})
"""A mask is read when somebody asks to see it."""


@dataclass(frozen=True, slots=True)
class _Grouped:
    """A table by the request that its rows belong to."""

    table: pa.Table
    where: Mapping[str, tuple[int, int]]
    """Request -> first row and number of rows."""

    def of(self, submission_id: str) -> list[dict[str, Any]]:
        first, count = self.where.get(submission_id, (0, 0))
        rows: list[dict[str, Any]] = self.table.slice(first, count).to_pylist() if count else []
        return rows


@dataclass(frozen=True, slots=True)
class _Shard:
    candidates: _Grouped
    submissions: _Grouped
    comments: _Grouped
    texts: _Grouped
    selection: Publication | None
    removed: TakenDown


@dataclass(frozen=True, slots=True)
class Deck:
    """Every candidate that can be judged, in the order in which they come; a number is a place in it."""

    shards: Sequence[_Shard]
    places: Any
    """Shard and row of each: int32 of shape (candidates, 2)."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.places)

    def item(self, number: int) -> ReviewItem:
        """What a decision is about."""
        return _item(self._row(number))

    def find(self, item: ReviewItem) -> int | None:
        """The number of a candidate; None where the corpus does not hold it any more."""
        for place, shard in enumerate(self.shards):
            first, count = shard.candidates.where.get(item.submission_id, (0, 0))
            for row in range(first, first + count):
                here = np.flatnonzero((self.places[:, 0] == place) & (self.places[:, 1] == row))
                if len(here) and self.item(int(here[0])).key == item.key:
                    return int(here[0])
        return None

    def request(self, number: int) -> tuple[Request, int | None]:
        """The request and the candidate's place in it; None where it may not be shown: deleted or taken down."""
        shard, row = self.shards[self.places[number][0]], self._row(number)
        submission_id = row["submission_id"]
        found = request_of(
            [{**each, "verified": False} for each in shard.candidates.of(submission_id)],
            next(iter(shard.submissions.of(submission_id)), {}),
            shard.comments.of(submission_id),
            next(iter(shard.texts.of(submission_id)), None),
            shard.selection,
            shard.removed,
        )
        key = _item(row).key
        places = (place for place, each in enumerate(found.candidates) if each["sha256"] and _item(each).key == key)
        return found, next(places, None)

    def _row(self, number: int) -> dict[str, Any]:
        shard, row = self.places[number].tolist()
        table = self.shards[shard].candidates.table
        return {name: table.column(name)[row].as_py() for name in _OF_ITEM}


_OF_ITEM = ("submission_id", "comment_id", "position", "index", "sha256", "verdict", "confidence")


def read_deck(corpus: Corpus, order: CandidateOrder) -> Deck:
    """The candidates of a corpus with the machine's verdicts, ordered once.

    Raises:
        CorpusError: nothing has been compared yet.
    """
    there = [shard for shard in range(corpus.shards) if corpus.fs.exists(corpus.shard_path(shard, "candidates"))]
    if not there:
        raise CorpusError(
            f"{corpus.address}: nothing to review before pictures are compared. "
            f"Do that with: photoshop-request pair {corpus.address}"
        )
    shards = [_read_shard(corpus, shard) for shard in there]
    found = [_judged(number, shard.candidates.table, order) for number, shard in enumerate(shards)]
    places, ranks = np.concatenate([each[0] for each in found]), np.concatenate([each[1] for each in found])
    return Deck(shards, places[np.argsort(ranks, kind="stable")])


def _judged(shard: int, table: pa.Table, order: CandidateOrder) -> tuple[Any, Any]:
    """Places of the candidates of one shard, and what to sort them by."""
    can_be = pc.and_(
        pc.is_in(table.column("verdict"), pa.array([str(verdict) for verdict in JUDGED])),
        pc.and_(pc.is_valid(table.column("sha256")), pc.is_valid(table.column("source_sha256"))),
    )
    rows = np.flatnonzero(pc.fill_null(can_be, False).to_numpy())
    places = np.column_stack([np.full(len(rows), shard, np.int32), rows.astype(np.int32)])
    if order is CandidateOrder.DOUBT:
        return places, pc.fill_null(table.column("confidence"), 1.0).to_numpy()[rows]
    # by a hash of what it is: the sample stays a sample, and itself, while the corpus grows
    names = zip(*(table.column(name).to_pylist() for name in ("comment_id", "position", "index")), strict=True)
    ranks = np.fromiter((_rank(name) for name in names), np.float64, table.num_rows)
    return places, ranks[rows]


def _rank(name: tuple[Any, ...]) -> float:
    digest = hashlib.blake2b(repr(name).encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big"))


def _read_shard(corpus: Corpus, shard: int) -> _Shard:
    columns = [name for name in tables.CANDIDATES.names if name not in _LEFT_ON_DISK]
    return _Shard(
        _grouped(corpus, shard, "candidates", "submission_id", columns),
        _grouped(corpus, shard, "submissions", "id", OF_SUBMISSIONS),
        _grouped(corpus, shard, "comments", "submission_id", OF_COMMENTS),
        _grouped(corpus, shard, "texts", "submission_id", None),
        read_publication(corpus, shard, read_policy(corpus)) if is_ready(corpus, shard) else None,
        read_taken_down(corpus, shard),
    )


def _grouped(corpus: Corpus, shard: int, name: str, key: str, columns: list[str] | None) -> _Grouped:
    table = storage.find_table(corpus.fs, corpus.shard_path(shard, name), columns)
    if table is None:
        return _Grouped(pa.table({}), {})
    ids = np.asarray(table.column(key).to_pylist(), dtype=object)
    order = np.argsort(ids.astype(str), kind="stable")
    table, ids = table.take(pa.array(order)).combine_chunks(), ids[order]
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.array([], int)
    counts = np.diff(np.r_[starts, len(ids)])
    return _Grouped(
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
