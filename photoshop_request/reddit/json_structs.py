"""Decode Reddit's JSON into typed structs with the keys that later stages use, in every form since 2005.

A line is decoded in one step with lax types (numbers in strings, integers as floats). If that fails, every key is
converted on its own, and a key that does not fit counts as missing.
"""

import json
import math
import types
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin

import msgspec

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
"""Number that fits a 32-bit column. No real count is larger."""


class JsonFull(msgspec.Struct, gc=False):
    """`media_metadata[…].s`, the full size."""

    u: str | None = None
    gif: str | None = None
    x: Count | None = None
    y: Count | None = None


class JsonMedia(msgspec.Struct, gc=False):
    """An entry of `media_metadata`."""

    status: str | None = None
    e: str | None = None
    m: str | None = None
    s: JsonFull | None = None
    t: str | None = None
    x: Count | None = None
    y: Count | None = None


class JsonGalleryItem(msgspec.Struct, gc=False):
    """An entry of `gallery_data.items`."""

    media_id: str | None = None
    is_deleted: bool | None = None
    caption: str | None = None
    outbound_url: str | None = None


class JsonGallery(msgspec.Struct, gc=False):
    """`gallery_data`."""

    items: list[JsonGalleryItem | None] | None = None


class JsonPreviewSource(msgspec.Struct, gc=False):
    """`preview.images[0].source`."""

    url: str | None = None


class JsonPreviewImage(msgspec.Struct, gc=False):
    """`preview.images[0]`."""

    source: JsonPreviewSource | None = None


class JsonPreview(msgspec.Struct, gc=False):
    """`preview`."""

    images: list[JsonPreviewImage | None] | None = None


class JsonParent(msgspec.Struct, gc=False):
    """An entry of `crosspost_parent_list`, the submission whose media a crosspost shows."""

    id: str | None = None
    is_gallery: bool | None = None
    media_metadata: dict[str, JsonMedia | None] | None = None
    gallery_data: JsonGallery | None = None
    preview: JsonPreview | None = None
    removed_by_category: str | None = None
    selftext: str | None = None
    title: str | None = None
    url: str | None = None
    url_overridden_by_dest: str | None = None


class JsonMeta(msgspec.Struct, gc=False):
    """`_meta` of Arctic Shift's files."""

    retrieved_2nd_on: float | None = None


class JsonComment(msgspec.Struct, gc=False):
    """A comment: an object with a `body`."""

    meta: JsonMeta | None = msgspec.field(default=None, name="_meta")
    author: str | None = None
    author_flair_text: str | None = None
    body: str | None = None
    created_utc: float | None = None
    distinguished: str | None = None
    edited: bool | float | None = None
    id: str | None = None
    is_submitter: bool | None = None
    link_id: str | None = None
    media_metadata: dict[str, JsonMedia | None] | None = None
    parent_id: str | int | None = None
    permalink: str | None = None
    removed_by_category: str | None = None
    retrieved_on: float | None = None
    retrieved_utc: float | None = None
    score: Count | None = None
    score_hidden: bool | None = None
    stickied: bool | None = None
    subreddit: str | None = None


class JsonSubmission(msgspec.Struct, gc=False):
    """A submission: an object with a `title` and no `body`."""

    meta: JsonMeta | None = msgspec.field(default=None, name="_meta")
    author: str | None = None
    body: str | None = None
    created_utc: float | None = None
    crosspost_parent: str | None = None
    crosspost_parent_list: list[JsonParent | None] | None = None
    distinguished: str | None = None
    edited: bool | float | None = None
    gallery_data: JsonGallery | None = None
    hide_score: bool | None = None
    id: str | None = None
    is_gallery: bool | None = None
    is_self: bool | None = None
    link_flair_text: str | None = None
    media_metadata: dict[str, JsonMedia | None] | None = None
    num_comments: Count | None = None
    over_18: bool | None = None
    permalink: str | None = None
    preview: JsonPreview | None = None
    removed_by_category: str | None = None
    retrieved_on: float | None = None
    retrieved_utc: float | None = None
    score: Count | None = None
    selftext: str | None = None
    stickied: bool | None = None
    subreddit: str | None = None
    title: str | None = None
    upvote_ratio: float | None = None
    url: str | None = None
    url_overridden_by_dest: str | None = None


class JsonRest(msgspec.Struct, gc=False):
    """Keys that few objects need, decoded only when the other keys do not suffice."""

    name: str | None = None
    """Full name with its prefix."""
    context: str | None = None
    """Path of a comment from an inbox."""
    kind: str | None = None
    """Envelope of API listings, with `data`."""
    data: msgspec.Raw | None = None


_Json = TypeVar("_Json", bound=JsonComment | JsonSubmission | JsonRest)
# msgspec compares each key of a line with the fields in turn, starting after the last match. So each field costs time
# on every line. Rare keys have a struct of their own, and fields stand in the order of sorted keys, which match at once.
_FAST: dict[type, Callable[[bytes], Any]] = {
    kind: msgspec.json.Decoder(kind, strict=False).decode for kind in (JsonComment, JsonSubmission, JsonRest)
}

_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(line: bytes, likely: type = JsonComment) -> JsonComment | JsonSubmission | JsonRest:
    """Decode one JSON object: a comment if it has a body, a submission if it has a title, else a `JsonRest`.

    `likely` (`JsonComment` or `JsonSubmission`) is tried first. A right guess saves a pass.

    Raises:
        ValueError: it is not JSON, not UTF-8, or not an object.
    """
    # decode_as inlined, to save a call per line
    try:
        first = _FAST[likely](line)
    except _DECODE_ERRORS:
        first = _decode_leniently(line, likely)
    if likely is JsonSubmission and first.body is None and first.title is not None:
        return first  # type: ignore[no-any-return]
    comment = first if likely is JsonComment else decode_as(line, JsonComment)
    if comment.body is not None:
        return comment
    submission = decode_as(line, JsonSubmission)
    if submission.title is not None:
        return submission
    other = decode_as(line, JsonRest)
    if other.kind is not None and other.data is not None:
        return decode(bytes(other.data), likely)
    return other


def decode_as(line: bytes, kind: type[_Json]) -> _Json:
    """Decode the keys of `kind` in one JSON object.

    Raises:
        ValueError: it is not JSON, not UTF-8, or not an object.
    """
    try:
        return _FAST[kind](line)  # type: ignore[no-any-return]
    except _DECODE_ERRORS:
        return _decode_leniently(line, kind)


def _decode_leniently(line: bytes, kind: type[_Json]) -> _Json:
    # json accepts NaN and lone surrogates, msgspec does not
    text = line.removeprefix(b"\xef\xbb\xbf").decode()
    try:
        value = json.loads(text)
        struct = _lenient_struct(value, kind)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if struct is None:
        raise ValueError(f"a JSON {type(value).__name__}, not an object")
    assert isinstance(struct, kind)
    return struct


def _lenient(value: Any, kind: Any) -> Any:  # noqa: PLR0911 - one return per kind of type
    """Convert `value` to `kind` part by part. A part that does not fit becomes None."""
    if isinstance(kind, types.UnionType) or get_origin(kind) is Union:
        # the type of `value` comes first
        options = sorted(get_args(kind), key=lambda option: option is not type(value))
        fits = (_lenient(value, option) for option in options if option is not types.NoneType)
        return next((fit for fit in fits if fit is not None), None)
    if kind is msgspec.Raw:
        return msgspec.Raw(json.dumps(value).encode()) if isinstance(value, dict) else None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _lenient_struct(value, kind)
    shape = get_origin(kind)
    if shape is None or shape is Annotated:
        return _scalar(value, kind)
    if not isinstance(value, shape):
        return None
    entry = get_args(kind)[-1]
    if shape is dict:
        return {_scalar(key, str): _lenient(item, entry) for key, item in value.items()}
    return [_lenient(item, entry) for item in value]


def _lenient_struct(value: Any, kind: type[msgspec.Struct]) -> msgspec.Struct | None:
    if not isinstance(value, dict):
        return None
    fields = msgspec.structs.fields(kind)
    return kind(**{f.name: _lenient(value[f.encode_name], f.type) for f in fields if f.encode_name in value})


def _scalar(value: Any, kind: Any) -> Any:
    if kind is str:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, OverflowError):
        return _seconds(value) if kind is float and isinstance(value, str) else None


def _seconds(text: str) -> float | None:
    """Return the Unix seconds of an ISO 8601 time, in UTC unless it says otherwise. `2020-09-13 12:26:40 UTC` is one."""
    try:
        time = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
