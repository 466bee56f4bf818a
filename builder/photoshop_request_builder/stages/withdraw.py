"""Remember deleted pictures and those of deleted posts, so that no other post publishes them."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.hashes import hash_file, to_hex
from photoshop_request.reddit.removals import FINAL, RemovedBy, removed_by
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger, open_ledger
from photoshop_request_builder.store.ledger_rows import LedgerEntry
from photoshop_request_builder.store.pictures import find_picture
from photoshop_request_builder.store.tombstones import make_salt, mark_of
from photoshop_request_builder.store.withdrawn import Key, Withdrawn, WithdrawnPicture, load_withdrawn

VERSION = 1
POST_TABLES = {"t3_": "submissions", "t1_": "comments"}
"""Prefix of full names -> table of the posts."""
_POST = ["id", "created_utc", "removed_by_category", "deleted_by_author"]
_PARENT = {"t3_": ["crosspost_parent"], "t1_": []}
_LINK = ["submission_id", "comment_id", "canonical", "role", "reason"]


def final_removals(corpus: Corpus, shard: int, known: Withdrawn) -> dict[str, tuple[RemovedBy, int]]:
    """Return the posts of a shard that their author deleted or the law removed: full name -> by whom, and their time.

    Posts that are `known` as such, and their crossposts, are among them.
    """
    posts = {}
    for prefix, table in POST_TABLES.items():
        for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, table), [*_POST, *_PARENT[prefix]]):
            name, parent = prefix + row["id"], row.get("crosspost_parent")
            by = removed_by(row["removed_by_category"], deleted_by_author=bool(row["deleted_by_author"]))
            if by not in FINAL:
                by = known.post(name) or (known.post(f"t3_{parent}") if parent else None)
            if by:
                posts[name] = by, row["created_utc"]
    return posts


def find_withdrawn(corpus: Corpus) -> dict[str, Any]:
    """Return the content of the store: what it had, and what the tables add."""
    before = load_withdrawn(corpus)
    posts, pictures = dict(before.posts), set(before.pictures)
    for shard in range(corpus.shards):
        found = final_removals(corpus, shard, before)
        own = _own_links(corpus, shard, found)
        if found or own:
            key = Key(make_salt(corpus))
            posts |= {key.name(name): by for name, (by, _) in found.items()}
            pictures.update(_pictures(corpus, own, key))
    rows = sorted((list(astuple(picture)) for picture in pictures), key=str)
    salt = {"salt": mark_of(make_salt(corpus))} if posts or pictures else {}
    return {**salt, "posts": sorted([name, by] for name, by in posts.items()), "pictures": rows}


_Own = tuple[dict[str, Any], RemovedBy, int]
"""A link to a deleted picture, by whom it is gone, and since when."""


def _own_links(corpus: Corpus, shard: int, posts: dict[str, tuple[RemovedBy, int]]) -> list[_Own]:
    """Return the links of removed posts, and to the deleted pictures of galleries that stand.

    A gallery keeps its other pictures, though one may be the same: the deletion counts from the next second.
    """
    links = storage.find_rows(corpus.fs, corpus.shard_path(shard, "links"), _LINK)
    own: list[_Own] = [(link, *posts[post_of(link)]) for link in links if post_of(link) in posts]
    deleted = [link for link in links if link["reason"] == Verdict.DELETED_BY_AUTHOR and post_of(link) not in posts]
    if deleted:
        rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "submissions"), ["id", "created_utc"])
        since = {row["id"]: row["created_utc"] + 1 for row in rows}
        own += [(link, RemovedBy.AUTHOR, since[link["submission_id"]]) for link in deleted]
    return own


def _pictures(corpus: Corpus, own: list[_Own], key: Key) -> Iterator[WithdrawnPicture]:
    if not corpus.ledger_path.exists():
        yield from (_picture(link, key) for link in own)
        return
    with open_ledger(corpus.ledger_path) as ledger:
        for link in own:
            yield _picture(link, key)
            yield from (_picture(link, key, corpus, end) for end in _fetched(ledger, link[0]["canonical"]))


def post_of(link: dict[str, Any]) -> str:
    """Return the full name of the post with a link."""
    return f"t1_{link['comment_id']}" if link["comment_id"] else f"t3_{link['submission_id']}"


def _fetched(ledger: Ledger, address: str) -> list[LedgerEntry]:
    return [end for end, _ in ledger.pictures(address) if end.state is AddressState.OK and end.sha256]


def _picture(own: _Own, key: Key, corpus: Corpus | None = None, entry: LedgerEntry | None = None) -> WithdrawnPicture:
    link, by, utc = own
    post = by, utc, link["role"] != "candidate"
    if corpus is None or entry is None or entry.sha256 is None:
        return WithdrawnPicture(*post, key.address(link["canonical"]))
    data = find_picture(corpus, entry.sha256, entry.extension or "")
    hashes = hash_file(data) if data else None
    named = (key.address(entry.address), key.name(entry.sha256))
    if hashes is None or isinstance(hashes, Rejected) or hashes.flat:
        return WithdrawnPicture(*post, *named)
    return WithdrawnPicture(*post, *named, *(key.pad(to_hex(value)) for value in (hashes.phash, hashes.dhash)))
