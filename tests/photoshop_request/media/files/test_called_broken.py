"""Decode pictures with damage that no pixel depends on, and tell damaged files from unsupported ones."""

import io
import random
import struct
import time
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hostile_pictures import png_chunk, saved, scene
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from photoshop_request.media.files import conversion
from photoshop_request.media.files.decode import Picture, Rejected, decode, open_checked
from photoshop_request.media.files.hashes import PictureHash, distance, hash_file
from photoshop_request.media.files.metadata import without_metadata
from photoshop_request.verdicts import Verdict

SCENE = scene(96, 80)
MORE_THAN_PILLOW_READS = bytes(random.Random(0).randbytes(1000)) * 1100
ANCILLARY = (
    b"tRNS gAMA cHRM sRGB iCCP pHYs tEXt zTXt iTXt eXIf tIME bKGD hIST sBIT sPLT cICP mDCV acTL fcTL vpAg".split()
)


def assert_same_pixels(data: bytes, whole: bytes) -> None:
    """Also as published, for `datasets`, which opens files with Pillow."""
    picture, expected = decode(data), decode(whole)
    assert isinstance(expected, Picture)
    assert isinstance(picture, Picture), picture
    assert np.array_equal(picture.pixels, expected.pixels)
    assert isinstance(hash_file(data), PictureHash)
    published = without_metadata(data).data
    with Image.open(io.BytesIO(published)) as image:
        image.load()
    again = decode(published)
    assert isinstance(again, Picture)
    assert np.array_equal(again.pixels, expected.pixels)


def verdict_of(data: bytes) -> Verdict | None:
    result = decode(data)
    return result.verdict if isinstance(result, Rejected) else None


# Transparent colors of PNG


def png(depth: int, color_type: int, samples: np.ndarray, *chunks: bytes) -> bytes:
    """Return a PNG of 80 equal rows. `samples`: those of a row, shape (pixels, channels)."""
    bits = "".join(format(value, f"0{depth}b") for value in samples.ravel())
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    head = struct.pack(">IIBBBBB", len(samples), 80, depth, color_type, 0, 0, 0)
    pixels = png_chunk(b"IDAT", zlib.compress(row * 80))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + b"".join(chunks) + pixels + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("strip", [2**20, 1000])
@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("step", [None, 0, 1, 3])
def test_the_transparent_color_of_gray_samples(
    depth: int, step: int | None, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`step`: the transparent one of up to 128 gray levels, or None for a level that no pixel has."""
    monkeypatch.setattr(conversion, "_STRIP", strip)
    top = 2**depth - 1
    levels = np.arange(128) * (top + 1) // 128
    if step is None:
        levels = np.minimum(levels, top - 1)
    key = top if step is None else int(np.unique(levels)[step % (top + 1)])
    picture = decode(png(depth, 0, levels[:, None], png_chunk(b"tRNS", struct.pack(">H", key))))
    assert isinstance(picture, Picture)
    assert picture.transparent == pytest.approx((levels == key).mean())
    expected = np.where(levels == key, 255, np.rint(levels * 255 / top))
    assert (picture.pixels == expected[None, :, None]).all()


@pytest.mark.parametrize("depth", [8, 16])
def test_the_transparent_color_of_color_samples(depth: int) -> None:
    """Pillow took the lower 8 of 16 bits."""
    samples = np.stack([np.arange(128) * 2, np.arange(128), 255 - np.arange(128)], axis=-1) * (
        257 if depth == 16 else 1
    )
    key = samples[40]
    picture = decode(png(depth, 2, samples, png_chunk(b"tRNS", struct.pack(">HHH", *key))))
    assert isinstance(picture, Picture)
    expected = samples // (257 if depth == 16 else 1)
    expected[40] = 255
    assert (picture.pixels == expected).all()
    assert picture.transparent == pytest.approx(1 / 128)


def test_transparency_changes_no_hash_of_16_bits() -> None:
    gray = np.asarray(scene(200, 150).convert("L")).astype(np.uint16) * 200
    data = saved(Image.fromarray(gray), "PNG")
    key = png_chunk(b"tRNS", struct.pack(">H", 65_535))
    with_key, without = hash_file(data[:33] + key + data[33:]), hash_file(data)
    assert isinstance(with_key, PictureHash)
    assert isinstance(without, PictureHash)
    assert distance(with_key.phash, without.phash) <= 2


# Ancillary chunks of PNG


def with_chunk(
    name: bytes, content: bytes, *, crc: bool = True, at_end: bool = False, image: Image.Image = SCENE
) -> bytes:
    """Return a PNG with another chunk before or after its pixels."""
    data, chunk = saved(image, "PNG"), png_chunk(name, content)
    at = -12 if at_end else 33
    return data[:at] + (chunk if crc else chunk[:-1] + bytes([chunk[-1] ^ 1])) + data[at:]


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("name", ANCILLARY)
def test_damage_to_an_ancillary_chunk_is_ignored(name: bytes, at_end: bool) -> None:
    whole = saved(SCENE, "PNG")
    assert_same_pixels(with_chunk(name, bytes(40), crc=False, at_end=at_end), whole)
    for size in (0, 1, 3, 7, 25) if name != b"tRNS" else (0, 1, 3, 5):
        assert_same_pixels(with_chunk(name, bytes(size), at_end=at_end), whole)


@given(
    st.sampled_from([name for name in ANCILLARY if name not in b"tRNS eXIf acTL fcTL".split()]), st.binary(max_size=60)
)
def test_no_content_of_a_chunk_makes_a_file_corrupt(name: bytes, content: bytes) -> None:
    for image in (SCENE, SCENE.convert("L"), SCENE.quantize(8)):
        assert_same_pixels(with_chunk(name, content, image=image), saved(image, "PNG"))


@given(st.sampled_from(b"tRNS eXIf acTL".split()), st.binary(max_size=300))
def test_what_changes_the_picture_is_read_or_ignored(name: bytes, content: bytes) -> None:
    for image in (SCENE, SCENE.convert("L"), SCENE.quantize(8), SCENE.convert("RGBA")):
        assert verdict_of(with_chunk(name, content, image=image)) in {None, Verdict.ANIMATED}


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        (b"tEXt", b"a\0" + MORE_THAN_PILLOW_READS),
        (b"zTXt", b"a\0\0" + zlib.compress(MORE_THAN_PILLOW_READS)),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(MORE_THAN_PILLOW_READS)),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(MORE_THAN_PILLOW_READS)),
        (b"zTXt", b"a\0\7" + zlib.compress(b"a text")),
        (b"iCCP", b"a\0\7" + zlib.compress(b"a profile")),
        (b"iCCP", b"a\0\0" + zlib.compress(MORE_THAN_PILLOW_READS)),
    ],
)
def test_texts_and_profiles_of_any_size_are_no_damage(name: bytes, content: bytes, at_end: bool) -> None:
    assert_same_pixels(with_chunk(name, content, at_end=at_end), saved(SCENE, "PNG"))


def test_a_profile_over_1_mb_is_read() -> None:
    """Its colors are published converted, because stock `datasets` cannot open the file."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + MORE_THAN_PILLOW_READS
    data = with_chunk(b"iCCP", b"a\0\0" + zlib.compress(profile))
    image = open_checked(data)
    assert isinstance(image, Image.Image)
    assert image.info["icc_profile"] == profile
    assert "reencoded" in without_metadata(data).changes


def test_a_thousand_packed_profiles_are_read_in_bounded_time() -> None:
    """Each would take 16 MiB."""
    bomb = png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(16 * 2**20)))
    data = saved(SCENE, "PNG")
    begin = time.process_time()
    assert verdict_of(data[:33] + bomb * 1000 + data[33:]) is None
    assert time.process_time() - begin < 2


def test_a_text_that_is_cut_off_hides_no_pixel() -> None:
    data = with_chunk(b"tEXt", b"a\0" + bytes(100), at_end=True)
    for missing in range(1, 120):
        assert_same_pixels(data[:-missing], saved(SCENE, "PNG"))


# Segments of JPEG

PREFIXES = [
    *(b"", b"JFIF\0", b"JFXX\0", b"Exif\0\0", b"Exif\0\0MM\0*", b"ICC_PROFILE\0", b"Photoshop 3.0\0", b"FPXR\0"),
    *(b"Photoshop 3.0\0008BIM", b"Adobe", b"MPF\0", b"MPF\0MM\0*", b"http://ns.adobe.com/xap/1.0/\0"),
]


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO", "ignore:Corrupt EXIF data")
@given(
    st.sampled_from([*range(0xE0, 0xF0), 0xFE]),
    st.sampled_from(PREFIXES),
    st.binary(max_size=12).filter(lambda payload: not payload.startswith(b"\0\x64")),
)
def test_damage_to_metadata_of_jpeg_is_ignored(code: int, prefix: bytes, payload: bytes) -> None:
    whole = saved(SCENE, "JPEG")
    content = prefix + payload
    if code == 0xEE and content.startswith(b"Adobe") and len(content) >= 12:
        return  # it states the color space
    segment = bytes([0xFF, code]) + (len(content) + 2).to_bytes(2, "big") + content
    assert_same_pixels(whole[:20] + segment + whole[20:], whole)


# Truncation

WRITERS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: saved(SCENE, "JPEG"),
    "JPEG, 4:4:4, quality 100": lambda: saved(SCENE, "JPEG", quality=100, subsampling=0),
    "JPEG, gray": lambda: saved(SCENE.convert("L"), "JPEG"),
    "JPEG, restarts": lambda: saved(SCENE, "JPEG", restart_marker_blocks=3),
    "JPEG, progressive": lambda: saved(SCENE, "JPEG", progressive=True),
    "JPEG, progressive, quality 100": lambda: saved(SCENE, "JPEG", progressive=True, quality=100),
    "PNG": lambda: saved(SCENE, "PNG"),
    "PNG, palette": lambda: saved(SCENE.quantize(16), "PNG", transparency=3),
    "GIF": lambda: saved(SCENE, "GIF"),
    "WEBP": lambda: saved(SCENE, "WEBP", exif=b"Exif\0\0" + bytes(50), xmp=b"x" * 51),
    "WEBP, lossless": lambda: saved(SCENE.convert("RGBA"), "WEBP", lossless=True, xmp=b"x" * 51),
    "BMP": lambda: saved(SCENE, "BMP"),
    "TIFF": lambda: saved(SCENE, "TIFF"),
    "TIFF, packed": lambda: saved(SCENE, "TIFF", compression="tiff_adobe_deflate"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_cut_file_is_whole_or_corrupt(name: str) -> None:
    """It never has other pixels, wherever it was cut."""
    data = WRITERS[name]()
    whole = decode(data)
    assert isinstance(whole, Picture)
    for end in sorted({*range(12, len(data), max(1, len(data) // 400)), *range(len(data) - 60, len(data))}):
        cut = decode(data[:end])
        if isinstance(cut, Picture):
            assert np.array_equal(cut.pixels, whole.pixels), end
        else:
            assert cut.verdict is Verdict.CORRUPT or end < 60, (end, cut)


@pytest.mark.parametrize("name", [name for name in WRITERS if name.startswith("JPEG")])
def test_a_jpeg_lacks_its_end_marker_only(name: str) -> None:
    data = WRITERS[name]()
    for end in (b"", b"\xff", b"\xff\xff", bytes(1), bytes(5000)):
        assert_same_pixels(data[:-2] + end, data)


@pytest.mark.parametrize("name", [name for name in WRITERS if name.startswith("JPEG")])
def test_zeros_in_place_of_pixels_are_corrupt(name: str) -> None:
    """A file that was given its size before it was written."""
    data = WRITERS[name]()
    for part in (0.5, 0.9):
        end = int(len(data) * part)
        assert verdict_of(data[:end] + bytes(3 * len(data))) is Verdict.CORRUPT


def test_a_jpeg_without_its_last_scans_is_corrupt() -> None:
    """A file that was cut between two scans shows the picture, but not all of it."""
    data = saved(SCENE, "JPEG", progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    tables = [data.rindex(b"\xff\xc4", 0, at) for at in scans]
    for end in {*scans[1:], *tables[1:]}:
        assert verdict_of(data[:end]) is Verdict.CORRUPT


@pytest.mark.parametrize("missing", [1, 2])
def test_the_end_of_gif_and_png_may_be_missing(missing: int) -> None:
    for kind in ("GIF", "PNG"):
        whole = saved(SCENE, kind)
        assert_same_pixels(whole[:-missing], whole)


@pytest.mark.parametrize("lossless", [False, True])
def test_metadata_of_webp_may_be_cut_off(lossless: bool) -> None:
    data = saved(SCENE, "WEBP", lossless=lossless, exif=b"Exif\0\0" + bytes(50), xmp=b"x" * 51)
    after_pixels = data.index(b"EXIF")
    for end in range(after_pixels, len(data)):
        assert_same_pixels(data[:end], data)


# Sound files of other kinds


def tiff(bits: int, sample_format: int, samples: int, compression: int = 1) -> bytes:
    """Return a TIFF of 80x80 pixels."""
    pixels = bytes(80 * 80 * samples * bits // 8)
    photometric = 2 if samples == 3 else 1
    tags = [(256, 80), (257, 80), (258, bits), (259, compression), (262, photometric), (277, samples), (278, 80)]
    tags += [(339, sample_format)]
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    lists = {258: (bits,) * samples, 339: (sample_format,) * samples}
    entries, behind = [], b""
    for tag, value in sorted([*tags, (273, 0), (279, len(pixels))]):
        if tag in lists and samples > 2:
            entries.append(struct.pack("<HHII", tag, 3, samples, start + len(behind)))
            behind += struct.pack(f"<{samples}H", *lists[tag])
        else:
            entries.append(struct.pack("<HHII", tag, 4, 1, value))
    body = b"".join(entries).replace(
        struct.pack("<HHII", 273, 4, 1, 0), struct.pack("<HHII", 273, 4, 1, start + len(behind))
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + behind + pixels


def changed(data: bytes, at: int, *values: int) -> bytes:
    return data[:at] + bytes(values) + data[at + len(values) :]


def test_the_tiff_of_these_tests_decodes() -> None:
    assert verdict_of(tiff(8, 1, 3)) is None
    assert verdict_of(tiff(32, 3, 1)) is None


JPEG = saved(SCENE, "JPEG")
UNSUPPORTED = {
    "TIFF of floats in color": tiff(32, 3, 3),
    "TIFF of half floats": tiff(16, 3, 1),
    "TIFF of doubles": tiff(64, 3, 1),
    "TIFF of complex numbers": tiff(64, 6, 1),
    "TIFF of 32 bits in color": tiff(32, 1, 3),
    "TIFF with JPEG 2000": tiff(8, 1, 3, compression=34712),
    "JPEG of 12 bits": changed(JPEG, JPEG.index(b"\xff\xc0") + 4, 12),
    "BMP with a JPEG in it": changed(saved(SCENE, "BMP"), 30, 4),
    "BMP of 64 bits": changed(saved(SCENE, "BMP"), 28, 64),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_sound_file_of_another_kind_is_unsupported(name: str) -> None:
    assert verdict_of(UNSUPPORTED[name]) is Verdict.UNSUPPORTED


def test_the_largest_phone_pictures_are_decoded() -> None:
    """108 megapixels. The header decides."""
    data = saved(Image.new("L", (12_032, 9_024)), "JPEG")
    assert isinstance(open_checked(data), Image.Image)
