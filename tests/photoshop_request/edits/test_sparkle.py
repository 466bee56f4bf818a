"""Find a small star that an edit adds near a corner."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from photoshop_request.edits.compare import compare


def photo(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Return a dim made photo with texture."""
    random = np.random.default_rng(seed)
    coarse = random.integers(30, 170, (7, 9, 3), np.uint8)
    pixels = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(float)
    fine = cv2.GaussianBlur(random.normal(0, 30, (height, width, 1)), (0, 0), 1.5)[..., None]
    return np.clip(pixels + fine * 3, 0, 255).astype(np.uint8)


def star(side: int) -> np.ndarray:
    """Return the opacity, 0 to 1, of a star with four points and hollow sides."""
    large = 8 * side
    y, x = np.abs((np.mgrid[:large, :large] - (large - 1) / 2) / (large / 2))
    shape = (np.sqrt(x) + np.sqrt(y) <= 1).astype(np.float32)
    return cv2.resize(shape, (side, side), interpolation=cv2.INTER_AREA)


def with_mark(pixels: np.ndarray, mark: np.ndarray, center: tuple[float, float], opacity: float = 0.8) -> np.ndarray:
    """Lay a white mark over a picture. `center`: fractions of width and height."""
    height, width = pixels.shape[:2]
    side = len(mark)
    left, top = round(center[0] * width - side / 2), round(center[1] * height - side / 2)
    marked = pixels.astype(float)
    part = marked[top : top + side, left : left + side]
    part += (255 - part) * mark[..., None] * opacity
    return marked.round().astype(np.uint8)


def encoded(pixels: np.ndarray, quality: int = 85) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def edited(pixels: np.ndarray) -> np.ndarray:
    """Change a part in the middle, so that it is an edit."""
    height, width = pixels.shape[:2]
    return cv2.circle(pixels.copy(), (width // 2, height // 2), height // 8, (200, 40, 60), -1)


@pytest.mark.parametrize("size", [(1024, 1024), (1344, 768), (832, 1248)])
@pytest.mark.parametrize("share", [0.025, 0.045, 0.08])
@pytest.mark.parametrize("corner", [(0.93, 0.93), (0.07, 0.93), (0.9, 0.1)])
def test_a_star_of_any_size_is_found(size: tuple[int, int], share: float, corner: tuple[float, float]) -> None:
    """Its size and place changed often."""
    source = photo(*size)
    mark = star(round(share * max(size)))
    assert compare(encoded(source), encoded(with_mark(edited(source), mark, corner))).sparkle


@pytest.mark.parametrize("opacity", [0.4, 0.9])
def test_a_faint_star_is_found(opacity: float) -> None:
    source = photo(1024, 1024, 1)
    assert compare(encoded(source), encoded(with_mark(edited(source), star(48), (0.94, 0.94), opacity), 75)).sparkle


def disc(side: int) -> np.ndarray:
    return cv2.circle(np.zeros((side, side), np.float32), (side // 2, side // 2), side // 2, 1, -1)


def letters(side: int) -> np.ndarray:
    drawn = np.zeros((side, side), np.uint8)
    cv2.putText(drawn, "Rk", (2, side - 8), cv2.FONT_HERSHEY_SIMPLEX, side / 45, 255, 3)
    return drawn.astype(np.float32) / 255


def sky(pixels: np.ndarray) -> np.ndarray:
    for x in np.linspace(0.82, 0.97, 6):
        for y in np.linspace(0.82, 0.97, 6):
            pixels = with_mark(pixels, star(26), (x, y))
    return pixels


OTHERS = {
    "no mark": lambda pixels: pixels,
    "a disc": lambda pixels: with_mark(pixels, disc(48), (0.93, 0.93)),
    "letters": lambda pixels: with_mark(pixels, letters(80), (0.93, 0.93)),
    "a star in the middle": lambda pixels: with_mark(pixels, star(48), (0.5, 0.2)),
    "a large star": lambda pixels: with_mark(pixels, star(180), (0.9, 0.9)),
    "a sky of stars": sky,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_marks_are_none(name: str) -> None:
    source = photo(1024, 1024)
    assert not compare(encoded(source), encoded(OTHERS[name](edited(source)))).sparkle


def test_a_star_that_the_source_has_too_is_none() -> None:
    source = with_mark(photo(1024, 1024), star(48), (0.93, 0.93))
    assert not compare(encoded(source), encoded(edited(source))).sparkle
