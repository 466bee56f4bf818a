"""The published columns: one statement of every config's features, with what each column means."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets import Features

SPLITS = ("train", "validation", "test")
DEFAULT_CONFIG = "triplets"


@dataclass(frozen=True, slots=True)
class Column:
    """One published column."""

    name: str
    kind: str
    """`image`, or an Arrow type's name as `datasets.Value` takes it; `list<…>` for several."""
    meaning: str
    """With unit and range; shown in the card and the column reference."""


_TRIPLETS = (
    Column("source_image", "image", "The requester's picture, the file as fetched."),
    Column("instruction", "string", "What the editor was asked to do, in the requester's words."),
    Column("edited_image", "image", "The solver's picture, the file as fetched."),
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`. Rows of one request share it."),
    Column("comment_id", "string", "The id of the comment that posted the edit, without `t1_`."),
    Column("title", "string", "The request's title as written."),
    Column("selftext", "string", "The request's text as written; empty where there is none."),
    Column("captions", "list<string>", "The gallery captions of the request's pictures, in order."),
    Column("source_url", "string", "The canonical address of the source."),
    Column("edited_url", "string", "The canonical address of the edit."),
    Column("source_sha256", "string", "SHA-256 of the source's bytes."),
    Column("edited_sha256", "string", "SHA-256 of the edit's bytes."),
    Column("source_width", "int32", "Pixels, after EXIF orientation."),
    Column("source_height", "int32", "Pixels, after EXIF orientation."),
    Column("edited_width", "int32", "Pixels, after EXIF orientation."),
    Column("edited_height", "int32", "Pixels, after EXIF orientation."),
    Column("phash_distance", "int32", "Bits (0 to 64) in which the perceptual hashes (DCT) differ."),
    Column("dhash_distance", "int32", "Bits (0 to 64) in which the gradient hashes differ."),
    Column("hash_version", "string", "How both hashes were computed; distances of other versions do not compare."),
    Column(
        "submission_score", "int64", "Upvotes less downvotes of the request when last seen; compare within a month."
    ),
    Column("comment_score", "int64", "Upvotes less downvotes of the edit's comment when last seen; null where hidden."),
    Column("upvote_ratio", "float64", "Share of upvotes among the request's votes, 0 to 1; null in old archives."),
    Column("num_comments", "int64", "Comments under the request when last seen."),
    Column("submission_created_utc", "int64", "When the request was posted: Unix seconds, UTC."),
    Column("comment_created_utc", "int64", "When the edit was posted: Unix seconds, UTC."),
    Column("flair", "string", "The request's flair as written (free, paid, AI allowed or not, solved)."),
    Column("over_18", "bool", "Reddit's mark for content for adults."),
    Column("requester", "string", "Keyed pseudonym of who asked; null without a key (see the card)."),
    Column("solver", "string", "Keyed pseudonym of who edited; null without a key."),
)

CONFIGS: dict[str, tuple[Column, ...]] = {"triplets": _TRIPLETS}
"""Every published config and its columns, in order."""


def features(config: str = DEFAULT_CONFIG) -> "Features":
    """The `datasets.Features` of a config.

    Raises:
        KeyError: there is no such config.
    """
    from datasets import Features, Image, List, Value  # noqa: PLC0415 - a heavy import that few callers need

    def feature(kind: str) -> object:
        if kind == "image":
            return Image()
        if kind.startswith("list<"):
            return List(feature(kind[5:-1]))
        return Value(kind)

    return Features({column.name: feature(column.kind) for column in CONFIGS[config]})
