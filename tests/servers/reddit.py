"""A small Reddit for PRAW: tokens, listings, search, info and comment trees.

Responses have the shape of recorded API responses. Trees are cut as Reddit cuts them: `wide` replies per level, then
"more", and `deep` levels, then "continue this thread".
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.loopback import Answer, Asked, serve

Thing = dict[str, Any]


@dataclass
class Reddit:
    """State of the server: its objects, its limits, and the requests it received."""

    submissions: dict[str, Thing] = field(default_factory=dict)
    comments: dict[str, Thing] = field(default_factory=dict)
    wide: int = 3
    deep: int = 2
    page: int = 100
    listing_end: int = 1000
    search_end: int = 250
    failures: list[tuple[str, Answer]] = field(default_factory=list)
    """Answers by prefix of the path, each given once."""
    forbidden: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""

    def paths(self) -> list[str]:
        """Return the paths of the requests, without those of tokens."""
        return [asked.path for asked in self.asked if "access_token" not in asked.path]

    def answer(self, asked: Asked) -> Answer:
        """Return the response to one request."""
        self.asked.append(asked)
        for number, (prefix, failure) in enumerate(self.failures):
            if asked.path.startswith(prefix):
                del self.failures[number]
                return failure
        if asked.path == "/api/v1/access_token":
            token = {"access_token": "token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
            return Answer(token if asked.headers["Authorization"].startswith("Basic ") else {}, 200)
        if asked.headers["Authorization"] != "bearer token":
            return Answer({"message": "Unauthorized", "error": 401}, 401)
        return self._route(asked)

    def _route(self, asked: Asked) -> Answer:  # noqa: PLR0911 - one return a route
        parts = asked.path.strip("/").split("/")
        match parts:
            case ["r", _, "new"]:
                return self._listing(asked, self._newest(parts[1])[: self.listing_end])
            case ["r", _, "search"]:
                begin, end = map(int, re.fullmatch(r"timestamp:(\d+)\.\.(\d+)", asked.values["q"]).groups())
                hits = [thing for thing in self._newest(parts[1]) if begin <= thing["created_utc"] <= end]
                return self._listing(asked, hits[: self.search_end])
            case ["api", "info"]:
                names = asked.values["id"].split(",")
                assert len(names) <= 100
                found = [self._wrapped(name) for name in names]
                return Answer(_listing([thing for thing in found if thing]))
            case ["comments", post]:
                return self._tree(post, f"t3_{post}", list(self._children(f"t3_{post}")))
            case ["comments", post, "_", comment]:
                return self._tree(post, f"t3_{post}", [comment] if comment in self.comments else [])
            case ["api", "morechildren"]:
                things = [self._node(comment, 0) for comment in asked.values["children"].split(",")[:100]]
                flat = [thing for node in things for thing in _flat(node)]
                return Answer({"json": {"errors": [], "data": {"things": flat}}})
        return Answer({"message": "Not Found", "error": 404}, 404)

    def _newest(self, subreddit: str) -> list[Thing]:
        mine = [thing for thing in self.submissions.values() if thing["subreddit"].lower() == subreddit.lower()]
        return sorted(mine, key=lambda thing: (-thing["created_utc"], thing["id"]))

    def _listing(self, asked: Asked, things: list[Thing]) -> Answer:
        names = [f"t3_{thing['id']}" for thing in things]
        begin = names.index(asked.values["after"]) + 1 if asked.values.get("after") else 0
        end = begin + min(self.page, int(asked.values.get("limit", 25)))
        after = names[end - 1] if end < len(names) else None
        return Answer(_listing([{"kind": "t3", "data": thing} for thing in things[begin:end]], after))

    def _wrapped(self, name: str) -> Thing | None:
        kind, _, thing_id = name.partition("_")
        thing = (self.submissions if kind == "t3" else self.comments).get(thing_id)
        return {"kind": kind, "data": thing if kind == "t3" else {**thing, "replies": ""}} if thing else None

    def _tree(self, post: str, parent: str, roots: list[str]) -> Answer:
        if post in self.forbidden:
            return Answer({"message": "Forbidden", "error": 403}, 403)
        if post not in self.submissions:
            return Answer({"message": "Not Found", "error": 404}, 404)
        submission = _listing([{"kind": "t3", "data": self.submissions[post]}])
        return Answer([submission, _listing(self._level(parent, roots, 0))])

    def _level(self, parent: str, ids: list[str], depth: int) -> list[Thing]:
        nodes = [self._node(comment, depth) for comment in ids[: self.wide]]
        rest = ids[self.wide :]
        if rest:
            more = {"count": len(rest), "children": rest, "id": rest[0], "name": f"t1_{rest[0]}", "parent_id": parent}
            nodes.append({"kind": "more", "data": more})
        return nodes

    def _node(self, comment: str, depth: int) -> Thing:
        children = list(self._children(f"t1_{comment}"))
        replies: Any = ""
        if children and depth + 1 >= self.deep:
            more = {"count": 0, "children": [], "id": "_", "name": "t1__", "parent_id": f"t1_{comment}"}
            replies = _listing([{"kind": "more", "data": more}])
        elif children:
            replies = _listing(self._level(f"t1_{comment}", children, depth + 1))
        return {"kind": "t1", "data": {**self.comments[comment], "name": f"t1_{comment}", "replies": replies}}

    def _children(self, parent: str) -> Iterator[str]:
        return (thing["id"] for thing in self.comments.values() if thing["parent_id"] == parent)


@contextmanager
def reddit_server() -> Iterator[Reddit]:
    """Run an empty Reddit until the block ends."""
    state = Reddit()
    with serve(state.answer) as base:
        state.base = base
        yield state


def fill(state: Reddit, lines: list[bytes]) -> None:
    """Add archived objects, unescaped as the API returns them (`raw_json=1`)."""
    for line in lines:
        thing = json.loads(line)
        thing["author"] = thing.get("author") or "[deleted]"
        thing["name"] = f"t1_{thing['id']}" if "body" in thing else f"t3_{thing['id']}"
        (state.comments if "body" in thing else state.submissions)[thing["id"]] = thing


def _listing(children: list[Thing], after: str | None = None) -> Thing:
    return {"kind": "Listing", "data": {"children": children, "after": after, "before": None, "dist": len(children)}}


def _flat(node: Thing) -> Iterator[Thing]:
    replies = node["data"].get("replies") or {"data": {"children": []}}
    yield {**node, "data": {**node["data"], "replies": ""}} if node["kind"] == "t1" else node
    for child in replies["data"]["children"]:
        yield from _flat(child)
