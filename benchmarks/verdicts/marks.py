"""Draw watermarks, and the additions that people ask for and a watermark must be told from.

Each maker takes a photo (height, width, 3) and a random generator and returns the drawn-over photo and the opacity of
the drawing, 0 to 255, shape (height, width). Fonts are all but bold sans-serif ones, which other checks use.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from made import Pixels, Rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Drawn = tuple[Pixels, NDArray[np.uint8]]
Maker = Callable[[Pixels, Rng], Drawn]
Colour = tuple[int, int, int, int]

_NAMES = ("retoucher {}", "Draft {}", "@edits_{}", "unpaid {}", "pixel.fix {}", "Preview", "VOID", "Jane & Co.")
_PHRASES = (
    "Happy birthday!",
    "Summer 2019",
    "Welcome home",
    "In loving memory",
    "Best dad ever",
    "Class of '98",
    "Sale",
)
_INKS = ((255, 255, 255), (0, 0, 0), (230, 200, 40), (200, 30, 40), (30, 80, 200), (250, 120, 180))


@cache
def _fonts() -> list[str]:
    found = sorted(str(path) for path in Path("/usr/share/fonts").rglob("*.ttf"))
    return [name for name in found if "Sans-Bold" not in name and "Math" not in name and "ExtraLight" not in name]


def _font(rng: Rng, size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    names = _fonts()
    if not names:
        return ImageFont.load_default(size)
    return ImageFont.truetype(names[int(rng.integers(len(names)))], max(8, int(size)))


def _name(rng: Rng) -> str:
    return _NAMES[int(rng.integers(len(_NAMES)))].format(int(rng.integers(10, 999)))


def _phrase(rng: Rng) -> str:
    return _PHRASES[int(rng.integers(len(_PHRASES)))]


def _over(photo: Pixels, layer: Image.Image) -> Drawn:
    whole = Image.alpha_composite(Image.fromarray(photo).convert("RGBA"), layer).convert("RGB")
    return np.asarray(whole), np.asarray(layer)[..., 3]


def _blank(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    return layer, ImageDraw.Draw(layer)


def _tiles(photo: Pixels, rng: Rng, inks: tuple[Colour, ...], outline: Colour | None = None) -> Drawn:
    height, width = photo.shape[:2]
    size = min(width, height) / rng.uniform(8, 17)
    font, words = _font(rng, size), _name(rng)
    side = int(1.5 * max(width, height))
    layer, draw = _blank(side, side)
    across = int(font.getbbox(words)[2] + size * rng.uniform(1, 3))
    down, shift = int(size * rng.uniform(1.8, 3.6)), rng.choice([0.0, 0.5, 0.33])
    for row in range(side // down + 1):
        for column in range(-1, side // across + 1):
            at = (int((column + shift * (row % 3)) * across), row * down)
            stroke = {"stroke_width": max(1, int(size / 16)), "stroke_fill": outline} if outline else {}
            draw.text(at, words, font=font, fill=inks[row % len(inks)], **stroke)
    turned = layer.rotate(float(rng.choice([0, 15, 30, 45, -30])), resample=Image.Resampling.BICUBIC)
    left, top = (side - width) // 2, (side - height) // 2
    return _over(photo, turned.crop((left, top, left + width, top + height)))


# Watermarks


def tiled(photo: Pixels, rng: Rng) -> Drawn:
    return _tiles(photo, rng, ((255, 255, 255, int(rng.integers(65, 130))),))


def dark(photo: Pixels, rng: Rng) -> Drawn:
    return _tiles(photo, rng, ((0, 0, 0, int(rng.integers(65, 130))),))


def outlined(photo: Pixels, rng: Rng) -> Drawn:
    ink = int(rng.integers(80, 150))
    return _tiles(photo, rng, ((255, 255, 255, ink),), (0, 0, 0, ink))


def alternating(photo: Pixels, rng: Rng) -> Drawn:
    ink = int(rng.integers(75, 120))
    return _tiles(photo, rng, ((255, 255, 255, ink), (0, 0, 0, ink)))


def one_big(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    words, ink = _name(rng), (255, 255, 255) if rng.random() < 0.8 else (0, 0, 0)
    font = _font(rng, min(width, height) * rng.uniform(0.13, 0.25))
    layer, draw = _blank(width, height)
    draw.text((width // 2, height // 2), words, font=font, fill=(*ink, int(rng.integers(85, 140))), anchor="mm")
    return _over(photo, layer.rotate(float(rng.choice([0, 20, 40, -35])), resample=Image.Resampling.BICUBIC))


def crossed(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    ink = (*((255, 255, 255) if rng.random() < 0.7 else (0, 0, 0)), int(rng.integers(80, 160)))
    thick, steps = max(2, int(min(width, height) / rng.uniform(110, 220))), int(rng.integers(2, 6))
    slope = rng.uniform(0.6, 1.4)
    for step in range(-2 * steps, 2 * steps):
        y = height * step / steps
        draw.line((0, y, width, y + slope * height), fill=ink, width=thick)
        draw.line((width, y, 0, y + slope * height), fill=ink, width=thick)
    return _over(photo, layer)


def opaque(photo: Pixels, rng: Rng) -> Drawn:
    """Repeat an opaque text."""
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    font, words = _font(rng, min(width, height) / rng.uniform(5, 10)), _name(rng)
    ink = (*_INKS[int(rng.integers(len(_INKS)))], 255)
    rows, slant = int(rng.integers(3, 6)), rng.choice([0.0, 0.08])
    for row in range(rows):
        draw.text((int(width * (0.06 + slant * row)), int(height * (row + 0.3) / rows)), words, font=font, fill=ink)
    return _over(photo, layer)


def logo_tiled(photo: Pixels, rng: Rng) -> Drawn:
    """Repeat a translucent emblem."""
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    step, ink = int(min(width, height) / rng.uniform(2.5, 5)), (255, 255, 255, int(rng.integers(70, 130)))
    radius, font = 0.3 * step, _font(rng, 0.25 * step)
    for y in range(step // 2, height, step):
        for x in range(step // 2, width, step):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=ink, width=max(2, int(step / 20)))
            draw.text((x, y), "RT", font=font, fill=ink, anchor="mm")
    return _over(photo, layer)


def corner(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    size = max(12, int(min(width, height) / rng.uniform(10, 18)))
    right, low = rng.random() < 0.7, rng.random() < 0.8
    at = (int(width * (0.97 if right else 0.03)), int(height * (0.96 if low else 0.04)))
    ink = (255, 255, 255, int(rng.integers(120, 230)))
    draw.text(at, _name(rng), font=_font(rng, size), fill=ink, anchor=("r" if right else "l") + ("d" if low else "a"))
    return _over(photo, layer)


# Additions that were asked for


def caption(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    size, ink = min(width, height) * rng.uniform(0.06, 0.16), _INKS[int(rng.integers(len(_INKS)))]
    x, y = width * rng.uniform(0.3, 0.7), height * rng.choice([0.12, 0.5, 0.88])
    boxed, font = rng.random() < 0.3, _font(rng, size)
    if boxed:
        draw.rectangle((0, y - size, width, y + size), fill=(0, 0, 0, 120))
    stroke = {"stroke_width": max(1, int(size / 18)), "stroke_fill": (0, 0, 0, 255)} if rng.random() < 0.4 else {}
    ink = (255, 255, 255) if boxed else ink
    draw.text((x, y), _phrase(rng), font=font, fill=(*ink, 255), anchor="mm", **stroke)
    if rng.random() < 0.3:
        draw.text((x, y + 0.9 * size), _phrase(rng), font=_font(rng, size * 0.6), fill=(*ink, 255), anchor="mm")
    return _over(photo, layer)


def logo(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    radius = min(width, height) * rng.uniform(0.08, 0.2)
    x, y = width * rng.uniform(0.25, 0.75), height * rng.uniform(0.25, 0.75)
    first, second = (_INKS[int(i)] for i in rng.choice(len(_INKS), 2, replace=False))
    shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
    shape((x - radius, y - radius, x + radius, y + radius), fill=(*first, 255), outline=(*second, 255), width=6)
    draw.text((x, y), "ABCDEFGH"[int(rng.integers(8))] + "B", font=_font(rng, radius), fill=(*second, 255), anchor="mm")
    return _over(photo, layer)


def meme(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    size = min(height, width) / rng.uniform(7, 11)
    font, stroke = _font(rng, size), max(1, int(size / 14))
    for words, y in (("WHEN YOU FINALLY", 0.1), ("GET THE PHOTO BACK", 0.9)):
        draw.text(
            (width / 2, height * y), words, font=font, fill=(255,) * 4, anchor="mm", stroke_width=stroke,
            stroke_fill=(0, 0, 0, 255),
        )  # fmt: skip
    return _over(photo, layer)


def sign(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    board, draw = _blank(300, 200)
    draw.rounded_rectangle(
        (4, 4, 295, 195), 20, fill=(*_INKS[int(rng.integers(2, 6))], 255), outline=(255,) * 4, width=6
    )
    for row, words in enumerate(("FOR SALE", "call 555", "open daily")[: int(rng.integers(1, 4))]):
        draw.text((150, 45 + 52 * row), words, font=_font(rng, 44), fill=(255,) * 4, anchor="mm")
    scale = min(width, height) * rng.uniform(0.2, 0.5) / 300
    x, y = width * rng.uniform(0.05, 0.6), height * rng.uniform(0.05, 0.6)
    corners = np.array([[0, 0], [300, 0], [300, 200], [0, 200]], np.float32)
    target = corners * scale + [x, y] + rng.uniform(-20, 20, (4, 2)) * scale
    turn = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    return _over(photo, Image.fromarray(cv2.warpPerspective(np.asarray(board), turn, (width, height))))


def rain(photo: Pixels, rng: Rng) -> Drawn:
    """Draw streaks of rain or flakes of snow."""
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    lean, long, snow = rng.uniform(-0.4, 0.4), min(width, height) * rng.uniform(0.03, 0.1), rng.random() < 0.3
    for _ in range(int(rng.integers(200, 900))):
        x, y, size = rng.uniform(0, width), rng.uniform(0, height), long * rng.uniform(0.6, 1.4)
        ink = (230, 235, 245, int(rng.integers(70, 170)))
        if snow:
            draw.ellipse((x, y, x + size / 6, y + size / 6), fill=ink)
        else:
            draw.line((x, y, x + lean * size, y + size), fill=ink, width=int(rng.integers(1, 4)))
    return _over(photo, layer)


def menu(photo: Pixels, rng: Rng) -> Drawn:
    """Write several different lines, as on a poster."""
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    size, ink = min(width, height) / rng.uniform(10, 16), (*_INKS[int(rng.integers(len(_INKS)))], 255)
    font, left, top = _font(rng, size), width * rng.uniform(0.05, 0.3), height * rng.uniform(0.05, 0.3)
    for row, place in enumerate(rng.permutation(len(_PHRASES))[: int(rng.integers(3, 7))]):
        draw.text((left, top + 1.4 * size * row), _PHRASES[place], font=font, fill=ink)
    return _over(photo, layer)


# Repeated structure that was asked for: the request's words decide


def fence(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    step, ink = int(min(width, height) / rng.uniform(8, 20)), (*[int(rng.integers(40, 200))] * 3, 255)
    thick, chain = max(2, step // int(rng.integers(5, 10))), rng.random() < 0.5
    for x in range(-height, width + height, step):
        draw.line((x, height, x + (height if chain else 0), 0), fill=ink, width=thick)
        draw.line((x, height, x - (height if chain else 0), 0), fill=ink, width=thick)
    return _over(photo, layer)


def pattern(photo: Pixels, rng: Rng) -> Drawn:
    height, width = photo.shape[:2]
    layer, draw = _blank(width, height)
    step, ink = (
        int(min(width, height) / rng.uniform(8, 20)),
        (*_INKS[int(rng.integers(len(_INKS)))], int(rng.integers(90, 256))),
    )
    left, right = sorted(rng.uniform(0, 1, 2) * width)
    for y in range(0, height, step):
        for x in range(int(left), int(max(right, left + 0.3 * width)), step):
            draw.ellipse((x, y, x + step / 2, y + step / 2), fill=ink)
    return _over(photo, layer)


MARKS: tuple[Maker, ...] = (tiled, outlined, dark, alternating, one_big, crossed, opaque, logo_tiled, corner)
ASKED: tuple[Maker, ...] = (caption, logo, meme, sign, rain, menu)
REPEATED: tuple[Maker, ...] = (fence, pattern)
