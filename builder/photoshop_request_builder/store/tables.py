"""The tables of a shard: one schema each, and the way from frozen records to columns and back."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap
from operator import attrgetter
from typing import Any, TypeVar

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

SUBMISSIONS = pa.schema(
    [
        ("id", pa.string()),
        ("subreddit", pa.string()),
        ("author", pa.string()),
        ("created_utc", pa.int64()),
        ("title", pa.string()),
        ("selftext", pa.string()),
        ("url", pa.string()),
        ("permalink", pa.string()),
        ("score", pa.int64()),
        ("num_comments", pa.int64()),
        ("upvote_ratio", pa.float64()),
        ("flair", pa.string()),
        ("over_18", pa.bool_()),
        ("is_self", pa.bool_()),
        ("stickied", pa.bool_()),
        ("distinguished", pa.string()),
        ("edited_utc", pa.int64()),
        ("removed_by_category", pa.string()),
        ("deleted_by_author", pa.bool_()),
        ("crosspost_parent", pa.string()),
        ("is_gallery", pa.bool_()),
        ("media", pa.list_(MEDIA)),
        ("preview", pa.string()),
        ("sources", pa.list_(pa.string())),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
    ]
)

COMMENTS = pa.schema(
    [
        ("id", pa.string()),
        ("submission_id", pa.string()),
        ("parent_id", pa.string()),
        ("subreddit", pa.string()),
        ("author", pa.string()),
        ("created_utc", pa.int64()),
        ("body", pa.string()),
        ("score", pa.int64()),
        ("is_submitter", pa.bool_()),
        ("author_flair", pa.string()),
        ("stickied", pa.bool_()),
        ("distinguished", pa.string()),
        ("edited_utc", pa.int64()),
        ("removed_by_category", pa.string()),
        ("deleted_by_author", pa.bool_()),
        ("permalink", pa.string()),
        ("media", pa.list_(MEDIA)),
        ("sources", pa.list_(pa.string())),
        ("first_seen", pa.int64()),
        ("last_seen", pa.int64()),
    ]
)

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
"""Every address of a submission (comment_id null) or comment, in order; `reason` set where it is not to be fetched."""

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
"""What fetching made of each link: one row a picture (an album gives several), or one with the reason why none."""

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
        ("verdict", pa.string()),
        ("source_url", pa.string()),
        ("source_sha256", pa.string()),
        ("second_source_sha256", pa.string()),
        ("duplicate_of", pa.string()),
        ("revises", pa.string()),
        *((figure.name, arrow_type(figure.kind)) for figure in FIGURES),
        ("change_mask", pa.binary()),
    ]
)
"""Every picture of PICTURES with its verdict; sources have verdict null (or why they cannot be used)."""

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
"""`instruction` as first asked; `revisions` as it stood after each comment of the requester's that added to it."""

ACCEPTANCES = pa.schema(
    [
        ("submission_id", pa.string()),
        ("comment_id", pa.string()),
        ("evidence", pa.list_(pa.string())),
        ("accepted_utc", pa.int64()),
        ("said_in", pa.list_(pa.string())),
    ]
)
"""One row an accepted edit's comment."""

SPLITS = pa.schema([("submission_id", pa.string()), ("cluster", pa.string()), ("split", pa.string())])
"""Which requests belong together (over the whole corpus), and the split that they share; split is null for a request
that belongs to two splits at once and is published in neither."""

NEAR = pa.schema([("first", pa.string()), ("second", pa.string()), ("related", pa.bool_())])
"""Of the whole corpus: sources (SHA-256) whose hashes are near, and whether their pixels say so too."""

REMOVED = pa.schema([("kind", pa.string()), ("value", pa.string())])
"""What of a shard was taken down: `submission`, `comment` (ids) or `sha256` (a picture)."""

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
"""One row a candidate of which every reviewer who decided it says the same; there only where people have reviewed."""

RANKS = pa.schema(
    [
        ("submission_id", pa.string()),
        ("month", pa.string()),
        ("score_percentile", pa.float64()),
        ("comments_percentile", pa.float64()),
    ]
)

NSFW = pa.schema([("sha256", pa.string()), ("nsfw_score", pa.float64()), ("nsfw_model", pa.string())])
"""One row a picture that is published with an edit; there only where the classifier has run."""

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
"""One row a request with a published edit; `reason` says why there is no rewrite, and the other columns are null."""

SIZES = pa.schema([("config", pa.string()), ("split", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64())])

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
"""The tables of a shard, by file name."""


def to_table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Frozen records as a table; fields are columns of the same name.

    Raises:
        AttributeError: a row has no field for a column of `schema`.
    """
    rows = list(rows)
    return pa.Table.from_arrays([_column(rows, field) for field in schema], schema=schema)


def from_table(table: pa.Table, kind: type[T]) -> Iterator[T]:
    """The rows of `table` as instances of `kind`, by name of column."""
    columns = [_values(name, table.column(name)) for name in kind.__struct_fields__]
    return starmap(kind, zip(*columns, strict=True))


def submissions_of(table: pa.Table) -> Iterator[Submission]:
    """The rows of a submissions table."""
    return from_table(table, Submission)


def comments_of(table: pa.Table) -> Iterator[Comment]:
    """The rows of a comments table."""
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
