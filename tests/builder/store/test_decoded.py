"""Decode pictures for comparisons in bounded memory."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hostile_pictures import saved, scene

from photoshop_request.edits.compare import compare
from photoshop_request.edits.prepare import PreparedPicture, prepare
from photoshop_request.media.files.decode import Rejected
from photoshop_request_builder.store import decoded
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.decoded import DecodedPictures

SIDE = 1300
"""Pixels. Large enough for a level above the last one."""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(tmp_path / "corpus", shards=1)


def stored(corpus: Corpus, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    path = Path(corpus.image_path(sha256, "jpg"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return sha256


def opened(pictures: DecodedPictures, sha256: str, data: bytes) -> PreparedPicture:
    picture = pictures.open(sha256, "jpg", data)
    assert isinstance(picture, PreparedPicture)
    return picture


def test_pixels_are_kept_within_the_limit_and_read_again(corpus: Corpus) -> None:
    """Comparisons give what they give with all pictures in memory."""
    files = [saved(scene(SIDE, SIDE, seed), "JPEG") for seed in (0, 0, 1, 2)]
    files[1] = saved(scene(SIDE, SIDE, 0), "JPEG", quality=40)
    pictures = DecodedPictures(corpus, max_pixels=2 * SIDE * SIDE)
    prepared = [opened(pictures, stored(corpus, data), data) for data in files]
    for first, a in enumerate(prepared):
        for second, b in enumerate(prepared):
            figures = [
                [getattr(result, name) for name in ("verdict", "confidence", "psnr", "ssim", "matrix", "evidence")]
                for result in (compare(a, b), compare(prepare(files[first]), prepare(files[second])))
            ]
            assert figures[0] == figures[1]
            assert sum(decoded._pixels(levels) for levels in pictures._kept.values()) <= 2 * SIDE * SIDE


def test_a_picture_without_caches_compares_the_same(corpus: Corpus) -> None:
    """Only the time differs."""
    data = saved(scene(SIDE, SIDE), "JPEG")
    pictures = DecodedPictures(corpus)
    picture = opened(pictures, stored(corpus, data), data)
    other = prepare(saved(scene(SIDE, SIDE, 1), "JPEG"))
    before = compare(picture, other).evidence
    picture.forget()
    held = [value for value in vars(picture).values() if isinstance(value, np.ndarray)]
    assert sum(value.nbytes for value in held) == 0
    assert compare(picture, other).evidence == before


def test_scaled_copies_are_few(corpus: Corpus) -> None:
    """A source is compared with any number of edits, each of another size."""
    picture = prepare(saved(scene(SIDE, SIDE), "JPEG"))
    for side in range(100, 200):
        picture.scaled((side, side))
    assert len(picture._cache) <= 8


def test_a_broken_picture_is_rejected(corpus: Corpus) -> None:
    rejected = DecodedPictures(corpus).open("", "jpg", saved(scene(), "JPEG")[:-900])
    assert isinstance(rejected, Rejected)
