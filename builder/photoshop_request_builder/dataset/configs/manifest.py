"""Make the rows of `manifest`: address, digest and verdict of every picture, kept or dropped.

Leaves out pictures that were deleted by their author, removed by law or taken down, because an address or a hash would lead to them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread

_CANDIDATE_COLUMNS = (
    "submission_id",
    "comment_id",
    "position",
    "index",
    "role",
    "sha256",
    "bytes",
    "extension",
    "width",
    "height",
    "phash",
    "dhash",
    "hash_version",
    "ai_evidence",
    "source_sha256",
    "second_source_sha256",
    "phash_distance",
    "confidence",
    "retrieved_via",
)
"""Columns copied from the candidate."""
_LEFT_OUT = frozenset({Verdict.DELETED_BY_AUTHOR, Verdict.REMOVED_BY_LAW, Verdict.TAKEN_DOWN})


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - every config has this signature
    """Yield the pictures of one request: its sources first, then those of comments in order of posting."""
    for row in thread.candidates:
        if row["verdict"] not in _LEFT_OUT:
            yield _row(thread, row)


def _row(thread: Thread, row: Mapping[str, Any]) -> dict[str, Any]:
    is_edit = row["verdict"] == Verdict.EDIT
    withheld = thread.publication.withheld(row) if is_edit else None
    created = row["solver_comment_utc"] if row["comment_id"] else thread.submission.created_utc
    published = is_edit and withheld is None
    return {
        **{name: row[name] for name in _CANDIDATE_COLUMNS},
        "url": thread.address(row["url"]),
        "decision": row["verdict"] or row["reason"] or "source",
        "withheld": withheld,
        "instruction": thread.instruction_at(created) if published else None,
        "task_types": list(thread.text["task_types"]) if published else [],
        "created_utc": created,
    }
