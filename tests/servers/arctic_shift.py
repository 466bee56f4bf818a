"""Arctic Shift on loopback: searches by time, pages, rate headers, failures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.loopback import Answer, Asked, serve


@dataclass
class ArcticShift:
    """What it knows and what it was asked."""

    things: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    after_counts: bool = False
    """Whether `after` includes its own second; clients must not care."""
    spent_every: int = 0
    """Every so many answers say that no request is left for 5 seconds."""
    failures: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def answer(self, asked: Asked) -> Answer:
        """One response."""
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
        # as the service does: spaces that a compact writer would not put
        return Answer(json.dumps({"data": found[: self.page]}).encode(), 200, headers)


@contextmanager
def arctic_shift_server() -> Iterator[ArcticShift]:
    """A running Arctic Shift, without anything in it yet."""
    state = ArcticShift()
    with serve(state.answer) as base:
        state.base = base
        yield state
