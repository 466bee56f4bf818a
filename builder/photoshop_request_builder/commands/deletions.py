"""Erase the words, names and addresses of posts that their author deleted or the law removed."""

from collections import defaultdict
from collections.abc import Mapping

from photoshop_request.reddit.blanking import CONTENT, has_content
from photoshop_request.reddit.removals import RemovedBy, is_final
from photoshop_request_builder.commands.erasure import rows_of
from photoshop_request_builder.stages.fetching.erase_deleted import erase_deleted
from photoshop_request_builder.stages.withdraw import POST_TABLES, final_removals, find_withdrawn, post_of
from photoshop_request_builder.store import erasing
from photoshop_request_builder.store.answers import forget_answers
from photoshop_request_builder.store.blank_rows import ShardDeletions, blank_rows
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.scrubber import Scrubber
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget
from photoshop_request_builder.store.withdrawn import load_withdrawn, update_withdrawn

_CATEGORIES = {RemovedBy.AUTHOR: "deleted", RemovedBy.LAW: "content_takedown"}
"""The mark of a post without one of its own: known from earlier, or a crosspost."""
_PLACE = {"submissions": ["id"], "comments": ["id", "submission_id"]}
_READ = {
    "submissions": [*_PLACE["submissions"], "removed_by_category", *CONTENT["submissions"]],
    "comments": [*_PLACE["comments"], "removed_by_category", "is_submitter", *CONTENT["comments"]],
}
_KINDS = {"t3_": TombstoneKind.SUBMISSION, "t1_": TombstoneKind.COMMENT}


def find_deletions(corpus: Corpus) -> dict[int, ShardDeletions]:
    """Return the deleted posts that still have content, by shard."""
    known = load_withdrawn(corpus)
    shards = ((shard, _in_shard(corpus, shard, final_removals(corpus, shard, known))) for shard in range(corpus.shards))
    return {shard: found for shard, found in shards if found.categories}


def erase_content(corpus: Corpus, shards: Mapping[int, ShardDeletions]) -> None:
    """Erase the content of deleted posts, and remove their merged tables. The caller holds the lock of the corpus.

    First, `takedown/withdrawn.json` must know their pictures, and the files go that it knows: later, nothing leads
    there. The merged tables go last, so a killed command finds everything again.
    """
    update_withdrawn(corpus, **find_withdrawn(corpus))
    if corpus.ledger_path.exists():
        erase_deleted(corpus)
    gone = _gone(corpus, shards)
    forget_answers(corpus, {request for found in shards.values() for request in found.requests})
    erasing.erase_rejects(corpus, gone)
    erasing.erase_pages(corpus, gone)
    blank_rows(corpus, shards)
    erasing.erase_databases(corpus, gone)
    erasing.remove_merged(corpus, shards)


def _in_shard(corpus: Corpus, shard: int, posts: Mapping[str, tuple[RemovedBy, int]]) -> ShardDeletions:
    categories: dict[str, str] = {}
    threads: dict[str, set[str]] = defaultdict(set)
    requests: set[str] = set()
    for prefix, table in POST_TABLES.items() if posts else ():
        for row in rows_of(corpus, shard, table, _READ[table]):
            name = prefix + row["id"]
            if name in posts and has_content(row, table):
                own = row["removed_by_category"]
                categories[name] = own if own and is_final(own) else _CATEGORIES[posts[name][0]]
                thread = row.get("submission_id") or row["id"]
                threads[thread].add(row["author"] or "")
                if row.get("is_submitter") is not False:
                    requests.add(thread)
    standing = {
        (row.get("submission_id") or row["id"], (row["author"] or "").lower())
        for prefix, table in POST_TABLES.items()
        if threads
        for row in rows_of(corpus, shard, table, [*_PLACE[table], "author"])
        if prefix + row["id"] not in posts
    }
    names = {
        thread: frozenset(author for author in authors if author and (thread, author.lower()) not in standing)
        for thread, authors in threads.items()
    }
    return ShardDeletions(categories, names, frozenset(requests))


def _gone(corpus: Corpus, shards: Mapping[int, ShardDeletions]) -> erasing.Gone:
    """Return the posts and the addresses that only they link to."""
    posts = [name for found in shards.values() for name in found.categories]
    addresses: set[str] = set()
    linked: set[str] = set()
    for shard in range(corpus.shards):
        blank = shards[shard].categories if shard in shards else {}
        for link in rows_of(corpus, shard, "links", ["submission_id", "comment_id", "canonical"]):
            (addresses if post_of(link) in blank else linked).add(link["canonical"])
    targets = {TombstoneTarget(_KINDS[name[:3]], name[3:]) for name in posts}
    targets |= {TombstoneTarget(TombstoneKind.ADDRESS, address) for address in addresses - linked}
    return erasing.Gone(
        submissions=frozenset(name[3:] for name in posts if name.startswith("t3_")),
        comments=frozenset(name[3:] for name in posts if name.startswith("t1_")),
        pictures=frozenset(),
        addresses=frozenset(addresses - linked),
        linked=frozenset(linked),
        scrub=Scrubber(targets),
    )
