"""A proxy that stalls, resets and truncates the first answers of an address, then passes all on.

It runs before a server on loopback, serves one request per connection, and logs the fault of each. It uses raw sockets
and one thread per connection, so that it controls every byte sent.
"""

import http.client
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

FOR_EVER = 10**9


class Fault(StrEnum):
    """Fault of one answer."""

    SILENT = "silent"
    """Accepts the request and sends nothing."""
    STALLED = "stalled"
    """Half of the body, then nothing."""
    HUNG_UP = "hung_up"
    """RST instead of an answer."""
    RESET = "reset"
    """RST in the middle of the body."""
    TOO_LONG = "too_long"
    """`Content-Length` is too large and the connection closes after the body."""
    TOO_SHORT = "too_short"
    """`Content-Length` is half of the body. The answer looks complete, but is truncated."""
    CUT_CHUNKS = "cut_chunks"
    """Chunked encoding, closed before the last chunk."""
    NO_LENGTH = "no_length"
    """Closes in the middle of a body without length. The answer looks complete, but is truncated."""
    BUSY = "busy"
    """503 with Retry-After, also when the server itself sends it."""
    TOO_MANY = "too_many"
    """429 with Retry-After."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One request with its fault, or None if the answer was complete."""

    url: str
    fault: Fault | None


@dataclass
class Network:
    """The faults to come, and the log of requests."""

    upstream: str
    faults: Mapping[str, tuple[Fault, int]]
    """The fault of an address and its number of repetitions."""
    outage: tuple[int, float] | None
    """Number of connections before an outage, and its seconds."""
    address: str = ""
    """Address to use as the mirror."""
    refuses: bool = False
    """True after a connection was refused in the outage."""
    log: list[Logged] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def whole(self) -> Counter[str]:
        """Return the number of complete answers by address."""
        with self.lock:
            return Counter(entry.url for entry in self.log if entry.fault is None)

    def requests(self) -> Counter[str]:
        """Return the number of requests by address."""
        with self.lock:
            return Counter(entry.url for entry in self.log)

    def met(self) -> Counter[Fault]:
        """Return the number of answers by fault."""
        with self.lock:
            return Counter(entry.fault for entry in self.log if entry.fault)

    def draw(self, url: str) -> Fault | None:
        """Return the fault of the next answer to an address."""
        with self.lock:
            fault, times = self.faults.get(url, (None, 0))
            self.turns[url] += 1
            return fault if self.turns[url] <= times else None

    def note(self, url: str, fault: Fault | None) -> None:
        """Log an answer before it is sent."""
        with self.lock:
            self.log.append(Logged(url, fault))


@contextmanager
def faulty(
    upstream: str, faults: Mapping[str, tuple[Fault, int]], *, outage: tuple[int, float] | None = None
) -> Iterator[Network]:
    """Run a faulty proxy of `upstream` until the block ends."""
    network = Network(upstream, faults, outage)
    # this socket never listens: it reserves the port while connections are refused
    with _bound(0) as kept:
        port = kept.getsockname()[1]
        network.address = f"http://127.0.0.1:{port}"
        listening = _listening(port)
        thread = threading.Thread(target=_accept, args=(network, listening, port), daemon=True)
        thread.start()
        try:
            yield network
        finally:
            network.closing.set()
            thread.join()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


def _listening(port: int) -> socket.socket:
    made = _bound(port)
    made.listen(128)
    made.settimeout(0.02)
    return made


def _accept(network: Network, listening: socket.socket, port: int) -> None:
    taken = 0
    while not network.closing.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_serve, args=(network, connection), daemon=True).start()
        taken += 1
        if network.outage and taken == network.outage[0]:
            listening.close()
            network.refuses = _refused(port)
            network.closing.wait(network.outage[1])
            listening = _listening(port)
    listening.close()


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except ConnectionRefusedError:
        return True
    return False


def _serve(network: Network, connection: socket.socket) -> None:
    # clients may be killed or hang up
    with connection, suppress(OSError):
        connection.settimeout(30)
        request = _read_head(connection)
        if request is None:
            return
        url = f"https:/{request}"
        fault = network.draw(url)
        if fault in {Fault.SILENT, Fault.HUNG_UP, Fault.BUSY, Fault.TOO_MANY}:
            network.note(url, fault)
        if fault is Fault.SILENT:
            _wait(network, connection)
        elif fault is Fault.HUNG_UP:
            _reset(connection)
        elif fault in {Fault.BUSY, Fault.TOO_MANY}:
            status = 503 if fault is Fault.BUSY else 429
            connection.sendall(_head(status, "text/plain", "Content-Length: 0", "Retry-After: 1"))
        else:
            _pass_on(network, connection, request, fault)


def _read_head(connection: socket.socket) -> str | None:
    """Return the target of the request, or None if the client left without one."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return None
        read += more
    return read.split(b" ", 2)[1].decode("latin-1")


def _pass_on(network: Network, connection: socket.socket, target: str, fault: Fault | None) -> None:
    upstream = http.client.HTTPConnection(urlsplit(network.upstream).netloc, timeout=30)
    upstream.request("GET", target)
    answer = upstream.getresponse()
    body = answer.read()
    upstream.close()
    kind = answer.headers["Content-Type"]
    more = [f"{name}: {value}" for name, value in answer.headers.items() if name in {"Location", "Retry-After"}]
    half = len(body) // 2
    network.note(
        f"https:/{target}", fault or (Fault.BUSY if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE else None)
    )

    def send(length: str, data: bytes) -> None:
        connection.sendall(_head(answer.status, kind, *([length] if length else []), *more) + data)

    right = f"Content-Length: {len(body)}"
    match fault:
        case Fault.STALLED:
            send(right, body[:half])
            _wait(network, connection)
        case Fault.RESET:
            send(right, body[:half])
            time.sleep(0.05)  # a reset discards bytes that the client has not read
            _reset(connection)
        case Fault.TOO_LONG:
            send(f"Content-Length: {len(body) + 1000}", body)
        case Fault.TOO_SHORT:
            send(f"Content-Length: {half}", body[:half])
            _wait(network, connection)  # sent together, the extra bytes would reveal the fault
            connection.sendall(body[half:])
        case Fault.CUT_CHUNKS:
            send("Transfer-Encoding: chunked", b"%x\r\n%s\r\n%x\r\n" % (half, body[:half], len(body) - half))
        case Fault.NO_LENGTH:
            send("", body[:half])
        case _:
            send(right, body)


def _head(status: int, kind: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Type: {kind}", *lines, "Connection: close", "", ""]).encode()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _wait(network: Network, connection: socket.socket) -> None:
    """Wait until the client gives up or the block ends."""
    connection.settimeout(0.1)
    while not network.closing.is_set():
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue
