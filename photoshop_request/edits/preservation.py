"""Measure how well an edit preserved the pixels outside the change mask."""

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.resize import halved

if TYPE_CHECKING:
    from numpy.typing import NDArray


PERFECT_PSNR = 60.0
"""Maximum PSNR in dB, given to pixels that are identical or nearly so."""


def psnr(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", where: "NDArray[np.bool_]") -> float | None:
    """Return the peak signal-to-noise ratio in dB, at most `PERFECT_PSNR`, or None if `where` is empty.

    a, b: shape (height, width, 3). where: pixels to compare, shape (height, width).
    """
    if not where.any():
        return None
    mean = cv2.norm(a, b, cv2.NORM_L2SQR, where.view(np.uint8)) / (3 * np.count_nonzero(where))
    return min(PERFECT_PSNR, 10 * math.log10(255**2 / mean)) if mean > 0 else PERFECT_PSNR


def ssim(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", where: "NDArray[np.bool_]") -> float | None:
    """Return the mean structural similarity of luminance, -1 to 1, or None if `where` is empty.

    Wang et al. 2004, Gaussian window, sigma 1.5. As its authors advise, pictures are halved until the shorter side is
    near 256 pixels. Arguments: see `psnr`.
    """
    if not where.any():
        return None
    x, y = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) for pixels in (a, b))
    kept = where.view(np.uint8)
    while min(kept.shape) >= 384:
        x, y, kept = (halved(np.asarray(layer)) for layer in (x, y, kept))
    value = _ssim_map(np.asarray(x, np.float32), np.asarray(y, np.float32))
    count = cv2.countNonZero(kept)
    return float(np.vdot(value, kept.astype(np.float32))) / count if count else None


def _ssim_map(x: "NDArray[np.float32]", y: "NDArray[np.float32]") -> "NDArray[np.float32]":
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    c1, c2 = np.float32((0.01 * 255) ** 2), np.float32((0.03 * 255) ** 2)
    squares, product = mean_x * mean_x + mean_y * mean_y, mean_x * mean_y
    variances = _window_mean(x * x + y * y) - squares  # the formula needs only the sum of both
    covariance = _window_mean(x * y) - product
    return np.asarray((2 * product + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2)))


def _window_mean(z: "NDArray[np.float32]") -> "NDArray[np.float32]":
    return np.asarray(cv2.GaussianBlur(z, (11, 11), 1.5))
