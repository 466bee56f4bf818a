"""Who is who in a thread, and which edit a comment speaks of."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission

__all__ = ["Edit", "edit_above", "is_requester", "requester_comments"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A solver's picture in a comment, as far as threads are concerned."""

    comment_id: str
    solver: str
    parent_id: str
    """With its prefix, as in `Comment.parent_id`."""
    created_utc: int
    score: int | None
    """Of the comment; None where Reddit hides it."""
    picture: str
    """Whatever identifies the picture: its sha256 or its address."""
    source: str | None = None
    """The same of the requester's picture that it was made from; only `preferences` asks."""


def is_requester(comment: Comment, submission: Submission) -> bool:
    """Did the requester write it? By Reddit's own mark, and by name before 2018, when there was no mark."""
    if comment.is_submitter is not None:
        return comment.is_submitter
    return comment.author is not None and comment.author == submission.author


def requester_comments(
    submission: Submission, comments: Iterable[Comment], before_utc: int | None = None
) -> tuple[Comment, ...]:
    """The requester's own comments, oldest first, without deleted ones; `before_utc`: only those written before it."""
    own = [
        each
        for each in comments
        if is_requester(each, submission)
        and not each.deleted_by_author
        and (before_utc is None or each.created_utc < before_utc)
    ]
    return tuple(sorted(own, key=lambda each: (each.created_utc, each.id)))


def edit_above(comment: Comment, comments: Mapping[str, Comment], edits: Container[str]) -> str | None:
    """The comment id of the nearest edit above a comment, or None. `comments` by id, `edits`: ids of their comments."""
    seen = {comment.id}
    parent = comment.parent_id
    while parent.startswith("t1_"):
        above = parent.removeprefix("t1_")
        if above in edits:
            return above
        if above in seen or above not in comments:
            return None
        seen.add(above)
        parent = comments[above].parent_id
    return None
