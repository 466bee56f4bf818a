"""Compare pictures that share only something flat: bars, a frame, a page, a drawing's paper."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photoshop_request.edits.compare import compare
from photoshop_request.verdicts import Verdict

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket")


def framed(photo: np.ndarray, size: tuple[int, int], box: tuple[int, int], colour: int) -> np.ndarray:
    """Put the middle of a photo, scaled to a box, onto a plain canvas. Sizes are (width, height)."""
    canvas = np.full((size[1], size[0], 3), colour, np.uint8)
    left, top = (size[0] - box[0]) // 2, (size[1] - box[1]) // 2
    canvas[top : top + box[1], left : left + box[0]] = cv2.resize(photo, box, interpolation=cv2.INTER_AREA)
    return canvas


SURROUNDS = {
    "tall bars": ((540, 1100), (540, 400), 0),
    "wide bars": ((1200, 540), (600, 540), 0),
    "white frame": ((800, 800), (480, 480), 255),
    "gray frame": ((900, 700), (500, 420), 128),
    "small photo": ((1000, 1000), (300, 300), 255),
}


def painted(photo: np.ndarray) -> np.ndarray:
    """Paint a disc over a photo."""
    edited, (height, width) = photo.copy(), photo.shape[:2]
    cv2.circle(edited, (width // 3, height // 2), height // 8, (200, 40, 160), -1, cv2.LINE_AA)
    return edited


@pytest.mark.parametrize("surround", SURROUNDS)
def test_a_common_surround_relates_no_photos(surround, made, photos):
    files = {name: made.encode(framed(photos[name], *SURROUNDS[surround])) for name in PHOTOS}
    for first, second in itertools.combinations(PHOTOS, 2):
        comparison = compare(files[first], files[second])
        assert comparison.verdict is Verdict.UNRELATED, (first, second, comparison.confidence)


@pytest.mark.parametrize("surround", SURROUNDS)
@pytest.mark.parametrize("name", PHOTOS)
def test_an_edit_within_a_surround_stays_an_edit(surround, name, made, photos):
    before, after = (
        made.encode(framed(picture, *SURROUNDS[surround])) for picture in (photos[name], painted(photos[name]))
    )
    assert compare(before, after).verdict is Verdict.EDIT


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.tuples(st.integers(500, 1000), st.integers(500, 1000)),
    st.tuples(st.floats(0.3, 0.9), st.floats(0.3, 0.9)),
    st.sampled_from([0, 20, 128, 255]),
    st.permutations(PHOTOS),
)
def test_any_frame_relates_no_photos(made, photos, size, shares, colour, names):
    box = (int(size[0] * shares[0]), int(size[1] * shares[1]))
    first, second = (made.encode(framed(photos[name], size, box, colour)) for name in names[:2])
    assert compare(first, second).verdict is Verdict.UNRELATED


def drawing(seed: int, name: str) -> np.ndarray:
    """Draw some discs and a name on white."""
    rng, canvas = np.random.default_rng(seed), np.full((600, 800, 3), 255, np.uint8)
    for _ in range(3):
        centre = [int(value) for value in rng.integers((200, 150), (600, 400))]
        cv2.circle(canvas, centre, int(rng.integers(50, 120)), [int(value) for value in rng.integers(0, 200, 3)], -1)
    cv2.putText(
        canvas, name, (int(rng.integers(50, 300)), 550), cv2.FONT_HERSHEY_DUPLEX, 3, (40, 40, 40), 6, cv2.LINE_AA
    )
    return canvas


@pytest.mark.parametrize("seed", range(6))
def test_drawings_on_white_are_told_apart_and_stay_related_to_their_edits(seed, made):
    before, other = drawing(seed, "ROSEN"), drawing(seed + 100, "KLAPP")
    assert compare(made.encode(before), made.encode(other)).verdict is Verdict.UNRELATED
    assert compare(made.encode(before), made.encode(drawing(seed, "ROSIN"))).verdict is Verdict.EDIT
    assert compare(made.encode(before), made.encode(before[..., ::-1])).verdict is Verdict.EDIT


@pytest.mark.parametrize("pair", ["ll1", "ll22", "ll3", "ll43"])
def test_pictures_with_the_same_bars_are_unrelated(pair, shared):
    folder = shared / "data" / "cases" / "01_flat_surround_is_edit"
    assert compare(folder / f"{pair}_a.jpg", folder / f"{pair}_b.jpg").verdict is Verdict.UNRELATED
