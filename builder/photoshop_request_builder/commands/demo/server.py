"""Serve the sample's picture hosts locally, for use as a mirror.

`http://127.0.0.1:PORT/HOST/PATH?QUERY` stands for `https://HOST/PATH?QUERY`. `routes.json` maps an address to its
response: `{"file": path in the sample}`, `{"html": page}`, `{"redirect": address}` or `{"status": number}`. With
`"first": [503, …]` the first requests get these statuses instead. Every other address is 404.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Hosts:
    """Address and request counts of the running server."""

    address: str
    """Value of --mirror: `http://127.0.0.1:PORT`."""
    requests: Counter[str] = field(default_factory=Counter)
    """Number of requests by address, as `https://HOST/PATH?QUERY`."""


@contextmanager
def serve(folder: Path) -> Iterator[Hosts]:
    """Serve a folder with `routes.json` on a free port until the context ends."""
    routes = json.loads((folder / "routes.json").read_text(encoding="utf-8"))
    server = _Server(folder, routes)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.hosts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Server with its routes and request counts."""

    def __init__(self, folder: Path, routes: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.routes = routes
        self.hosts = Hosts(f"http://127.0.0.1:{self.server_address[1]}")
        self.counting = threading.Lock()

    def ask(self, address: str) -> tuple[Mapping[str, Any], int]:
        """Return the route of an address and its earlier requests. Signed addresses match without their query too."""
        route = self.routes.get(address) or self.routes.get(address.partition("?")[0]) or {"status": 404}
        with self.counting:
            turn = self.hosts.requests[address]
            self.hosts.requests[address] += 1
        return route, turn


class _Handler(BaseHTTPRequestHandler):
    """Handler that answers a request by its route."""

    server: _Server
    timeout = 10
    """Seconds until an idle connection is closed."""

    def log_message(self, *_: Any) -> None:
        """Print nothing: requests are counted."""

    def do_GET(self) -> None:
        """Send the response of the route."""
        route, turn = self.server.ask("https://" + self.path.lstrip("/"))
        first = route.get("first", [])
        if turn < len(first):
            self._reply(first[turn], b"busy", "text/plain", {"Retry-After": "1"})
        elif "redirect" in route:
            self._reply(HTTPStatus.FOUND, b"", "text/plain", {"Location": route["redirect"]})
        elif "file" in route:
            path = self.server.folder / route["file"]
            self._reply(HTTPStatus.OK, path.read_bytes(), _TYPES[path.suffix])
        elif "html" in route:
            self._reply(HTTPStatus.OK, route["html"].encode(), "text/html; charset=utf-8")
        else:
            self._reply(route["status"], b"", "text/plain")

    do_HEAD = do_GET  # noqa: N815 - the base class looks for this name

    def _reply(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
