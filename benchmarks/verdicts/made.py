"""Make re-uploads, edits and second shots from photos, with known verdicts and edited areas.

Each maker takes a photo (height, width, 3), another photo and a random generator. It returns a `Case`.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one made pair as files."""

    before: bytes
    after: bytes
    mask: Mask | None = None
    """Edited pixels in the source's frame; None if not needed."""


def encode(pixels: Pixels, quality: int = 92, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **({} if kind == "PNG" else {"quality": quality}))
    return out.getvalue()


def resize(pixels: Pixels, factor: float) -> Pixels:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way)


def blob(shape: tuple[int, ...], rng: Rng, share: float) -> Mask:
    """Return a random round shape that covers about `share` of the area, away from the border."""
    height, width = shape[:2]
    radius = np.sqrt(share * height * width / np.pi)
    centre = [rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height]
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    wobble = 1 + 0.3 * np.sin(angles * rng.integers(2, 5) + rng.uniform(0, 6))
    points = np.stack([centre[0] + radius * wobble * np.cos(angles), centre[1] + radius * wobble * np.sin(angles)], 1)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
    return mask.astype(bool)


def blend(base: Pixels, top: Pixels, mask: Mask, soft: float = 2.0) -> Pixels:
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft)[..., None]
    return np.rint(base * (1 - alpha) + top * alpha).astype(np.uint8)


def _edit(base: Pixels, edited: Pixels, mask: Mask | None, rng: Rng) -> Case:
    return Case(encode(base, 92), encode(edited, int(rng.integers(80, 97))), mask)


# Edits with a known area


def removal(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.004, 0.05))
    filled = cv2.inpaint(photo, mask.astype(np.uint8), 5, cv2.INPAINT_TELEA)
    return _edit(photo, blend(photo, filled, mask), mask, rng)


def recolour(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.01, 0.15))
    hsv = cv2.cvtColor(photo, cv2.COLOR_RGB2HSV).astype(int)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(40, 130))) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] + 70, 0, 255)
    return _edit(photo, blend(photo, cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), mask), mask, rng)


def clone(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.005, 0.06))
    shift = (int(rng.integers(60, 140)), int(rng.integers(60, 140)))
    return _edit(photo, blend(photo, np.roll(photo, shift, (0, 1)), mask), mask, rng)


def text(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    layer = np.zeros(photo.shape[:2], np.uint8)
    size = photo.shape[1] / 500 * rng.uniform(0.8, 2.0)
    at = (int(photo.shape[1] * 0.1), int(photo.shape[0] * rng.uniform(0.2, 0.9)))
    cv2.putText(layer, "HAPPY DAY", at, cv2.FONT_HERSHEY_DUPLEX, size, 255, max(2, round(2 * size)), cv2.LINE_AA)
    alpha = layer[..., None] / 255.0
    return _edit(photo, np.rint(photo * (1 - alpha) + 255 * alpha).astype(np.uint8), layer > 127, rng)


def warp(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.02, 0.1))
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(np.float32)
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 8) * min(photo.shape[:2]) * 0.03
    moved = cv2.remap(photo, x + weight, y + weight * np.float32(0.6), cv2.INTER_CUBIC)
    return _edit(photo, moved, mask, rng)


def relight(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.03, 0.2))
    gain = rng.choice([0.6, 1.5])
    lit = np.clip(photo * gain + (10 if gain > 1 else 0), 0, 255).astype(np.uint8)
    return _edit(photo, blend(photo, lit, mask, 4), mask, rng)


# Other kinds of edits that people ask for


def dodged(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Make a region a little lighter or darker, with soft edges."""
    mask = blob(photo.shape, rng, rng.uniform(0.02, 0.15))
    lit = np.clip(photo * rng.choice([0.88, 1.12]), 0, 255).astype(np.uint8)
    return _edit(photo, blend(photo, lit, mask, 6), mask, rng)


def background_replaced(photo: Pixels, other: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.15, 0.35))
    back = cv2.resize(other, photo.shape[1::-1], interpolation=cv2.INTER_AREA)
    return _edit(photo, blend(back, photo, mask), ~mask, rng)


def face_swapped(photo: Pixels, other: Pixels, rng: Rng) -> Case:
    mask = blob(photo.shape, rng, rng.uniform(0.01, 0.06))
    return _edit(photo, blend(photo, cv2.resize(other, photo.shape[1::-1]), mask), mask, rng)


def watermark_added(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    layer = np.zeros(photo.shape[:2], np.uint8)
    for row in range(3):
        at = (int(photo.shape[1] * 0.15), int(photo.shape[0] * (0.3 + 0.25 * row)))
        cv2.putText(layer, "SAMPLE", at, cv2.FONT_HERSHEY_SIMPLEX, photo.shape[1] / 260, 255, 3, cv2.LINE_AA)
    alpha = layer[..., None] / 255 * 0.3
    return _edit(photo, np.rint(photo * (1 - alpha) + 255 * alpha).astype(np.uint8), None, rng)


def colourised(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    return Case(encode(grey, 90), encode(photo, int(rng.integers(75, 95))))


def restored(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Pair a faded, scratched and stained scan with the clean picture."""
    torn = np.clip(photo * 0.6 + 70, 0, 255).astype(np.uint8)
    for _scratch in range(12):
        points = rng.integers(0, [photo.shape[1], photo.shape[0]], (2, 2))
        cv2.line(torn, points[0].tolist(), points[1].tolist(), (235, 230, 220), int(rng.integers(2, 5)), cv2.LINE_AA)
    torn[blob(photo.shape, rng, 0.03)] = (225, 215, 200)
    noisy = np.clip(torn + rng.normal(0, 4, torn.shape), 0, 255).astype(np.uint8)
    return Case(encode(noisy, 90), encode(photo, 90))


def toned(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    gain, offset = rng.choice([0.75, 1.25]), rng.uniform(-15, 15)
    warm = np.array([1.06, 1.0, 0.92])
    return _edit(photo, np.clip(photo * gain * warm + offset, 0, 255).astype(np.uint8), None, rng)


def cropped_and_edited(photo: Pixels, other: Pixels, rng: Rng) -> Case:
    case = face_swapped(photo, other, rng)
    edited = np.asarray(Image.open(io.BytesIO(case.after)))
    height, width = edited.shape[:2]
    cut = edited[int(height * 0.08) : int(height * 0.97), int(width * 0.05) : int(width * 0.9)]
    return Case(case.before, encode(cut, 85))


def straightened(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Rotate by up to 10 degrees, as people straighten horizons, and crop."""
    angle = float(rng.uniform(0.7, 10) * rng.choice([-1, 1]))
    height, width = photo.shape[:2]
    lean = abs(np.radians(angle))
    kept = 1 / (np.cos(lean) + max(width / height, height / width) * np.sin(lean))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    whole = cv2.warpAffine(photo, turn, (width, height), flags=cv2.INTER_CUBIC)
    left, top = int(width * (1 - kept) / 2) + 1, int(height * (1 - kept) / 2) + 1
    return _edit(photo, whole[top : height - top, left : width - left], None, rng)


def edited_and_shrunk(photo: Pixels, other: Pixels, rng: Rng) -> Case:
    case = clone(photo, other, rng)
    edited = np.asarray(Image.open(io.BytesIO(case.after)))
    return Case(case.before, encode(resize(edited, rng.uniform(0.5, 0.9)), int(rng.integers(55, 80))))


def extended(photo: Pixels, other: Pixels, rng: Rng) -> Case:
    """Extend the canvas with new content."""
    height, width = photo.shape[:2]
    canvas = cv2.resize(other, (int(width * 1.4), int(height * 1.3)))
    canvas[int(height * 0.15) : int(height * 0.15) + height, int(width * 0.2) : int(width * 0.2) + width] = photo
    return _edit(photo, canvas, None, rng)


# Re-uploads


def recompressed(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(photo, 93), encode(photo, int(rng.integers(30, 95))))


def shrunk(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(photo, 93), encode(resize(photo, rng.uniform(0.3, 0.9)), int(rng.integers(40, 92))))


def shrunk_thrice(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Scale and compress three times, as three sites would."""
    passing = photo
    for _site in range(3):
        passing = np.asarray(Image.open(io.BytesIO(encode(resize(passing, rng.uniform(0.75, 1.1)), 65))))
    return Case(encode(photo, 93), encode(passing, 70))


def site_cropped(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    height, width = photo.shape[:2]
    cuts = rng.uniform(0, 0.13, 4)
    cut = photo[int(height * cuts[0]) : int(height * (1 - cuts[1])), int(width * cuts[2]) : int(width * (1 - cuts[3]))]
    return Case(encode(photo, 93), encode(resize(cut, rng.uniform(0.5, 1.0)), int(rng.integers(50, 92))))


def bordered(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    pads = [int(p) for p in rng.uniform(0.0, 0.2, 2) * photo.shape[0]]
    grey = int(rng.choice([0, 255, 30]))
    framed = cv2.copyMakeBorder(photo, pads[0], pads[0], pads[1], pads[1], cv2.BORDER_CONSTANT, value=(grey,) * 3)
    return Case(encode(photo, 93), encode(resize(framed, rng.uniform(0.5, 1.0)), int(rng.integers(60, 92))))


def screenshot(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Show the picture on a phone's screen, with bars and buttons above and below."""
    small = resize(photo, 720 / photo.shape[1])
    screen = np.full((max(1280, small.shape[0] + 300), 720, 3), 18, np.uint8)
    top = (screen.shape[0] - small.shape[0]) // 2
    screen[top : top + small.shape[0]] = small
    cv2.putText(screen, "12:41", (30, 45), cv2.FONT_HERSHEY_SIMPLEX, 1, (240,) * 3, 2, cv2.LINE_AA)
    cv2.putText(screen, "r/photos   Follow", (30, 110), cv2.FONT_HERSHEY_SIMPLEX, 1, (200,) * 3, 2, cv2.LINE_AA)
    for button in range(4):
        cv2.circle(screen, (100 + 170 * button, screen.shape[0] - 60), 22, (210,) * 3, 3, cv2.LINE_AA)
    return Case(encode(photo, 93), encode(screen, 85, "PNG" if rng.random() < 0.5 else "JPEG"))


def mirrored(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(photo, 93), encode(np.ascontiguousarray(photo[:, ::-1]), int(rng.integers(60, 92))))


def turned(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(photo, 93), encode(np.ascontiguousarray(np.rot90(photo, rng.integers(1, 4))), 85))


def enlarged(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(resize(photo, 0.6), 90), encode(resize(resize(photo, 0.6), rng.uniform(1.3, 2.0)), 88))


def as_webp(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    return Case(encode(photo, 93), encode(resize(photo, rng.uniform(0.6, 1.0)), int(rng.integers(45, 90)), "WEBP"))


# Second shots


def second_shot(photo: Pixels, _: Pixels, rng: Rng) -> Case:
    """Shoot the same scene twice from a tripod: other grain, slightly other light, something moved."""
    clean = cv2.bilateralFilter(photo, 7, 25, 5)
    shots = []
    for light, moved in ((1.0, False), (rng.uniform(0.96, 1.04), True)):
        shot = clean.astype(np.float32) * light
        if moved:
            where = blob(photo.shape, rng, rng.uniform(0.01, 0.1))
            step = (int(rng.integers(30, 90)), int(rng.integers(30, 90)))
            shot = blend(np.clip(shot, 0, 255).astype(np.uint8), np.roll(clean, step, (0, 1)), where).astype(np.float32)
        grain = cv2.GaussianBlur(rng.normal(0, rng.uniform(5, 9), photo.shape).astype(np.float32), (0, 0), 0.7)
        shots.append(np.clip(shot + grain, 0, 255).astype(np.uint8))
    return Case(encode(shots[0], 90), encode(shots[1], 90))


Maker = Callable[[Pixels, Pixels, Rng], Case]
MASKED: tuple[Maker, ...] = (removal, recolour, clone, text, warp, relight)
