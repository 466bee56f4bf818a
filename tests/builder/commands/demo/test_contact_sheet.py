"""The before/after sheet takes any pictures and any texts, and shows kept and dropped pairs apart."""

import io

import numpy as np
import pytest
from PIL import Image

from photoshop_request_builder.commands.demo import contact_sheet as module
from photoshop_request_builder.commands.demo.contact_sheet import Pair, contact_sheet

BLUE, VERMILION = (0, 114, 178), (184, 74, 0)
LONG = "Please remove " + "the very long fence " * 60


def picture(width=64, height=64, colour=(200, 30, 30), mode="RGB"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).convert(mode).save(out, "PNG")
    return out.getvalue()


def draw(tmp_path, *pairs, **words):
    contact_sheet(pairs, tmp_path / "sheet.png", **words)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
        return np.asarray(sheet.convert("RGB"))


def holds(sheet, colour):
    return int((np.abs(sheet.astype(int) - colour).max(axis=2) <= 2).sum())


def test_a_kept_pair_shows_both_pictures_and_the_colour_of_kept(tmp_path):
    sheet = draw(tmp_path, Pair(picture(), picture(colour=(30, 160, 60)), "Make it green", "edit", "phash 12"))
    assert holds(sheet, (200, 30, 30)) > 20_000
    assert holds(sheet, (30, 160, 60)) > 20_000
    assert holds(sheet, BLUE) > 300
    assert holds(sheet, VERMILION) == 0


def test_a_dropped_pair_is_smaller_and_has_the_colour_of_dropped(tmp_path):
    sheet = draw(tmp_path, Pair(picture(), None, "Make it green", "gone", "404"))
    assert 2_000 < holds(sheet, (200, 30, 30)) < 20_000
    assert holds(sheet, VERMILION) > 300
    assert holds(sheet, BLUE) == 0


def test_kept_pairs_come_first_whatever_the_order(tmp_path):
    pairs = [Pair(picture(), None, "", "gone"), Pair(picture(), picture(), "", "edit")]
    sheet = draw(tmp_path, *pairs)
    rows = [
        np.flatnonzero((np.abs(sheet.astype(int) - colour).max(axis=2) <= 2).any(axis=1))
        for colour in (BLUE, VERMILION)
    ]
    assert rows[0].max() < rows[1].min()


@pytest.mark.parametrize("size", [(64, 64), (4000, 40), (40, 4000), (64, 65)])
def test_every_shape_stays_within_its_frame(tmp_path, size):
    """The sheet is as large as for any other picture, and the picture touches no border of the card."""
    sheet = draw(tmp_path, Pair(picture(*size), picture(*size), "", "edit"))
    assert sheet.shape == draw(tmp_path, Pair(picture(), picture(), "", "edit")).shape
    columns = np.flatnonzero((np.abs(sheet.astype(int) - (200, 30, 30)).max(axis=2) <= 2).any(axis=0))
    assert columns.min() > module._MARGIN
    assert columns.max() < module._MARGIN + module._KEPT.width


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "1"])
def test_every_colour_mode_is_shown(tmp_path, mode):
    assert holds(draw(tmp_path, Pair(picture(colour=(0, 0, 0), mode=mode), None, "", "edit")), (0, 0, 0)) > 20_000


def test_bytes_that_are_no_picture_give_an_empty_frame(tmp_path):
    broken = draw(tmp_path, Pair(picture(), b"<html>", "", "not_an_image"))
    missing = draw(tmp_path, Pair(picture(), None, "", "not_an_image"))
    assert broken.shape == missing.shape
    assert (broken != missing).any()


@pytest.mark.parametrize("text", [LONG, "x" * 900, "", "one"])
@pytest.mark.parametrize("size", [12, 19, 38])
def test_wrapped_text_is_never_wider_than_its_place(text, size):
    lines = module._wrap(text, size, 300, 3)
    assert 1 <= len(lines) <= 3
    assert all(module._measure(line, size) <= 300 for line in lines)


def test_text_that_fits_is_kept_word_for_word():
    text = "Could you take the spoon off the saucer?"
    assert len(module._wrap(text, 19, 200, 9)) > 1
    assert " ".join(module._wrap(text, 19, 200, 9)) == text


def test_text_that_does_not_fit_ends_with_an_ellipsis():
    assert module._wrap(LONG, 19, 300, 2)[-1].endswith("…")


def test_long_texts_do_not_widen_or_endlessly_lengthen_the_sheet(tmp_path):
    sheet = draw(tmp_path, Pair(picture(), picture(), LONG, "edit", LONG), title=LONG, subtitle=LONG)
    assert sheet.shape[1] == module._WIDTH
    assert sheet.shape[0] < 900


def test_letters_that_the_font_lacks_are_replaced_and_never_drawn_as_boxes():
    assert module._drawable("Café — naïve ✅") == "Cafe - naive "
    assert module._drawable("写真を直して") == "(in a script that this sheet cannot show)"


def test_nothing_to_show_still_gives_a_sheet(tmp_path):
    assert draw(tmp_path, title="Nothing was kept").shape[1] == module._WIDTH


def test_a_folder_that_is_missing_is_said_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        contact_sheet([], tmp_path / "missing" / "sheet.png")
