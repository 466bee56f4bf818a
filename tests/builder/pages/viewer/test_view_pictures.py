"""Tests of the viewer's small pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from photoshop_request.edits.mask import to_png
from photoshop_request_builder.pages.viewer.pictures import (
    SIDE,
    encode_jpeg,
    encode_overlay,
    fill_frame,
    fit_frame,
    heat_map,
    shrink,
)

GREY = np.full((90, 120, 3), 100, np.uint8)


def photo(width: int, height: int, kind: str = "JPEG") -> bytes:
    left, right = Image.new("RGB", (width // 2, height), "red"), Image.new("RGB", (width, height), "blue")
    right.paste(left, (0, 0))
    buffer = io.BytesIO()
    right.save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_large_pictures_become_small(kind: str) -> None:
    """The longer side is limited. Colours are in BGR order."""
    small = shrink(photo(2000, 1000, kind), (2000, 1000))
    assert small is not None
    assert small.shape == (SIDE // 2, SIDE, 3)
    assert small[10, 10].argmax() == 2
    assert small[10, -10].argmax() == 0


def test_small_pictures_stay_and_broken_ones_give_none() -> None:
    """Pictures too small for the dataset are shown too."""
    small = shrink(photo(40, 30))
    assert small is not None
    assert small.shape == (30, 40, 3)
    assert shrink(b"<html>") is None


def test_a_crop_is_placed_where_it_was_cut() -> None:
    """Full size 1200x900 pixels, both at a tenth."""
    source = np.zeros((90, 120, 3), np.uint8)
    source[30:60, 40:80] = 255
    crop = source[20:70, 30:90]
    placed, inside = fill_frame(crop, [1, 0, 300, 0, 1, 200], (600, 500), (1200, 900), (120, 90))
    assert inside[20:70, 30:90].all()
    assert inside.sum() == pytest.approx(50 * 60, rel=0.02)
    assert (placed[inside] == source[inside]).mean() > 0.99
    assert (placed[0, 0] == 128).all()


def test_the_same_frame_is_the_same_picture() -> None:
    """An edit of equal size is returned itself, another size is resampled."""
    placed, inside = fill_frame(GREY, [1, 0, 0, 0, 1, 0], (1200, 900), (1200, 900), (120, 90))
    assert placed is GREY
    assert inside.all()
    larger = np.full((180, 240, 3), 7, np.uint8)
    placed, _ = fill_frame(larger, [0.5, 0, 0, 0, 0.5, 0], (2400, 1800), (1200, 900), (120, 90))
    assert placed.shape == (90, 120, 3)


def test_unaligned_pictures_are_centred() -> None:
    """Grey bars fill the rest."""
    fitted = fit_frame(np.full((50, 50, 3), 9, np.uint8), (120, 90))
    assert fitted.shape == (90, 120, 3)
    assert (fitted[:, 15:105] == 9).all()
    assert (fitted[:, :14] == 128).all()


def test_heat_rises_with_difference() -> None:
    """Black if equal, brighter with the difference, grey without pixels of the edit."""
    edit = GREY.copy()
    edit[:, 40:80, 1] += 20
    edit[:, 80:, 2] += 90
    inside = np.ones((90, 120), np.bool_)
    inside[:20] = False
    heat = heat_map(GREY, edit, inside)
    assert heat.shape == (45, 60, 3)
    same, some, much = (int(heat[30, x].sum()) for x in (10, 30, 50))
    assert same < 10 < some < much
    assert (heat[3, 30] == 128).all()


def test_the_overlay_is_transparent_outside_the_mask() -> None:
    """It is magenta on every pixel of the mask."""
    changed = np.zeros((75, 101), np.bool_)
    changed[10:40, 50:] = True
    overlay = np.asarray(Image.open(io.BytesIO(encode_overlay(to_png(changed, (101, 75))))).convert("RGBA"))
    assert (overlay[changed] == (221, 0, 255, 170)).all()
    assert (overlay[~changed, 3] == 0).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_an_overlay_needs_a_mask(mode: str) -> None:
    """Other kinds of PNG are rejected."""
    picture = io.BytesIO()
    Image.new(mode, (20, 20)).save(picture, "PNG")
    with pytest.raises(ValueError, match="1-bit grey PNG"):
        encode_overlay(picture.getvalue())


def test_jpeg_keeps_the_size() -> None:
    """The order of colours stays too."""
    red = np.zeros((8, 16, 3), np.uint8)
    red[..., 2] = 255
    with Image.open(io.BytesIO(encode_jpeg(red))) as image:
        assert image.size == (16, 8)
        assert image.getpixel((4, 4))[0] > 240
