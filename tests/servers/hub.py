"""A Hub on loopback that the real `huggingface_hub` and `datasets` clients push to and load from.

It supports repositories, commits, large files whole and in parts, trees, pull requests, tags and squashing. Large
files are redirected to another host name (`localhost`), as the Hub redirects to its CDN. A test can order faults: a
status, a connection cut within a body, or a commit of another client in between.
"""

import asyncio
import json
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from servers.hub_store import ConflictError, File, MissingError, Repo

TOKEN = "hf_a_token_of_this_machine_only"
_PART = 5_000_000
"""Bytes of a part. Larger files are uploaded in parts."""
_PAGE = 50


@dataclass
class Trouble:
    """Fault of a request, `times` times after `skip` other requests."""

    method: str
    """HTTP method, or empty for any."""
    path: str
    """Regular expression of the path."""
    status: int | None = None
    """HTTP status, or None to cut the connection after `after` bytes of either body."""
    after: int = 0
    times: int = 1
    skip: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    """Handle the request, but send no answer."""
    hang: bool = False
    """Send nothing while the client waits."""
    kill: int | None = None
    """Process group to kill before the connection is cut."""


@dataclass
class Hub:
    """State of a running Hub: its repositories, the requests it received, the faults to come."""

    address: str = ""
    cdn: str = ""
    part: int = _PART
    repos: dict[str, Repo] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    """Bytes of large files by SHA-256."""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, path and status of each request. Status 0 is a cut connection."""
    received: Counter[str] = field(default_factory=Counter)
    """Received bytes of large files by SHA-256."""
    sent: int = 0
    """Sent bytes of files."""
    troubles: list[Trouble] = field(default_factory=list)
    before_commit: list[Callable[[Repo], None]] = field(default_factory=list)
    """Callbacks, each called once before a commit is handled."""

    def count_requests(self, method: str, path: str) -> int:
        """Return the number of requests whose path matches."""
        return sum(one == method and re.search(path, where) is not None for one, where, _ in self.requests)

    def files(self, name: str, revision: str = "main") -> dict[str, File]:
        """Return the files of a repository."""
        return self.repos[name].commit_of(revision).files

    def objects_of(self, name: str) -> set[str]:
        """Return the large files received since the counters were cleared, if the repository exists."""
        return set(self.received) & set(self.objects) if name in self.repos else set()

    def text(self, name: str, path: str, revision: str = "main") -> str:
        """Return the text of a small file."""
        return self.files(name, revision)[path].data.decode()

    def expect(self, request: web.Request) -> Trouble | None:
        """Remove and return the next fault of a request."""
        for trouble in self.troubles:
            if trouble.method not in {"", request.method} or not re.search(trouble.path, request.path_qs):
                continue
            if trouble.skip:
                trouble.skip -= 1
                continue
            trouble.times -= 1
            if not trouble.times:
                self.troubles.remove(trouble)
            return trouble
        return None


@contextmanager
def serve() -> Iterator[Hub]:
    """Run a Hub in a thread until the block ends."""
    hub, ready, loop = Hub(), threading.Event(), asyncio.new_event_loop()
    runner = web.AppRunner(_application(hub), access_log=None, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        hub.address, hub.cdn = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        ready.set()

    def work() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield hub
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _application(hub: Hub) -> web.Application:
    @web.middleware
    async def troubled(request: web.Request, handler: Any) -> web.StreamResponse:
        answer = await _answer(hub, request, handler)
        hub.requests.append((request.method, request.path_qs, answer.status))
        return answer

    application = web.Application(middlewares=[troubled], client_max_size=2**30)
    calls = _Calls(hub)
    for method, path, call in (
        ("GET", "/api/whoami-v2", calls.whoami),
        ("POST", "/api/repos/create", calls.create),
        ("POST", "/api/validate-yaml", calls.validate),
        ("GET", "/api/datasets/{org}/{name}", calls.info),
        ("GET", "/api/datasets/{org}/{name}/revision/{rev:.+}", calls.info),
        ("POST", "/api/datasets/{org}/{name}/preupload/{rev:.+}", calls.preupload),
        ("POST", "/api/datasets/{org}/{name}/commit/{rev:.+}", calls.commit),
        ("GET", "/api/datasets/{org}/{name}/commits/{rev:.+}", calls.commits),
        ("GET", "/api/datasets/{org}/{name}/tree/{rev}", calls.tree),
        ("GET", "/api/datasets/{org}/{name}/tree/{rev}/{path:.+}", calls.tree),
        ("POST", "/api/datasets/{org}/{name}/paths-info/{rev:.+}", calls.paths_info),
        ("GET", "/api/datasets/{org}/{name}/refs", calls.refs),
        ("POST", "/api/datasets/{org}/{name}/branch/{rev:.+}", calls.branch),
        ("POST", "/api/datasets/{org}/{name}/tag/{rev:.+}", calls.tag),
        ("DELETE", "/api/datasets/{org}/{name}/tag/{rev:.+}", calls.untag),
        ("POST", "/api/datasets/{org}/{name}/super-squash/{rev:.+}", calls.squash),
        ("GET", "/api/datasets/{org}/{name}/lfs-files", calls.large_files),
        ("POST", "/api/datasets/{org}/{name}/lfs-files/batch", calls.delete_large_files),
        ("POST", "/datasets/{org}/{name}.git/info/lfs/objects/batch", calls.batch),
        ("GET", "/datasets/{org}/{name}/resolve/{rev}/{path:.+}", calls.resolve),
        ("PUT", "/_lfs/{oid}", calls.upload),
        ("PUT", "/_lfs/{oid}/{part}", calls.upload),
        ("POST", "/_lfs/{oid}/complete", calls.complete),
        ("POST", "/_lfs/{oid}/verify", calls.verify),
        ("GET", "/_cdn/{oid}", calls.cdn),
    ):
        application.router.add_route(method, path, call)
        if method == "GET":
            application.router.add_route("HEAD", path, call)
    return application


async def _answer(hub: Hub, request: web.Request, handler: Any) -> web.StreamResponse:
    trouble = hub.expect(request)
    if trouble is None:
        try:
            return await handler(request)
        except MissingError as missing:
            return _error(404, missing.args[0], str(missing.args[1]))
        except ConflictError as conflict:
            return _error(conflict.args[0], "Conflict", str(conflict.args[1]))
        except web.HTTPException as error:
            return web.json_response({"error": error.reason}, status=error.status)
    if trouble.hang:
        await asyncio.sleep(3600)
    if trouble.status is not None:
        await request.read()
        return web.json_response({"error": "on order"}, status=trouble.status, headers=trouble.headers)
    if trouble.lost:
        await handler(request)
    elif request.method in {"PUT", "POST"}:
        await request.content.read(max(trouble.after, 1))
    else:
        whole = await handler(request)
        cut = web.StreamResponse(status=whole.status, headers=whole.headers)
        cut.content_length = len(whole.body)
        await cut.prepare(request)
        await cut.write(whole.body[: trouble.after])
    if trouble.kill is not None:
        os.killpg(trouble.kill, signal.SIGKILL)
    assert request.transport
    request.transport.abort()
    return web.Response(status=200, text="cut")


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response(
        {"error": message}, status=status, headers={"X-Error-Code": code, "X-Error-Message": message}
    )


class _Calls:
    """Handlers of the clients' calls."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._parts: dict[str, dict[int, bytes]] = {}

    def _repo(self, request: web.Request, *, write: bool = False) -> Repo:
        mine = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        name = f"{request.match_info['org']}/{request.match_info['name']}"
        repo = self._hub.repos.get(name)
        if repo is None or (repo.private and not mine):
            raise MissingError("RepoNotFound", "Repository not found")
        if write and not mine:
            raise web.HTTPForbidden(reason="you need to be authenticated")
        return repo

    async def whoami(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "Invalid user token."}, status=401)
        auth = {"type": "access_token", "accessToken": {"displayName": "test", "role": "write"}}
        return web.json_response({"type": "user", "name": "me", "orgs": [{"name": "org"}], "auth": auth})

    async def create(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "Invalid user token."}, status=401)
        body = await request.json()
        name = f"{body.get('organization') or 'me'}/{body['name']}"
        if name in self._hub.repos:
            raise ConflictError(409, "You already created this dataset repo")
        private = body.get("private") or body.get("visibility") == "private"
        self._hub.repos[name] = Repo(name, private=bool(private))
        return web.json_response({"url": f"{self._hub.address}/datasets/{name}", "name": name, "id": "0"})

    async def validate(self, request: web.Request) -> web.Response:
        content = (await request.json())["content"]
        errors = [] if content.startswith("---") else [{"message": "no metadata"}]
        return web.json_response({"errors": errors, "warnings": []}, status=400 if errors else 200)

    async def info(self, request: web.Request) -> web.Response:
        return web.json_response(self._repo(request).info(unquote(request.match_info.get("rev", "main"))))

    async def preupload(self, request: web.Request) -> web.Response:
        repo = self._repo(request, write=True)
        files = repo.commit_of(unquote(request.match_info["rev"])).files
        results = []
        for file in (await request.json())["files"]:
            stored = files.get(file["path"])
            mode = "lfs" if file["path"].endswith((".parquet", ".arrow")) else "regular"
            oid = {"oid": stored.sha256 or stored.sha1} if stored else {}
            results.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, **oid})
        return web.json_response({"files": results})

    async def commit(self, request: web.Request) -> web.Response:
        repo = self._repo(request, write=True)
        lines = [json.loads(line) for line in (await request.text()).splitlines() if line]
        while self._hub.before_commit:
            self._hub.before_commit.pop(0)(repo)
        for line in lines:
            if line["key"] == "lfsFile" and line["value"]["oid"] not in self._hub.objects:
                raise ConflictError(400, f"{line['value']['path']}: was not uploaded")
        pull_request = request.query.get("create_pr") == "1"
        oid, number = repo.apply(unquote(request.match_info["rev"]), lines, pull_request=pull_request)
        here = f"{self._hub.address}/datasets/{repo.name}"
        extra = {"pullRequestUrl": f"{here}/discussions/{number}"} if number else {}
        return web.json_response({"success": True, "commitOid": oid, "commitUrl": f"{here}/commit/{oid}", **extra})

    async def commits(self, request: web.Request) -> web.Response:
        history = self._repo(request).history(unquote(request.match_info["rev"]))
        when = "2026-01-01T00:00:00.000Z"
        return web.json_response(
            [{"id": one.oid, "title": one.title, "message": "", "authors": [], "date": when} for one in history]
        )

    async def tree(self, request: web.Request) -> web.Response:
        folder = unquote(request.match_info.get("path", ""))
        recursive = request.query.get("recursive", "").lower() in {"true", "1"}
        entries = self._repo(request).tree(unquote(request.match_info["rev"]), folder, recursive=recursive)
        start = int(request.query.get("cursor", 0))
        query = {**request.query, "cursor": str(start + _PAGE)}
        more = {"Link": f'<{self._hub.address}{request.rel_url.with_query(query)}>; rel="next"'}
        end = start + _PAGE
        return web.json_response(entries[start:end], headers=more if end < len(entries) else {})

    async def paths_info(self, request: web.Request) -> web.Response:
        repo, form = self._repo(request), await request.post()
        paths = form.getall("paths", []) if form else (await request.json())["paths"]
        files = repo.commit_of(unquote(request.match_info["rev"])).files
        return web.json_response([files[path].entry(path) for path in map(str, paths) if path in files])

    async def refs(self, request: web.Request) -> web.Response:
        return web.json_response(self._repo(request).refs())

    async def branch(self, request: web.Request) -> web.Response:
        repo, name = self._repo(request, write=True), unquote(request.match_info["rev"])
        if name in repo.heads:
            raise ConflictError(409, "Reference already exists")
        body = json.loads(await request.text() or "{}")
        repo.heads[name] = repo.commit_of(body.get("startingPoint", "main")).oid
        return web.json_response({})

    async def tag(self, request: web.Request) -> web.Response:
        repo, body = self._repo(request, write=True), await request.json()
        if body["tag"] in repo.tags:
            raise ConflictError(409, "Tag already exists")
        repo.tags[body["tag"]] = repo.commit_of(unquote(request.match_info["rev"])).oid
        return web.json_response({})

    async def untag(self, request: web.Request) -> web.Response:
        repo = self._repo(request, write=True)
        del repo.tags[unquote(request.match_info["rev"])]
        repo.prune()
        return web.json_response({})

    async def squash(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._repo(request, write=True).squash(unquote(request.match_info["rev"]), body["message"])
        return web.json_response({})

    async def large_files(self, request: web.Request) -> web.Response:
        repo, when = self._repo(request, write=True), "2026-01-01T00:00:00.000Z"
        known = repo.large()
        listed = [
            {"fileOid": oid, "oid": oid, "filename": known.get(oid, ("?", 0))[0], "size": len(data), "pushedAt": when}
            for oid, data in self._hub.objects.items()
        ]
        return web.json_response(listed)

    async def delete_large_files(self, request: web.Request) -> web.Response:
        self._repo(request, write=True)
        for oid in (await request.json())["deletions"]["sha"]:
            self._hub.objects.pop(oid, None)
        return web.json_response({})

    async def batch(self, request: web.Request) -> web.Response:
        self._repo(request, write=True)
        body = await request.json()
        objects, transfer = [], "basic"
        for one in body["objects"]:
            here = f"{self._hub.address}/_lfs/{one['oid']}"
            actions: dict[str, Any] = {"upload": {"href": here}, "verify": {"href": f"{here}/verify"}}
            if one["size"] > self._hub.part and "multipart" in body["transfers"]:
                transfer = "multipart"
                count = -(-one["size"] // self._hub.part)
                parts = {str(number): f"{here}/{number}" for number in range(1, count + 1)}
                actions["upload"] = {"href": f"{here}/complete", "header": {"chunk_size": str(self._hub.part), **parts}}
            there = one["oid"] in self._hub.objects
            objects.append({**one, "authenticated": True, **({} if there else {"actions": actions})})
        return web.json_response({"transfer": transfer, "objects": objects})

    async def upload(self, request: web.Request) -> web.Response:
        oid, part, data = request.match_info["oid"], request.match_info.get("part"), await request.read()
        self._hub.received[oid] += len(data)
        if part is None:
            self._keep(oid, data)
        else:
            self._parts.setdefault(oid, {})[int(part)] = data
        return web.Response(headers={"ETag": f'"{sha256(data).hexdigest()}"'})

    async def complete(self, request: web.Request) -> web.Response:
        oid, parts = request.match_info["oid"], (await request.json())["parts"]
        kept = self._parts.pop(oid)
        self._keep(oid, b"".join(kept[part["partNumber"]] for part in parts))
        return web.json_response({})

    def _keep(self, oid: str, data: bytes) -> None:
        if sha256(data).hexdigest() != oid:
            raise web.HTTPBadRequest(reason="the bytes are not those that were announced")
        self._hub.objects[oid] = data

    async def verify(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({}, status=200 if len(self._hub.objects[body["oid"]]) == body["size"] else 400)

    async def resolve(self, request: web.Request) -> web.Response:
        commit = self._repo(request).commit_of(unquote(request.match_info["rev"]))
        file = commit.files.get(unquote(request.match_info["path"]))
        head = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
        if file is None:
            return web.json_response(
                {"error": "Entry not found"}, status=404, headers={**head, "X-Error-Code": "EntryNotFound"}
            )
        if file.sha256 is None:
            return self._bytes(request, file.data, {**head, "ETag": f'"{file.sha1}"'})
        linked = {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
        return web.Response(status=302, headers={**head, **linked, "Location": f"{self._hub.cdn}/_cdn/{file.sha256}"})

    async def cdn(self, request: web.Request) -> web.Response:
        oid = request.match_info["oid"]
        if oid not in self._hub.objects:
            raise web.HTTPNotFound(reason="no such object")
        return self._bytes(request, self._hub.objects[oid], {"ETag": f'"{oid}"', "Accept-Ranges": "bytes"})

    def _bytes(self, request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
        span = request.http_range
        if span.start is None and span.stop is None:
            part, status = data, 200
        else:
            begin, end, _ = span.indices(len(data))
            part, status = data[begin:end], 206
            headers = {**headers, "Content-Range": f"bytes {begin}-{end - 1}/{len(data)}"}
        if request.method == "GET":
            self._hub.sent += len(part)
        return web.Response(body=part, status=status, headers=headers)
