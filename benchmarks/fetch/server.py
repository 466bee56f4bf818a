"""Serve any number of different pictures from memory, in one asyncio process. Usage: server.py BYTES

Each address has its own bytes: one JPEG with the address in a comment segment. Prints its base address.
"""

import asyncio
import io
import sys
import zlib

from PIL import Image


def picture(size: int) -> bytes:
    """Return a JPEG of about `size` bytes."""
    side = 64
    while True:
        out = io.BytesIO()
        Image.effect_noise((side, side), 80).convert("RGB").save(out, "JPEG", quality=90)
        if out.tell() >= size:
            return out.getvalue()
        side = side * 5 // 4


class Pictures(asyncio.Protocol):
    """One connection. It answers each request with a different picture."""

    body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            request, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            name = b"%08x" % zlib.crc32(request.split(b" ", 2)[1])
            comment = b"\xff\xfe" + (len(name) + 2).to_bytes(2, "big") + name
            size = len(self.body) + len(comment)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % size
            self.transport.writelines((head, self.body[:2], comment, self.body[2:]))


async def main() -> None:
    """Serve until killed."""
    Pictures.body = picture(int(sys.argv[1]))
    server = await asyncio.get_running_loop().create_server(Pictures, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
