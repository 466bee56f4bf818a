"""Tell requester and solvers apart, and find the edit that a comment is about."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission


@dataclass(frozen=True, slots=True)
class Edit:
    """Describe a picture that a solver posted in a comment."""

    comment_id: str
    solver: str
    parent_id: str
    """With its prefix, as in `Comment.parent_id`."""
    created_utc: int
    score: int | None
    """Score of the comment. None if Reddit hides it."""
    picture: str
    """SHA-256 or address: any string that identifies the picture."""
    source: str | None = None
    """The requester's picture that was edited, identified in the same way. Only `preferences` needs it."""


def is_requester(comment: Comment, submission: Submission) -> bool:
    """Return True if the requester wrote the comment: by Reddit's mark, or by name before 2018, when there was none."""
    if comment.is_submitter is not None:
        return comment.is_submitter
    return comment.author is not None and comment.author == submission.author


def requester_comments(
    submission: Submission, comments: Iterable[Comment], before_utc: int | None = None
) -> tuple[Comment, ...]:
    """Return the requester's comments, oldest first, without deleted ones. `before_utc` drops later comments."""
    own = [
        comment
        for comment in comments
        if is_requester(comment, submission)
        and not comment.deleted_by_author
        and (before_utc is None or comment.created_utc < before_utc)
    ]
    return tuple(sorted(own, key=lambda comment: (comment.created_utc, comment.id)))


def edit_above(comment: Comment, comments: Mapping[str, Comment], edits: Container[str]) -> str | None:
    """Return the comment id of the nearest edit above a comment, or None.

    `comments` are the thread's by id, `edits` the comment ids of its edits.
    """
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
