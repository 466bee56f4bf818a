"""Precise edits are told from repaints where the pictures allow it."""

import cv2
import numpy as np
import pytest

from photoshop_request.edits.compare import compare

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket")


def shot(photo: np.ndarray) -> np.ndarray:
    """Return the photo with the grain of a camera."""
    grain = cv2.GaussianBlur(np.random.default_rng(5).normal(0, 8, photo.shape), (0, 0), 0.8)
    return np.clip(photo + grain, 0, 255).astype(np.uint8)


def retouched(photo: np.ndarray) -> np.ndarray:
    """Return the photo with a part of it copied elsewhere."""
    height, width = photo.shape[:2]
    edit = photo.copy()
    edit[height // 2 : height * 2 // 3, width // 2 : width * 2 // 3] = photo[
        : height * 2 // 3 - height // 2, : width * 2 // 3 - width // 2
    ]
    return edit


def toned(photo: np.ndarray) -> np.ndarray:
    return np.clip(photo * np.array([1.2, 1.1, 0.95]) + 10, 0, 255).astype(np.uint8)


def grey(photo: np.ndarray) -> np.ndarray:
    return np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)


def repainted(photo: np.ndarray) -> np.ndarray:
    """Return the retouched photo without its fine detail, moved here and there by fractions of a pixel, with new grain."""
    rng = np.random.default_rng(2)
    height, width = photo.shape[:2]
    smooth = cv2.bilateralFilter(retouched(photo), 9, 40, 3)
    dx, dy = (cv2.resize(rng.normal(0, 1, (12, 12)), (width, height), interpolation=cv2.INTER_CUBIC) for _ in "xy")
    y, x = np.mgrid[:height, :width]
    moved = cv2.remap(smooth, (x + dx).astype(np.float32), (y + dy).astype(np.float32), cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.normal(0, 8, photo.shape), (0, 0), 1.0)
    return np.clip(moved + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("edited", [retouched, toned, grey])
@pytest.mark.parametrize("photo", PHOTOS)
def test_local_and_toned_edits_are_precise(edited, photo, made, photos):
    """Each keeps the source's texture, also where the whole tone changed."""
    source = shot(photos[photo])
    comparison = compare(source, made.encode(edited(source), kind="PNG"))
    assert (comparison.edit_kind, comparison.verdict) == ("precise", "edit")


@pytest.mark.parametrize("quality", [None, 95, 85])
@pytest.mark.parametrize("photo", PHOTOS)
def test_a_picture_that_was_drawn_anew_is_a_repaint(quality, photo, made, photos):
    """A mild compression leaves the difference. Two of the photos are mostly smooth, so that it shows less."""
    source = shot(photos[photo])
    after = made.encode(repainted(source), quality or 0, "JPEG" if quality else "PNG")
    comparison = compare(source, after)
    assert comparison.repaint is not None
    assert comparison.repaint > 0.6
    assert comparison.edit_kind in ({"repaint"} if photo in {"astronaut", "chelsea"} else {"repaint", "unsure"})


@pytest.mark.parametrize(("factor", "quality"), [(0.5, 70), (0.5, 40), (0.25, 90), (1.0, 50), (1.0, 20)])
@pytest.mark.parametrize("photo", PHOTOS)
def test_nothing_wrong_is_claimed_of_what_a_host_compressed(factor, quality, photo, made, photos):
    """Precise edits and repaints go through the same host."""
    source = shot(photos[photo])
    for edited, wrong in ((retouched, "repaint"), (repainted, "precise")):
        after = made.encode(made.resize(edited(source), factor), quality)
        assert compare(source, after).edit_kind != wrong


def test_a_crop_is_no_repaint(made, photos):
    """Its alignment is not exact to the last tenth of a pixel."""
    for photo in PHOTOS:
        source = shot(photos[photo])
        edit = retouched(source)[37:-11, 23:-41]
        assert compare(source, made.encode(made.resize(edit, 0.83), 90)).edit_kind != "repaint"


@pytest.mark.parametrize("edited", [lambda photo: cv2.GaussianBlur(photo, (0, 0), 6), np.zeros_like])
def test_without_detail_there_is_no_probability(edited, photos):
    comparison = compare(shot(photos["coffee"]), edited(photos["coffee"]))
    assert comparison.repaint is None
    assert comparison.edit_kind in {None, "unsure"}


def test_only_edits_have_a_kind(made, photos):
    """Re-uploads and other pictures have none."""
    reupload = compare(photos["coffee"], made.encode(photos["coffee"], 85))
    other = compare(photos["coffee"], photos["astronaut"])
    assert (reupload.verdict, other.verdict) == ("same_image", "unrelated")
    assert [(each.repaint, each.edit_kind) for each in (reupload, other)] == [(None, None)] * 2
