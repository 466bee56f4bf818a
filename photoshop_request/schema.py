"""The published columns: one statement of every config's features, with what each column means."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photoshop_request.edits.figures import FIGURES

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

SPLITS = ("train", "validation", "test")
DEFAULT_CONFIG = "triplets"


@dataclass(frozen=True, slots=True)
class Column:
    """One published column."""

    name: str
    kind: str
    """`image`, `messages`, or an Arrow type's name as `datasets.Value` takes it; `list<…>` for several."""
    meaning: str
    """With unit and range; shown in the card and the column reference."""


_REWRITE = (
    Column("instruction_rewritten", "string", "The instruction as a language model wrote it; null where none did."),
    Column(
        "needs_more_than_the_source",
        "bool",
        "That model's word: another photo, a logo or a text is needed that the request does not hold.",
    ),
    Column("rewrite_model", "string", "Which model wrote it; null where there is no rewrite."),
    Column("rewrite_prompt_version", "string", "By which prompt; null where there is no rewrite."),
)

GPS_REMOVED = Column(
    "gps_removed",
    "bool",
    "Whether EXIF GPS was taken out of a picture of this row; all its other bytes are as fetched.",
)
"""Of every config with pictures; filled in when they are read."""

_FIGURES = {figure.column: Column(figure.column, figure.kind, figure.meaning) for figure in FIGURES if figure.column}
"""The published figures of a comparison."""
_LEADING = (
    "locality",
    "changed_fraction",
    "regions",
    "psnr",
    "ssim",
    "alignment",
    "alignment_matrix",
    "alignment_quality",
    "overlap",
)
"""Figures whose place in `triplets` differs from the order of `FIGURES`. A new figure comes after all others."""

_TRIPLETS = (
    Column("source_image", "image", "The requester's picture, the file as fetched."),
    Column("instruction", "string", "What the editor was asked to do, in the requester's words."),
    Column("edited_image", "image", "The solver's picture, the file as fetched."),
    Column("change_mask", "image", "What changed, in the source's frame: 1-bit PNG, white is changed."),
    Column("reference_images", "list<image>", "The request's other pictures, in order."),
    Column("second_source_image", "image", "The other source of an edit put together from two; null for most."),
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`. Rows of one request share it."),
    Column("comment_id", "string", "The id of the comment that posted the edit, without `t1_`."),
    Column("title", "string", "The request's title as written; user names are hidden."),
    Column("selftext", "string", "The request's text as written, user names hidden; empty where there is none."),
    Column("captions", "list<string>", "The gallery captions of the request's pictures, in order."),
    *_REWRITE,
    Column("task_types", "list<string>", "Kinds of edit asked for, surest first; `unclear` instead of a guess."),
    Column("language", "string", "ISO 639-1 code of the request's language; `und` where it cannot be told."),
    Column("source_url", "string", "The canonical address of the source."),
    Column("edited_url", "string", "The canonical address of the edit."),
    Column("source_sha256", "string", "SHA-256 of the source as fetched; of the bytes here, unless `gps_removed`."),
    Column("edited_sha256", "string", "SHA-256 of the edit as fetched; of the bytes here, unless `gps_removed`."),
    GPS_REMOVED,
    Column("source_width", "int32", "Pixels, after EXIF orientation."),
    Column("source_height", "int32", "Pixels, after EXIF orientation."),
    Column("edited_width", "int32", "Pixels, after EXIF orientation."),
    Column("edited_height", "int32", "Pixels, after EXIF orientation."),
    _FIGURES["phash_distance"],
    _FIGURES["dhash_distance"],
    Column("hash_version", "int32", "Version of both hashes; distances of different versions do not compare."),
    _FIGURES["confidence"],
    Column("verified", "bool", "True if reviewers looked at this edit and all of them confirmed it."),
    *(_FIGURES[name] for name in _LEADING),
    *(
        column
        for name, column in _FIGURES.items()
        if name not in {"phash_distance", "dhash_distance", "confidence", *_LEADING}
    ),
    Column("revises", "string", "The comment with the same solver's edit before; null for the first."),
    Column(
        "submission_score", "int64", "Upvotes less downvotes of the request when last seen; compare within a month."
    ),
    Column("comment_score", "int64", "Upvotes less downvotes of the edit's comment when last seen; null where hidden."),
    Column("score_percentile", "float64", "Where the request's score stands in its month, 0 to 1."),
    Column("upvote_ratio", "float64", "Share of upvotes among the request's votes, 0 to 1; null in old archives."),
    Column("num_comments", "int64", "Comments under the request when last seen."),
    Column("submission_created_utc", "int64", "When the request was posted: Unix seconds, UTC."),
    Column("comment_created_utc", "int64", "When the edit was posted: Unix seconds, UTC."),
    Column("flair", "string", "The request's flair as written (free, paid, AI allowed or not, solved)."),
    Column("accepted", "bool", "Whether the requester took this edit."),
    Column("acceptance_evidence", "list<string>", "How that is known: said_solved, paid, thanked, closed, flair."),
    Column("over_18", "bool", "Reddit's mark for content for adults."),
    Column("nsfw_score", "float64", "The classifier's score of source or edit, the higher, 0 to 1; null if not run."),
    Column("requester", "string", "Keyed pseudonym of who asked; null without a key (see the card)."),
    Column("solver", "string", "Keyed pseudonym of who edited; null without a key."),
)

_REQUESTS = (
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`."),
    Column("title", "string", "The request's title as written; user names are hidden."),
    Column("selftext", "string", "The request's text as written, user names hidden; empty where there is none."),
    Column("captions", "list<string>", "The gallery captions of the request's pictures, in order."),
    Column("instruction", "string", "What the editor was asked to do, in the requester's words, as first asked."),
    *_REWRITE,
    Column("is_edit_request", "bool", "False for posts that ask for no edit: questions, offers, announcements."),
    Column("language", "string", "ISO 639-1 code of the request's language; `und` where it cannot be told."),
    Column("task_types", "list<string>", "Kinds of edit asked for, surest first; `unclear` instead of a guess."),
    Column("task_confidences", "list<float64>", "Of each task type, 0 to 1."),
    Column("subreddit", "string", "Where it was posted."),
    Column("flair", "string", "The request's flair as written."),
    Column("paid", "bool", "Whether flair or title offer money; null where neither says it."),
    Column("ai_allowed", "bool", "Whether flair (since August 2025) or title allow AI; null where neither says it."),
    Column("created_utc", "int64", "When it was posted: Unix seconds, UTC."),
    Column("month", "string", "Of `created_utc`: `2020-06`."),
    Column("hour_utc", "int32", "Of `created_utc`, 0 to 23."),
    Column("score", "int64", "Upvotes less downvotes when last seen; compare within a month."),
    Column("score_percentile", "float64", "Where the score stands in its month, 0 to 1."),
    Column("upvote_ratio", "float64", "Share of upvotes among votes, 0 to 1; null in old archives."),
    Column("num_comments", "int64", "Comments when last seen."),
    Column("comments_percentile", "float64", "Where the number of comments stands in its month, 0 to 1."),
    Column("num_source_pictures", "int32", "Pictures of the request that could be fetched."),
    Column("num_candidates", "int32", "Pictures that others posted under it, kept or dropped."),
    Column("num_edits", "int32", "Of those, published as edits."),
    Column("num_solvers", "int32", "People who posted a published edit."),
    Column("best_edit_score", "int64", "The highest score of a published edit's comment."),
    Column("seconds_to_first_edit", "int64", "From the request to its first published edit."),
    Column("solved", "bool", "Whether the requester took an edit, or the flair says solved."),
    Column("solved_evidence", "list<string>", "How that is known: said_solved, paid, thanked, closed, flair."),
    Column("over_18", "bool", "Reddit's mark for content for adults."),
    Column("requester", "string", "Keyed pseudonym of who asked; null without a key (see the card)."),
)

_PREFERENCES = (
    Column("source_image", "image", "The requester's picture that both are edits of."),
    Column("instruction", "string", "What the editors were asked to do by the time of the later edit."),
    Column("chosen_image", "image", "The edit that was preferred."),
    Column("rejected_image", "image", "The other edit of the same request, by another solver."),
    Column("margin", "float64", "Above 0: difference of log scores, corrected for who came first; 1 more if accepted."),
    Column("signal", "string", "`accepted` (the requester took it) or `score` (votes)."),
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`."),
    Column("chosen_comment_id", "string", "The comment with the preferred edit."),
    Column("rejected_comment_id", "string", "The comment with the other edit."),
    GPS_REMOVED,
    Column("chosen_score", "int64", "Upvotes less downvotes of its comment when last seen."),
    Column("rejected_score", "int64", "Upvotes less downvotes of its comment when last seen."),
    Column("chosen_created_utc", "int64", "When it was posted: Unix seconds, UTC."),
    Column("rejected_created_utc", "int64", "When it was posted: Unix seconds, UTC."),
    Column("task_types", "list<string>", "Kinds of edit asked for, surest first."),
    Column("chosen_solver", "string", "Keyed pseudonym; null without a key."),
    Column("rejected_solver", "string", "Keyed pseudonym; null without a key."),
)

_CONVERSATIONS = (
    Column(
        "messages", "messages", "The thread as chat: role `user` (requester) or `assistant` (solver), parts of content."
    ),
    Column("images", "list<image>", "The pictures of the `image` parts, in their order."),
    GPS_REMOVED,
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`."),
    Column("num_turns", "int32", "Messages."),
    Column("accepted", "bool", "Whether the requester took an edit of this solver."),
    Column("task_types", "list<string>", "Kinds of edit asked for, surest first."),
    Column("solver", "string", "Keyed pseudonym; null without a key."),
)

_TURNS = (
    Column("before_image", "image", "An edit."),
    Column("instruction", "string", "What the requester wished of it, in their words."),
    Column("after_image", "image", "The same solver's next edit, which answers the wish."),
    Column("source_image", "image", "The requester's picture that both are edits of."),
    GPS_REMOVED,
    Column("first_instruction", "string", "What was asked for at first."),
    Column("depth", "int32", "1 for the first revision of a chain, 2 for the next."),
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`."),
    Column("before_comment_id", "string", "The comment with the edit before."),
    Column("wish_comment_ids", "list<string>", "The requester's comments with the wish, oldest first."),
    Column("after_comment_id", "string", "The comment with the edit after."),
    Column("accepted", "bool", "Whether the requester took the edit after."),
    Column("solver", "string", "Keyed pseudonym; null without a key."),
)

_MANIFEST = (
    Column("submission_id", "string", "The request's id on Reddit, without `t3_`."),
    Column("comment_id", "string", "The comment that posted the picture, without `t1_`; null for the request's own."),
    Column("position", "int32", "Which link of the post or comment, from 0."),
    Column("index", "int32", "Which picture of that link, from 0; albums have several."),
    Column("role", "string", "`source` (the request's), `requesters_own` (further ones) or `candidate` (others')."),
    Column("url", "string", "The canonical address of the picture."),
    Column("decision", "string", "`edit`, `source`, or the one reason why it is not used."),
    Column("withheld", "string", "Why an edit is not in `triplets` all the same; null for all others."),
    Column("sha256", "string", "SHA-256 of the file as fetched; null where none was."),
    Column("bytes", "int64", "Of that file."),
    Column("extension", "string", "By its first bytes, without dot."),
    Column("width", "int32", "Pixels, after EXIF orientation."),
    Column("height", "int32", "Pixels, after EXIF orientation."),
    Column("phash", "string", "64-bit perceptual hash (DCT), 16 hex digits; knows a picture that was re-encoded."),
    Column("dhash", "string", "64-bit gradient hash, 16 hex digits."),
    Column("hash_version", "int32", "How both were computed; those of other versions do not compare."),
    Column("source_sha256", "string", "Of the source that a candidate was compared with; null for none."),
    Column("second_source_sha256", "string", "Of the other source of an edit put together from two; null for most."),
    _FIGURES["phash_distance"],
    _FIGURES["confidence"],
    Column("retrieved_via", "string", "`host`, or which copy of it (`wayback`, `preview`, `external`)."),
    Column("instruction", "string", "What the editor was asked to do; only for published edits."),
    Column("task_types", "list<string>", "Kinds of edit asked for, surest first; empty but for published edits."),
    Column("created_utc", "int64", "When the post or comment was made: Unix seconds, UTC."),
)

CONFIGS: dict[str, tuple[Column, ...]] = {
    "triplets": _TRIPLETS,
    "requests": _REQUESTS,
    "preferences": _PREFERENCES,
    "conversations": _CONVERSATIONS,
    "turns": _TURNS,
    "manifest": _MANIFEST,
}
"""Every published config and its columns, in order."""


def features(config: str = DEFAULT_CONFIG) -> "Features":
    """The `datasets.Features` of a config.

    Raises:
        KeyError: there is no such config.
    """
    from datasets import Features, Image, List, Value  # a heavy import that few callers need

    def feature(kind: str) -> object:
        if kind == "image":
            return Image()
        if kind == "messages":
            return List({"role": Value("string"), "content": List({"type": Value("string"), "text": Value("string")})})
        if kind.startswith("list<"):
            return List(feature(kind[5:-1]))
        return Value(kind)

    return Features({column.name: feature(column.kind) for column in CONFIGS[config]})


def arrow_type(kind: str) -> "pa.DataType":
    """Return the Arrow type of a column of plain values.

    Raises:
        ValueError: the column holds pictures or messages.
    """
    import pyarrow as pa  # `import photoshop_request.schema` stays light

    return pa.list_(pa.type_for_alias(kind[5:-1])) if kind.startswith("list<") else pa.type_for_alias(kind)
