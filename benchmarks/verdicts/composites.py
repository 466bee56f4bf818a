"""Paste a subject of one photo into another photo."""

from dataclasses import dataclass

import cv2
import numpy as np
from made import Pixels, Rng, encode, resize
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Composite:
    """Hold a made composite."""

    source: bytes
    edit: bytes
    matrix: NDArray[np.float64]
    """Pixels of the source to pixels of the edit. Shape (2, 3)."""
    in_source: float
    """Fraction of the source that the part covers."""
    in_edit: float
    """Fraction of the edit that the part covers."""
    side: float
    """Root of the part's area in the edit, in pixels at a longer side of 512."""


def composite(subject: Pixels, alpha: NDArray[np.float32], photo: Pixels, rng: Rng) -> Composite:
    """Paste a subject into a photo: a scale of 0.3 to 2 at equal sizes, turned by up to 30 degrees, a quarter mirrored."""
    height, width = photo.shape[:2]
    rows, columns = np.nonzero(alpha > 0.5)
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
    scale = float(np.exp(rng.uniform(np.log(0.3), np.log(2)))) * max(photo.shape) / max(subject.shape)
    scale = float(min(scale, *(np.array([width, height]) / (high - low))))
    angle = np.deg2rad(rng.uniform(-30, 30))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([-1.0 if rng.random() < 0.25 else 1.0, 1.0])
    room = np.minimum(scale * (high - low) / 2, [width / 2, height / 2])
    center = rng.uniform(room, np.maximum([width, height] - room, room + 1e-6))
    matrix = np.column_stack([linear, center - linear @ ((low + high) / 2)])
    pasted, solid = (_warped(layer, matrix, scale, (width, height)) for layer in (subject, alpha))
    if rng.random() < 0.4:
        pasted = np.clip(pasted * rng.uniform(0.8, 1.2) + rng.uniform(-15, 15), 0, 255)
    edit = np.rint(pasted * solid[..., None] + photo * (1 - solid[..., None])).astype(np.uint8)
    shrink = float(rng.uniform(0.6, 1)) if rng.random() < 0.5 else 1.0
    in_edit = float((solid > 0.5).mean())
    return Composite(
        encode(subject, int(rng.integers(75, 95))),
        encode(resize(edit, shrink), int(rng.integers(60, 93))),
        matrix * shrink,
        float((alpha > 0.5).mean()),
        in_edit,
        (in_edit * height * width) ** 0.5 * 512 / max(height, width),
    )


def _warped(layer: NDArray, matrix: NDArray[np.float64], scale: float, size: tuple[int, int]) -> NDArray:
    """Warp a layer without skipping pixels."""
    shrink = min(1.0, scale)
    small = cv2.resize(layer, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 0.75 else layer
    fit = np.array([layer.shape[1] / small.shape[1], layer.shape[0] / small.shape[0]])
    linear = matrix[:, :2] * fit
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    return cv2.warpAffine(small, centred, size, flags=cv2.INTER_LINEAR)
