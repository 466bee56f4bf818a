"""How well an edit kept what it did not mean to change."""

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PERFECT_PSNR", "psnr", "ssim"]

PERFECT_PSNR = 60.0
"""dB given to pictures that agree to the bit, or nearly."""


def psnr(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", where: "NDArray[np.bool_]") -> float | None:
    """Peak signal to noise in dB over the pixels of `where`, at most `PERFECT_PSNR`; None where there are none.

    a, b: shape (height, width, 3). where: shape (height, width).
    """
    if not where.any():
        return None
    mean = cv2.norm(a, b, cv2.NORM_L2SQR, where.astype(np.uint8)) / (3 * np.count_nonzero(where))
    return min(PERFECT_PSNR, 10 * math.log10(255**2 / mean)) if mean > 0 else PERFECT_PSNR


def ssim(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]", where: "NDArray[np.bool_]") -> float | None:
    """Mean structural similarity of luminance over `where`, -1 to 1 (Wang et al. 2004, Gaussian window, sigma 1.5)."""
    if not where.any():
        return None
    x, y = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in (a, b))

    def local(z: "NDArray[np.float32]") -> "NDArray[np.float32]":
        return np.asarray(cv2.GaussianBlur(z, (11, 11), 1.5))

    mean_x, mean_y = local(x), local(y)
    var_x, var_y = local(x * x) - mean_x**2, local(y * y) - mean_y**2
    cov = local(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = (2 * mean_x * mean_y + c1) * (2 * cov + c2) / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))
    return float(value[where].mean())
