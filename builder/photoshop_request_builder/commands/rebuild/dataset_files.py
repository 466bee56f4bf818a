"""The dataset that a rebuild writes: `triplets` with the published columns; what a manifest does not tell is null."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from photoshop_request.media.files.decode import apply_orientation, open_checked
from photoshop_request.schema import CONFIGS, GPS_REMOVED
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.rebuild.rebuild import Found, Match, matches, splits_of
from photoshop_request_builder.dataset.files import file_count
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.dataset.published_pictures import published_bytes
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.pictures import read_picture

__all__ = ["Rebuilt", "write_rebuilt"]

_USABLE = frozenset({Match.SAME, Match.REENCODED})


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to: `triplets` + the sum of `lost` are the edits of the manifest."""

    pictures: Counter[str] = field(default_factory=Counter)
    """Pictures by `Match` or by the reason why there is none."""
    triplets: Counter[str] = field(default_factory=Counter)
    """Rows by split."""
    lost: Counter[str] = field(default_factory=Counter)
    """Edits that could not be rebuilt: the reason of the edit, or of its source with `source_` before it."""


def write_rebuilt(corpus: Corpus) -> Rebuilt:
    """Write `dataset/triplets` from what was fetched, and the README that `load_dataset` reads."""
    done = Rebuilt()
    sizes: Counter[str] = Counter()
    content = sha256()
    for shard in range(corpus.shards):
        for found in matches(corpus, shard):
            done.pictures[str(found.match)] += 1
            sizes[found.row["split"]] += found.size
            content.update(f"{found.row} {found.sha256}\n".encode())
    for path in corpus.fs.glob(corpus.path("dataset", "triplets", "*.parquet")):
        corpus.fs.rm_file(path)
    for split in splits_of(corpus):
        of = file_count(sizes[split], corpus.shards)
        width = corpus.shards // of
        for number in range(of):
            shards = range(number * width, (number + 1) * width)
            _write_file(corpus, split, shards, f"{split}-{number:05d}-of-{of:05d}.parquet", done)
    storage.write_bytes(corpus.fs, corpus.path("dataset", "README.md"), _readme(done, content.hexdigest()).encode())
    return done


def _write_file(corpus: Corpus, split: str, shards: range, name: str, done: Rebuilt) -> None:
    with scratch_folder(corpus) as scratch:
        local = Path(scratch, name)
        written = write_rows(local, "triplets", (row for shard in shards for row in _rows(corpus, shard, split, done)))
        done.triplets[split] += written.rows
        if written.rows:
            storage.move_file(corpus.fs, str(local), corpus.path("dataset", "triplets", name))


def _rows(corpus: Corpus, shard: int, split: str, done: Rebuilt) -> Iterator[dict[str, Any]]:
    requests: dict[str, list[Found]] = defaultdict(list)
    for found in matches(corpus, shard):
        if found.row["split"] == split:
            requests[found.row["submission_id"]].append(found)
    for request in requests.values():
        sources = {each.row["sha256"]: each for each in request if each.row["role"] != "candidate"}
        for edit in request:
            if edit.row["decision"] != Verdict.EDIT:
                continue
            source = sources.get(edit.row["source_sha256"])
            if edit.match not in _USABLE:
                done.lost[str(edit.match)] += 1
            elif source is None or source.match not in _USABLE:
                done.lost[f"source_{source.match if source else Verdict.NO_SOURCE}"] += 1
            else:
                yield _row(corpus, source, edit)


def _row(corpus: Corpus, source: Found, edit: Found) -> dict[str, Any]:
    row: dict[str, Any] = {
        column.name: [] if column.kind.startswith("list<") else None for column in CONFIGS["triplets"]
    }
    for name, found in (("source", source), ("edited", edit)):
        row |= _picture(corpus, name, found)
    row |= {
        "instruction": edit.row["instruction"],
        "submission_id": edit.row["submission_id"],
        "comment_id": edit.row["comment_id"],
        "task_types": edit.row["task_types"],
        "phash_distance": edit.row["phash_distance"],
        "hash_version": edit.row["hash_version"],
        "confidence": edit.row["confidence"],
        "submission_created_utc": source.row["created_utc"],
        "comment_created_utc": edit.row["created_utc"],
        GPS_REMOVED.name: row.pop("source_gps") or row.pop("edited_gps"),
    }
    row.pop("edited_gps", None)
    return row


def _picture(corpus: Corpus, name: str, found: Found) -> dict[str, Any]:
    assert found.sha256
    assert found.extension
    fetched = read_picture(corpus, found.sha256, found.extension)
    data, differs = published_bytes(fetched)
    width, height = found.row["width"], found.row["height"]
    if found.match is Match.REENCODED:
        width, height = _size(fetched)
    return {
        f"{name}_image": {"bytes": data, "path": None},
        f"{name}_url": found.row["url"],
        f"{name}_sha256": found.sha256,
        f"{name}_width": width,
        f"{name}_height": height,
        f"{name}_gps": differs,
    }


def _size(data: bytes) -> tuple[int | None, int | None]:
    image = open_checked(data)
    return apply_orientation(image).size if not hasattr(image, "verdict") else (None, None)


def _readme(done: Rebuilt, content: str) -> str:
    from huggingface_hub import DatasetCardData  # 0.3 s

    files = [{"split": split, "path": f"triplets/{split}-*.parquet"} for split, rows in done.triplets.items() if rows]
    header = DatasetCardData(
        pretty_name="photoshop-request, rebuilt",
        configs=[
            {"config_name": "triplets", "data_files": files, "default": True, "description": f"content {content[:16]}"}
        ],
    )
    lines = ["# photoshop-request, rebuilt from its manifest", ""]
    lines += [f"- pictures, {name}: {count:,}" for name, count in done.pictures.most_common()]
    lines += [f"- edits that could not be rebuilt, {name}: {count:,}" for name, count in done.lost.most_common()]
    return f"---\n{header.to_yaml()}\n---\n\n" + "\n".join(lines) + "\n"
