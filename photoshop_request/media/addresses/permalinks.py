"""Read addresses of Reddit: the submission, comment or user that an address names."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from photoshop_request.media.addresses.url import Url
from photoshop_request.reddit.fields import is_id

_POST = re.compile(
    r"/(?:comments|gallery|duplicates|related|tb|poll|by_id)/(?:t3_)?([0-9a-z]{1,13})"
    r"(?:/[^/]*(?:/(?:t1_)?([0-9a-z]{4,13})(?=[/.]|\Z))?)?"
)
_SHARE = re.compile(r"\A/(?:r|u|user)/[^/]+/s/[^/]+")
_USER = re.compile(r"\A/(?:(?:u|user)/|r/u_|chat/user/)([\w-]{1,24})(?=[/.]|\Z)")


class NamedKind(StrEnum):
    """Kind of the thing that an address of Reddit names."""

    SUBMISSION = "submission"
    COMMENT = "comment"
    USER = "user"
    SHARE = "share"
    """A share link. Only a request to Reddit tells what it leads to."""
    NOTHING = "nothing"
    """A subreddit, a wiki page, the settings."""


@dataclass(frozen=True, slots=True)
class NamedThing:
    """The thing that an address of Reddit names."""

    kind: NamedKind
    name: str = ""
    """Id without `t3_` or `t1_`, or name of the user, in lower case."""


def named_on_reddit(url: Url) -> NamedThing:
    """Return the thing that a page under `reddit.com` or `redd.it` names.

    Capitals do not matter, nor do the host (`old.`, `m.`, `np.`), `.json`, the title in the path, or the query.
    """
    path = unquote(url.path).lower()
    if post := _POST.search(path):
        return NamedThing(NamedKind.COMMENT, post[2]) if post[2] else NamedThing(NamedKind.SUBMISSION, post[1])
    if _SHARE.match(path):
        return NamedThing(NamedKind.SHARE)
    if user := _USER.match(path):
        return NamedThing(NamedKind.USER, user[1])
    if path.rstrip("/") == "/message/compose" and (recipient := url.argument("to")):
        return NamedThing(NamedKind.USER, recipient.removeprefix("/").removeprefix("u/").lower())
    # redd.it/ID and reddit.com/ID. Pages of the site have names without a digit
    is_submission = is_id(url.name.lower()) and (url.host.endswith("redd.it") or any(map(str.isdigit, url.name)))
    return NamedThing(NamedKind.SUBMISSION, url.name.lower()) if is_submission else NamedThing(NamedKind.NOTHING)
