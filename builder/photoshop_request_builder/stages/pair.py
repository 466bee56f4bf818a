"""pair: pictures -> candidates, each with its best source, the distances, and a verdict."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import pyarrow as pa

from photoshop_request.edits.hashing import HASH_VERSION, PictureHash, distance, hash_file, to_hex
from photoshop_request.media.decode import Picture, Rejected, decode
from photoshop_request.verdicts import Verdict
from photoshop_request_builder import storage, tables
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.engine import Job

VERSION = 2
_SAME, _UNRELATED = 2, 24
"""Bits of pHash: at most the first is a re-upload, more than the second another picture."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A picture that decodes to its last pixel."""

    row: dict[str, Any]
    width: int
    height: int
    hashes: PictureHash


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose candidates are missing or made from other pictures or by another rule."""
    jobs = []
    for shard in range(corpus.shards):
        stamp = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "pictures"))
        if stamp is None:
            continue
        made_of = storage.fingerprint("pair", VERSION, {"pictures": stamp.content, "hash": HASH_VERSION})
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "candidates"))
        if done is None or done.fingerprint != made_of:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of)))
    return jobs


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the candidates of one shard."""
    pictures = storage.read_table(corpus.fs, corpus.shard_path(shard, "pictures")).to_pylist()
    posted = _times(corpus, shard)
    rows: list[dict[str, Any]] = []
    for _, request in groupby(pictures, key=lambda row: row["submission_id"]):
        rows += _judge_request(
            corpus, [{**row, "solver_comment_utc": posted.get(row["comment_id"])} for row in request]
        )
    table = pa.Table.from_pylist(rows, schema=tables.CANDIDATES)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "candidates"), table, fingerprint)


def _times(corpus: Corpus, shard: int) -> dict[str, int]:
    table = storage.read_table(corpus.fs, corpus.shard_path(shard, "comments"), ["id", "created_utc"])
    return dict(zip(table.column("id").to_pylist(), table.column("created_utc").to_pylist(), strict=True))


def _judge_request(corpus: Corpus, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The candidates of one request: its pictures first, then the comments' in the order they were posted."""
    rows.sort(key=lambda row: (row["solver_comment_utc"] or 0, row["comment_id"] or "", row["position"], row["index"]))
    sources: list[_Opened] = []
    seen: set[tuple[str | None, str]] = set()
    for row in rows:
        opened = _open(corpus, row)
        if isinstance(opened, Rejected):
            yield {**row, "verdict": opened.verdict, "detail": opened.detail}
            continue
        figures = {
            "width": opened.width,
            "height": opened.height,
            "phash": to_hex(opened.hashes.phash),
            "dhash": to_hex(opened.hashes.dhash),
            "hash_version": HASH_VERSION,
        }
        if row["role"] != "candidate":
            sources.append(opened)
            yield {**row, **figures, "verdict": Verdict.REQUESTERS_OWN if row["comment_id"] else None}
            continue
        yield {**row, **figures, **_verdict(opened, sources, seen)}
        seen.add((row["author"], row["sha256"]))


def _verdict(candidate: _Opened, sources: Iterable[_Opened], seen: set[tuple[str | None, str]]) -> dict[str, Any]:
    best = min(sources, key=lambda source: distance(source.hashes.phash, candidate.hashes.phash), default=None)
    if best is None:
        return {"verdict": Verdict.NO_SOURCE}
    bits = distance(best.hashes.phash, candidate.hashes.phash)
    if (candidate.row["author"], candidate.row["sha256"]) in seen:
        verdict = Verdict.DUPLICATE_EDIT
    elif bits <= _SAME:
        verdict = Verdict.SAME_IMAGE
    else:
        verdict = Verdict.UNRELATED if bits > _UNRELATED else Verdict.EDIT
    return {
        "verdict": verdict,
        "source_url": best.row["url"],
        "source_sha256": best.row["sha256"],
        "phash_distance": bits,
        "dhash_distance": distance(best.hashes.dhash, candidate.hashes.dhash),
    }


def _open(corpus: Corpus, row: dict[str, Any]) -> _Opened | Rejected:
    if row["reason"] is not None:
        return Rejected(Verdict(row["reason"]), row["detail"] or "")
    data = corpus.fs.cat_file(corpus.image_path(row["sha256"], row["extension"]))
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        return Rejected(Verdict.CORRUPT, "the file in the corpus is not the one that was fetched")
    picture = decode(data)
    if not isinstance(picture, Picture):
        return picture
    hashes = hash_file(data)
    if isinstance(hashes, Rejected):
        return hashes
    height, width = picture.pixels.shape[:2]
    return _Opened(row, width, height, hashes)
