"""Make edits whose changed pixels are known, and score the masks of the comparison.

Subjects come from pairs whose `after` shows the subject of `before` on white. Photos and subjects are divided into a
development half, which set the thresholds of `[tone]`, and a held-out half.

On real edits, whose true mask is unknown, inverted masks are counted.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from multiprocessing.pool import Pool

import cv2
import numpy as np
from made import Mask, Pixels, Rng, encode, resize
from numpy.typing import NDArray
from pairs import ClassifiedPair, Pair
from PIL import Image

from photoshop_request import Comparison, compare
from photoshop_request.edits.prepare import prepare
from photoshop_request.media.files.decode import Picture
from photoshop_request.media.files.hashes import distance, hash_picture
from photoshop_request.verdicts import Verdict

HALVES = ("development", "held out")
_PER_KIND = 24
_LONGEST = 1400
_NEAR = 18
"""Bits of pHash up to which two photos may show the same thing."""
_COLOURS = ((255, 255, 255), (0, 0, 0), (30, 90, 200), (200, 40, 40), (128, 128, 128))
_PHOTO_KINDS = {
    "photo",
    "magicbrush_multiturn",
    "object_removal_ai",
    "random_same_repo",
    "random_other_repo",
    "ukbench_other_object",
    "global_blur",
    "png_vs_jpeg_export",
    "resize_crop_webp",
}


@dataclass(frozen=True, slots=True)
class Material:
    """Hold one cut-out subject and three photos."""

    subject: Pixels
    alpha: NDArray[np.float32]
    """1 on the subject. Shape (height, width)."""
    photo: Pixels
    other: Pixels
    third: Pixels


@dataclass(frozen=True, slots=True)
class Edited:
    """Hold a made edit before it is encoded."""

    source: Pixels
    edit: Pixels
    expected: Pixels
    """The source with the global tone of the edit."""
    region: NDArray[np.float32]
    """Over 0 where the edit was made. Shape (height, width)."""


def background_colour(m: Material, rng: Rng) -> Edited:
    colour = np.full_like(m.subject, _COLOURS[int(rng.integers(len(_COLOURS)))])
    return _replaced(m.subject, m.subject, colour, m.alpha)


def background_photo(m: Material, _: Rng) -> Edited:
    return _replaced(m.subject, m.subject, _fit(m.photo, m.subject), m.alpha)


def scene_swapped(m: Material, _: Rng) -> Edited:
    source = _over(m.subject, _fit(m.photo, m.subject), m.alpha)
    return _replaced(source, source, _fit(m.other, source), m.alpha)


def subject_cut_out(m: Material, rng: Rng) -> Edited:
    source = _over(m.subject, _fit(m.photo, m.subject), m.alpha)
    plain = np.full_like(source, 255 if rng.random() < 0.8 else 0)
    return _replaced(source, source, plain, m.alpha)


def sky_replaced(m: Material, rng: Rng) -> Edited:
    height, width = m.photo.shape[:2]
    x = np.arange(width) / width
    line = height * (rng.uniform(0.25, 0.6) + 0.05 * np.sin(x * rng.uniform(6, 20)) + 0.02 * np.sin(x * 60))
    kept = (np.arange(height)[:, None] >= line).astype(np.float32)
    top, bottom = rng.integers(60, 256, (2, 3))
    slope = np.broadcast_to(np.linspace(top, bottom, height)[:, None], m.photo.shape).astype(np.uint8)
    return _replaced(m.photo, m.photo, _fit(m.other, m.photo) if rng.random() < 0.5 else slope, kept)


def recoloured(m: Material, rng: Rng) -> Edited:
    source = m.subject if rng.random() < 0.5 else _over(m.subject, _fit(m.photo, m.subject), m.alpha)
    hsv = cv2.cvtColor(source, cv2.COLOR_RGB2HSV).astype(int)
    hsv[..., 0] = (hsv[..., 0] + rng.integers(30, 150)) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * 1.3 + 60, 0, 255)
    dyed = _toned(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), rng, (0.55, 1.25), 15, (1.0,))
    return Edited(source, _over(dyed, source, m.alpha), source, m.alpha)


def tone_and_local(m: Material, rng: Rng) -> Edited:
    height, width = m.photo.shape[:2]
    mask = np.zeros((height, width), np.float32)
    radii = [int(rng.uniform(0.08, 0.22) * side) for side in (width, height)]
    centre = [int(rng.uniform(0.25, 0.75) * side) for side in (width, height)]
    cv2.ellipse(mask, centre, radii, rng.uniform(0, 180), 0, 360, 1.0, -1)
    moved = cv2.blur(np.roll(m.photo, (height // 3, width // 3), (0, 1)), (9, 9))
    both = np.concatenate([m.photo, _fit(m.other, m.photo) if rng.random() < 0.5 else moved])
    base, top = np.split(_toned(both, rng, (0.7, 1.45), 25, (1, 1, 0.75, 1.3)), 2)
    return Edited(m.photo, _over(top, base, mask), base, mask)


def tone_and_background(m: Material, rng: Rng) -> Edited:
    base = _toned(m.subject, rng, (0.75, 1.35), 20, (1.0,))
    plain = np.full_like(base, rng.integers(0, 256, 3))
    return _replaced(m.subject, base, _fit(m.photo, base) if rng.random() < 0.5 else plain, m.alpha)


def copy_moved(m: Material, rng: Rng) -> Edited:
    height, width = m.photo.shape[:2]
    h, w = (int(side * rng.uniform(0.1, 0.25)) for side in (height, width))
    (top, to_top), (left, to_left) = rng.integers(0, height - h, 2), rng.integers(0, width - w, 2)
    edit, mask = m.photo.copy(), np.zeros((height, width), np.float32)
    edit[to_top : to_top + h, to_left : to_left + w] = m.photo[top : top + h, left : left + w]
    mask[to_top : to_top + h, to_left : to_left + w] = 1
    return Edited(m.photo, edit, m.photo, mask)


KINDS: tuple[Callable[[Material, Rng], Edited], ...] = (
    background_colour,
    background_photo,
    scene_swapped,
    subject_cut_out,
    sky_replaced,
    recoloured,
    tone_and_local,
    tone_and_background,
    copy_moved,
)


@dataclass(frozen=True, slots=True)
class Scored:
    """Hold the score of one mask."""

    half: str
    kind: str
    iou: float
    """0 if the mask is missing, empty or the whole frame, or the verdict is not `edit`."""
    source: bytes
    edit: bytes
    truth: Mask
    comparison: Comparison


def score(rows: list[Pair], pool: Pool, halves: tuple[str, ...] = HALVES) -> list[Scored]:
    """Return the scores of the made edits of each kind."""
    jobs = [(rows, half, kind, number) for half in halves for kind in range(len(KINDS)) for number in range(_PER_KIND)]
    return [one for one in pool.starmap(_scored, jobs, chunksize=4) if one]


def figures(scored: list[Scored]) -> dict[str, dict[str, dict[str, float]]]:
    """Return number, median IoU and the fraction under 0.3 by half and kind."""
    groups: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in scored:
        groups[one.half][one.kind].append(one.iou)
        if one.kind != copy_moved.__name__:
            groups[one.half]["all but copies"].append(one.iou)
    return {
        half: {
            kind: {
                "edits": len(values),
                "median_iou": round(float(np.median(values)), 4),
                "under_0.3": round(sum(value < 0.3 for value in values) / len(values), 4),
            }
            for kind, values in kinds.items()
        }
        for half, kinds in groups.items()
    }


def table(scored: list[Scored]) -> str:
    """Return the figures as lines of text."""
    lines = [f"{'masks of made edits':34}{'edits':>6}{'median IoU':>12}{'under 0.3':>12}"]
    for half, kinds in figures(scored).items():
        for kind, values in kinds.items():
            lines.append(
                f"{half + ': ' + kind:34}{values['edits']:6}{values['median_iou']:12.3f}{values['under_0.3']:12.3f}"
            )
    return "\n".join(lines)


def inversion(classified: ClassifiedPair) -> str:
    """Return `inverted` if the area outside a mask differs over twice as much as inside, and by over 15 gray levels.

    Return `right` for other masks, and `none` without one that covers 2 to 98 % of an unmoved frame.
    """
    comparison = classified.comparison
    png = comparison.change_mask()
    if png is None or comparison.verdict is not Verdict.EDIT or comparison.method != "identity":
        return "none"
    before, after = (
        Image.fromarray(prepare(path).levels[0]) for path in (classified.pair.before, classified.pair.after)
    )
    size = (256, max(1, round(256 * before.height / before.width)))
    a, b, mask = (
        np.asarray(image.convert("L").resize(size, Image.Resampling.BOX), np.float32)
        for image in (before, after, Image.open(io.BytesIO(png)))
    )
    marked, steps = mask > 127, np.abs(a - b)
    if not 0.02 < marked.mean() < 0.98:
        return "none"
    return "inverted" if steps[~marked].mean() > max(15, 2 * steps[marked].mean()) else "right"


def _scored(rows: list[Pair], half: str, kind: int, number: int) -> Scored | None:
    rng = np.random.default_rng([HALVES.index(half), kind, number])
    make = KINDS[kind]
    made = make(_material(tuple(rows), half, rng), rng)
    levels = 4 if make is copy_moved else 8
    blur = (1, 1) if make is copy_moved else (5, 5)
    visible = np.abs(cv2.blur(made.edit, blur).astype(int) - cv2.blur(made.expected, blur)).max(-1) > levels
    truth = ((made.region > 0.02) & visible).astype(np.uint8)
    truth = cv2.morphologyEx(truth, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) if make is not copy_moved else truth
    if truth.mean() < 0.01:
        return None
    source = encode(made.source, kind="PNG")
    if make is copy_moved:
        edit = encode(made.edit, kind="PNG")
    else:
        edit = encode(resize(made.edit, 0.7 if number % 4 == 3 else 1.0), (95, 85, 75, 90)[number % 4])
    comparison = compare(source, edit)
    iou = _iou(comparison, truth.astype(bool))
    return Scored(half, make.__name__, iou, source, edit, truth.astype(bool), comparison)


def _iou(comparison: Comparison, truth: Mask) -> float:
    png = comparison.change_mask()
    if png is None or comparison.verdict is not Verdict.EDIT:
        return 0.0
    mask = np.asarray(Image.open(io.BytesIO(png)), dtype=bool)
    return 0.0 if mask.all() else float((mask & truth).sum() / (mask | truth).sum())


def _material(rows: tuple[Pair, ...], half: str, rng: Rng) -> Material:
    cut_out, photos = subjects(rows), photos_of(rows)
    offset = HALVES.index(half)
    subject, alpha = cut_out[offset::2][int(rng.integers(len(cut_out[offset::2])))]
    chosen = rng.choice(len(photos[offset::2]), 3, replace=False)
    return Material(subject, alpha, *(photos[offset::2][index] for index in chosen))


@cache
def subjects(rows: tuple[Pair, ...]) -> list[tuple[Pixels, NDArray[np.float32]]]:
    """Return the pictures whose subject was cut out, with its soft alpha."""
    return list(_cut_out(rows))


def _cut_out(rows: tuple[Pair, ...]) -> Iterator[tuple[Pixels, NDArray[np.float32]]]:
    for row in rows:
        if row.kind != "background_removal":
            continue
        before, after = _load(row.before), _load(row.after)
        if before.shape != after.shape:
            continue
        _, labels = cv2.connectedComponents((after.min(-1) > 247).astype(np.uint8), connectivity=4)
        border = set(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]).tolist()) - {0}
        kept = cv2.morphologyEx((~np.isin(labels, list(border))).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5)))
        core = cv2.erode(kept, np.ones((9, 9))).astype(bool)
        if not 0.1 < kept.mean() < 0.75 or np.abs(before.astype(int) - after)[core].mean() > 26:
            continue  # the subject itself was edited too
        yield before, cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 1)


@cache
def photos_of(rows: tuple[Pair, ...]) -> list[Pixels]:
    pixels = [_load(path) for path in sorted({row.before for row in rows if row.kind in _PHOTO_KINDS})]
    return [one for one in pixels if min(one.shape[:2]) >= 300 and cv2.Laplacian(one[..., 1], cv2.CV_32F).std() >= 4]


@cache
def different_photos(rows: tuple[Pair, ...], half: str) -> list[Pixels]:
    """Return the photos of a half without near copies and without photos of the cut-out subjects."""
    kept: list[Pixels] = []
    known = [hash_picture(Picture(pixels, "", 0.0)).phash for pixels, _ in subjects(rows)]
    for pixels in photos_of(rows)[HALVES.index(half) :: 2]:
        phash = hash_picture(Picture(pixels, "", 0.0)).phash
        if all(distance(phash, other) > _NEAR for other in known):
            kept.append(pixels)
            known.append(phash)
    return kept


def _load(path: object) -> Pixels:
    with Image.open(str(path)) as image:
        picture = image.convert("RGB")
    pixels = np.asarray(picture)
    return resize(pixels, _LONGEST / max(pixels.shape)) if max(pixels.shape) > _LONGEST else pixels


def _fit(photo: Pixels, to: Pixels) -> Pixels:
    """Scale and crop a photo to the shape of another picture."""
    height, width = to.shape[:2]
    factor = max(height / photo.shape[0], width / photo.shape[1]) * 1.001
    return resize(photo, factor)[:height, :width]


def _over(top: Pixels, base: Pixels, alpha: NDArray[np.float32]) -> Pixels:
    soft = cv2.GaussianBlur(alpha, (0, 0), 1)[..., None]
    return np.rint(top * soft + base * (1 - soft)).astype(np.uint8)


def _replaced(source: Pixels, kept: Pixels, back: Pixels, alpha: NDArray[np.float32]) -> Edited:
    """Put another background behind the subject."""
    return Edited(source, _over(kept, back, alpha), kept, 1 - alpha)


def _toned(pixels: Pixels, rng: Rng, gains: tuple[float, float], shift: float, powers: tuple[float, ...]) -> Pixels:
    """Apply a random gain, offset and gamma to all levels."""
    gain, offset, power = rng.uniform(*gains), rng.uniform(-shift, shift), rng.choice(powers)
    return np.clip((np.arange(256) / 255) ** power * 255 * gain + offset, 0, 255).astype(np.uint8)[pixels]
