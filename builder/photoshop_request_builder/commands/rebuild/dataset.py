"""Write `triplets` of a rebuild: plan the fetching, compare the pictures with the manifest, write the dataset.

The new corpus has only the columns of the manifest: instructions, but no other texts and no scores.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.files.conversion import apply_orientation
from photoshop_request.media.files.decode import open_checked
from photoshop_request.media.files.hashes import HASH_VERSION, PictureHash, distance, from_hex, hash_file
from photoshop_request.schema import CONFIGS, SPLITS
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.files import file_count
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.dataset.published_pictures import PictureReader, fill_pictures, picture_reader
from photoshop_request_builder.dataset.thread import PictureRef
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, scratch_folder, shard_of
from photoshop_request_builder.store.pictures import read_picture

VERSION = 1
_MAX_DISTANCE = 4
"""Bits of pHash by which a re-encoded copy may differ. Re-uploads drift by at most four (`media.files.hashes`)."""


class RebuiltMatch(StrEnum):
    """Comparison of a fetched picture with the manifest, best first."""

    SAME = "same_bytes"
    REENCODED = "reencoded"
    """Other bytes with the same perceptual hash: the host re-encodes pictures."""
    OTHER = "other_picture"
    """The URL returns another picture now."""


_USABLE = frozenset({RebuiltMatch.SAME, RebuiltMatch.REENCODED})


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A row of the manifest with its fetched picture."""

    row: Mapping[str, Any]
    match: RebuiltMatch | Verdict
    """A verdict is the reason why there is no picture."""
    sha256: str | None = None
    extension: str | None = None
    size: int = 0


@dataclass(slots=True)
class Rebuilt:
    """Result of a rebuild. The rows in `triplets` and the edits in `lost` are all edits of the manifest."""

    refused: Counter[str]
    """Rows of the manifest that were refused, by `ManifestFault`."""
    pictures: Counter[str] = field(default_factory=Counter)
    """Pictures by `RebuiltMatch`, or by the reason why they are missing."""
    triplets: Counter[str] = field(default_factory=Counter)
    """Rows by split."""
    lost: Counter[str] = field(default_factory=Counter)
    """Missing edits by reason. A missing source has the prefix `source_`."""


def plan_fetching(corpus: Corpus, manifest: pa.Table) -> None:
    """Write the manifest and its links into the shards of `corpus`, where the fetch stage reads them."""
    shards = pa.array([shard_of(name, corpus.shards) for name in manifest["submission_id"].to_pylist()], pa.int32())
    for shard in range(corpus.shards):
        rows = manifest.filter(pc.equal(shards, shard)).combine_chunks()
        fingerprint = storage.fingerprint("rebuild", VERSION, {"rows": storage.content_of(rows)})
        storage.write_table(corpus.fs, corpus.shard_path(shard, "manifest"), rows, fingerprint)
        # the position is the row's number, so that each picture finds its row again
        links = [_link(row, number) for number, row in enumerate(rows.to_pylist())]
        table = pa.Table.from_pylist(links, schema=tables.LINKS)
        storage.write_table(corpus.fs, corpus.shard_path(shard, "links"), table, fingerprint)


def write_rebuilt(corpus: Corpus, refused: Counter[str]) -> Rebuilt:
    """Write `dataset/triplets` from the fetched pictures, and the README that `load_dataset` reads."""
    rebuilt = Rebuilt(refused)
    sizes: Counter[str] = Counter()
    content = sha256()
    for shard in range(corpus.shards):
        for picture in _fetched_pictures(corpus, shard):
            rebuilt.pictures[str(picture.match)] += 1
            sizes[picture.row["split"]] += picture.size
            content.update(f"{picture.row} {picture.sha256}\n".encode())
    for path in corpus.find("dataset/triplets/*.parquet"):
        corpus.fs.rm_file(path)
    for split in _splits(corpus):
        files = file_count(sizes[split], corpus.shards)
        width = corpus.shards // files
        for number in range(files):
            shards = range(number * width, (number + 1) * width)
            _write_file(corpus, split, shards, f"{split}-{number:05d}-of-{files:05d}.parquet", rebuilt)
    readme = _readme(rebuilt, content.hexdigest())
    storage.write_bytes(corpus.fs, corpus.path("dataset", "README.md"), readme.encode())
    return rebuilt


def _link(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    target = classify(row["url"])
    link: dict[str, Any] = dict.fromkeys(tables.LINKS.names)
    return link | {
        "submission_id": row["submission_id"],
        "comment_id": row["comment_id"],
        "position": number,
        "url": row["url"],
        "canonical": target.canonical,
        "host": host_of(target.canonical),
        "kind": str(target.kind),
        "role": row["role"],
        "reason": target.reason,
    }


def _fetched_pictures(corpus: Corpus, shard: int) -> Iterator[FetchedPicture]:
    """Yield the best fetched picture of each manifest row of a shard."""
    rows = storage.read_table(corpus.fs, corpus.shard_path(shard, "manifest")).to_pylist()
    fetched: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for picture in storage.read_table(corpus.fs, corpus.shard_path(shard, "pictures")).to_pylist():
        fetched[picture["position"]].append(picture)
    ranks: dict[RebuiltMatch | Verdict, int] = {match: rank for rank, match in enumerate(RebuiltMatch)}
    for number, row in enumerate(rows):
        candidates = [_compare(corpus, row, picture) for picture in fetched[number]]
        yield min(
            candidates,
            key=lambda candidate: ranks.get(candidate.match, len(ranks)),
            default=FetchedPicture(row, Verdict.UNREACHABLE),
        )


def _compare(corpus: Corpus, row: Mapping[str, Any], picture: Mapping[str, Any]) -> FetchedPicture:
    """Compare a fetched picture (a row of `pictures`) with its row of the manifest."""
    if picture["reason"] is not None:
        return FetchedPicture(row, Verdict(picture["reason"]))
    file = picture["sha256"], picture["extension"], picture["bytes"]
    if picture["sha256"] == row["sha256"]:
        return FetchedPicture(row, RebuiltMatch.SAME, *file)
    hashes = hash_file(read_picture(corpus, picture["sha256"], picture["extension"]))
    if not isinstance(hashes, PictureHash):
        return FetchedPicture(row, hashes.verdict)
    is_comparable = row["hash_version"] == HASH_VERSION and row["phash"] and not hashes.flat
    is_near = is_comparable and distance(hashes.phash, from_hex(row["phash"])) <= _MAX_DISTANCE
    return FetchedPicture(row, RebuiltMatch.REENCODED if is_near else RebuiltMatch.OTHER, *file)


def _splits(corpus: Corpus) -> list[str]:
    """Return the splits in the manifest, in the usual order."""
    splits: set[str] = set()
    for shard in range(corpus.shards):
        table = storage.read_table(corpus.fs, corpus.shard_path(shard, "manifest"), ["split"])
        splits.update(table.column("split").to_pylist())
    return [split for split in SPLITS if split in splits] + sorted(splits - set(SPLITS))


def _write_file(corpus: Corpus, split: str, shards: range, name: str, rebuilt: Rebuilt) -> None:
    with scratch_folder(corpus) as scratch:
        local = Path(scratch, name)
        rows = (row for shard in shards for row in _triplets(corpus, shard, split, rebuilt))
        written = write_rows(local, "triplets", rows)
        rebuilt.triplets[split] += written.rows
        if written.rows:
            storage.move_file(corpus.fs, str(local), corpus.path("dataset", "triplets", name))


def _triplets(corpus: Corpus, shard: int, split: str, rebuilt: Rebuilt) -> Iterator[dict[str, Any]]:
    """Yield the rows of one shard and split, and count lost edits in `rebuilt`."""
    read = picture_reader(corpus)
    requests: dict[str, list[FetchedPicture]] = defaultdict(list)
    for picture in _fetched_pictures(corpus, shard):
        if picture.row["split"] == split:
            requests[picture.row["submission_id"]].append(picture)
    for request in requests.values():
        sources = {picture.row["sha256"]: picture for picture in request if picture.row["role"] != "candidate"}
        for edit in request:
            if edit.row["decision"] != Verdict.EDIT:
                continue
            source = sources.get(edit.row["source_sha256"])
            if edit.match not in _USABLE:
                rebuilt.lost[str(edit.match)] += 1
            elif source is None or source.match not in _USABLE:
                rebuilt.lost[f"source_{source.match if source else Verdict.NO_SOURCE}"] += 1
            else:
                yield _triplet(corpus, read, source, edit)


def _triplet(corpus: Corpus, read: PictureReader, source: FetchedPicture, edit: FetchedPicture) -> dict[str, Any]:
    """Return a row of `triplets`. Columns that the manifest lacks are null."""
    kept = ("instruction", "submission_id", "comment_id", "task_types", "phash_distance", "hash_version", "confidence")
    row = {
        **{column.name: [] if column.kind.startswith("list<") else None for column in CONFIGS["triplets"]},
        **_picture_columns(corpus, "source", source),
        **_picture_columns(corpus, "edited", edit),
        **{name: edit.row[name] for name in kept},
        "submission_created_utc": source.row["created_utc"],
        "comment_created_utc": edit.row["created_utc"],
    }
    return fill_pictures(row, read)


def _picture_columns(corpus: Corpus, name: str, picture: FetchedPicture) -> dict[str, Any]:
    """Return the columns of one picture, which is read later."""
    assert picture.sha256
    assert picture.extension
    width, height = picture.row["width"], picture.row["height"]
    if picture.match is RebuiltMatch.REENCODED:
        image = open_checked(read_picture(corpus, picture.sha256, picture.extension))
        width, height = (None, None) if hasattr(image, "verdict") else apply_orientation(image).size
    return {
        f"{name}_image": PictureRef(picture.sha256, picture.extension, picture.size),
        f"{name}_url": picture.row["url"],
        f"{name}_sha256": picture.sha256,
        f"{name}_width": width,
        f"{name}_height": height,
    }


def _readme(rebuilt: Rebuilt, content: str) -> str:
    from huggingface_hub import DatasetCardData  # 0.3 s

    files = [
        {"split": split, "path": f"triplets/{split}-*.parquet"} for split, rows in rebuilt.triplets.items() if rows
    ]
    header = DatasetCardData(
        pretty_name="photoshop-request, rebuilt",
        configs=[
            {"config_name": "triplets", "data_files": files, "default": True, "description": f"content {content[:16]}"}
        ],
    )
    lines = ["# photoshop-request, rebuilt from its manifest", ""]
    lines += [f"- refused rows of the manifest, {name}: {count:,}" for name, count in rebuilt.refused.most_common()]
    lines += [f"- pictures, {name}: {count:,}" for name, count in rebuilt.pictures.most_common()]
    lines += [f"- edits that could not be rebuilt, {name}: {count:,}" for name, count in rebuilt.lost.most_common()]
    return f"---\n{header.to_yaml()}\n---\n\n" + "\n".join(lines) + "\n"
