"""Define the schema of every table of a shard, and convert records to tables and back."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap
from operator import attrgetter
from typing import Any, TypeVar, get_args, get_type_hints

import pyarrow as pa
from msgspec.structs import asdict

from photoshop_request.edits.figures import FIGURES
from photoshop_request.reddit.records import Comment, Media, Submission
from photoshop_request.schema import arrow_type

T = TypeVar("T", Submission, Comment)

MEDIA = pa.struct(
    [
        ("media_id", pa.string()),
        ("kind", pa.string()),
        ("status", pa.string()),
        ("mime", pa.string()),
        ("address", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("sticker", pa.string()),
        ("caption", pa.string()),
        ("outbound_url", pa.string()),
    ]
)

_ARROW = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    tuple[str, ...]: pa.list_(pa.string()),
    tuple[Media, ...]: pa.list_(MEDIA),
}


def _schema_of(record: type[Submission | Comment]) -> pa.Schema:
    """Return the schema of a record's fields. A field that may be None has the type of its values."""
    hints = get_type_hints(record)
    types = {name: hint if hint in _ARROW else get_args(hint)[0] for name, hint in hints.items()}
    return pa.schema([(name, _ARROW[kind]) for name, kind in types.items()])


SUBMISSIONS = _schema_of(Submission)
"""One row per submission, merged from all sources."""

COMMENTS = _schema_of(Comment)
"""One row per comment, merged from all sources."""

LINKS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("comment_id", pa.string()),
        ("position", pa.int32()),
        ("url", pa.string()),
        ("canonical", pa.string()),
        ("host", pa.string()),
        ("kind", pa.string()),
        ("role", pa.string()),
        ("reason", pa.string()),
        ("author", pa.string()),
        ("caption", pa.string()),
        ("fallback", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
    ]
)
"""One row per address in a submission (`comment_id` null) or comment, in order. `reason` is set if it is not
fetched."""

PICTURES = pa.schema(
    [
        ("submission_id", pa.string()),
        ("comment_id", pa.string()),
        ("position", pa.int32()),
        ("index", pa.int32()),
        ("link", pa.string()),
        ("url", pa.string()),
        ("host", pa.string()),
        ("role", pa.string()),
        ("author", pa.string()),
        ("caption", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("sha256", pa.string()),
        ("extension", pa.string()),
        ("bytes", pa.int64()),
        ("retrieved_via", pa.string()),
    ]
)
"""One row per picture of a link (an album has several), or one row with the reason why there is none."""

CANDIDATES = pa.schema(
    [
        *PICTURES,
        ("solver_comment_utc", pa.int64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("phash", pa.string()),
        ("dhash", pa.string()),
        ("flat", pa.bool_()),
        ("hash_version", pa.int32()),
        ("ai_evidence", pa.list_(pa.string())),
        ("software", pa.string()),
        ("verdict", pa.string()),
        ("source_url", pa.string()),
        ("source_sha256", pa.string()),
        ("second_source_sha256", pa.string()),
        ("duplicate_of", pa.string()),
        ("revises", pa.string()),
        *((figure.name, arrow_type(figure.kind)) for figure in FIGURES),
        ("change_mask", pa.binary()),
        ("watermark_mask", pa.binary()),
    ]
)
"""One row per row of `pictures`, with its verdict. The verdict of a source is null, or why it is unusable."""

TEXTS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("instruction", pa.string()),
        ("revisions", pa.list_(pa.struct([("after_utc", pa.int64()), ("instruction", pa.string())]))),
        ("is_edit_request", pa.bool_()),
        ("language", pa.string()),
        ("task_types", pa.list_(pa.string())),
        ("task_confidences", pa.list_(pa.float64())),
    ]
)
"""One row per request. `instruction` is the first version. `revisions` holds a version per comment that added to it."""

ACCEPTANCES = pa.schema(
    [
        ("submission_id", pa.string()),
        ("comment_id", pa.string()),
        ("evidence", pa.list_(pa.string())),
        ("accepted_utc", pa.int64()),
        ("said_in", pa.list_(pa.string())),
    ]
)
"""One row per comment with an accepted edit."""

SPLITS = pa.schema([("submission_id", pa.string()), ("cluster", pa.string()), ("split", pa.string())])
"""One row per request: its cluster of similar requests and its split. The split is null for a request similar to
requests of two splits, which is published in neither."""

NEAR = pa.schema([("first", pa.string()), ("second", pa.string()), ("related", pa.bool_())])
"""One row per pair of sources (SHA-256) with near hashes. `related` is the verdict of their pixels. Not by shard."""

REMOVED = pa.schema([("kind", pa.string()), ("value", pa.string())])
"""One row per taken-down `submission` or `comment` (an id) or `sha256` (a picture)."""

REVIEWS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("comment_id", pa.string()),
        ("position", pa.int32()),
        ("index", pa.int32()),
        ("sha256", pa.string()),
        ("verdict", pa.string()),
    ]
)
"""One row per candidate on which all its reviewers agree. Exists only in reviewed shards."""

RANKS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("month", pa.string()),
        ("score_percentile", pa.float64()),
        ("comments_percentile", pa.float64()),
    ]
)
"""One row per request: its percentiles among the requests of its month."""

NSFW = pa.schema([("sha256", pa.string()), ("nsfw_score", pa.float64()), ("nsfw_model", pa.string())])
"""One row per picture published with an edit. Exists only if the classifier ran."""

REWRITES = pa.schema(
    [
        ("submission_id", pa.string()),
        ("instruction_rewritten", pa.string()),
        ("needs_more_than_the_source", pa.bool_()),
        ("rewrite_model", pa.string()),
        ("rewrite_prompt_version", pa.string()),
        ("reason", pa.string()),
    ]
)
"""One row per request with a published edit. If there is no rewrite, `reason` is set and the other columns are null."""

SIZES = pa.schema([("config", pa.string()), ("split", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64())])
"""One row per config and split: the rows of the shard in it, and their approximate bytes."""

TABLES: Mapping[str, pa.Schema] = {
    "submissions": SUBMISSIONS,
    "comments": COMMENTS,
    "links": LINKS,
    "pictures": PICTURES,
    "candidates": CANDIDATES,
    "reviews": REVIEWS,
    "texts": TEXTS,
    "splits": SPLITS,
    "ranks": RANKS,
    "acceptances": ACCEPTANCES,
    "removed": REMOVED,
    "nsfw": NSFW,
    "rewrites": REWRITES,
    "sizes": SIZES,
}
"""The tables of a shard, by file name without `.parquet`."""


def to_table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Convert records to a table, each field to the column of its name.

    Raises:
        AttributeError: a record has no field for a column of `schema`.
    """
    rows = list(rows)
    return pa.Table.from_arrays([_column(rows, field) for field in schema], schema=schema)


def from_table(table: pa.Table, kind: type[T]) -> Iterator[T]:
    """Convert the rows of `table` to instances of `kind`."""
    columns = [_values(name, table.column(name)) for name in kind.__struct_fields__]
    return starmap(kind, zip(*columns, strict=True))


def submissions_of(table: pa.Table) -> Iterator[Submission]:
    """Convert a table to submissions."""
    return from_table(table, Submission)


def comments_of(table: pa.Table) -> Iterator[Comment]:
    """Convert a table to comments."""
    return from_table(table, Comment)


def _column(rows: list[Any], field: pa.Field) -> pa.Array:
    values: Iterable[Any] = map(attrgetter(field.name), rows)
    if field.type == pa.list_(MEDIA):
        values = ([asdict(item) for item in media] for media in values)
    return pa.array(values, type=field.type, size=len(rows))


def _values(name: str, column: pa.ChunkedArray) -> Iterable[Any]:
    values = column.to_pylist()
    if name == "media":
        return (tuple(Media(**item) for item in media or ()) for media in values)
    return map(tuple, values) if name == "sources" else values
