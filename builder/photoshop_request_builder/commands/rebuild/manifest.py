"""Read the manifest of a rebuild, and refuse rows that no manifest holds."""

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.errors import InputError
from photoshop_request.loading import verified
from photoshop_request.media.addresses.links import Role
from photoshop_request.path_names import is_sha256, path_part
from photoshop_request.reddit.fields import is_id
from photoshop_request.schema import CONFIGS, arrow_type
from photoshop_request.verdicts import Verdict

_MANIFEST = pa.schema(
    [*((column.name, arrow_type(column.kind)) for column in CONFIGS["manifest"]), ("split", pa.string())]
)
_CHECKED = [
    "submission_id",
    "comment_id",
    "role",
    "url",
    "decision",
    "sha256",
    "source_sha256",
    "phash",
    "width",
    "height",
]
_PHASH = re.compile(r"[0-9a-f]{16}")


class ManifestFault(StrEnum):
    """Name the reason why a row of a manifest is refused."""

    INVALID_ID = "invalid_id"
    """An id is missing or is not one of Reddit's."""
    INVALID_ROLE = "invalid_role"
    """The role is unknown, or does not fit the decision."""
    INVALID_URL = "invalid_url"
    HIDDEN_URL = "hidden_url"
    """The address was not published, because it may name a user. The picture cannot be fetched."""
    INVALID_SHA256 = "invalid_sha256"
    INVALID_PHASH = "invalid_phash"
    INVALID_SIZE = "invalid_size"
    """Width or height is not positive."""


def read_manifest(source: str) -> tuple[pa.Table, Counter[str]]:
    """Read the manifest rows that a rebuild needs, with their split: published edits and pictures of requests.

    `source` is a folder or a dataset on the Hub with a config `manifest`. Rows with values that a manifest cannot hold
    are refused, and counted by `ManifestFault` in the second result.

    Raises:
        InputError: there is no manifest, it lacks a column, a column has another type, or every row is refused.
    """
    import datasets  # 1 s to import

    try:
        loaded = datasets.load_dataset(source, "manifest", **verified())
    except Exception as error:  # a stranger's card and files raise nearly anything
        raise InputError(
            f"{source}: no manifest here ({error.__cause__ or error}). Name a dataset folder or ORG/NAME on the Hub that "
            "was published with its config `manifest`."
        ) from error
    parts = []
    for split, rows in loaded.items():
        table = rows.with_format("arrow")[:]
        if missing := sorted(set(_MANIFEST.names) - {"split"} - set(table.column_names)):
            raise InputError(
                f"{source}: the manifest lacks the column {missing[0]!r}. It was written by another version."
            )
        table = table.append_column("split", pa.array([str(split)] * table.num_rows, pa.string()))
        columns = [_column(table[field.name], field, f"{source}: split {path_part(str(split))}") for field in _MANIFEST]
        parts.append(pa.table(columns, schema=_MANIFEST))
    manifest = pa.concat_tables(parts)
    edits = pc.and_(pc.equal(manifest["decision"], Verdict.EDIT), pc.is_null(manifest["withheld"]))
    of_requests = pc.and_(pc.not_equal(manifest["role"], Role.CANDIDATE), pc.is_valid(manifest["sha256"]))
    needed = manifest.filter(pc.or_kleene(edits, of_requests))
    faults = [_fault(row) for row in needed.select(_CHECKED).to_pylist()]
    refused = Counter(str(fault) for fault in faults if fault)
    if faults and refused.total() == len(faults):
        why = ", ".join(f"{fault} {count:,}" for fault, count in refused.most_common())
        raise InputError(f"{source}: none of the {len(faults):,} rows is one of a manifest ({why}).")
    return needed.filter(pa.array([fault is None for fault in faults], pa.bool_())), refused


def _column(column: pa.ChunkedArray, field: pa.Field, place: str) -> pa.ChunkedArray:
    """Return a column in the type of the schema.

    Raises:
        InputError: it has another type, or a text is not UTF-8. The message names the first such row.
    """
    try:
        column.validate(full=True)
        return column.cast(field.type)
    except pa.ArrowException as error:
        row = next((row for row in range(len(column)) if not _is_castable(column.slice(row, 1), field.type)), 0)
        raise InputError(
            f"{place}, row {row}: column {field.name!r} holds no {field.type} ({error}). This is not a manifest."
        ) from error


def _is_castable(column: pa.ChunkedArray, kind: pa.DataType) -> bool:
    try:
        column.validate(full=True)
        column.cast(kind)
    except pa.ArrowException:
        return False
    return True


def _fault(row: Mapping[str, Any]) -> ManifestFault | None:
    """Return the reason why a row cannot be one of a manifest, or None."""
    is_edit = row["decision"] == Verdict.EDIT
    checks = {
        ManifestFault.INVALID_ID: is_id(row["submission_id"])
        and (is_id(row["comment_id"]) or (row["comment_id"] is None and not is_edit)),
        ManifestFault.INVALID_ROLE: row["role"] in set(Role) and is_edit == (row["role"] == Role.CANDIDATE),
        ManifestFault.HIDDEN_URL: row["url"] is not None,
        ManifestFault.INVALID_URL: row["url"] != "",
        ManifestFault.INVALID_SHA256: is_sha256(row["sha256"]) and (not is_edit or is_sha256(row["source_sha256"])),
        ManifestFault.INVALID_PHASH: row["phash"] is None or _PHASH.fullmatch(row["phash"]) is not None,
        ManifestFault.INVALID_SIZE: all(row[side] is None or row[side] > 0 for side in ("width", "height")),
    }
    return next((fault for fault, is_met in checks.items() if not is_met), None)
