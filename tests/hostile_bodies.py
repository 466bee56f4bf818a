"""Make what hostile hosts send: expensive pictures, pictures in masses, pages and a robots.txt."""

import io
import zlib

import numpy as np
from hostile_pictures import many_scans, png_bomb, png_chunk, saved, scene, tiff_tile_bomb
from PIL import Image

ALIKE = 60
LARGE = 12


def hostile_bodies() -> dict[str, bytes]:
    """Return bodies by name."""
    return {
        "avif": saved(Image.new("RGB", (10_000, 10_000), "red"), "AVIF", quality=1, speed=10),
        "png": png_bomb(40_000, 40_000),
        "text": _png_text_bomb(400_000_000),
        "tiff": tiff_tile_bomb(20_480),
        "scans": many_scans(1_000),
        "gif": _frames(5_000, "GIF"),
        "webp": _frames(2_000, "WEBP"),
        "cut": _large(0)[:5_000],
        "page": b"<html>" + b'<meta property="og:image" content="' * 60_000,
        "album": b"".join(
            b'<meta property="og:image" content="https://i.imgur.com/%d.jpg">' % at for at in range(10_000)
        ),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "robots": b"User-agent: *\nDisallow: /\n" + b"Disallow: /*a*a*a*a*a*a*a$\n" * 50_000,
        "scene": saved(scene(600, 600, 5), "JPEG"),
        **{f"large{at}": _large(at) for at in range(LARGE)},
        **{f"near{at}": _near_alike(at) for at in range(ALIKE)},
    }


def _png_text_bomb(size: int) -> bytes:
    plain = saved(scene(), "PNG")
    return plain[:33] + png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"GPS " * (size // 4), 9)) + plain[33:]


def _frames(count: int, kind: str) -> bytes:
    first, *others = (Image.new("RGB", (64, 64), (at % 256, at // 256, 0)) for at in range(count))
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=others)
    return out.getvalue()


def _near_alike(number: int) -> bytes:
    """Return one of many edits of one picture. They differ in a patch of some pixels."""
    pixels = np.array(scene(600, 600, 5))
    x, y = number % 20 * 30, number // 20 * 30
    pixels[y : y + 6, x : x + 6] ^= 255
    return saved(Image.fromarray(pixels), "JPEG", quality=90)


def _large(number: int) -> bytes:
    return saved(scene(4_000, 3_000, 100 + number), "JPEG", quality=60)
