"""Arctic Shift on loopback: searches by time, pages, rate headers, failures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.loopback import Request, Response, serve


@dataclass
class ArcticShift:
    """State of the server: its objects, and the requests it received."""

    records: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    after_counts: bool = False
    """True if `after` includes its own second. Clients must accept both."""
    spent_every: int = 0
    """Number of answers from one that reports a spent rate limit for 5 seconds to the next. 0 means never."""
    failures: list[Response] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    base: str = ""

    def respond(self, request: Request) -> Response:
        """Return the response to one request."""
        self.requests.append(request)
        if self.failures:
            return self.failures.pop(0)
        kind = {"/api/posts/search": "title", "/api/comments/search": "body"}.get(request.path)
        if kind is None:
            return Response({"data": None, "error": "Unknown endpoint"}, 404)
        after, before = int(request.values["after"]), int(request.values["before"])
        after -= self.after_counts
        subreddit = request.values["subreddit"].lower()
        hits = [
            record
            for record in sorted(self.records, key=lambda record: (record["created_utc"], record["id"]))
            if kind in record and record["subreddit"].lower() == subreddit and after < record["created_utc"] < before
        ]
        spent = self.spent_every and len(self.requests) % self.spent_every == 0
        headers = {"X-RateLimit-Remaining": "0" if spent else "99", "X-RateLimit-Reset": "5"}
        # with spaces, as the service writes it
        return Response(json.dumps({"data": hits[: self.page]}).encode(), 200, headers)


@contextmanager
def arctic_shift_server() -> Iterator[ArcticShift]:
    """Run an empty Arctic Shift until the block ends."""
    state = ArcticShift()
    with serve(state.respond) as base:
        state.base = base
        yield state
