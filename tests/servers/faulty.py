"""A network that stalls, resets and lies about length the first times an address is asked, then lets all through.

It stands before a server on loopback, one request a connection, and keeps a log of what it did to whom. One thread a
connection, raw sockets: what goes over the wire is written here and nowhere else.
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
    """What is done to one answer."""

    SILENT = "silent"
    """Takes the request and says nothing."""
    STALLED = "stalled"
    """Half of the body, then nothing."""
    HUNG_UP = "hung_up"
    """RST in place of an answer."""
    RESET = "reset"
    """RST in the middle of the body."""
    TOO_LONG = "too_long"
    """Promises more bytes than there are, sends all, closes."""
    TOO_SHORT = "too_short"
    """Promises half of the bytes, and sends the rest to who has left by then: the answer looks whole and is not."""
    CUT_CHUNKS = "cut_chunks"
    """In chunks, closed before the last."""
    NO_LENGTH = "no_length"
    """Says no length and closes in the middle: the answer looks whole and is not."""
    BUSY = "busy"
    """503 with Retry-After; also the server's own."""
    TOO_MANY = "too_many"
    """429 with Retry-After."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One request: what was done to it, and None where the answer went out whole."""

    url: str
    fault: Fault | None


@dataclass
class Network:
    """The faults in store, and what came of them."""

    upstream: str
    faults: Mapping[str, tuple[Fault, int]]
    """Address -> what is done to its answers, and how many times."""
    outage: tuple[int, float] | None
    """After how many connections all are refused, and for how many seconds."""
    address: str = ""
    """To be given as the mirror."""
    refuses: bool = False
    """Whether connections were seen to be refused in the outage."""
    log: list[Logged] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def whole(self) -> Counter[str]:
        """How often each address was answered whole."""
        with self.lock:
            return Counter(each.url for each in self.log if each.fault is None)

    def asked(self) -> Counter[str]:
        """How often each address was asked for."""
        with self.lock:
            return Counter(each.url for each in self.log)

    def met(self) -> Counter[Fault]:
        """How often each fault was met."""
        with self.lock:
            return Counter(each.fault for each in self.log if each.fault)

    def draw(self, url: str) -> Fault | None:
        """What is to be done to this answer."""
        with self.lock:
            fault, times = self.faults.get(url, (None, 0))
            self.turns[url] += 1
            return fault if self.turns[url] <= times else None

    def note(self, url: str, fault: Fault | None) -> None:
        """Log what is about to go out."""
        with self.lock:
            self.log.append(Logged(url, fault))


@contextmanager
def faulty(
    upstream: str, faults: Mapping[str, tuple[Fault, int]], *, outage: tuple[int, float] | None = None
) -> Iterator[Network]:
    """Stand before `upstream` until the block ends."""
    network = Network(upstream, faults, outage)
    # never listens: keeps the port ours while connections are refused
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
    # a client that is killed or hangs up is no matter of ours
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
    """The target of the request; None where the client left without one."""
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
            time.sleep(0.05)  # a reset overtakes what is not read yet
            _reset(connection)
        case Fault.TOO_LONG:
            send(f"Content-Length: {len(body) + 1000}", body)
        case Fault.TOO_SHORT:
            send(f"Content-Length: {half}", body[:half])
            _wait(network, connection)  # together with what was promised, the rest would betray it
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
    """Until the client gives up, or the block ends."""
    connection.settimeout(0.1)
    while not network.closing.is_set():
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue
