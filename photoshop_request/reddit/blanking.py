"""Blank a post: keep its id, place, times, numbers and marks, and nothing that its author wrote or showed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from photoshop_request.reddit.fields import is_placeholder

CONTENT = {
    "submissions": ("author", "title", "selftext", "url", "flair", "preview", "media"),
    "comments": ("author", "body", "author_flair", "media"),
}
"""Table -> fields that a blank post does not have. `permalink`, which repeats the title, goes with them."""
_KEPT = ("id", "subreddit", "created_utc", "score", "stickied", "distinguished")
_KEPT_OF_SUBMISSION = (*_KEPT, "num_comments", "upvote_ratio", "over_18", "is_self", "is_gallery")
_KEPT_OF_COMMENT = (*_KEPT, "parent_id", "is_submitter")


def has_content(row: Mapping[str, Any], table: str) -> bool:
    """Return True if a row still holds words, a name or an address of its author. Marks in their place are none."""
    values = (row[name] for name in CONTENT[table])
    return any(not is_placeholder(value) if isinstance(value, str) else value for value in values)


def blank_line(row: Mapping[str, Any], category: str) -> bytes:
    """Return the JSON line of a blank submission or comment. It parses to the fields that stay.

    `row` has the fields of a `Submission` or `Comment`. `category` becomes its `removed_by_category`.
    """
    marks = {"removed_by_category": category, "edited": row["edited_utc"] or False, "retrieved_on": row["last_seen"]}
    if "submission_id" in row:
        place = {"link_id": f"t3_{row['submission_id']}", "body": ""}
        return msgspec.json.encode({name: row[name] for name in _KEPT_OF_COMMENT} | marks | place)
    parent = row["crosspost_parent"]
    texts = {"title": "", "selftext": "", "crosspost_parent": f"t3_{parent}" if parent else None}
    return msgspec.json.encode({name: row[name] for name in _KEPT_OF_SUBMISSION} | marks | texts)
