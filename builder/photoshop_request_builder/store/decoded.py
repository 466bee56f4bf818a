"""Decode pictures of the corpus for comparisons, in bounded memory."""

from functools import partial

from photoshop_request.edits.prepare import Levels, PreparedPicture, pyramid
from photoshop_request.media.files.decode import Picture, Rejected, decode, open_checked
from photoshop_request.media.files.hashes import hash_file
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture

MAX_PIXELS = 150_000_000
"""Pixels of the pictures that stay decoded, 4 bytes each. A request of 12-megapixel pictures keeps 12 of them."""


class DecodedPictures:
    """Decode pictures, and keep the pixels of the latest. Others are decoded again when a comparison needs them."""

    def __init__(self, corpus: Corpus, max_pixels: int = MAX_PIXELS) -> None:
        self._corpus, self._max_pixels = corpus, max_pixels
        self._kept: dict[str, Levels] = {}
        """By SHA-256, the latest used last."""

    def open(self, sha256: str, extension: str, data: bytes) -> PreparedPicture | Rejected:
        """Decode and hash the bytes of a picture."""
        hashes = hash_file(data)
        levels = self._decode(sha256, data)
        if isinstance(levels, Rejected):
            return levels
        if isinstance(hashes, Rejected):
            return hashes
        height, width = levels[0].shape[:2]
        return PreparedPicture(width, height, hashes, partial(self._levels, sha256, extension))

    def _levels(self, sha256: str, extension: str) -> Levels:
        if (kept := self._kept.pop(sha256, None)) is not None:
            self._kept[sha256] = kept
            return kept
        levels = self._decode(sha256, read_picture(self._corpus, sha256, extension))
        assert not isinstance(levels, Rejected), "the same bytes decoded before"
        return levels

    def _decode(self, sha256: str, data: bytes) -> Levels | Rejected:
        """Decode the pixels and keep them. First drop as many others as their size needs."""
        image = open_checked(data)
        if isinstance(image, Rejected):
            return image
        left = self._max_pixels - image.width * image.height
        while self._kept and sum(_pixels(levels) for levels in self._kept.values()) > left:
            del self._kept[next(iter(self._kept))]
        picture = decode(data)
        if not isinstance(picture, Picture):
            return picture
        self._kept[sha256] = pyramid(picture.pixels)
        return self._kept[sha256]


def _pixels(levels: Levels) -> int:
    height, width = levels[0].shape[:2]
    return int(height * width)
