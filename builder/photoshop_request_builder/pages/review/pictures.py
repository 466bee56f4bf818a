"""The pictures of one candidate, drawn when the page asks for them: only such as its request shows, by SHA-256."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow.parquet as pq

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.viewer.cards import Request
from photoshop_request_builder.pages.viewer.pictures import SIDE, encode_jpeg, encode_overlay
from photoshop_request_builder.pages.viewer.previews import HEAT_QUALITY, compared, lies, open_small
from photoshop_request_builder.store.corpus import Corpus, shard_of

__all__ = ["Kind", "addresses", "draw"]

_PLACE = ("comment_id", "position", "index")


class Kind(StrEnum):
    """What can be asked for; the names are the card's."""

    BEFORE = "before"
    POSTED = "posted"
    AFTER = "after"
    HEAT = "heat"
    MASK = "mask"


def addresses(number: int, request: Request, place: int) -> dict[str, list[Any]]:
    """What the card names: kind -> address below the page, width, height in pixels."""
    row = request.candidates[place]
    before, posted = (_small(request, row[name]) for name in ("source_sha256", "sha256"))
    frames: dict[Kind, list[int] | None] = {Kind.BEFORE: before, Kind.POSTED: posted}
    if before and posted:
        frames[Kind.AFTER] = before
        frames[Kind.HEAT] = [max(1, side // 2) for side in before] if lies(row) else None
        frames[Kind.MASK] = before if lies(row) and row["verdict"] == Verdict.EDIT else None
    shas = {kind: row["source_sha256" if kind is Kind.BEFORE else "sha256"] for kind in Kind}
    return {kind.value: [f"pictures/{number}/{kind}/{shas[kind]}", *size] for kind, size in frames.items() if size}


def draw(corpus: Corpus, request: Request, place: int, kind: Kind, sha256: str) -> bytes | None:
    """One picture of a candidate, JPEG (PNG for the mask); None where `sha256` is not it, or it is gone."""
    row = request.candidates[place]
    if sha256 != row["source_sha256" if kind is Kind.BEFORE else "sha256"]:
        return None
    asked = open_small(corpus, request, sha256)
    if asked is None or kind in {Kind.BEFORE, Kind.POSTED}:
        return None if asked is None else encode_jpeg(asked)
    source = open_small(corpus, request, row["source_sha256"])
    if source is None:
        return None
    if kind is Kind.MASK:
        mask = _mask(corpus, row)
        return encode_overlay(mask) if mask else None
    after, heat = compared(request, row, source, asked)
    if kind is Kind.AFTER:
        return encode_jpeg(after)
    return None if heat is None else encode_jpeg(heat, HEAT_QUALITY)


def _small(request: Request, sha256: str | None) -> list[int] | None:
    """Width and height of the small copy, to a pixel."""
    if sha256 is None or sha256 not in request.pictures:
        return None
    size = request.pictures[sha256][1]
    factor = min(1.0, SIDE / max(size)) if size else 1.0
    return [max(1, round(side * factor)) for side in size or (3, 2)]


def _mask(corpus: Corpus, row: Mapping[str, Any]) -> bytes | None:
    path = corpus.shard_path(shard_of(row["submission_id"], corpus.shards), "candidates")
    filters = [("submission_id", "==", row["submission_id"])]
    rows = pq.read_table(path, columns=[*_PLACE, "change_mask"], filters=filters, filesystem=corpus.fs).to_pylist()
    found: bytes | None = next(
        (each["change_mask"] for each in rows if all(each[name] == row[name] for name in _PLACE)), None
    )
    return found
