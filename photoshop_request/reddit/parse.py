"""Parse one JSON line of any source into a submission, a comment, or the reason why it is neither."""

import re
from dataclasses import dataclass
from enum import StrEnum

import stringzilla

from photoshop_request.reddit.fields import ID, bare_id, base36, is_deleted_mark, is_placeholder, unescape
from photoshop_request.reddit.gallery import media_of
from photoshop_request.reddit.json_structs import (
    JsonComment,
    JsonMedia,
    JsonParent,
    JsonPreview,
    JsonRest,
    JsonSubmission,
    decode,
    decode_as,
)
from photoshop_request.reddit.records import Comment, Media, Submission
from photoshop_request.reddit.removals import CATEGORIES, RemovedBy, category_of, is_final

RULE = 4
"""Version of this module's result. A higher version makes ingest read everything again."""
_CONTROL = re.compile(rb"(?<!\\)((?:\\\\)*+)\\u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF])")
"""Escaped control characters of JSON, but for tab and line breaks, after a whole number of escaped backslashes."""
_IN_PATH = re.compile(r"/comments/([0-9a-z]+)", re.IGNORECASE)
_SUBREDDIT_IN_PATH = re.compile(r"/r/([A-Za-z0-9_]+)/")
_TIME = re.compile(r'"created_utc"\s*:\s*("[^"]{0,50}|[^\s",}]{1,50})')
"""The time as written, for messages."""
_is_id = ID.fullmatch
_is_comment = re.compile(r"t1_[0-9a-z]{1,13}").fullmatch
_is_link = re.compile(r"t3_[0-9a-z]{1,13}").fullmatch
_LATEST = 4_102_444_800
"""Unix seconds of the year 2100. A larger number is not a valid time."""


class RejectReason(StrEnum):
    """Reason why a line is not a record."""

    NOT_JSON = "not_json"
    """Truncated, corrupt, not UTF-8, or not an object."""
    NOT_A_POST = "not_a_post"
    """Neither submission nor comment: an account, a subreddit, or an object of another site."""
    PRIVATE_MESSAGE = "private_message"
    """Reddit lists it in an inbox beside comments. It is never published."""
    NO_ID = "no_id"
    NO_TIME = "no_time"
    NO_SUBREDDIT = "no_subreddit"
    NO_SUBMISSION = "no_submission"
    """A comment that does not name its submission."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Hold the reason why a line is not a record."""

    reason: RejectReason
    detail: str = ""


def parse(
    line: bytes, *, seen: int | None = None, sources: tuple[str, ...] = (), likely: type | None = None
) -> Submission | Comment | Reject:
    """Return the record of one JSON line. Its content decides its kind.

    `seen` is the time of the request (Unix seconds), for objects without a time of retrieval. `sources` goes into the
    record. `likely` (`Submission` or `Comment`) is the kind to try first, such as the kind of the previous line.
    """
    if stringzilla.find(line, b"\\u00") >= 0:  # ten times as fast as `in`
        line = _CONTROL.sub(rb"\1", line)
    try:
        raw = decode(line, JsonSubmission if likely is Submission else JsonComment)
        if type(raw) is JsonComment:
            return _comment(raw, line, seen, sources)
        if type(raw) is JsonSubmission:
            return _submission(raw, line, seen, sources)
    except ValueError as error:
        return Reject(RejectReason.NOT_JSON, str(error))
    assert isinstance(raw, JsonRest)
    return _reject_other(raw.name)


def _reject_other(name: str | None) -> Reject:
    return Reject(
        RejectReason.PRIVATE_MESSAGE if name and name.startswith("t4_") else RejectReason.NOT_A_POST, name or ""
    )


def _submission(raw: JsonSubmission, line: bytes, seen: int | None, sources: tuple[str, ...]) -> Submission | Reject:
    record_id, subreddit, created = raw.id, raw.subreddit, raw.created_utc
    if not (record_id and subreddit and created and _is_id(record_id) and 0 < created < _LATEST):
        repaired = _repaired_submission(raw, line)
        if isinstance(repaired, Reject):
            return repaired
        record_id, subreddit, created = repaired
    title, selftext, category = unescape(raw.title or ""), unescape(raw.selftext or ""), raw.removed_by_category
    parent = raw.crosspost_parent_list[-1] if raw.crosspost_parent_list else None
    crosspost = raw.crosspost_parent or (parent.id if parent else None)
    if parent and is_final(shown := category_of(parent.removed_by_category, parent.title, parent.selftext)):
        category = shown  # a crosspost shows the pictures of its parent, and none of its own
    url = raw.url_overridden_by_dest or raw.url or ""
    media: tuple[Media, ...] = ()
    preview, is_gallery = _preview(raw.preview), raw.is_gallery or False
    if parent:
        url, selftext = _shown_by_crosspost(parent, url, selftext)
    if parent or raw.media_metadata or raw.gallery_data:
        media, preview, is_gallery = _pictures(raw, parent, selftext)
    observed = _observed(raw, seen)
    return Submission(
        record_id,
        subreddit,
        _author(raw.author),
        int(created),
        title,
        selftext,
        unescape(url),
        raw.permalink or "",
        # a hidden score is given as 1; other values are real (those that the author or a moderator sees)
        None if raw.score == 1 and raw.hide_score else raw.score,
        raw.num_comments,
        raw.upvote_ratio,
        unescape(raw.link_flair_text) if raw.link_flair_text else None,
        raw.over_18 or False,
        raw.is_self or False,
        raw.stickied or False,
        raw.distinguished,
        _edited(raw.edited) if raw.edited else None,
        category,
        _is_authors(category) or is_deleted_mark(selftext) or is_deleted_mark(title),
        bare_id(crosspost) if crosspost else None,
        is_gallery,
        media,
        preview,
        sources,
        observed,
        observed,
    )


def _comment(raw: JsonComment, line: bytes, seen: int | None, sources: tuple[str, ...]) -> Comment | Reject:
    record_id, link, subreddit, created = raw.id, raw.link_id, raw.subreddit, raw.created_utc
    if not (
        record_id and link and subreddit and created and _is_id(record_id) and _is_link(link) and 0 < created < _LATEST
    ):
        repaired = _repaired_comment(raw, line)
        if isinstance(repaired, Reject):
            return repaired
        record_id, link, subreddit, created = repaired
    body, category, parent = unescape(raw.body or ""), raw.removed_by_category, raw.parent_id
    observed = _observed(raw, seen)
    return Comment(
        record_id,
        link.removeprefix("t3_"),
        link if parent == link else _parent(parent, link),
        subreddit,
        _author(raw.author),
        int(created),
        body,
        None if raw.score == 1 and raw.score_hidden else raw.score,
        raw.is_submitter,
        unescape(raw.author_flair_text) if raw.author_flair_text else None,
        raw.stickied or False,
        raw.distinguished,
        _edited(raw.edited) if raw.edited else None,
        category,
        _is_authors(category) or is_deleted_mark(body),
        raw.permalink or "",
        media_of(raw.media_metadata, None, body) if raw.media_metadata else (),
        sources,
        observed,
        observed,
    )


def _repaired_submission(raw: JsonSubmission, line: bytes) -> tuple[str, str, float] | Reject:
    """Return id, subreddit and time of an object with an unusual form, or why they are missing."""
    record_id = bare_id(raw.id or decode_as(line, JsonRest).name or "")
    return _checked(record_id, raw.subreddit or _first_group(_SUBREDDIT_IN_PATH, raw.permalink), raw, line)


def _repaired_comment(raw: JsonComment, line: bytes) -> tuple[str, str, str, float] | Reject:
    """Return id, submission (`t3_…`), subreddit and time of an unusual comment, or why they are missing."""
    path, name = raw.permalink, raw.id
    if raw.link_id is None or raw.id is None:
        other = decode_as(line, JsonRest)
        if other.name and other.name.startswith("t4_"):
            return _reject_other(other.name)
        path, name = path or other.context, name or other.name
    checked = _checked(bare_id(name or ""), raw.subreddit or _first_group(_SUBREDDIT_IN_PATH, path), raw, line)
    if isinstance(checked, Reject):
        return checked
    record_id, subreddit, created = checked
    submission_id = bare_id(raw.link_id or _first_group(_IN_PATH, path))
    if not _is_id(submission_id):
        return Reject(RejectReason.NO_SUBMISSION, record_id)
    return record_id, f"t3_{submission_id}", subreddit, created


def _checked(
    record_id: str, subreddit: str, raw: JsonSubmission | JsonComment, line: bytes
) -> tuple[str, str, float] | Reject:
    created_utc = raw.created_utc
    if not _is_id(record_id):
        return Reject(RejectReason.NO_ID, f"id {record_id!r}")
    if created_utc is None or not 0 < created_utc < _LATEST:
        return Reject(
            RejectReason.NO_TIME, f"created_utc {_first_group(_TIME, line.decode('utf-8', 'replace')) or None}"
        )
    return (record_id, subreddit, created_utc) if subreddit else Reject(RejectReason.NO_SUBREDDIT, record_id)


def _shown_by_crosspost(parent: JsonParent, url: str, selftext: str) -> tuple[str, str]:
    """Return address and text of a crosspost: the parent's where its own only leads to the parent or is missing."""
    if not url or _IN_PATH.search(url):
        url = parent.url_overridden_by_dest or parent.url or url
    shown = unescape(parent.selftext or "")
    return url, shown if not selftext and not is_placeholder(shown) else selftext


def _pictures(raw: JsonSubmission, parent: JsonParent | None, text: str) -> tuple[tuple[Media, ...], str | None, bool]:
    """Return media, preview and `is_gallery`, each from the crosspost's parent if the parent has it."""
    shown: JsonSubmission | JsonParent = raw
    if parent and (parent.media_metadata or parent.gallery_data):
        shown, text = parent, parent.selftext or ""
    metadata: dict[str, JsonMedia | None] | None = shown.media_metadata
    media = media_of(metadata, shown.gallery_data, text) if metadata or shown.gallery_data else ()
    preview = _preview(parent.preview if parent else None) or _preview(raw.preview)
    return media, preview, bool(raw.is_gallery or shown.is_gallery)


def _preview(preview: JsonPreview | None) -> str | None:
    first = preview.images[0] if preview and preview.images else None
    return unescape(first.source.url) if first and first.source and first.source.url else None


def _is_authors(category: str | None) -> bool:
    return category is not None and CATEGORIES.get(category) is RemovedBy.AUTHOR


def _author(name: str | None) -> str | None:
    return None if not name or (name[0] == "[" and is_deleted_mark(name)) else name


def _edited(edited: bool | float | None) -> int | None:
    # before 2012, `edited` is true without a time
    return int(edited) if edited and not isinstance(edited, bool) and 0 < edited < _LATEST else None


def _parent(parent: str | int | None, link: str) -> str:
    """Return the parent with its prefix. A number is a comment's id in base 10, None a top-level comment."""
    if isinstance(parent, int):
        parent = base36(parent) if parent > 0 else None
    if not parent:
        return link
    if _is_comment(parent) and parent[3:] not in link:
        return parent
    bare = bare_id(parent)
    return f"t3_{bare}" if parent.startswith("t3_") or f"t3_{bare}" == link else f"t1_{bare}"


def _observed(raw: JsonSubmission | JsonComment, seen: int | None) -> int | None:
    latest = raw.retrieved_on or 0
    if raw.retrieved_utc or raw.meta:
        latest = max(latest, raw.retrieved_utc or 0, (raw.meta and raw.meta.retrieved_2nd_on) or 0)
    return int(latest) if 0 < latest < _LATEST else seen


def _first_group(pattern: re.Pattern[str], path: str | None) -> str:
    match = pattern.search(path or "")
    return match[1] if match else ""
