"""Sources of different requests that show the same picture: hashes find them, pixels confirm them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from photoshop_request.edits.cluster import near_pairs
from photoshop_request.edits.compare import compare
from photoshop_request.edits.prepare import PreparedPicture
from photoshop_request.edits.thresholds import fingerprint_text
from photoshop_request.media.files.decode import Rejected, decode
from photoshop_request.media.files.hashes import HASH_VERSION, from_hex, hash_file
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import find_picture

RADIUS = 6
"""Bits of pHash within which sources are looked at: re-uploads drift by at most 4 (measured on 66 real ones)."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture of a request that its author posted."""

    submission_id: str
    sha256: str
    extension: str
    phash: int
    flat: bool
    """With hardly any contrast: its hash says nothing, only equal bytes count."""


def source_pictures(corpus: Corpus) -> Iterator[SourcePicture]:
    """Every source of the corpus that decodes, the requesters' later pictures too, by shard."""
    columns = ["submission_id", "sha256", "extension", "phash", "flat", "role"]
    for shard in range(corpus.shards):
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "candidates"), columns):
            if row["role"] != "candidate" and row["phash"]:
                phash = from_hex(row["phash"])
                yield SourcePicture(row["submission_id"], row["sha256"], row["extension"], phash, row["flat"])


def related_pairs(corpus: Corpus, found: list[SourcePicture]) -> list[tuple[int, int]]:
    """Pairs of indices into `found` that show the same picture, or one an edit of the other.

    Pixels are compared once for each pair of files; what they said is kept in the corpus.
    """
    pairs = _equal_bytes(found)
    telling = [index for index, source in enumerate(found) if not source.flat]
    hashes = np.array([found[index].phash for index in telling], dtype=np.uint64)
    near = [(telling[a], telling[b]) for a, b in near_pairs(hashes, RADIUS).tolist()] if telling else []
    near = [(a, b) for a, b in near if found[a].submission_id != found[b].submission_id]
    asked = {_key(found[a], found[b]): (a, b) for a, b in near if found[a].sha256 != found[b].sha256}
    known = _known(corpus)
    opened: dict[str, PreparedPicture | None] = {}
    for key, (a, b) in sorted(asked.items()):
        if key not in known:
            known[key] = are_related(corpus, found[a], found[b], opened)
    _keep(corpus, {key: known[key] for key in asked})
    return pairs + [(a, b) for a, b in near if known.get(_key(found[a], found[b]), False)]


def are_related(
    corpus: Corpus, first: SourcePicture, second: SourcePicture, opened: dict[str, PreparedPicture | None]
) -> bool:
    """Whether the pixels of two sources say that they share a picture. `opened` keeps the last few that were decoded."""
    one, other = (_open(corpus, source, opened) for source in (first, second))
    return one is not None and other is not None and compare(one, other).verdict is not Verdict.UNRELATED


def _open(corpus: Corpus, source: SourcePicture, opened: dict[str, PreparedPicture | None]) -> PreparedPicture | None:
    if source.sha256 not in opened:
        while len(opened) >= 8:
            del opened[next(iter(opened))]
        opened[source.sha256] = _prepared(corpus, source)
    return opened[source.sha256]


def _prepared(corpus: Corpus, source: SourcePicture) -> PreparedPicture | None:
    data = find_picture(corpus, source.sha256, source.extension)
    if data is None:
        return None
    picture, hashes = decode(data), hash_file(data)
    if isinstance(picture, Rejected) or isinstance(hashes, Rejected):
        return None
    return PreparedPicture(picture, hashes)


def _equal_bytes(found: Iterable[SourcePicture]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    return [
        (first[source.sha256], index)
        for index, source in enumerate(found)
        if first.setdefault(source.sha256, index) != index
    ]


def _key(first: SourcePicture, second: SourcePicture) -> tuple[str, str]:
    return (min(first.sha256, second.sha256), max(first.sha256, second.sha256))


def _path(corpus: Corpus) -> str:
    return corpus.path("near.parquet")


def _fingerprint() -> str:
    return storage.fingerprint("near", VERSION, {"hash": HASH_VERSION, "thresholds": fingerprint_text()})


def _known(corpus: Corpus) -> dict[tuple[str, str], bool]:
    stamp = storage.read_stamp(corpus.fs, _path(corpus))
    if stamp is None or stamp.fingerprint != _fingerprint():
        return {}
    rows = storage.read_table(corpus.fs, _path(corpus)).to_pylist()
    return {(row["first"], row["second"]): row["related"] for row in rows}


def _keep(corpus: Corpus, known: dict[tuple[str, str], bool]) -> None:
    rows = [{"first": a, "second": b, "related": related} for (a, b), related in sorted(known.items())]
    table = pa.Table.from_pylist(rows, schema=tables.NEAR)
    storage.write_table(corpus.fs, _path(corpus), table, _fingerprint())
