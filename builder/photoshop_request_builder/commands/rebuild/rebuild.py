"""From a manifest back to pictures: fetch what it names, check it, and write `triplets` anew.

The corpus that this makes holds only what the manifest tells: no texts but the instructions, no scores.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.errors import InputError
from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.files.hashes import HASH_VERSION, PictureHash, distance, from_hex, hash_file
from photoshop_request.schema import CONFIGS, SPLITS, arrow_type
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, shard_of
from photoshop_request_builder.store.pictures import read_picture

__all__ = ["Found", "Match", "check", "matches", "plan_fetching", "read_manifest", "splits_of"]

VERSION = 1
NEAR = 4
"""Bits of pHash by which a re-encoded copy may differ (`edits.hashing`: re-uploads drift by at most four)."""
MANIFEST = pa.schema(
    [
        *((column.name, arrow_type(column.kind)) for column in CONFIGS["manifest"]),
        ("split", pa.string()),
    ]
)


class Match(StrEnum):
    """What came of a picture of the manifest."""

    SAME = "same_bytes"
    REENCODED = "reencoded"
    """Other bytes, the same picture by its perceptual hash: the host encodes anew."""
    OTHER = "other_picture"
    """The address gives something else now."""


@dataclass(frozen=True, slots=True)
class Found:
    """A picture of the manifest with what was fetched for it."""

    row: Mapping[str, Any]
    """Of the manifest."""
    match: Match | Verdict
    """A verdict says why there is no picture."""
    sha256: str | None = None
    extension: str | None = None
    size: int = 0


def read_manifest(source: str) -> pa.Table:
    """The rows of a manifest that a rebuild needs: published edits, and pictures of requests; with their split.

    `source` is a folder or a dataset on the Hub, as `load_dataset` takes it, with a config `manifest`.

    Raises:
        InputError: there is none.
    """
    import datasets  # 1 s to import

    try:
        loaded = datasets.load_dataset(source, "manifest")
    except (ValueError, OSError, datasets.exceptions.DatasetNotFoundError) as error:
        raise InputError(
            f"{source}: no manifest here ({error}). Name a dataset folder or ORG/NAME on the Hub that was published with "
            "its config `manifest`."
        ) from error
    parts = []
    for split, rows in loaded.items():
        table = rows.with_format("arrow")[:]
        if missing := sorted(set(MANIFEST.names) - {"split"} - set(table.column_names)):
            raise InputError(f"{source}: its manifest has no column {missing[0]!r}. It is of another version.")
        table = table.append_column("split", pa.array([str(split)] * table.num_rows, pa.string()))
        parts.append(table.select(MANIFEST.names).cast(MANIFEST))
    everything = pa.concat_tables(parts)
    edits = pc.and_(pc.equal(everything["decision"], Verdict.EDIT), pc.is_null(everything["withheld"]))
    shown = pc.and_(pc.not_equal(everything["role"], "candidate"), pc.is_valid(everything["sha256"]))
    return everything.filter(pc.or_(edits, shown))


def plan_fetching(corpus: Corpus, manifest: pa.Table) -> None:
    """Write the manifest and its links into the shards of `corpus`, where the fetch stage takes them from."""
    shards = pa.array([shard_of(each, corpus.shards) for each in manifest["submission_id"].to_pylist()], pa.int32())
    for shard in range(corpus.shards):
        mine = manifest.filter(pc.equal(shards, shard)).combine_chunks()
        made_of = storage.fingerprint("rebuild", VERSION, {"rows": storage.content_of(mine)})
        storage.write_table(corpus.fs, corpus.shard_path(shard, "manifest"), mine, made_of)
        # the row's number stands as position, so that each picture finds its row again
        links = [_link(row, number) for number, row in enumerate(mine.to_pylist())]
        table = pa.Table.from_pylist(links, schema=tables.LINKS)
        storage.write_table(corpus.fs, corpus.shard_path(shard, "links"), table, made_of)


def matches(corpus: Corpus, shard: int) -> Iterator[Found]:
    """Every picture of the manifest's rows of one shard, as far as it was fetched."""
    rows = storage.read_table(corpus.fs, corpus.shard_path(shard, "manifest")).to_pylist()
    fetched: dict[int, list[dict[str, Any]]] = {}
    for picture in storage.read_table(corpus.fs, corpus.shard_path(shard, "pictures")).to_pylist():
        fetched.setdefault(picture["position"], []).append(picture)
    for number, row in enumerate(rows):
        found = [check(corpus, row, picture) for picture in fetched.get(number, ())]
        # of several pictures at one address, the best
        order = (Match.SAME, Match.REENCODED, Match.OTHER)
        yield min(
            found,
            key=lambda each: order.index(each.match) if isinstance(each.match, Match) else len(order),
            default=Found(row, Verdict.UNREACHABLE),
        )


def check(corpus: Corpus, row: Mapping[str, Any], picture: Mapping[str, Any]) -> Found:
    """Whether a fetched picture (a row of `pictures`) is the one that a row of the manifest names."""
    if picture["reason"] is not None:
        return Found(row, Verdict(picture["reason"]))
    kept = picture["sha256"], picture["extension"], picture["bytes"]
    if picture["sha256"] == row["sha256"]:
        return Found(row, Match.SAME, *kept)
    hashes = hash_file(read_picture(corpus, picture["sha256"], picture["extension"]))
    if not isinstance(hashes, PictureHash):
        return Found(row, hashes.verdict)
    trusted = row["hash_version"] == HASH_VERSION and row["phash"] and not hashes.flat
    near = trusted and distance(hashes.phash, from_hex(row["phash"])) <= NEAR
    return Found(row, Match.REENCODED if near else Match.OTHER, *kept)


def splits_of(corpus: Corpus) -> list[str]:
    """The splits that the manifest names, in the usual order."""
    named: set[str] = set()
    for shard in range(corpus.shards):
        table = storage.read_table(corpus.fs, corpus.shard_path(shard, "manifest"), ["split"])
        named.update(table.column("split").to_pylist())
    return [split for split in SPLITS if split in named] + sorted(named - set(SPLITS))


def _link(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    target = classify(row["url"])
    return {
        "submission_id": row["submission_id"],
        "comment_id": row["comment_id"],
        "position": number,
        "url": row["url"],
        "canonical": target.canonical,
        "host": host_of(target.canonical),
        "kind": str(target.kind),
        "role": row["role"],
        "reason": target.reason,
        "author": None,
        "caption": None,
        "fallback": None,
        "width": None,
        "height": None,
    }
