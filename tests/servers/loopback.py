"""A threaded HTTP server on loopback around one function from request to response."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """One request. `values` holds query and form together."""

    method: str
    path: str
    values: Mapping[str, str]
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True)
class Response:
    """One response. A value that is not bytes is sent as JSON. Status None drops the connection."""

    value: Any = b""
    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serve(respond: Callable[[Request], Response]) -> Iterator[str]:
    """Serve until the block ends, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            form = self.rfile.read(length).decode()
            values = dict(parse_qsl(parts.query)) | dict(parse_qsl(form))
            response = respond(Request(self.command, parts.path, values, self.headers, form))
            if response.status is None:
                self.close_connection = True
                return
            body = response.value if isinstance(response.value, bytes) else json.dumps(response.value).encode()
            self.send_response(response.status)
            for name, value in {"Content-Type": "application/json", **response.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_):
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
