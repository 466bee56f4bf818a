"""Find sources of different requests that show the same picture: by hashes first, then by pixels."""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from photoshop_request.edits.cluster import near_pairs
from photoshop_request.edits.compare import compare
from photoshop_request.edits.prepare import PreparedPicture
from photoshop_request.edits.thresholds import fingerprint_values
from photoshop_request.media.files.hashes import HASH_VERSION, from_hex
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decoded import DecodedPictures
from photoshop_request_builder.store.pictures import find_picture

RADIUS = 6
"""Maximum pHash distance in bits at which pixels are compared. Re-uploads differ by at most 4 (66 real ones measured)."""
VERSION = 1
SourceReader = Callable[[str, str], PreparedPicture | None]


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture posted by the author of a request."""

    submission_id: str
    sha256: str
    extension: str
    phash: int
    flat: bool
    """True if it has hardly any contrast. Its hash is then meaningless, and only equal bytes count."""


def source_pictures(corpus: Corpus) -> Iterator[SourcePicture]:
    """Yield every decodable source by shard, with the requesters' later pictures."""
    columns = ["submission_id", "sha256", "extension", "phash", "flat", "role"]
    for shard in range(corpus.shards):
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "candidates"), columns):
            if row["role"] != "candidate" and row["phash"]:
                phash = from_hex(row["phash"])
                yield SourcePicture(row["submission_id"], row["sha256"], row["extension"], phash, row["flat"])


def related_pairs(corpus: Corpus, sources: list[SourcePicture]) -> list[tuple[int, int]]:
    """Return pairs of indices into `sources` that show the same picture, or one an edit of the other.

    Pixels are compared once per pair of files. The corpus stores the result.
    """
    with_contrast = [index for index, source in enumerate(sources) if not source.flat]
    hashes = np.array([sources[index].phash for index in with_contrast], dtype=np.uint64)
    pairs = near_pairs(hashes, RADIUS).tolist() if with_contrast else []
    near = [(with_contrast[a], with_contrast[b]) for a, b in pairs]
    near = [(a, b) for a, b in near if sources[a].submission_id != sources[b].submission_id]
    files = {_key(sources[a], sources[b]): (a, b) for a, b in near if sources[a].sha256 != sources[b].sha256}
    known = _known(corpus)
    read = source_reader(corpus)
    related = {
        key: known[key] if key in known else are_related(sources[a], sources[b], read)
        for key, (a, b) in sorted(files.items())
    }
    _store(corpus, related)
    return _equal_bytes(sources) + [(a, b) for a, b in near if related.get(_key(sources[a], sources[b]), False)]


def source_reader(corpus: Corpus) -> SourceReader:
    """Return a function that decodes a source by SHA-256 and extension, and caches the last few."""
    decoded = DecodedPictures(corpus)

    @functools.lru_cache(maxsize=8)
    def read(sha256: str, extension: str) -> PreparedPicture | None:
        data = find_picture(corpus, sha256, extension)
        picture = None if data is None else decoded.open(sha256, extension, data)
        return picture if isinstance(picture, PreparedPicture) else None

    return read


def are_related(first: SourcePicture, second: SourcePicture, read: SourceReader) -> bool:
    """Return True if the pixels of two sources show the same picture, or one an edit of the other."""
    one, other = (read(source.sha256, source.extension) for source in (first, second))
    return one is not None and other is not None and compare(one, other).verdict is not Verdict.UNRELATED


def _equal_bytes(sources: Iterable[SourcePicture]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    return [
        (first[source.sha256], index)
        for index, source in enumerate(sources)
        if first.setdefault(source.sha256, index) != index
    ]


def _key(first: SourcePicture, second: SourcePicture) -> tuple[str, str]:
    return (min(first.sha256, second.sha256), max(first.sha256, second.sha256))


def _path(corpus: Corpus) -> str:
    return corpus.path("near.parquet")


def _fingerprint() -> str:
    return storage.fingerprint("near", VERSION, {"hash": HASH_VERSION, "thresholds": fingerprint_values()})


def _known(corpus: Corpus) -> dict[tuple[str, str], bool]:
    stamp = storage.read_stamp(corpus.fs, _path(corpus))
    if stamp is None or stamp.fingerprint != _fingerprint():
        return {}
    rows = storage.read_table(corpus.fs, _path(corpus)).to_pylist()
    return {(row["first"], row["second"]): row["related"] for row in rows}


def _store(corpus: Corpus, related: dict[tuple[str, str], bool]) -> None:
    rows = [{"first": a, "second": b, "related": is_related} for (a, b), is_related in sorted(related.items())]
    table = pa.Table.from_pylist(rows, schema=tables.NEAR)
    storage.write_table(corpus.fs, _path(corpus), table, _fingerprint())
