"""Find the rows of a manifest that tombstones cover."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from photoshop_request.media.addresses.links import Role
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store.tombstones import TombstoneKind, Tombstones

KEYS = (
    (TombstoneKind.SUBMISSION, "submission_id"),
    (TombstoneKind.COMMENT, "comment_id"),
    (TombstoneKind.ADDRESS, "url"),
    (TombstoneKind.SHA256, "sha256"),
)
"""Columns of a manifest that name a thing. Names of users are not among them."""


def without_taken_down(tombstones: Tombstones, manifest: pa.Table, refused: Counter[str]) -> pa.Table:
    """Return the rows that may be rebuilt. Count the others in `refused`."""
    covered = covered_rows(tombstones, manifest.to_pylist()) if tombstones else [False] * manifest.num_rows
    if any(covered):
        refused[str(Verdict.TAKEN_DOWN)] = sum(covered)
    return manifest.filter(pa.array([not is_covered for is_covered in covered], pa.bool_()))


def covered_rows(tombstones: Tombstones, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Return for each row if it is taken down: itself, its request, its picture, a near-duplicate, or its source."""
    itself = [_is_covered(tombstones, row) for row in rows]
    sources = {
        (row["submission_id"], row["sha256"])
        for row, is_covered in zip(rows, itself, strict=True)
        if is_covered and row["role"] != Role.CANDIDATE
    }
    return [
        is_covered or (row["submission_id"], row["source_sha256"]) in sources
        for row, is_covered in zip(rows, itself, strict=True)
    ]


def _is_covered(tombstones: Tombstones, row: Mapping[str, Any]) -> bool:
    is_named = any(tombstones.covers(kind, row[name]) for kind, name in KEYS)
    return is_named or tombstones.covers_picture(row["phash"], is_source=row["role"] != Role.CANDIDATE)
