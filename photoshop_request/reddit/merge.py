"""Merge observations of one submission or comment: the newest numbers, the best text and media.

The result depends only on the set of observations, not on their order or repetition.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from photoshop_request.reddit.fields import is_placeholder
from photoshop_request.reddit.records import DELETED, Comment, Media, Submission
from photoshop_request.reddit.removals import category_of, is_final

RULE = 3
"""Version of the rules. A higher version makes merge repeat all its work."""
_Record = TypeVar("_Record", Submission, Comment)
_Choice = Callable[[Sequence[Any]], Any]


def merge_submissions(observations: Iterable[Submission]) -> Submission:
    """Merge observations, at least one and all of the same id, into one record."""
    return _merge(observations, _SUBMISSION)


def merge_comments(observations: Iterable[Comment]) -> Comment:
    """Merge observations, at least one and all of the same id, into one record."""
    return _merge(observations, _COMMENT)


def _merge(observations: Iterable[_Record], choices: dict[str, _Choice]) -> _Record:
    newest_first = sorted(set(map(_with_category, observations)), key=_age, reverse=True)
    if len(newest_first) == 1:
        return newest_first[0]
    columns = {name: [getattr(record, name) for record in newest_first] for name in choices}
    return type(newest_first[0])(**{name: choose(columns[name]) for name, choose in choices.items()})


def _with_category(record: _Record) -> _Record:
    """Return an observation with the category that its texts mean, because a merged text may be an older one."""
    texts = (getattr(record, name, None) for name in ("title", "selftext", "body"))
    category = category_of(record.removed_by_category, *texts)
    return record if category == record.removed_by_category else replace(record, removed_by_category=category)


def _age(record: Submission | Comment) -> tuple[int, str]:
    # an archive without times of retrieval may have seen the record when it was created
    return (record.last_seen if record.last_seen is not None else record.created_utc, repr(record))


def _newest(values: Sequence[Any]) -> Any:
    return values[0]


def _newest_known(values: Sequence[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _newest_or_final(values: Sequence[str | None]) -> str | None:
    # moderators may restore a post, so None counts too
    return next(filter(is_final, values), values[0])


def _newest_text(values: Sequence[str]) -> str:
    return next((value for value in values if not is_placeholder(value)), values[0])


def _newest_address(values: Sequence[str]) -> str:
    # the `url` of a removed post is its own page
    return next((value for value in values if value and "/comments/" not in value), _newest_text(values))


def _richest_media(values: Sequence[tuple[Media, ...]]) -> tuple[Media, ...]:
    # max returns the first of equals: the newest, whose signed addresses expire last
    richest = max(values, key=lambda media: (sum(entry.address is not None for entry in media), len(media)))
    deleted = {entry.media_id for media in values for entry in media if entry.status == DELETED}
    return tuple(replace(entry, status=DELETED) if entry.media_id in deleted else entry for entry in richest)


def _all_sources(values: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*values)))


def _known(choose: Callable[[list[int]], int]) -> _Choice:
    def choice(values: Sequence[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return choice


_COMMON: dict[str, _Choice] = {
    "created_utc": min,
    "score": _newest_known,
    "author": _newest_known,
    "distinguished": _newest_known,
    "stickied": _newest,
    "edited_utc": _known(max),
    "removed_by_category": _newest_or_final,
    "deleted_by_author": any,
    "media": _richest_media,
    "sources": _all_sources,
    "first_seen": _known(min),
    "last_seen": _known(max),
}
_SUBMISSION: dict[str, _Choice] = _COMMON | {
    "title": _newest_text,
    "selftext": _newest_text,
    "url": _newest_address,
    "num_comments": _newest_known,
    "upvote_ratio": _newest_known,
    "flair": _newest_known,
    "over_18": _newest,
    "is_self": all,
    "is_gallery": any,
    "preview": _newest_known,
    "crosspost_parent": _newest_known,
}
_COMMENT: dict[str, _Choice] = _COMMON | {
    "body": _newest_text,
    "is_submitter": _newest_known,
    "author_flair": _newest_known,
}


def _complete(kind: type[Submission] | type[Comment], choices: dict[str, _Choice]) -> dict[str, _Choice]:
    """Add the newest text as the rule of all other fields (ids, subreddit, permalink)."""
    return {name: choices.get(name, _newest_text) for name in kind.__struct_fields__}


_SUBMISSION = _complete(Submission, _SUBMISSION)
_COMMENT = _complete(Comment, _COMMENT)
