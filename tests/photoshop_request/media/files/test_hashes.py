"""Compare the hashes with those of ImageHash."""

import io

import imagehash
import numpy as np
import pytest
from PIL import Image
from skimage import data as photos

from photoshop_request.media.files.decode import Picture, Rejected, decode
from photoshop_request.media.files.hashes import (
    HASH_VERSION,
    PictureHash,
    distance,
    from_hex,
    hash_file,
    hash_picture,
    to_hex,
)
from photoshop_request.verdicts import Verdict

PHOTOS = ["astronaut", "coffee", "chelsea", "rocket", "camera"]


def photo(name: str, size: tuple[int, int] | None = None) -> Image.Image:
    image = Image.fromarray(getattr(photos, name)()).convert("RGB")
    return image.resize(size, Image.Resampling.BICUBIC) if size else image


def jpeg(image: Image.Image, quality: int = 90, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **options)
    return out.getvalue()


def hashed(data: bytes) -> PictureHash:
    value = hash_file(data)
    assert isinstance(value, PictureHash)
    return value


@pytest.mark.parametrize("name", PHOTOS)
def test_hashes_are_imagehash_within_the_drift_of_a_scaled_decode(name):
    image = photo(name, (2000, 1500))
    mine = hashed(jpeg(image))
    assert distance(mine.phash, int(str(imagehash.phash(image)), 16)) <= 2
    assert distance(mine.dhash, int(str(imagehash.dhash(image)), 16)) <= 2


def test_hashes_of_unscaled_pixels_are_imagehash_bit_for_bit():
    for name in PHOTOS:
        image = photo(name, (255, 255))
        mine = hash_picture(Picture(np.asarray(image), "", 0.0))
        assert to_hex(mine.phash) == str(imagehash.phash(image))
        assert to_hex(mine.dhash) == str(imagehash.dhash(image))


def test_known_hashes_stay_near():
    """Raise HASH_VERSION if a hash moves by more than two bits."""
    assert HASH_VERSION == 1
    golden = {"astronaut": "c2924c5532bddfc8", "coffee": "bb8320376c0f3637", "chelsea": "b15fe6465121175e"}
    for name, value in golden.items():
        assert distance(hashed(jpeg(photo(name))).phash, from_hex(value)) <= 2, name


def test_file_and_pixels_agree():
    data = jpeg(photo("coffee", (1600, 1100)))
    picture = decode(data)
    assert isinstance(picture, Picture)
    assert distance(hash_picture(picture).phash, hashed(data).phash) <= 2


def test_orientation_and_transparency_are_applied_before_hashing():
    image = photo("astronaut")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = jpeg(image.transpose(Image.Transpose.ROTATE_90), exif=exif)
    assert distance(hashed(turned).phash, hashed(jpeg(image)).phash) <= 2
    cut = image.convert("RGBA")
    cut.paste((0, 0, 0, 0), (0, 0, 256, 512))
    out = io.BytesIO()
    cut.save(out, "PNG")
    white = image.copy()
    white.paste((255, 255, 255), (0, 0, 256, 512))
    assert distance(hashed(out.getvalue()).phash, hashed(jpeg(white)).phash) <= 2


def test_sixteen_bit_grey_hashes_like_eight_bit():
    grey = photo("camera").convert("L")
    out = io.BytesIO()
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(out, "PNG")
    assert distance(hashed(out.getvalue()).phash, hashed(jpeg(grey)).phash) <= 2


def test_flat_pictures_are_flagged():
    rng = np.random.default_rng(0)
    blank = np.clip(rng.normal(200, 3, (300, 300, 3)), 0, 255).astype(np.uint8)
    assert hashed(jpeg(Image.fromarray(blank))).flat
    symmetric = photo("coffee", (400, 300))
    half = np.asarray(symmetric, dtype=int)
    assert hashed(jpeg(Image.fromarray(((half + half[::-1, ::-1]) // 2).astype(np.uint8)))).flat
    assert not any(hashed(jpeg(photo(name))).flat for name in PHOTOS)


def test_a_truncated_file_has_no_hash():
    """The scaled decode must find missing data like a full decode."""
    data = jpeg(photo("astronaut", (1500, 1500)))
    rejected = hash_file(data[: len(data) * 9 // 10])
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.CORRUPT
    assert isinstance(hash_file(b"<html>"), Rejected)


def test_hex_and_distance():
    assert from_hex(to_hex(2**64 - 1)) == 2**64 - 1
    assert to_hex(5) == "0000000000000005"
    assert distance(0, 2**64 - 1) == 64
    assert distance(0b1010, 0b0110) == 2
