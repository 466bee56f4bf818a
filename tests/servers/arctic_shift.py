"""Arctic Shift on loopback: searches by time, pages, rate headers, failures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.loopback import Answer, Asked, serve


@dataclass
class ArcticShift:
    """State of the server: its objects, and the requests it received."""

    things: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    after_counts: bool = False
    """True if `after` includes its own second. Clients must accept both."""
    spent_every: int = 0
    """Number of answers from one that reports a spent rate limit for 5 seconds to the next. 0 means never."""
    failures: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def answer(self, asked: Asked) -> Answer:
        """Return the response to one request."""
        self.asked.append(asked)
        if self.failures:
            return self.failures.pop(0)
        kind = {"/api/posts/search": "title", "/api/comments/search": "body"}.get(asked.path)
        if kind is None:
            return Answer({"data": None, "error": "Unknown endpoint"}, 404)
        after, before = int(asked.values["after"]), int(asked.values["before"])
        after -= self.after_counts
        wanted = asked.values["subreddit"].lower()
        found = [
            thing
            for thing in sorted(self.things, key=lambda thing: (thing["created_utc"], thing["id"]))
            if kind in thing and thing["subreddit"].lower() == wanted and after < thing["created_utc"] < before
        ]
        spent = self.spent_every and len(self.asked) % self.spent_every == 0
        headers = {"X-RateLimit-Remaining": "0" if spent else "99", "X-RateLimit-Reset": "5"}
        # with spaces, as the service writes it
        return Answer(json.dumps({"data": found[: self.page]}).encode(), 200, headers)


@contextmanager
def arctic_shift_server() -> Iterator[ArcticShift]:
    """Run an empty Arctic Shift until the block ends."""
    state = ArcticShift()
    with serve(state.answer) as base:
        state.base = base
        yield state
