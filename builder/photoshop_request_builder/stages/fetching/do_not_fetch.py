"""List the addresses that must not be fetched, or not from archives: taken down, removed or deleted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    Tombstones,
    load_tombstones,
    taken_down_ids,
)
from photoshop_request_builder.store.withdrawn import PostedPicture, Withdrawn, load_withdrawn


def taken_down_addresses(corpus: Corpus) -> tuple[frozenset[str], frozenset[str]]:
    """Return the addresses that were taken down, and those that other links need. An address may be in both.

    An address is taken down if a tombstone covers it, or the submission, comment or author that posted it. The same holds
    for the address of a picture that its author deleted or the law removed in another post.

    Raises:
        CorpusError: the tombstones cannot be read.
    """
    tombstones, withdrawn = load_tombstones(corpus), load_withdrawn(corpus)
    taken_down: set[str] = set()
    needed: set[str] = set()
    for shard in range(corpus.shards) if tombstones or withdrawn else ():
        columns = ["url", "canonical", "submission_id", "comment_id", "reason", "role"]
        links = storage.find_rows(corpus.fs, corpus.shard_path(shard, "links"), columns)
        if not links:
            continue
        is_rebuilt = corpus.fs.exists(corpus.shard_path(shard, "manifest"))  # without submissions and comments
        ids = {} if is_rebuilt else taken_down_ids(corpus, shard, tombstones)
        is_withdrawn = _withdrawal(corpus, shard, withdrawn)
        for link in links:
            if (
                link["submission_id"] in ids.get(TombstoneKind.SUBMISSION, ())
                or link["comment_id"] in ids.get(TombstoneKind.COMMENT, ())
                or any(tombstones.covers(TombstoneKind.ADDRESS, link[name]) for name in ("url", "canonical"))
                or is_withdrawn(link)
            ):
                taken_down.add(link["canonical"])
            elif link["reason"] is None:
                needed.add(link["canonical"])
    return frozenset(taken_down), frozenset(needed)


def _withdrawal(corpus: Corpus, shard: int, withdrawn: Withdrawn) -> Callable[[Mapping[str, Any]], bool]:
    """Return a function that is true for links in withdrawn posts, and to pictures that are withdrawn in another post."""
    if not withdrawn:
        return lambda _link: False
    posts, gone = {}, set()
    for prefix, table, parent in (("t3_", "submissions", ["crosspost_parent"]), ("t1_", "comments", [])):
        columns = ["id", "created_utc", *parent]
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns):
            name = prefix + row["id"]
            posts[name] = row["created_utc"]
            if withdrawn.post(name) or (
                row.get("crosspost_parent") and withdrawn.post(f"t3_{row['crosspost_parent']}")
            ):
                gone.add(name)

    def is_withdrawn(link: Mapping[str, Any]) -> bool:
        request, comment = f"t3_{link['submission_id']}", f"t1_{link['comment_id']}"
        if (comment if link["comment_id"] else request) in gone or link["reason"] == Verdict.DELETED_BY_AUTHOR:
            return True
        request_utc = posts.get(request, 0)
        return link["reason"] is None and bool(
            withdrawn.picture(
                PostedPicture(
                    addresses=(link["canonical"],),
                    is_source=link["role"] != "candidate",
                    request_utc=request_utc,
                    utc=posts.get(comment, request_utc),
                )
            )
        )

    return is_withdrawn


async def unless_taken_down(
    corpus: Corpus, tombstones: Tombstones, address: str, work: Callable[[], Awaitable[Outcome]]
) -> Outcome:
    """Return the outcome of `work` for an address, unless the address or its bytes are taken down.

    Pages that led here may be new, so only now both are known. Taken-down bytes leave the disk at once.
    """
    if tombstones.covers(TombstoneKind.ADDRESS, address):
        return Outcome(address, AddressState.TAKEN_DOWN, "taken down", tries=0)
    outcome = await work()
    if outcome.sha256 and outcome.extension and tombstones.covers(TombstoneKind.SHA256, outcome.sha256):
        path = corpus.image_path(outcome.sha256, outcome.extension)
        if corpus.fs.exists(path):
            corpus.fs.rm_file(path)
        return Outcome(address, AddressState.TAKEN_DOWN, "taken down", tries=outcome.tries)
    pictures = tuple(
        picture for picture in outcome.pictures if not tombstones.covers(TombstoneKind.ADDRESS, picture.url)
    )
    return outcome if pictures == outcome.pictures else replace(outcome, pictures=pictures)


def removed_addresses(corpus: Corpus) -> frozenset[str]:
    """Return the addresses in removed or deleted posts and comments. They must not be requested from archives."""
    addresses: set[str] = set()
    columns = ["id", "removed_by_category", "deleted_by_author"]
    for shard in range(corpus.shards):
        removed = {
            row["id"]
            for table in ("submissions", "comments")
            for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
            if row["removed_by_category"] or row["deleted_by_author"]
        }
        links_path = corpus.shard_path(shard, "links")
        for link in storage.find_rows(corpus.fs, links_path, ["canonical", "submission_id", "comment_id"]):
            if link["submission_id"] in removed or link["comment_id"] in removed:
                addresses.add(link["canonical"])
    return frozenset(addresses)
