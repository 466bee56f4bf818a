"""Measure verdicts on small edits and re-uploads that are made from the pictures of real pairs."""

from collections import Counter
from collections.abc import Callable
from multiprocessing.pool import Pool
from pathlib import Path

import cv2
import made
import numpy as np
from pairs import Pair
from PIL import Image

from photoshop_request import compare

SHARES = (0.0005, 0.002, 0.008, 0.018)
"""Fractions of the area that are edited."""
_SIDE = 1600
_COUNT = 90
_SCALES = (1.0, 0.7)
"""Sizes of the edits relative to the source."""


def _removed(photo: made.Pixels, mask: made.Mask) -> made.Pixels:
    return cv2.inpaint(photo, mask.astype(np.uint8), 5, cv2.INPAINT_TELEA)


def _recoloured(photo: made.Pixels, _: made.Mask) -> made.Pixels:
    hsv = cv2.cvtColor(photo, cv2.COLOR_RGB2HSV).astype(int)
    hsv[..., 0] = (hsv[..., 0] + 60) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] + 50, 0, 255)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


def _cloned(photo: made.Pixels, _: made.Mask) -> made.Pixels:
    return np.roll(photo, (photo.shape[0] // 5, photo.shape[1] // 6), (0, 1))


def _lightened(photo: made.Pixels, _: made.Mask) -> made.Pixels:
    return np.clip(photo.astype(int) + 25, 0, 255).astype(np.uint8)


_EDITS: tuple[Callable[[made.Pixels, made.Mask], made.Pixels], ...] = (_removed, _recoloured, _cloned, _lightened)


def table(rows: list[Pair], pool: Pool) -> str:
    """Return the recall of made edits by area and size, and of made re-uploads."""
    photos = sorted({row.before for row in rows if row.label != "same"})
    chosen = photos[:: -(-len(photos) // _COUNT)]
    counts: Counter[tuple[str, str]] = Counter()
    for of_photo in pool.imap_unordered(_count_verdicts, enumerate(chosen), chunksize=2):
        counts.update(of_photo)
    lines = [f"\nmade from {len(chosen)} pictures:"]
    for name in sorted({name for name, _ in counts}):
        of_name = {verdict: count for (group, verdict), count in counts.items() if group == name}
        expected = "same_image" if "re-upload" in name else "edit"
        lines.append(f"{name:48} {of_name.get(expected, 0) / sum(of_name.values()):.3f} of {sum(of_name.values())}")
    return "\n".join(lines)


def _count_verdicts(numbered: tuple[int, Path]) -> Counter[tuple[str, str]]:
    seed, path = numbered
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    rgb.thumbnail((_SIDE, _SIDE))
    photo = np.asarray(rgb)
    counts: Counter[tuple[str, str]] = Counter()
    if min(photo.shape[:2]) < 200:
        return counts
    rng = np.random.default_rng(seed)
    before = made.encode(photo, 92)
    for share in SHARES:
        for edit in _EDITS:
            mask = made.blob(photo.shape, rng, share)
            edited = made.blend(photo, edit(photo, mask), mask)
            if np.count_nonzero(np.abs(edited.astype(int) - photo).max(-1) > 20) < 0.3 * np.count_nonzero(mask):
                continue  # invisible
            for scale in _SCALES:
                after = made.encode(made.resize(edited, scale), int(rng.integers(80, 96)))
                name = f"edit of {share:.2%} of the area, at {scale:.0%} of its size"
                counts[name, compare(before, after).verdict] += 1
    for scale in (*_SCALES, 0.45):
        for quality in (95, 85, 70, 50):
            again = made.encode(made.resize(photo, scale), quality)
            counts[f"re-upload at {scale:.0%} of its size", compare(before, again).verdict] += 1
    return counts
