"""Serve the hosts of `made_subreddit.py`: draw each picture from its name, and answer pages that lead to it.

Prints its base address, which is used as the mirror. One process of plain asyncio. Nothing is stored.
"""

import asyncio
import re

import cv2
import numpy as np

WIDTH, HEIGHT = 88, 66
_KEY = re.compile(rb"/([0-9a-f]{5})(\d\d)[^/]*")
_GONE, _UNRELATED, _SAME = 0.07, 0.11, 0.17
"""Cumulative fractions of the edits that answer 404, show another picture, or repeat the source."""
_AGAIN = 33
"""Every 33rd request repeats the picture of an earlier one."""


def answer(path: bytes) -> tuple[int, bytes, bytes]:
    """Return status, type and body for the path of a mirrored address: /HOST/PATH."""
    found = _KEY.search(path)
    if not found:
        return 404, b"text/plain", b""
    number, place = int(found[1], 16), int(found[2])
    name = found[1] + found[2]
    if path.startswith((b"/ibb.co/", b"/postimg.cc/", b"/imgur.com/a/")):
        address = (
            b"https://i.imgur.com/%s.jpg" % name
            if b"imgur" in path
            else b"https://i.%s/%s/edit.jpg" % (path.split(b"/")[1], name)
        )
        return (
            200,
            b"text/html; charset=utf-8",
            b'<html><head><meta property="og:image" content="%s"></head></html>' % address,
        )
    chance = np.random.default_rng((number, place)).random()
    if place >= 10 and chance < _GONE:
        return 404, b"text/plain", b""
    return 200, b"image/jpeg", picture(number, place, chance)


def picture(number: int, place: int, chance: float) -> bytes:
    """A photo of the request (`place` under 10), or an edit of its first."""
    if place < 10 or chance < _UNRELATED:
        pixels = _photo(number - 7 if place == 0 and number % _AGAIN == _AGAIN - 1 else number, place)
    else:
        pixels = _photo(number, 0)
        if chance > _SAME:
            dice = np.random.default_rng((number, place, 1))
            spot = (int(dice.integers(20, WIDTH - 20)), int(dice.integers(20, HEIGHT - 20)))
            cv2.circle(pixels, spot, int(dice.integers(6, 16)), dice.integers(0, 255, 3).tolist(), -1)
    data = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, 80 + place % 15))[1].tobytes()
    return bytes(data)


def _photo(number: int, place: int) -> np.ndarray:
    noise = np.random.default_rng((number, place)).integers(0, 255, (18, 24, 3), np.uint8)
    return cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


class Hosts(asyncio.Protocol):
    """A connection that stays open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            request, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            status, kind, body = answer(request.split(b" ", 2)[1])
            head = b"HTTP/1.1 %d x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (status, kind, len(body))
            self.transport.write(head + body)


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Hosts, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
