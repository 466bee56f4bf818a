"""The tone is fitted on what stayed, so a replaced background neither shifts it nor turns the mask around."""

import io
import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.verdicts import Verdict

BACKGROUNDS = ["white", "black", "gray", "red", "coffee", "rocket", "chelsea"]


def subject_of(photo: np.ndarray) -> np.ndarray:
    """Return the mask of an ellipse that covers a third of the frame."""
    height, width = photo.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, 1, -1)
    return mask.astype(bool)


def background(name: str, photos: dict[str, np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Return a photo, or a plain color with a studio's slope of light, in a shape (height, width, 3)."""
    height, width = shape[:2]
    if name in photos:
        return np.asarray(cv2.resize(photos[name], (width, height), interpolation=cv2.INTER_AREA))
    color = {"white": (255, 255, 255), "black": (0, 0, 0), "gray": (120, 120, 120), "red": (190, 40, 40)}[name]
    light = np.linspace(1, 0.97, height)[:, None, None]
    return np.broadcast_to(np.rint(np.array(color) * light), shape).astype(np.uint8)


def jpeg(pixels: np.ndarray, quality: int = 90) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def iou(comparison: Comparison, expected: np.ndarray) -> float:
    png = comparison.change_mask()
    assert png is not None
    mask = np.asarray(Image.open(io.BytesIO(png)), dtype=bool)
    return float((mask & expected).sum() / (mask | expected).sum())


def curve(gain: float, offset: float, power: float) -> np.ndarray:
    return np.clip((np.arange(256) / 255) ** power * 255 * gain + offset, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(BACKGROUNDS, 2)))
def test_a_replaced_background_is_the_mask_and_no_tone(before, after, photos):
    """The subject keeps its pixels, although most of the frame changed its light."""
    photo = photos["astronaut"]
    subject = subject_of(photo)
    source, edit = (
        np.where(subject[..., None], photo, background(name, photos, photo.shape)) for name in (before, after)
    )
    comparison = compare(jpeg(source), jpeg(edit))
    assert comparison.verdict is Verdict.EDIT
    assert (comparison.gain, comparison.offset) == (1.0, 0.0)
    changed = ~subject & (np.abs(source.astype(int) - edit).max(-1) > 12)
    assert iou(comparison, changed) > 0.85


@settings(max_examples=25, deadline=None)
@given(
    gain=st.floats(0.75, 1.35),
    offset=st.floats(-20, 20),
    power=st.sampled_from([1.0, 0.8, 1.25]),
    name=st.integers(0, 3),
)
def test_a_tone_leaves_only_the_local_edit_in_the_mask(gain, offset, power, name, photos):
    """Gain, offset and gamma are compensated. The spot is a tenth of the frame; most is lost where much clips."""
    photo = photos[("astronaut", "coffee", "chelsea", "rocket")[name]]
    spot = np.zeros(photo.shape[:2], np.uint8)
    cv2.circle(spot, (photo.shape[1] // 2, photo.shape[0] // 2), photo.shape[0] // 5, 1, -1)
    edit = np.where(spot[..., None] > 0, 255 - photo, photo)
    toned = curve(gain, offset, power)
    expected = (spot > 0) & (np.abs(toned[edit].astype(int) - toned[photo]).max(-1) > 12)
    comparison = compare(photo, jpeg(toned[edit], 92))
    assert comparison.verdict is Verdict.EDIT
    assert iou(comparison, expected) > 0.5


@pytest.mark.parametrize("shift", [-60, -35, 35, 60])
def test_a_subject_that_nobody_touched_is_never_the_mask(shift, photos):
    """Only the background, which is most of the frame, was made lighter or darker."""
    photo = photos["coffee"]
    subject = subject_of(photo)
    lit = np.clip(photo.astype(int) + shift, 0, 255).astype(np.uint8)
    comparison = compare(jpeg(photo, 95), jpeg(np.where(subject[..., None], photo, lit), 92))
    assert comparison.gain == 1.0
    assert iou(comparison, ~subject) > 0.8


def test_gain_and_offset_are_bounded(photos):
    """A picture that lost nearly all its contrast has no tone that could be compensated."""
    limits = thresholds().tone
    for gain, offset in ((0.1, 100), (0.2, 200), (0.31, 0), (2.9, 0)):
        toned = np.clip(photos["coffee"] * gain + offset, 0, 255).astype(np.uint8)
        comparison = compare(photos["coffee"], toned)
        assert limits.gain[0] <= comparison.gain <= limits.gain[1]
        assert abs(comparison.gain * 128 + comparison.offset - 128) <= limits.shift
