"""Declare the published columns of every config: name, type and meaning."""

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
    """Describe one published column."""

    name: str
    kind: str
    """`image`, `messages`, or the name of an Arrow type as in `datasets.Value`; `list<…>` for lists."""
    meaning: str
    """With unit and range; shown in the card and the column reference."""


_SUBMISSION_ID = Column("submission_id", "string", "Reddit's id of the request, without `t3_`.")
_TASK_TYPES = Column("task_types", "list<string>", "Kinds of edit, most confident first; `unclear` instead of a guess.")
_LANGUAGE = Column("language", "string", "ISO 639-1 code of the request's language; `und` if undetermined.")
_OVER_18 = Column("over_18", "bool", "Reddit's mark for adult content.")
_REQUESTER = Column("requester", "string", "Keyed pseudonym of the requester; null without a key (see the card).")
_SOLVER = Column("solver", "string", "Keyed pseudonym of the solver; null without a key.")
_FILE_EVIDENCE = (
    "`c2pa_source_type`, `c2pa_generator` (a C2PA manifest), `iptc_source_type` (XMP), `generator` (a field names a "
    "model), `parameters` (prompt or workflow), `label` (TC260)"
)
_SOURCE_OF_BOTH = Column("source_image", "image", "The requester's picture that both edits start from.")
_TEXTS = (
    Column("title", "string", "Title of the request as written; user names are hidden."),
    Column("selftext", "string", "Text of the request as written, user names hidden; empty without a text."),
    Column("captions", "list<string>", "Gallery captions of the request's pictures, in order."),
)
_REWRITE = (
    Column("instruction_rewritten", "string", "The instruction, rewritten by a language model; null without one."),
    Column(
        "needs_more_than_the_source",
        "bool",
        "True if the model says that the request lacks a needed photo, logo or text.",
    ),
    Column("rewrite_model", "string", "Model of the rewrite; null without a rewrite."),
    Column("rewrite_prompt_version", "string", "Version of the prompt; null without a rewrite."),
)

BYTES_CHANGED = Column(
    "bytes_changed",
    "list<string>",
    "How files here differ from the fetched files: `gps` (a location was taken out), `thumbnail` (a small or further "
    "picture), `metadata` (all but color profile and orientation), `reencoded`; empty: the same bytes.",
)
"""Column of every config with pictures. It is filled when the pictures are read, as are the two below."""
GPS_REMOVED = Column("gps_removed", "bool", "True if `bytes_changed` has `gps`. The next version removes this column.")
PUBLISHED_DIGESTS = (
    ("source_image", "source_sha256", "source_published_sha256"),
    ("edited_image", "edited_sha256", "edited_published_sha256"),
)
"""Column of a picture, of the SHA-256 of its fetched file, and of the SHA-256 of its published file."""

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
    Column("source_image", "image", "The requester's picture: the file as fetched, but for `bytes_changed`."),
    Column("instruction", "string", "The edit that was asked for, in the requester's words."),
    Column("edited_image", "image", "The solver's picture: the file as fetched, but for `bytes_changed`."),
    Column("change_mask", "image", "Changed pixels in the source's frame: 1-bit PNG, white is changed."),
    Column(
        "watermark_mask", "image", "Drawing that gave `watermark_score`, in the source's frame: 1-bit PNG; mostly null."
    ),
    Column("reference_images", "list<image>", "The request's other pictures, in order."),
    Column("second_source_image", "image", "Second source of an edit that combines two pictures; null for most."),
    _SUBMISSION_ID,
    Column("comment_id", "string", "Reddit's id of the comment with the edit, without `t1_`."),
    *_TEXTS,
    *_REWRITE,
    _TASK_TYPES,
    _LANGUAGE,
    Column("source_url", "string", "Canonical URL of the source; null if it may name a user."),
    Column("edited_url", "string", "Canonical URL of the edit; null if it may name a user."),
    Column("source_sha256", "string", "SHA-256 of the source as fetched."),
    Column("edited_sha256", "string", "SHA-256 of the edit as fetched."),
    Column("source_published_sha256", "string", "SHA-256 of the source here; another one only with `bytes_changed`."),
    Column("edited_published_sha256", "string", "SHA-256 of the edit here; another one only with `bytes_changed`."),
    BYTES_CHANGED,
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
    Column("revises", "string", "Comment with the same solver's previous edit; null for the first."),
    Column("submission_score", "int64", "Request's upvotes minus downvotes when last seen; compare within a month."),
    Column("comment_score", "int64", "Comment's upvotes minus downvotes when last seen; null if hidden."),
    Column("score_percentile", "float64", "Percentile of the request's score within its month, 0 to 1."),
    Column("upvote_ratio", "float64", "Fraction of upvotes among the request's votes, 0 to 1; null in old archives."),
    Column("num_comments", "int64", "Comments under the request when last seen."),
    Column("submission_created_utc", "int64", "Time of the request: Unix seconds, UTC."),
    Column("comment_created_utc", "int64", "Time of the edit: Unix seconds, UTC."),
    Column("flair", "string", "Flair of the request as written (free, paid, AI allowed or not, solved)."),
    Column("accepted", "bool", "True if the requester accepted this edit."),
    Column("acceptance_evidence", "list<string>", "Evidence for it: said_solved, paid, thanked, closed, flair."),
    Column(
        "ai_evidence",
        "list<string>",
        f"Evidence that a model took part, no verdict: {_FILE_EVIDENCE}, `sparkle` (a star near a corner), `words` (the solver says so), `flair` (the request allows AI).",
    ),
    Column("software", "string", "Program that made the edit, as its file states it; null if it does not."),
    _OVER_18,
    Column("nsfw_score", "float64", "Higher classifier score of source and edit, 0 to 1; null if not run."),
    _REQUESTER,
    _SOLVER,
)

_REQUESTS = (
    _SUBMISSION_ID,
    *_TEXTS,
    Column("instruction", "string", "The edit that was first asked for, in the requester's words."),
    *_REWRITE,
    Column("is_edit_request", "bool", "False for posts that ask for no edit: questions, offers, announcements."),
    _LANGUAGE,
    _TASK_TYPES,
    Column("task_confidences", "list<float64>", "Confidence in each task type, 0 to 1."),
    Column("subreddit", "string", "Subreddit of the request."),
    Column("flair", "string", "Flair of the request as written."),
    Column("paid", "bool", "True if flair or title offer money; null if neither mentions it."),
    Column("ai_allowed", "bool", "True if flair (since August 2025) or title allow AI; null if neither mentions it."),
    Column("created_utc", "int64", "Time of the post: Unix seconds, UTC."),
    Column("month", "string", "Month of `created_utc`: `2020-06`."),
    Column("hour_utc", "int32", "Hour of `created_utc`, 0 to 23."),
    Column("score", "int64", "Upvotes minus downvotes when last seen; compare within a month."),
    Column("score_percentile", "float64", "Percentile of the score within its month, 0 to 1."),
    Column("upvote_ratio", "float64", "Fraction of upvotes among votes, 0 to 1; null in old archives."),
    Column("num_comments", "int64", "Comments when last seen."),
    Column("comments_percentile", "float64", "Percentile of the number of comments within its month, 0 to 1."),
    Column("num_source_pictures", "int32", "Fetched pictures of the request."),
    Column("num_candidates", "int32", "Pictures that others posted under the request, kept or dropped."),
    Column("num_edits", "int32", "Candidates published as edits."),
    Column("num_solvers", "int32", "People who posted a published edit."),
    Column("best_edit_score", "int64", "Highest score of a published edit's comment."),
    Column("seconds_to_first_edit", "int64", "Seconds from the request to its first published edit."),
    Column("solved", "bool", "True if the requester accepted an edit, or the flair says solved."),
    Column("solved_evidence", "list<string>", "Evidence for it: said_solved, paid, thanked, closed, flair."),
    _OVER_18,
    _REQUESTER,
)

_PREFERENCES = (
    _SOURCE_OF_BOTH,
    Column("instruction", "string", "The edit that was asked for by the time of the later edit."),
    Column("chosen_image", "image", "The edit that was preferred."),
    Column("rejected_image", "image", "The other edit of the same request, by another solver."),
    Column(
        "margin", "float64", "Above 0: difference of log scores less the first-poster advantage; 1 more if accepted."
    ),
    Column("signal", "string", "`accepted` (by the requester) or `score` (votes)."),
    _SUBMISSION_ID,
    Column("chosen_comment_id", "string", "Comment with the preferred edit."),
    Column("rejected_comment_id", "string", "Comment with the other edit."),
    BYTES_CHANGED,
    GPS_REMOVED,
    Column("chosen_score", "int64", "Upvotes minus downvotes of its comment when last seen."),
    Column("rejected_score", "int64", "Upvotes minus downvotes of its comment when last seen."),
    Column("chosen_created_utc", "int64", "Time of the post: Unix seconds, UTC."),
    Column("rejected_created_utc", "int64", "Time of the post: Unix seconds, UTC."),
    _TASK_TYPES,
    Column("chosen_solver", "string", "Keyed pseudonym; null without a key."),
    Column("rejected_solver", "string", "Keyed pseudonym; null without a key."),
)

_CONVERSATIONS = (
    Column("messages", "messages", "The thread as a chat: `user` is the requester, `assistant` the solver."),
    Column("images", "list<image>", "Pictures of the `image` parts, in order."),
    BYTES_CHANGED,
    GPS_REMOVED,
    _SUBMISSION_ID,
    Column("num_turns", "int32", "Number of messages."),
    Column("accepted", "bool", "True if the requester accepted an edit of this solver."),
    _TASK_TYPES,
    _SOLVER,
)

_TURNS = (
    Column("before_image", "image", "The earlier edit."),
    Column("instruction", "string", "The change that the requester then asked for, in their words."),
    Column("after_image", "image", "The same solver's next edit, made for that ask."),
    _SOURCE_OF_BOTH,
    BYTES_CHANGED,
    GPS_REMOVED,
    Column("first_instruction", "string", "The edit that was first asked for."),
    Column("depth", "int32", "Place in the chain: 1 for the first revision, 2 for the next."),
    _SUBMISSION_ID,
    Column("before_comment_id", "string", "Comment with the earlier edit."),
    Column("wish_comment_ids", "list<string>", "Requester's comments with the ask, oldest first."),
    Column("after_comment_id", "string", "Comment with the next edit."),
    Column("accepted", "bool", "True if the requester accepted the next edit."),
    _SOLVER,
)

_MANIFEST = (
    _SUBMISSION_ID,
    Column("comment_id", "string", "Comment with the picture, without `t1_`; null for the request's own."),
    Column("position", "int32", "Number of the link in the post or comment, from 0."),
    Column("index", "int32", "Number of the picture in that link, from 0; albums have several."),
    Column("role", "string", "`source` (the request's), `requesters_own` (further ones) or `candidate` (others')."),
    Column("url", "string", "Canonical URL of the picture; null if it may name a user or leads to no picture."),
    Column("decision", "string", "`edit`, `source`, or the reason why it is not used."),
    Column("withheld", "string", "Reason why an edit is not in `triplets`; null for all other rows."),
    Column("sha256", "string", "SHA-256 of the file as fetched; null if none was fetched."),
    Column("bytes", "int64", "Size of that file."),
    Column("extension", "string", "File extension by its first bytes, without dot."),
    Column("width", "int32", "Pixels, after EXIF orientation."),
    Column("height", "int32", "Pixels, after EXIF orientation."),
    Column("phash", "string", "64-bit perceptual hash (DCT), 16 hex digits; stays close when a picture is re-encoded."),
    Column("dhash", "string", "64-bit gradient hash, 16 hex digits."),
    Column("hash_version", "int32", "Version of both hashes; hashes of different versions do not compare."),
    Column("ai_evidence", "list<string>", f"Evidence in the file that a model took part: {_FILE_EVIDENCE}."),
    Column("source_sha256", "string", "SHA-256 of the source that a candidate was compared with, or null."),
    Column("second_source_sha256", "string", "SHA-256 of the edit's second source; null for most."),
    _FIGURES["phash_distance"],
    _FIGURES["confidence"],
    Column("retrieved_via", "string", "`host`, or the copy that was fetched (`wayback`, `preview`, `external`)."),
    Column("instruction", "string", "The edit that was asked for; only for published edits."),
    Column("task_types", "list<string>", "Kinds of edit, most confident first; empty except for published edits."),
    Column("created_utc", "int64", "Time of the post or comment: Unix seconds, UTC."),
)

CONFIGS: dict[str, tuple[Column, ...]] = {
    "triplets": _TRIPLETS,
    "requests": _REQUESTS,
    "preferences": _PREFERENCES,
    "conversations": _CONVERSATIONS,
    "turns": _TURNS,
    "manifest": _MANIFEST,
}
"""Columns of every published config, in order."""


def features(config: str = DEFAULT_CONFIG) -> "Features":
    """Return the `datasets.Features` of a config.

    Raises:
        KeyError: there is no such config.
    """
    from datasets import Features, Image, List, Value  # slow to import

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
    import pyarrow as pa  # imported here to keep `import photoshop_request.schema` fast

    return pa.list_(pa.type_for_alias(kind[5:-1])) if kind.startswith("list<") else pa.type_for_alias(kind)
