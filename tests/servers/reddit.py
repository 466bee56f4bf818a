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

from servers.loopback import Request, Response, serve

Record = dict[str, Any]


@dataclass
class Reddit:
    """State of the server: its objects, its limits, and the requests it received."""

    submissions: dict[str, Record] = field(default_factory=dict)
    comments: dict[str, Record] = field(default_factory=dict)
    wide: int = 3
    deep: int = 2
    page: int = 100
    listing_end: int = 1000
    search_end: int = 250
    failures: list[tuple[str, Response]] = field(default_factory=list)
    """Answers by prefix of the path, each given once."""
    forbidden: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    base: str = ""

    def paths(self) -> list[str]:
        """Return the paths of the requests, without those of tokens."""
        return [request.path for request in self.requests if "access_token" not in request.path]

    def respond(self, request: Request) -> Response:
        """Return the response to one request."""
        self.requests.append(request)
        for number, (prefix, failure) in enumerate(self.failures):
            if request.path.startswith(prefix):
                del self.failures[number]
                return failure
        if request.path == "/api/v1/access_token":
            token = {"access_token": "token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
            return Response(token if request.headers["Authorization"].startswith("Basic ") else {}, 200)
        if request.headers["Authorization"] != "bearer token":
            return Response({"message": "Unauthorized", "error": 401}, 401)
        return self._route(request)

    def _route(self, request: Request) -> Response:  # noqa: PLR0911 - one return a route
        parts = request.path.strip("/").split("/")
        match parts:
            case ["r", _, "new"]:
                return self._listing(request, self._newest(parts[1])[: self.listing_end])
            case ["r", _, "search"]:
                begin, end = map(int, re.fullmatch(r"timestamp:(\d+)\.\.(\d+)", request.values["q"]).groups())
                hits = [record for record in self._newest(parts[1]) if begin <= record["created_utc"] <= end]
                return self._listing(request, hits[: self.search_end])
            case ["api", "info"]:
                names = request.values["id"].split(",")
                assert len(names) <= 100
                records = [self._wrapped(name) for name in names]
                return Response(_listing([record for record in records if record]))
            case ["comments", post]:
                return self._tree(post, f"t3_{post}", list(self._children(f"t3_{post}")))
            case ["comments", post, "_", comment]:
                return self._tree(post, f"t3_{post}", [comment] if comment in self.comments else [])
            case ["api", "morechildren"]:
                records = [self._node(comment, 0) for comment in request.values["children"].split(",")[:100]]
                flat = [record for node in records for record in _flat(node)]
                return Response({"json": {"errors": [], "data": {"things": flat}}})
        return Response({"message": "Not Found", "error": 404}, 404)

    def _newest(self, subreddit: str) -> list[Record]:
        mine = [record for record in self.submissions.values() if record["subreddit"].lower() == subreddit.lower()]
        return sorted(mine, key=lambda record: (-record["created_utc"], record["id"]))

    def _listing(self, request: Request, records: list[Record]) -> Response:
        names = [f"t3_{record['id']}" for record in records]
        begin = names.index(request.values["after"]) + 1 if request.values.get("after") else 0
        end = begin + min(self.page, int(request.values.get("limit", 25)))
        after = names[end - 1] if end < len(names) else None
        return Response(_listing([{"kind": "t3", "data": record} for record in records[begin:end]], after))

    def _wrapped(self, name: str) -> Record | None:
        kind, _, record_id = name.partition("_")
        record = (self.submissions if kind == "t3" else self.comments).get(record_id)
        return {"kind": kind, "data": record if kind == "t3" else {**record, "replies": ""}} if record else None

    def _tree(self, post: str, parent: str, roots: list[str]) -> Response:
        if post in self.forbidden:
            return Response({"message": "Forbidden", "error": 403}, 403)
        if post not in self.submissions:
            return Response({"message": "Not Found", "error": 404}, 404)
        submission = _listing([{"kind": "t3", "data": self.submissions[post]}])
        return Response([submission, _listing(self._level(parent, roots, 0))])

    def _level(self, parent: str, ids: list[str], depth: int) -> list[Record]:
        nodes = [self._node(comment, depth) for comment in ids[: self.wide]]
        hidden = ids[self.wide :]
        if hidden:
            more = {
                "count": len(hidden),
                "children": hidden,
                "id": hidden[0],
                "name": f"t1_{hidden[0]}",
                "parent_id": parent,
            }
            nodes.append({"kind": "more", "data": more})
        return nodes

    def _node(self, comment: str, depth: int) -> Record:
        children = list(self._children(f"t1_{comment}"))
        replies: Any = ""
        if children and depth + 1 >= self.deep:
            more = {"count": 0, "children": [], "id": "_", "name": "t1__", "parent_id": f"t1_{comment}"}
            replies = _listing([{"kind": "more", "data": more}])
        elif children:
            replies = _listing(self._level(f"t1_{comment}", children, depth + 1))
        return {"kind": "t1", "data": {**self.comments[comment], "name": f"t1_{comment}", "replies": replies}}

    def _children(self, parent: str) -> Iterator[str]:
        return (record["id"] for record in self.comments.values() if record["parent_id"] == parent)


@contextmanager
def reddit_server() -> Iterator[Reddit]:
    """Run an empty Reddit until the block ends."""
    state = Reddit()
    with serve(state.respond) as base:
        state.base = base
        yield state


def fill(state: Reddit, lines: list[bytes]) -> None:
    """Add archived objects, unescaped as the API returns them (`raw_json=1`)."""
    for line in lines:
        record = json.loads(line)
        record["author"] = record.get("author") or "[deleted]"
        record["name"] = f"t1_{record['id']}" if "body" in record else f"t3_{record['id']}"
        (state.comments if "body" in record else state.submissions)[record["id"]] = record


def _listing(children: list[Record], after: str | None = None) -> Record:
    return {"kind": "Listing", "data": {"children": children, "after": after, "before": None, "dist": len(children)}}


def _flat(node: Record) -> Iterator[Record]:
    replies = node["data"].get("replies") or {"data": {"children": []}}
    yield {**node, "data": {**node["data"], "replies": ""}} if node["kind"] == "t1" else node
    for child in replies["data"]["children"]:
        yield from _flat(child)
