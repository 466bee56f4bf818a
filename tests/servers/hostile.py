"""Hostile hosts as a mirror on loopback. The first label of a host names its attack; other hosts are passed on.

`https://drip.7.example.org/a.jpg` is answered a byte at a time, and so on. It uses raw sockets and one thread per
connection, so that it controls every byte sent.
"""

import gzip
import socketserver
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from zlib import crc32

DOMAIN = "example.org"
_OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: image/jpeg\r\n"


@dataclass
class HostileHosts:
    """The server's address, its pictures and pages by name, and what was requested."""

    upstream: str
    """Mirror that answers for honest hosts."""
    bodies: Mapping[str, bytes]
    """Bodies by NAME: the attack `body` sends them for a path `/NAME/…`."""
    address: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    """Number of requests by attack."""
    private: list[str] = field(default_factory=list)
    """Requests that no client may make: they name this machine and not the mirror."""
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hostile(upstream: str, bodies: Mapping[str, bytes]) -> Iterator[HostileHosts]:
    """Serve until the block ends."""
    state = HostileHosts(upstream, bodies)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.connection.settimeout(60)
                _answer(state, self)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield state
        finally:
            state.closing.set()
            server.shutdown()


def _answer(state: HostileHosts, handler: socketserver.StreamRequestHandler) -> None:
    target = handler.rfile.readline(65_536).split(b" ", 2)[1].decode("latin-1")
    while handler.rfile.readline(65_536) not in {b"\r\n", b"\n", b""}:
        pass
    host, _, path = target.lstrip("/").partition("/")
    if not host.endswith(DOMAIN):
        if "." not in host or host.startswith(("127.", "10.", "169.254.", "localhost")):
            state.private.append(target)
        handler.wfile.write(_passed_on(f"{state.upstream}{target}"))
        return
    attack = host.split(".")[0]
    state.requests[attack] += 1
    if path == "robots.txt" and attack != "robotsilent":
        handler.wfile.write(_whole(state.bodies["robots"], 200, kind="text/plain") if attack == "robots" else _GONE)
    elif attack in _FOR_EVER:
        head, piece, seconds = _FOR_EVER[attack]
        handler.wfile.write(head)
        while not state.closing.is_set():
            handler.wfile.write(piece)
            state.closing.wait(seconds)
    elif attack == "body":
        handler.wfile.write(_whole(state.bodies[path.split("/")[0]], 200))
    else:
        handler.wfile.write(_ANSWERS.get(attack, lambda _address: _GONE)(f"https://{host}/{path}"))


_GZIPPED = gzip.compress(b"\xff\xd8\xff\xe0" + b"\0" * 200_000_000, 1)
_INSIDE = (
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/secret.jpg",
    "http://[::1]/secret.jpg",
    "http://2130706433/secret.jpg",
    "http://0x7f.1/secret.jpg",
    "http://localhost/secret.jpg",
    "http://10.0.0.1/secret.jpg",
    "file:///etc/passwd",
    "ftp://a.example/secret.jpg",
    "//127.0.0.1/secret.jpg",
    "http://user:word@127.0.0.1/secret.jpg",
)
_ODD_HEADERS = (
    b"Content-Length: -5",
    b"Content-Length: 99999999999999999999",
    b"Content-Type: image/\xff\xfe",
    b"Content-Type: " + b"a/" * 20_000,
    b"X-Robots-Tag: " + b"noindex:" * 500,
    b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff",
    b"\xff\xfe: \x00",
    b"Link: " + b"<" * 5_000,
    b"ETag: " + b'"' * 5_000,
)


def _whole(body: bytes, code: int, *lines: str, kind: str = "image/jpeg") -> bytes:
    head = [f"HTTP/1.1 {code} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def _redirect(to: str) -> bytes:
    return _whole(b"", 302, f"Location: {to}")


_GONE = _whole(b"", 404)
_FOR_EVER = {
    "drip": (_OK + b"Content-Length: 100000\r\n\r\n\xff\xd8\xff", b"\0", 4),
    "driphead": (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 4),
    "silent": (b"", b"", 1),
    "robotsilent": (b"", b"", 1),
    "endless": (_OK + b"\r\n\xff\xd8\xff\xe0", b"\0" * 1_000_000, 0),
    "endlesspage": (_OK.replace(b"image/jpeg", b"text/html") + b"\r\n<html>", b"<a href='x'" * 10_000, 0),
}
"""Beginning of an answer, what follows again and again, and the seconds between."""
_ANSWERS: Mapping[str, Callable[[str], bytes]] = {
    "busy": lambda _address: _whole(b"", 429, "Retry-After: 3600"),
    "gzipped": lambda _address: _OK + b"Content-Encoding: gzip\r\n\r\n" + _GZIPPED,
    "loop": lambda address: _redirect(f"{address}/again"[:2_000]),
    "inside": lambda address: _redirect(_INSIDE[crc32(address.encode()) % len(_INSIDE)]),
    "oddheader": lambda address: (
        b"HTTP/1.1 200 OK\r\n" + _ODD_HEADERS[crc32(address.encode()) % len(_ODD_HEADERS)] + b"\r\n\r\n\xff\xd8\xff"
    ),
    "reset": lambda _address: b"",
}


def _passed_on(address: str) -> bytes:
    request = urllib.request.Request(address)
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        answer = opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        lines = [f"{name}: {value}" for name, value in answer.headers.items() if name in {"Location", "Retry-After"}]
        return _whole(answer.read(), answer.status, *lines, kind=answer.headers["Content-Type"])


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Redirects are the client's business."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""
