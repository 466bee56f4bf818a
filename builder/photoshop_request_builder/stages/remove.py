"""Find the requests, comments and pictures of a shard that must not be published: taken down, or withdrawn elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from photoshop_request_builder.engine.stage import Contents, Rule, ShardInputs, Stage
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tables import REMOVED
from photoshop_request_builder.store.tombstones import TombstoneKind, Tombstones, load_tombstones, taken_down_ids
from photoshop_request_builder.store.withdrawn import PostedPicture, Withdrawn, content_of, load_withdrawn

VERSION = 3
_PICTURE = ["comment_id", "role", "link", "url", "sha256", "phash"]
_POSTED = [*_PICTURE, "submission_id", "solver_comment_utc", "dhash", "flat", "phash_distance"]


def rule(corpus: Corpus) -> Rule:
    """Return the tombstones, sorted, and the fingerprint of what is withdrawn, None for nothing."""
    tombstones = sorted([kind, *hashes] for kind, hashes in load_tombstones(corpus).entries)
    return {"tombstones": tombstones, "withdrawn": content_of(corpus)}


def fingerprint(stage: Stage, rule: Rule, contents: Contents) -> str:
    """Return the fingerprint of one shard's output. If nothing is to be removed the tables do not matter."""
    tables = ("submissions", "comments", "candidates") if rule["tombstones"] or rule["withdrawn"] else ()
    return storage.fingerprint(stage.name, stage.version, {**rule, "contents": [contents[table] for table in tables]})


def make_removed(inputs: ShardInputs) -> pa.Table:
    """Return everything of one shard that is removed: ids and digests from its tables."""
    tombstones, withdrawn = load_tombstones(inputs.corpus), load_withdrawn(inputs.corpus)
    removed: set[tuple[str, str]] = set(_taken_down(inputs, tombstones)) if tombstones else set()
    if withdrawn:
        removed.update(_withdrawn(inputs, withdrawn))
    rows = [{"kind": str(kind), "value": value} for kind, value in sorted(removed)]
    return pa.Table.from_pylist(rows, schema=REMOVED)


def _taken_down(inputs: ShardInputs, tombstones: Tombstones) -> Iterator[tuple[TombstoneKind, str]]:
    """Yield ids of submissions and comments, and SHA-256 of pictures. Readers drop the rows that refer to them."""
    ids_by_kind = taken_down_ids(inputs.corpus, inputs.shard, tombstones)
    yield from ((kind, thing_id) for kind, ids in ids_by_kind.items() for thing_id in ids)
    for row in inputs.read("candidates", _PICTURE).to_pylist():
        # a picture that the requester posted there may be the source of edits in other comments
        is_source = row["role"] != "candidate" and row["comment_id"] in ids_by_kind[TombstoneKind.COMMENT]
        if row["sha256"] and (is_source or _covers_picture(tombstones, row)):
            yield TombstoneKind.SHA256, row["sha256"]


def _covers_picture(tombstones: Tombstones, row: dict[str, Any]) -> bool:
    return (
        tombstones.covers(TombstoneKind.SHA256, row["sha256"])
        or any(tombstones.covers(TombstoneKind.ADDRESS, row[name]) for name in ("link", "url"))
        or tombstones.covers_picture(row["phash"], is_source=row["role"] != "candidate")
    )


def _withdrawn(inputs: ShardInputs, withdrawn: Withdrawn) -> Iterator[tuple[str, str]]:
    """Yield kind and value: the id of a submission or comment, or `SUBMISSION:SHA256` of a picture in a request.

    The kind begins with who removed it. A crosspost goes with the post that it shows.
    """
    created = {}
    for row in inputs.read("submissions", ["id", "created_utc", "crosspost_parent"]).to_pylist():
        created[row["id"]] = row["created_utc"]
        parent = row["crosspost_parent"]
        if by := withdrawn.post(f"t3_{row['id']}") or (parent and withdrawn.post(f"t3_{parent}")):
            yield f"{by}:submission", row["id"]
    for comment in inputs.read("comments", ["id"]).column("id").to_pylist():
        if by := withdrawn.post(f"t1_{comment}"):
            yield f"{by}:comment", comment
    standing: set[str] = set()
    edits: list[tuple[str, str]] = []
    for row in inputs.read("candidates", _POSTED).to_pylist():
        if not row["sha256"]:
            continue
        place = f"{row['submission_id']}:{row['sha256']}"
        by = withdrawn.picture(_posted(row, created))
        if by and row["role"] != "candidate":
            yield f"{by}:picture", place
        elif by:
            edits.append((f"{by}:picture", place))
        elif row["role"] != "candidate":
            standing.add(place)
    # a comment may quote the source, which stands
    yield from (edit for edit in edits if edit[1] not in standing)


def _posted(row: Mapping[str, Any], created: Mapping[str, int]) -> PostedPicture:
    request_utc = created.get(row["submission_id"], 0)
    return PostedPicture(
        addresses=tuple({row["link"], row["url"]}),
        sha256=row["sha256"],
        hashes=(row["phash"], row["dhash"]) if row["phash"] and not row["flat"] else None,
        is_source=row["role"] != "candidate",
        request_utc=request_utc,
        utc=row["solver_comment_utc"] or request_utc,
        source_distance=row["phash_distance"],
    )
