"""Reddit's own API through PRAW: fresh posts, whole comment trees, and how known things stand today.

An optional top-up: it needs credentials that Reddit approved, its listings end near 1,000 items, and archives have the
rest. Objects are given as JSON lines, so that they go the way of every archived line.
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
_WAITS = 3
"""How often a 429 is waited out before the run stops; prawcore itself does not retry it."""
_UNTOLD = 60.0
"""Seconds to wait after a 429 that does not say how long."""
_COMMENTS = 2048
"""The most that Reddit gives of a tree at once."""
_FULL = 200
"""Hits of a search from which on it may have left some out: Reddit's searches end near 250."""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Credentials:
    """An approved script or web application of the user's."""

    client_id: str
    client_secret: str
    user_agent: str = _AGENT
    url: str | None = None
    """Another server that speaks Reddit's API; None is Reddit."""


class TreeProblem(StrEnum):
    """Why a thread is not whole."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    """Private, quarantined, or the subreddit is banned."""
    INCOMPLETE = "incomplete"
    """A branch of the tree went away while it was read; the rest is here."""


@dataclass(frozen=True, slots=True)
class CommentTree:
    """A submission and all its comments."""

    submission_id: str
    lines: tuple[bytes, ...]
    trouble: TreeProblem | None = None


def credentials(environment: Mapping[str, str]) -> Credentials:
    """The credentials in `environment`.

    Raises:
        CredentialsError: there are none; the message says how to get them, and that archives need none.
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


def connect(given: Credentials, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> "praw.Reddit":
    """A read-only PRAW client that waits out 429 answers as they ask (three times a request, each 15 minutes at most)."""
    import praw  # only those who ask Reddit pay for it

    place: dict[str, Any] = (
        {"reddit_url": given.url, "oauth_url": given.url, "short_url": given.url} if given.url else {}
    )
    return praw.Reddit(
        client_id=given.client_id,
        client_secret=given.client_secret,
        user_agent=given.user_agent,
        check_for_updates=False,
        requestor_class=_patient(sleep, clock),
        **place,
    )


def new_submissions(reddit: "praw.Reddit", subreddit: str) -> Iterator[bytes]:
    """The newest submissions, newest first, as far as the listing goes (about 1,000).

    Raises:
        InputError: there is no such subreddit, or it is closed.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: it does not answer, or too many requests after every wait.
    """
    with _explained(subreddit):
        for submission in reddit.subreddit(subreddit).new(limit=None):
            yield raw_line(submission)


def search_submissions(reddit: "praw.Reddit", subreddit: str, since: int, until: int) -> Iterator[bytes]:
    """Submissions created from `since` (inclusive) to `until` (exclusive), where listings do not reach.

    Asks Reddit's search for spans of time and halves a span that may have been cut off, down to an hour. What the
    search gives outside the span is left out.

    Raises:
        InputError: there is no such subreddit, or it is closed.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: it does not answer, or too many requests after every wait.
    """
    spans = [(since, until)]
    while spans:
        begin, end = spans.pop()
        with _explained(subreddit):
            query = f"timestamp:{begin}..{end - 1}"
            hits = list(reddit.subreddit(subreddit).search(query, syntax="cloudsearch", sort="new", limit=None))
        inside = [hit for hit in hits if begin <= hit.created_utc < end]
        if len(inside) >= _FULL and end - begin > _HOUR:
            middle = (begin + end) // 2
            spans += [(begin, middle), (middle, end)]
        else:
            yield from map(raw_line, inside)


def thread(reddit: "praw.Reddit", submission_id: str) -> CommentTree:
    """A submission with every comment: "load more" and "continue this thread" are followed to their ends.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: it does not answer, or too many requests after every wait.
    """
    import praw
    import prawcore

    submission = reddit.submission(submission_id)
    # both only count before the first fetch; "old" first keeps the order stable while people write
    submission.comment_sort, submission.comment_limit = "old", _COMMENTS
    trouble = None
    try:
        with _explained():
            try:
                submission.comments.replace_more(limit=None)
            except (AssertionError, LookupError, TypeError, AttributeError, praw.exceptions.PRAWException):
                # PRAW's ways to say that a branch is not what its parent announced
                trouble = TreeProblem.INCOMPLETE
    except prawcore.NotFound:
        return CommentTree(submission_id, (), TreeProblem.NOT_FOUND)
    except (prawcore.Forbidden, prawcore.Redirect, prawcore.UnavailableForLegalReasons):
        return CommentTree(submission_id, (), TreeProblem.FORBIDDEN)
    comments = [thing for thing in submission.comments.list() if hasattr(thing, "body")]
    return CommentTree(submission_id, tuple(map(raw_line, (submission, *comments))), trouble)


def refresh(reddit: "praw.Reddit", fullnames: Iterable[str]) -> Iterator[bytes]:
    """How known things (`t3_…`, `t1_…`) stand today, a hundred a request; what Reddit does not know is left out.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: it does not answer, or too many requests after every wait.
    """
    with _explained():
        for thing in reddit.info(fullnames=list(fullnames)):
            yield raw_line(thing)


def raw_line(thing: Any) -> bytes:
    """A PRAW submission or comment as the JSON object that it was made from (without `replies`)."""
    values = {key: value for key, value in vars(thing).items() if not key.startswith("_")}
    for added in ("comment_limit", "comment_sort"):
        values.pop(added, None)
    for name, attribute in (("author", "name"), ("subreddit", "display_name")):
        if values.get(name) is not None:
            values[name] = str(getattr(values[name], attribute))
    return json.dumps(values, ensure_ascii=False, default=_public).encode("utf-8", "surrogatepass")


def _public(value: Any) -> Any:
    return {key: item for key, item in vars(value).items() if not key.startswith("_")}


def _patient(sleep: Callable[[float], None], clock: Callable[[], float]) -> type:
    import prawcore

    class Patient(prawcore.Requestor):
        def request(self, *args: Any, **kwargs: Any) -> "requests.Response":
            for _ in range(_WAITS):
                response: requests.Response = super().request(*args, **kwargs)
                if response.status_code != 429:
                    return response
                wait = requested_wait(response.headers, clock())
                wait = _UNTOLD if wait is None else wait
                if wait > MAX_WAIT:
                    return response
                sleep(wait)
            return super().request(*args, **kwargs)

    return Patient


@contextmanager
def _explained(subreddit: str = "") -> Iterator[None]:
    """Turn what stops everything into errors that say what to do; what concerns one thread passes through."""
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
