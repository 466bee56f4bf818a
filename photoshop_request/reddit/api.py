"""Client of Reddit's own API through PRAW: new posts, whole comment trees, and updates of known records.

It is an optional top-up: it needs credentials that Reddit approved, and its listings end near 1,000 items. Objects are
returned as JSON lines, and parsed like archived lines.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from photoshop_request.errors import CredentialsError, InputError, NetworkError
from photoshop_request.retry import MAX_WAIT, requested_wait

if TYPE_CHECKING:
    import praw
    import requests

CLIENT_ID = "PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID"
CLIENT_SECRET = "PHOTOSHOP_REQUEST_REDDIT_CLIENT_SECRET"  # noqa: S105 - the name of a variable, not a secret
USER_AGENT = "PHOTOSHOP_REQUEST_REDDIT_USER_AGENT"
URL = "PHOTOSHOP_REQUEST_REDDIT_URL"
_CHECK = f"Check {CLIENT_ID} and {CLIENT_SECRET}."
_AGENT = "python:photoshop-request:1 (research dataset builder)"
_RETRIES = 3
"""Retries of a request after 429. prawcore has none."""
_DEFAULT_WAIT = 60.0
"""Seconds to wait after a 429 that names no time."""
_MAX_COMMENTS = 2048
"""Maximum comments in one answer."""
_FULL = 200
"""Hits from which a search may be incomplete. Reddit's searches end near 250."""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold the credentials of a script or web application that Reddit approved."""

    client_id: str
    client_secret: str
    user_agent: str = _AGENT
    url: str | None = None
    """Another server with Reddit's API, or None for Reddit."""


class TreeProblem(StrEnum):
    """Reason why a comment tree is incomplete or missing."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    """Private, quarantined, or the subreddit is banned."""
    INCOMPLETE = "incomplete"
    """A branch of the tree vanished while it was read. The other branches are complete."""


@dataclass(frozen=True, slots=True)
class CommentTree:
    """Hold a submission and all its comments."""

    submission_id: str
    lines: tuple[bytes, ...]
    problem: TreeProblem | None = None


def credentials(environment: Mapping[str, str]) -> Credentials:
    """Return the credentials in `environment`.

    Raises:
        CredentialsError: there are none. The message says how to get them.
    """
    client_id, secret = environment.get(CLIENT_ID), environment.get(CLIENT_SECRET)
    if not client_id or not secret:
        raise CredentialsError(
            f"Reading from Reddit itself needs an application that Reddit approved: set {CLIENT_ID} and {CLIENT_SECRET} "
            "to its id and secret. Ask for one through Reddit's developer support "
            "(https://support.reddithelp.com, 'Reddit Data API'); approval takes days to weeks. "
            "Archives and `--from arctic-shift` need no account and hold nearly everything."
        )
    return Credentials(client_id, secret, environment.get(USER_AGENT) or _AGENT, environment.get(URL) or None)


def connect(login: Credentials, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> "praw.Reddit":
    """Return a read-only PRAW client. After 429 it waits as Reddit asks, up to three times per request and 15 min each."""
    import praw  # slow to import

    urls: dict[str, Any] = dict.fromkeys(("reddit_url", "oauth_url", "short_url"), login.url) if login.url else {}
    return praw.Reddit(
        client_id=login.client_id,
        client_secret=login.client_secret,
        user_agent=login.user_agent,
        check_for_updates=False,
        requestor_class=_requestor(sleep, clock),
        **urls,
    )


def new_submissions(reddit: "praw.Reddit", subreddit: str) -> Iterator[bytes]:
    """Yield the newest submissions, newest first, to the end of the listing (about 1,000).

    Raises:
        InputError: the subreddit does not exist, or is private.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or still limits the rate after every retry.
    """
    with _explain_errors(subreddit):
        for submission in reddit.subreddit(subreddit).new(limit=None):
            yield json_line(submission)


def search_submissions(reddit: "praw.Reddit", subreddit: str, since: int, until: int) -> Iterator[bytes]:
    """Yield submissions created from `since` (inclusive) to `until` (exclusive), beyond the end of the listing.

    Each search covers a span of time. If its hits may be incomplete, the span is halved, down to an hour. Hits outside
    the span are ignored.

    Raises:
        InputError: the subreddit does not exist, or is private.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or still limits the rate after every retry.
    """
    spans = [(since, until)]
    while spans:
        begin, end = spans.pop()
        with _explain_errors(subreddit):
            query = f"timestamp:{begin}..{end - 1}"
            hits = list(reddit.subreddit(subreddit).search(query, syntax="cloudsearch", sort="new", limit=None))
        inside = [hit for hit in hits if begin <= hit.created_utc < end]
        if len(inside) >= _FULL and end - begin > _HOUR:
            middle = (begin + end) // 2
            spans += [(begin, middle), (middle, end)]
        else:
            yield from map(json_line, inside)


def comment_tree(reddit: "praw.Reddit", submission_id: str) -> CommentTree:
    """Return a submission with all comments: "load more" and "continue this thread" are followed to the end.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or still limits the rate after every retry.
    """
    import praw
    import prawcore

    submission = reddit.submission(submission_id)
    # both must be set before the first request; "old" keeps the order stable while comments are added
    submission.comment_sort, submission.comment_limit = "old", _MAX_COMMENTS
    problem = None
    try:
        with _explain_errors():
            try:
                submission.comments.replace_more(limit=None)
            except (AssertionError, LookupError, TypeError, AttributeError, praw.exceptions.PRAWException):
                # PRAW raises these when a branch differs from what its parent announced
                problem = TreeProblem.INCOMPLETE
    except prawcore.NotFound:
        return CommentTree(submission_id, (), TreeProblem.NOT_FOUND)
    except (prawcore.Forbidden, prawcore.Redirect, prawcore.UnavailableForLegalReasons):
        return CommentTree(submission_id, (), TreeProblem.FORBIDDEN)
    comments = [comment for comment in submission.comments.list() if hasattr(comment, "body")]
    return CommentTree(submission_id, tuple(map(json_line, (submission, *comments))), problem)


def refresh(reddit: "praw.Reddit", fullnames: Iterable[str]) -> Iterator[bytes]:
    """Yield known records (`t3_…`, `t1_…`) as they are now, a hundred per request. Unknown ones are skipped.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or still limits the rate after every retry.
    """
    with _explain_errors():
        yield from map(json_line, reddit.info(fullnames=list(fullnames)))


def json_line(record: Any) -> bytes:
    """Return a PRAW submission or comment as the JSON object that it was made from, without `replies`."""
    values = {key: value for key, value in vars(record).items() if not key.startswith("_")}
    for added in ("comment_limit", "comment_sort"):
        values.pop(added, None)
    for name, attribute in (("author", "name"), ("subreddit", "display_name")):
        if values.get(name) is not None:
            values[name] = str(getattr(values[name], attribute))
    return json.dumps(values, ensure_ascii=False, default=_public).encode("utf-8", "surrogatepass")


def _public(value: Any) -> Any:
    return {key: item for key, item in vars(value).items() if not key.startswith("_")}


def _requestor(sleep: Callable[[float], None], clock: Callable[[], float]) -> type:
    import prawcore

    class RateLimitedRequestor(prawcore.Requestor):
        def request(self, *args: Any, **kwargs: Any) -> "requests.Response":
            for _ in range(_RETRIES):
                response: requests.Response = super().request(*args, **kwargs)
                if response.status_code != 429:
                    return response
                wait = requested_wait(response.headers, clock())
                wait = _DEFAULT_WAIT if wait is None else wait
                if wait > MAX_WAIT:
                    return response
                sleep(wait)
            return super().request(*args, **kwargs)

    return RateLimitedRequestor


@contextmanager
def _explain_errors(subreddit: str = "") -> Iterator[None]:
    """Turn errors that stop the run into exceptions of `errors`. Errors of one comment tree pass through."""
    import prawcore

    later = "Everything so far is kept; run the same command again later."
    try:
        yield
    except prawcore.TooManyRequests as error:
        raise NetworkError(f"Reddit: too many requests, also after waiting. {later}") from error
    except (prawcore.ServerError, prawcore.RequestException, prawcore.BadJSON) as error:
        raise NetworkError(f"Reddit does not answer ({error}). {later}") from error
    except (prawcore.OAuthException, prawcore.InvalidToken, prawcore.InsufficientScope) as error:
        raise CredentialsError(f"Reddit refuses the credentials ({error}). {_CHECK}") from error
    except prawcore.ResponseException as error:
        if error.response.status_code == 401:
            raise CredentialsError(f"Reddit refuses the credentials (401). {_CHECK}") from error
        if not subreddit:
            raise
        raise InputError(
            f"r/{subreddit}: Reddit gives no listing ({error}). Does it exist, and is it public?"
        ) from error
