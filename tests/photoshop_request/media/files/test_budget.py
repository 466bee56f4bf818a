"""Bound the memory and the time of decoding one file."""

import subprocess
import sys
import time

import pytest
from hostile_pictures import MANY_BLOCKS, many_scans, png_bomb, saved, scene, tiff_tile_bomb
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photoshop_request.media.files import budget
from photoshop_request.media.files.budget import count_scans
from photoshop_request.media.files.decode import Picture, Rejected, decode
from photoshop_request.media.files.hashes import PictureHash, hash_file
from photoshop_request.verdicts import Verdict

_DECODE = """
import sys
from photoshop_request.media.files.decode import decode
from photoshop_request.media.files.hashes import hash_file
data = sys.stdin.buffer.read()
def memory(name):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))
before = memory("VmRSS")
hashes, picture = hash_file(data), decode(data)
print(type(picture).__name__, memory("VmHWM") - before)
"""


def decoded_alone(data: bytes) -> tuple[str, int]:
    """Hash and decode in a new process. Return the type of the result and the peak of memory in bytes."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _DECODE], input=data, capture_output=True, check=True)
    kind, peak = done.stdout.decode().split()
    return kind, int(peak)


def seconds_of(data: bytes) -> float:
    begin = time.process_time()
    decode(data)
    hash_file(data)
    return time.process_time() - begin


def test_a_jpeg_with_a_thousand_scans_is_too_large() -> None:
    data = many_scans(1000)
    assert decode(data) == hash_file(data) == Rejected(Verdict.TOO_LARGE, "1,000 scans of 2000x2000 pixels")
    assert seconds_of(data) < 1


@pytest.mark.parametrize(("scans", "side"), [(12, 2000), (60, 1000), (400, 100)])
def test_as_many_scans_as_encoders_write_are_decoded(scans: int, side: int) -> None:
    data = many_scans(scans, side, side)
    assert isinstance(decode(data), Picture)
    assert isinstance(hash_file(data), PictureHash)


def test_scans_of_one_component_each_count_too() -> None:
    """A baseline JPEG may have several scans as well. Repeat its last one."""
    data = bytearray(saved(scene(2000, 2000), "JPEG"))
    scan = data.index(b"\xff\xda")
    one = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(data[scan + 14 : -2])
    assert decode(bytes(data[:scan]) + one * 600 + b"\xff\xd9") == Rejected(
        Verdict.TOO_LARGE, "600 scans of 2000x2000 pixels"
    )


@given(st.binary(max_size=300), st.integers(0, 5))
def test_only_scans_of_the_image_count(payload: bytes, thumbnails: int) -> None:
    """Scans in metadata, and after the end of the image, do not."""
    data = saved(scene(64, 64), "JPEG", progressive=True)
    segment = payload + b"\xff\xda\0\2" * thumbnails
    inside = data[:2] + b"\xff\xe5" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:]
    assert count_scans(inside + b"\xff\xda" * thumbnails) == data.count(b"\xff\xda")


def test_a_large_photo_with_a_film_behind_it_is_decoded() -> None:
    """The bytes of the film look like a thousand scans."""
    assert isinstance(decode(saved(scene(2000, 2000), "JPEG") + b"\xff\xda\0\2" * 1000), Picture)


@pytest.mark.parametrize("name", MANY_BLOCKS)
def test_a_million_blocks_end_the_reader(name: str) -> None:
    """They otherwise take up to minutes, and gigabytes."""
    rejected = decode(MANY_BLOCKS[name](6 * 2**20))
    assert isinstance(rejected, Rejected)
    assert (rejected.verdict, rejected.detail[-22:]) == (Verdict.CORRUPT, "more than 400,000 blocks"[-22:])


@pytest.mark.parametrize("name", MANY_BLOCKS)
def test_a_thousand_blocks_do_no_harm(name: str) -> None:
    assert isinstance(decode(MANY_BLOCKS[name](1000)), Picture)


def test_a_sampling_factor_of_zero_is_corrupt() -> None:
    """The bytes of a pixel are counted by these factors."""
    data = bytearray(saved(scene(128, 128).convert("L"), "JPEG", progressive=True))
    factors = data.index(b"\xff\xc2") + 11
    assert data[factors] == 0x11
    data[factors] = 0
    rejected = decode(bytes(data))
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.CORRUPT


def test_a_tile_far_larger_than_its_picture_is_too_large() -> None:
    rejected = decode(tiff_tile_bomb(16384))
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.TOO_LARGE
    assert isinstance(decode(tiff_tile_bomb(1024)), Picture)


@pytest.mark.parametrize("size", [(64, 65_536), (1_000_000, 70)])
def test_a_strip_longer_than_a_jpeg_can_be_is_too_large(size: tuple[int, int]) -> None:
    """Scaling it to the frame of comparisons takes gigabytes."""
    assert decode(png_bomb(*size)) == Rejected(Verdict.TOO_LARGE, f"{size[0]}x{size[1]} pixels")


def test_the_longest_strip_is_decoded() -> None:
    assert isinstance(decode(png_bomb(64, budget.MAX_SIDE)), Picture)


def test_frames_are_rejected_without_decoding_them() -> None:
    frames = [Image.new("RGB", (64, 64), (number % 256, number // 256, 0)) for number in range(2000)]
    for kind, options in (("GIF", {}), ("WEBP", {"method": 0}), ("PNG", {})):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert decode(data) == Rejected(Verdict.ANIMATED, kind)
        assert seconds_of(data) < 0.5


_LARGE = {
    "PNG of 100 megapixels": lambda: png_bomb(10_000, 10_000),
    "JPEG": lambda: saved(scene(10_000, 10_000), "JPEG"),
    "JPEG of 108 megapixels": lambda: saved(scene(12_032, 9_024), "JPEG"),
    "turned JPEG": lambda: saved(
        scene(10_000, 10_000), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    ),
    "progressive JPEG": lambda: saved(scene(10_000, 10_000), "JPEG", progressive=True),
    "progressive JPEG, 4:4:4": lambda: saved(scene(10_000, 10_000), "JPEG", progressive=True, subsampling=0),
    "CMYK": lambda: saved(scene(10_000, 10_000).convert("CMYK"), "JPEG"),
    "transparent PNG": lambda: saved(Image.new("RGBA", (10_000, 10_000), (9, 9, 9, 9)), "PNG", compress_level=1),
    "palette with transparency": lambda: saved(Image.new("P", (10_000, 10_000)), "PNG", transparency=0),
    "16-bit PNG": lambda: saved(Image.new("I;16", (10_000, 10_000), 4000), "PNG", compress_level=1),
    "float TIFF": lambda: saved(Image.new("F", (8_000, 7_000), 0.5), "TIFF", compression="tiff_deflate"),
    "WebP": lambda: saved(scene(7_000, 6_000), "WEBP", method=0),
    "WebP of 99 megapixels": lambda: saved(Image.new("RGB", (16_000, 6_200)), "WEBP", method=0),
    "AVIF": lambda: saved(Image.new("RGBA", (7_000, 6_500)), "AVIF", speed=10),
    "AVIF of 100 megapixels": lambda: saved(Image.new("RGB", (10_000, 10_000)), "AVIF", speed=10),
    "GIF": lambda: saved(Image.new("P", (10_000, 10_000)), "GIF"),
    "tile": lambda: tiff_tile_bomb(7168),
}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("name", _LARGE)
def test_decoding_stays_within_its_memory(name: str) -> None:
    """The bytes of pixels, and a tenth for strips and readers."""
    _, peak = decoded_alone(_LARGE[name]())
    assert peak < 1.1 * budget.MAX_MEMORY
