"""Test that pictures shrink only if the user of the builder asks for it."""

import io
from typing import Any

import pytest
from PIL import Image

from photoshop_request.errors import InputError
from photoshop_request_builder.dataset.shrink import shrink, shrinker


@pytest.mark.parametrize(
    ("form", "mode"),
    [("jpeg", "RGB"), ("png", "RGB"), ("jpeg", "RGBA"), ("png", "L"), ("png", "CMYK"), ("png", "I;16")],
)
def test_only_larger_pictures_shrink(form: str, mode: str) -> None:
    """Turn them upright, and keep the bytes of all other pictures."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.new(mode, (200, 100)).save(out, "jpeg" if mode == "CMYK" else "png", exif=exif)
    assert shrink(out.getvalue(), 200, form) == out.getvalue()
    with Image.open(io.BytesIO(shrink(out.getvalue(), 50, form))) as small:
        assert (small.format, small.size) == (form.upper(), (25, 50))


@pytest.mark.parametrize(
    ("max_side", "reencode", "message"),
    [
        (512, None, 'max_side: .*reencode="jpeg" or "png"'),
        (None, "jpeg", "reencode: .*Give max_side"),
        ("512", "jpeg", "max_side: '512' is not a number of pixels"),
        (0, "jpeg", "max_side: 0 is not a number of pixels"),
        (True, "jpeg", "max_side: True is not a number of pixels"),
        (512, "webp", "reencode: 'webp' is not one of jpeg, png"),
        (512, [], r"reencode: \[\] is not one of jpeg, png"),
    ],
)
def test_a_wrong_size_or_format_is_refused(max_side: Any, reencode: Any, message: str) -> None:
    """Name the argument, the value and what is allowed."""
    with pytest.raises(InputError, match=message):
        shrinker(max_side, reencode)


def test_without_arguments_nothing_shrinks() -> None:
    """Return no function."""
    assert shrinker(None, None) is None
