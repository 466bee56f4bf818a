"""The `manifest` config: every picture of every request, kept or dropped, by address and digest; no pictures.

What its author deleted and what was taken down is not in it: an address or a hash would lead there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread

_OWN = (
    "submission_id",
    "comment_id",
    "position",
    "index",
    "role",
    "url",
    "sha256",
    "bytes",
    "extension",
    "width",
    "height",
    "phash",
    "dhash",
    "hash_version",
    "source_sha256",
    "second_source_sha256",
    "phash_distance",
    "confidence",
    "retrieved_via",
)
"""Columns that are the candidate's own."""
_UNTOLD = frozenset({Verdict.DELETED_BY_AUTHOR, Verdict.TAKEN_DOWN})


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - all configs have one form
    """The pictures of one request, its own first, then those of comments as they were posted."""
    for row in thread.candidates:
        if row["verdict"] not in _UNTOLD:
            yield _row(thread, row)


def _row(thread: Thread, row: Mapping[str, Any]) -> dict[str, Any]:
    is_edit = row["verdict"] == Verdict.EDIT
    withheld = thread.selection.withheld(row) if is_edit else None
    created = row["solver_comment_utc"] if row["comment_id"] else thread.submission.created_utc
    published = is_edit and withheld is None
    return {
        **{name: row[name] for name in _OWN},
        "decision": row["verdict"] or row["reason"] or "source",
        "withheld": withheld,
        "instruction": thread.instruction_at(created) if published else None,
        "task_types": list(thread.text["task_types"]) if published else [],
        "created_utc": created,
    }
