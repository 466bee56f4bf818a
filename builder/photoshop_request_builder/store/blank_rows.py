"""Blank the incoming rows of deleted posts, and remove their titles and names from the other rows of their threads."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import asdict

from photoshop_request.reddit.blanking import blank_line
from photoshop_request.reddit.parse import Reject, parse
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.erasing import rewrite_rows
from photoshop_request_builder.store.incoming import INCOMING_TABLES, RAW, read_parts, rows_path
from photoshop_request_builder.store.scrubber import name_scrubber, scrub_line, scrub_values

_OF_SUBMISSION = ("link_title", "link_author", "link_permalink", "link_url")
"""Keys of some comments that repeat their submission."""


@dataclass(frozen=True, slots=True)
class ShardDeletions:
    """The deleted posts of one shard."""

    categories: Mapping[str, str]
    """Full name (`t3_…`, `t1_…`) of each post to blank -> its `removed_by_category`."""
    names: Mapping[str, frozenset[str]]
    """Submission -> users whose posts in its thread are all deleted."""
    requests: frozenset[str]
    """Submissions with deleted words of the requester, in the post or its comments."""


def blank_rows(corpus: Corpus, shards: Mapping[int, ShardDeletions]) -> None:
    """Blank the posts in all parts. Every row keeps its place, so counts stay. Killed, it may be repeated."""
    for part in read_parts(corpus):
        for table in INCOMING_TABLES:
            for shard in shards.keys() & set(part.shards.get(table, ())):
                if path := rows_path(corpus, part, table, shard):
                    rewrite_rows(corpus, path, partial(_changed, shards[shard]))


def _changed(deleted: ShardDeletions, row: dict[str, Any]) -> Mapping[str, Any]:
    is_comment = "submission_id" in row
    category = deleted.categories.get(f"t1_{row['id']}" if is_comment else f"t3_{row['id']}")
    if category:
        return _blank(row, category)
    thread = row["submission_id"] if is_comment else row["id"]
    names, has_title = deleted.names.get(thread, frozenset()), f"t3_{thread}" not in deleted.categories
    if has_title and not names:
        return row
    slug = re.compile(rf"(/comments\\?/{thread}\\?/)[^/\\\"\s?#]+")
    hide = name_scrubber(names)

    def clean(text: str) -> str:
        return hide(text) if has_title else slug.sub(r"\1_", hide(text))

    before = row[RAW.name]
    raw = scrub_line(before if has_title else _without_submission(before), clean)
    if raw == before:
        return row
    cleaned: dict[str, Any] = scrub_values(row, clean)
    return cleaned | {RAW.name: raw}


def _blank(row: Mapping[str, Any], category: str) -> dict[str, Any]:
    line = blank_line(row, category)
    record = parse(line, seen=row["last_seen"], sources=tuple(row["sources"]))
    assert not isinstance(record, Reject), record
    # as Arrow returns them
    return asdict(record) | {"media": [], "sources": list(record.sources), RAW.name: line}


def _without_submission(raw: bytes) -> bytes:
    """Return a comment's raw line without keys that repeat its submission."""
    if not any(f'"{name}"'.encode() in raw for name in _OF_SUBMISSION):
        return raw
    return json.dumps({key: value for key, value in json.loads(raw).items() if key not in _OF_SUBMISSION}).encode()
