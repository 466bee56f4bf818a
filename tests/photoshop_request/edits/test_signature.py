"""Read signatures in corners with the optional text reader."""

import importlib.util

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from photoshop_request.edits import signature
from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.watermark_rule import Prior, has_watermark

NEEDED = "needs the extra ocr: pip install 'photoshop-request[ocr]'"
is_installed = signature.reader_version() is not None
GROUNDS = ("astronaut", "coffee", "chelsea", "rocket")


def written(
    made, photo: np.ndarray, text: str, anchor: str, size: int = 40, under: np.ndarray | None = None
) -> Comparison:
    """Compare a photo with an edit of it that has a text at a corner (`rd`: right, descender) or in the middle (`mm`)."""
    height, width = photo.shape[:2]
    at = (
        {"r": width - 20, "l": 20, "m": width // 2}[anchor[0]],
        {"d": height - 15, "a": 15, "m": height // 2}[anchor[1]],
    )
    edited = Image.fromarray(made.blend(photo, photo // 2, made.blob(photo.shape, np.random.default_rng(1), 0.03)))
    ImageDraw.Draw(edited).text(at, text, font=ImageFont.load_default(size), fill=(255, 255, 255), anchor=anchor)
    return compare(made.encode(photo if under is None else under, 95), made.encode(np.asarray(edited), 90))


@pytest.mark.skipif(not is_installed, reason=NEEDED)
@pytest.mark.parametrize("anchor", ["rd", "ld", "ra", "la"])
def test_a_text_in_a_corner_is_a_signature(made, photos, anchor: str) -> None:
    """In at least three of four photos. The words of the request decide over captions."""
    found = [written(made, photos[name], "u/retouch_77", anchor) for name in GROUNDS]
    kinds = [comparison.watermark_kind for comparison in found if comparison.watermark]
    assert kinds.count("signature") >= 3
    assert not any(has_watermark(comparison.watermark_score, Prior.ASKED_FOR) for comparison in found)


@pytest.mark.skipif(not is_installed, reason=NEEDED)
@pytest.mark.parametrize(
    ("text", "anchor"), [("u/retouch_77", "mm"), ("7", "rd"), ("A caption across the whole picture", "md")]
)
def test_other_texts_are_no_signatures(made, photos, text: str, anchor: str) -> None:
    assert not any(written(made, photos[name], text, anchor).watermark_kind == "signature" for name in GROUNDS)


@pytest.mark.skipif(not is_installed, reason=NEEDED)
def test_a_signature_that_the_source_bears_is_none_of_the_solver(made, photos) -> None:
    signed = Image.fromarray(photos["coffee"])
    place = signed.width - 20, signed.height - 15
    font = ImageFont.load_default(40)
    ImageDraw.Draw(signed).text(place, "Jane Miller", font=font, fill=(255, 255, 255), anchor="rd")
    comparison = written(made, photos["coffee"], "Jane Miller", "rd", under=np.asarray(signed))
    assert comparison.watermark_kind != "signature"


def test_without_the_extra_nothing_is_read(made, photos, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's version, which the stage `pair` depends on, says so."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "rapidocr" else found(name))
    assert signature.reader_version() is None
    assert written(made, photos["coffee"], "u/retouch_77", "rd").watermark_kind != "signature"
