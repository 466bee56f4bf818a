"""Compare pictures that share only a flat surround (`layouts`), and edits of what it surrounds.

Photos are divided into a development half, which joins the fit of `[related]` (`rule`), and a held-out half. The
development half also has unrelated photos whose outlines look alike, and random ones.
"""

from collections import defaultdict
from functools import cache
from itertools import combinations
from multiprocessing.pool import Pool

import cv2
import known_masks
import layouts
import made
import numpy as np
import pairs
from layouts import Layout, filled, words, write
from made import Pixels, Rng, encode, resize
from numpy.typing import NDArray
from pairs import ClassifiedPair, Pair

from photoshop_request.edits.prepare import prepare
from photoshop_request.media.files.hashes import distance

HALVES = ("development", "held out")
LAYOUTS = (*layouts.PHOTOS, *layouts.DRAWINGS)


# Edits


def photo_edit(photo: Pixels, other: Pixels, rng: Rng) -> Pixels:
    """Change a part of a photo: removed, recoloured, copied from elsewhere, or replaced by another photo."""
    mask = made.blob(photo.shape, rng, rng.uniform(0.01, 0.2))
    kind = int(rng.integers(4))
    if kind == 0:
        top = np.asarray(cv2.inpaint(photo, mask.astype(np.uint8), 5, cv2.INPAINT_TELEA))
    elif kind == 1:
        top = recolour(photo, rng)
    elif kind == 2:
        top = np.roll(photo, (photo.shape[0] // 4, photo.shape[1] // 5), (0, 1))
    else:
        top = filled(other, photo.shape[1], photo.shape[0])
    return made.blend(photo, np.asarray(top, np.uint8), mask)


def toned_edit(photo: Pixels, _: Pixels, rng: Rng) -> Pixels:
    """Change light and colour of a whole photo."""
    warm = rng.uniform(0.85, 1.15, 3)
    return np.clip(photo * rng.choice([0.7, 1.3]) * warm + rng.uniform(-15, 15), 0, 255).astype(np.uint8)


def background_edit(photo: Pixels, other: Pixels, rng: Rng) -> Pixels:
    """Keep a round subject and replace the rest."""
    mask = made.blob(photo.shape, rng, rng.uniform(0.2, 0.4))
    return made.blend(filled(other, photo.shape[1], photo.shape[0]), photo, mask)


def recolour(pixels: Pixels, rng: Rng) -> Pixels:
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV).astype(int)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(40, 130))) % 180
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)


def reworded(pixels: Pixels, rng: Rng) -> Pixels:
    """Paint over the busiest of some boxes and write other words there."""
    height, width = pixels.shape[:2]
    box = (int(height * 0.05), int(width * 0.25))
    corners = [(int(rng.integers(0, height - box[0])), int(rng.integers(0, width - box[1]))) for _ in range(20)]
    upper, left = max(corners, key=lambda at: float(pixels[at[0] : at[0] + box[0], at[1] : at[1] + box[1]].std()))
    edited = pixels.copy()
    part = edited[upper : upper + box[0], left : left + box[1]]
    ground = np.median(part.reshape(-1, 3), 0)
    part[:] = ground
    write(edited, words(rng, 1), (left + 5, upper + int(box[0] * 0.7)), box[0] * 0.5, 255 if ground.mean() < 100 else 0)
    return edited


def part_removed(pixels: Pixels, rng: Rng) -> Pixels:
    """Paint a part of a drawing with the paper's colour."""
    edited = pixels.copy()
    mask = made.blob(pixels.shape, rng, rng.uniform(0.01, 0.06))
    edited[mask] = np.median(pixels.reshape(-1, 3), 0)
    return edited


def drawing_recoloured(pixels: Pixels, rng: Rng) -> Pixels:
    """Give the ink another colour; black becomes a colour too."""
    ink = 1 - pixels.astype(np.float32).min(-1, keepdims=True) / 255
    return np.clip(recolour(pixels, rng) + ink * rng.integers(0, 120, 3), 0, 255).astype(np.uint8)


PHOTO_EDITS = (photo_edit, photo_edit, toned_edit, background_edit)
DRAWN_EDITS = (reworded, part_removed, drawing_recoloured)


def jobs(rows: list[Pair], half: str, unrelated: int, edits: int) -> list[tuple[tuple[Pair, ...], str, int, int, bool]]:
    """Return arguments of `classified`: for each layout, that many unrelated pairs and edits."""
    return [
        (tuple(rows), half, layout, number, number < unrelated)
        for layout in range(len(LAYOUTS))
        for number in range(unrelated + edits)
    ]


def score(rows: list[Pair], pool: Pool, half: str, unrelated: int, edits: int) -> list[ClassifiedPair]:
    """Return the comparisons of made pairs. The kind of a pair is its layout, its origin the layout and the half."""
    return pool.starmap(_classified, jobs(rows, half, unrelated, edits), chunksize=4)


def for_fit(rows: list[Pair], pool: Pool) -> list[ClassifiedPair]:
    """Return the pairs that join the fit: surrounds of the development half, and unrelated photos."""
    return score(rows, pool, HALVES[0], 12, 8) + alike(rows, pool, 300, 500)


def _classified(rows: tuple[Pair, ...], half: str, number: int, seed: int, unrelated: bool) -> ClassifiedPair:
    return pairs.classify(make(rows, half, number, seed, unrelated))


def make(rows: tuple[Pair, ...], half: str, number: int, seed: int, unrelated: bool) -> Pair:
    """Return one made pair of the layout of that number."""
    layout = LAYOUTS[number]
    keys = [HALVES.index(half), number, seed]
    rng, photos = np.random.default_rng(keys), _photos(rows)[HALVES.index(half) :: 2]
    photo, other = (photos[index] for index in rng.choice(len(photos), 2, replace=False))
    first = _show(layout, photo, keys, 1)
    if unrelated:
        second = _show(layout, other, keys, 2)
    elif layout in layouts.DRAWINGS or (layout is not layouts.round_window and seed % 5 == 0):
        second = DRAWN_EDITS[seed % len(DRAWN_EDITS) if layout in layouts.DRAWINGS else 0](first, rng)
    else:
        second = _show(layout, PHOTO_EDITS[seed % len(PHOTO_EDITS)](photo, other, rng), keys, 1)
    second = resize(second, float(rng.uniform(0.5, 0.9))) if seed % 4 == 1 else second
    label = "unrelated" if unrelated else "edit"
    files = encode(first, 92), encode(second, int(rng.integers(75, 96)))
    return Pair(*files, label, layout.__name__, f"{layout.__name__}, {half}")


def _show(layout: Layout, photo: Pixels, keys: list[int], content: int) -> Pixels:
    return layout(photo, np.random.default_rng([*keys, 0]), np.random.default_rng([*keys, content]))


@cache
def _photos(rows: tuple[Pair, ...]) -> list[Pixels]:
    """Return photos of which no two look alike."""
    chosen: list[tuple[Pixels, int]] = []
    for photo in known_masks.photos_of(rows):
        phash = prepare(photo).hash.phash
        if all(distance(phash, other) > 18 for _, other in chosen):
            chosen.append((photo, phash))
    return [photo for photo, _ in chosen]


def alike(rows: list[Pair], pool: Pool, closest: int, others: int) -> list[ClassifiedPair]:
    """Return comparisons of unrelated photos of two origins: those whose outlines are closest, and random others."""
    found: list[tuple[Pair, int, NDArray[np.float32]]] = []
    for row in {row.before: row for row in rows if not row.second_shot}.values():
        picture = prepare(row.before)
        if min(picture.grey.shape) >= 64 and all(distance(picture.hash.phash, phash) > 18 for _, phash, _ in found):
            found.append((row, picture.hash.phash, _outline(picture.grey)))
    outlines = np.array([outline for _, _, outline in found])
    likeness = outlines @ outlines.T
    apart = [
        pair for pair in combinations(range(len(found)), 2) if len({found[index][0].origin for index in pair}) == 2
    ]
    apart.sort(key=lambda pair: -likeness[pair])
    random = np.random.default_rng(0).choice(np.arange(closest, len(apart)), others, replace=False)
    made_pairs = [
        Pair(found[a][0].before, found[b][0].before, "unrelated", kind, "photos of other pairs")
        for kind, chosen in (("alike", apart[:closest]), ("random", [apart[index] for index in random]))
        for a, b in chosen
    ]
    return pool.map(pairs.classify, made_pairs, chunksize=4)


def _outline(grey: Pixels) -> NDArray[np.float32]:
    small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    gradient = np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)).ravel()
    gradient -= gradient.mean()
    return np.asarray(gradient / max(1e-6, float(np.linalg.norm(gradient))), np.float32)


def figures(scored: list[ClassifiedPair]) -> dict[str, dict[str, int]]:
    """Return by layout and in all: unrelated pairs, how many were kept, edits, how many of them are `unrelated`."""
    groups: defaultdict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("unrelated", "kept", "edits", "lost"), 0)
    )
    for one in scored:
        for name in (one.pair.kind, "all"):
            group, unrelated = groups[name], one.pair.label == "unrelated"
            group["unrelated" if unrelated else "edits"] += 1
            group["kept"] += unrelated and one.verdict in {"edit", "same"}
            group["lost"] += not unrelated and one.verdict in {"unrelated", "shot"}
    return dict(groups)


def table(scored: list[ClassifiedPair]) -> str:
    """Return the figures as lines of text."""
    lines = [f"{'only a surround in common':34}{'unrelated':>10}{'kept':>6}{'edits':>8}{'lost':>6}"]
    lines += [
        f"{name:34}{group['unrelated']:10}{group['kept']:6}{group['edits']:8}{group['lost']:6}"
        for name, group in figures(scored).items()
    ]
    return "\n".join(lines)
