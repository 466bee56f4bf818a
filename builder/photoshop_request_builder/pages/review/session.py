"""Run one reviewer's session: the next candidate, its card and pictures, and the decisions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow.compute as pc

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.review.agreement import agreements
from photoshop_request_builder.pages.review.candidates import REVIEWED, CandidateQueue
from photoshop_request_builder.pages.viewer.cards import ViewedRequest, card
from photoshop_request_builder.pages.viewer.pictures import SIDE, encode_jpeg, encode_overlay
from photoshop_request_builder.pages.viewer.previews import HEAT_QUALITY, align_edit, is_aligned, open_small
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.decisions import CandidateOrder, Decisions

CHOICES = (*REVIEWED[:-1], Verdict.REJECTED, REVIEWED[-1])
"""Verdicts that a reviewer can give. Their order numbers the keys, so new ones follow the others."""
_KEY = ("comment_id", "position", "index")


class PictureView(StrEnum):
    """Pictures of a candidate, named as on the card."""

    BEFORE = "before"
    POSTED = "posted"
    AFTER = "after"
    HEAT = "heat"
    MASK = "mask"


class ReviewSession:
    """State of one reviewer's session. Not thread-safe: one event loop uses it."""

    def __init__(self, queue: CandidateQueue, store: Decisions, reviewer: str, order: CandidateOrder) -> None:
        self.queue = queue
        self._store, self._reviewer, self._order = store, reviewer, order
        self._decided = self._read_decided()

    def next_undecided(self, start: int) -> int | None:
        """Return the first candidate from `start` that is undecided and may be shown, or None."""
        for number in range(max(0, start), len(self.queue)):
            if self.queue.item(number).key not in self._decided and self.queue.request(number)[1] is not None:
                return number
        return None

    def show(self, number: int | None) -> dict[str, Any]:
        """Return the page's data of one candidate. It has no `card` if the candidate is missing or may not be shown."""
        shown: dict[str, Any] = {"number": number, "decided": len(self._decided), "total": len(self.queue)}
        if number is None or not 0 <= number < len(self.queue):
            return shown
        request, index = self.queue.request(number)
        if index is None:
            return shown
        decision = self._decided.get(self.queue.item(number).key)
        return {**shown, "card": card(request, index, picture_urls(number, request, index)), "decision": decision}

    def decide(self, number: int, verdict: Verdict) -> dict[str, Any]:
        """Store a decision and return the next candidate's data."""
        item = self.queue.item(number)
        self._store.decide(item, self._reviewer, verdict, self._order)
        self._decided[item.key] = verdict
        return self.show(self.next_undecided(number + 1))

    def undo(self) -> dict[str, Any] | None:
        """Undo the last decision and return its candidate's data, or None if there is none."""
        item = self._store.undo(self._reviewer)
        if item is None:
            return None
        self._decided = self._read_decided()
        number = self.queue.find(item)
        return self.show(number if number is not None else self.next_undecided(0))

    def agreement(self) -> list[Mapping[str, Any]]:
        """Return the agreement with every other reviewer, as JSON values."""
        return [
            {"first": pair.first, "second": pair.second, "both": pair.both, "same": pair.same, "kappa": pair.kappa}
            for pair in agreements(self._store.decisions())
            if self._reviewer in {pair.first, pair.second}
        ]

    def _read_decided(self) -> dict[Any, Verdict]:
        decisions = self._store.decisions()
        return {decision.item.key: decision.verdict for decision in decisions if decision.reviewer == self._reviewer}


def picture_urls(number: int, request: ViewedRequest, index: int) -> dict[str, list[Any]]:
    """Return the pictures of a card: view -> URL relative to the page, width, height in pixels."""
    row = request.candidates[index]
    before, posted = (_small_size(request, row[name]) for name in ("source_sha256", "sha256"))
    sizes: dict[PictureView, list[int] | None] = {PictureView.BEFORE: before, PictureView.POSTED: posted}
    if before and posted:
        sizes[PictureView.AFTER] = before
        sizes[PictureView.HEAT] = [max(1, side // 2) for side in before] if is_aligned(row) else None
        sizes[PictureView.MASK] = before if is_aligned(row) and row["verdict"] == Verdict.EDIT else None
    return {
        view.value: [f"pictures/{number}/{view}/{_digest(row, view)}", *size] for view, size in sizes.items() if size
    }


def draw(corpus: Corpus, request: ViewedRequest, index: int, view: PictureView, sha256: str) -> bytes | None:
    """Return one picture of a candidate as JPEG, or the mask as PNG. None if it is missing or has another SHA-256."""
    row = request.candidates[index]
    if sha256 != _digest(row, view):
        return None
    picture = open_small(corpus, request, sha256)
    if picture is None or view in {PictureView.BEFORE, PictureView.POSTED}:
        return None if picture is None else encode_jpeg(picture)
    source = open_small(corpus, request, row["source_sha256"])
    if source is None:
        return None
    if view is PictureView.MASK:
        mask = _mask(corpus, row)
        return encode_overlay(mask) if mask else None
    after, heat = align_edit(request, row, source, picture)
    if view is PictureView.AFTER:
        return encode_jpeg(after)
    return None if heat is None else encode_jpeg(heat, HEAT_QUALITY)


def _digest(row: Mapping[str, Any], view: PictureView) -> Any:
    return row["source_sha256" if view is PictureView.BEFORE else "sha256"]


def _small_size(request: ViewedRequest, sha256: str | None) -> list[int] | None:
    """Return width and height of the small copy, within one pixel."""
    if sha256 is None or sha256 not in request.pictures:
        return None
    size = request.pictures[sha256][1]
    factor = min(1.0, SIDE / max(size)) if size else 1.0
    return [max(1, round(side * factor)) for side in size or (3, 2)]


def _mask(corpus: Corpus, row: Mapping[str, Any]) -> bytes | None:
    path = corpus.shard_path(shard_of(row["submission_id"], corpus.shards), "candidates")
    table = storage.read_table(corpus.fs, path, ["submission_id", *_KEY, "change_mask"])
    rows = table.filter(pc.field("submission_id") == row["submission_id"]).to_pylist()
    masks = (other["change_mask"] for other in rows if all(other[name] == row[name] for name in _KEY))
    mask: bytes | None = next(masks, None)
    return mask
