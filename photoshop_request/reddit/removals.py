"""Declare what may be used of a post that was deleted or removed. docs/removals.md shows the same table."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec.structs import replace

from photoshop_request.reddit.fields import mark_category
from photoshop_request.reddit.records import Comment


class RemovedBy(StrEnum):
    """Remover of a post. One rule holds for its text, its pictures and its counts."""

    AUTHOR = "author"
    """Nothing of it is used or counted, nor the same picture through another post."""
    LAW = "law"
    """A rights holder, a court, or Reddit's staff. As `AUTHOR`."""
    MODERATORS = "moderators"
    """A subreddit's moderators, their AutoModerator, or Reddit's spam filter. They may restore the post. It counts, and
    text and pictures are used with the setting `include_removed`."""


FINAL = frozenset({RemovedBy.AUTHOR, RemovedBy.LAW})
"""Removals that no setting and no later observation undoes."""

CATEGORIES: Mapping[str, RemovedBy] = {
    "author": RemovedBy.AUTHOR,
    "deleted": RemovedBy.AUTHOR,
    "copyright_takedown": RemovedBy.LAW,
    "content_takedown": RemovedBy.LAW,
    "anti_evil_ops": RemovedBy.LAW,
    "community_ops": RemovedBy.LAW,
    "moderator": RemovedBy.MODERATORS,
    "automod_filtered": RemovedBy.MODERATORS,
    "reddit": RemovedBy.MODERATORS,
}
"""Reddit's `removed_by_category` -> who removed the post. A value that is not listed counts as `LAW`."""


def category_of(category: str | None, *texts: str | None) -> str | None:
    """Return the strictest of Reddit's own category and those that the marks in place of texts mean."""
    found = [category, *map(mark_category, texts)]
    return next((name for name in found if is_final(name)), next(filter(None, found), None))


def is_final(category: str | None) -> bool:
    """Return True if the author or the law removed the post, not moderators, who may restore it."""
    return removed_by(category, deleted_by_author=False) in FINAL


def removed_by(category: str | None, *, deleted_by_author: bool) -> RemovedBy | None:
    """Return who removed a post, or None if it stands. An author's deletion outweighs a moderator's removal."""
    by = CATEGORIES.get(category, RemovedBy.LAW) if category else None
    return RemovedBy.AUTHOR if deleted_by_author and by is not RemovedBy.LAW else by


def is_used(by: RemovedBy | None, *, include_removed: bool) -> bool:
    """Return True if text and pictures of a post may be used. `by` removed it. `include_removed` is the setting."""
    return by is None or (include_removed and by not in FINAL)


def as_used(comment: Comment, *, include_removed: bool) -> Comment:
    """Return a comment that may be used as it is, any other without words and pictures, as if its author deleted it.

    It stays in its thread, because replies name it as their parent, and its author's name is still to be hidden.
    """
    by = removed_by(comment.removed_by_category, deleted_by_author=comment.deleted_by_author)
    if is_used(by, include_removed=include_removed):
        return comment
    return replace(comment, body="", media=(), deleted_by_author=True)
