"""Retouching tools for RGB uint8 pictures: hand-drawn masks, healing, tinting, pasting, writing."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .photos import Picture

Mask = NDArray[np.float32]
"""Height x width, 0 outside to 1 inside."""
Points = Sequence[tuple[int, int]]
Lab = tuple[float, float]
"""The a and b of CIE Lab, in OpenCV's float units."""


def polygon(like: Picture, *shapes: Points, feather: float = 1.5) -> Mask:
    """Fill the union of polygons, with a soft edge of `feather` pixels."""
    mask = np.zeros(like.shape[:2], np.float32)
    for shape in shapes:
        cv2.fillPoly(mask, [np.array(shape, np.int32)], 1.0, cv2.LINE_AA)
    return soften(mask, feather)


def ellipse(
    like: Picture, centre: tuple[int, int], axes: tuple[int, int], turn: float = 0, feather: float = 1.5
) -> Mask:
    """Fill an ellipse with a soft edge. `turn` is in degrees."""
    mask = np.zeros(like.shape[:2], np.float32)
    cv2.ellipse(mask, centre, axes, turn, 0, 360, 1.0, -1, cv2.LINE_AA)
    return soften(mask, feather)


def soften(mask: Mask, feather: float) -> Mask:
    """Soften the edge of a mask over about `feather` pixels."""
    return cv2.GaussianBlur(mask, (0, 0), feather).astype(np.float32) if feather else mask


def blend(below: NDArray[Any], above: NDArray[Any], mask: Mask) -> Picture:
    """Blend: `above` where the mask is 1, `below` where it is 0."""
    weight = mask[..., None]
    return np.clip(below * (1 - weight) + above * weight, 0, 255).astype(np.uint8)


def heal(picture: Picture, mask: Mask, grain: float = 2.0) -> Picture:
    """Inpaint the masked part from its border, with grain so that it looks photographed."""
    hole = (mask > 0.05).astype(np.float32)[..., None]
    filled = cv2.inpaint(picture, hole[..., 0].astype(np.uint8), 4, cv2.INPAINT_TELEA).astype(np.float32)
    for size in (41, 21, 11, 5, 3):
        for _ in range(60):
            filled = filled * (1 - hole) + cv2.blur(filled, (size, size)) * hole
    filled += np.random.default_rng(7).normal(0, grain, (*picture.shape[:2], 1)).astype(np.float32)
    return blend(picture, filled, soften(hole[..., 0], 0.8))


def clone(picture: Picture, mask: Mask, step: tuple[int, int]) -> Picture:
    """Fill the masked part with the pixels `step` (right, down) of it."""
    return blend(picture, np.roll(picture, (-step[1], -step[0]), (0, 1)), soften(mask, 1.2))


def to_lab(picture: Picture) -> NDArray[np.float32]:
    """Convert to CIE Lab floats: L 0 to 100, a and b around 0."""
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def from_lab(lab: NDArray[np.float32]) -> Picture:
    """Convert back to RGB uint8."""
    return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).round().astype(np.uint8)


def tint(picture: Picture, colours: Sequence[tuple[Mask, Lab]]) -> Picture:
    """Colorize each masked part and keep its lightness. Later entries cover earlier ones."""
    lab = to_lab(picture)
    for mask, colour in colours:
        weight = mask[..., None]
        lab[..., 1:] = lab[..., 1:] * (1 - weight) + np.array(colour, np.float32) * weight
    return from_lab(lab)


def turn_hue(picture: Picture, mask: Mask, degrees: float, gain: float = 1.0) -> Picture:
    """Turn the colours under the mask around the Lab circle by `degrees`, saturation times `gain`."""
    lab = to_lab(picture)
    angle = np.deg2rad(degrees)
    turn = gain * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    lab[..., 1:] = lab[..., 1:] @ turn.T
    return blend(picture, from_lab(lab), mask)


def relight(picture: Picture, gamma: float = 1.0, gain: float = 1.0, warmth: float = 0.0) -> Picture:
    """Brighten (gamma below 1, gain above 1) and warm (b of Lab shifted by `warmth`)."""
    lab = to_lab(picture)
    lab[..., 0] = np.clip((lab[..., 0] / 100) ** gamma * gain, 0, 1) * 100
    lab[..., 2] += warmth
    return from_lab(lab)


def write(
    picture: Picture, text: str, at: tuple[float, float], size: int, colour: tuple[int, int, int], *, stroke: int = 0
) -> Picture:
    """Write text centred at `at` (fractions of width and height) in Pillow's default font."""
    image = Image.fromarray(picture)
    where = (at[0] * image.width, at[1] * image.height)
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(image).text(where, text, colour, font, anchor="mm", stroke_width=stroke, align="center")
    return np.asarray(image)


def mottle(size: tuple[int, int], strength: float, scale: float) -> NDArray[np.float32]:
    """Return smooth random noise up to `strength` with spots of about `scale` pixels, height x width x 1."""
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, size), (0, 0), scale)
    return (noise / np.abs(noise).max() * strength)[..., None].astype(np.float32)


def rotate(picture: Picture, degrees: float) -> Picture:
    """Rotate around the centre. Edge pixels fill the corners."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def crop(picture: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """Crop between these fractions of width and height."""
    height, width = picture.shape[:2]
    return picture[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]


def resize(picture: Picture, width: int) -> Picture:
    """Resize to this width and keep the aspect ratio."""
    height = round(picture.shape[0] * width / picture.shape[1])
    way = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=way)
