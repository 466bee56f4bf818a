"""Remove GPS tags; keep every pixel, every other tag and the file's length."""

import io
import struct
import textwrap
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.media.files.metadata import without_location

GPS = {1: "N", 2: (52.0, 31.0, 12.5), 3: "E", 4: (13.0, 24.0, 18.25), 29: "2020:06:01"}
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description exif:GPSLatitude="52,31.2N" exif:Flash="1">'
    b"<exif:GPSLongitude>13,24.3E</exif:GPSLongitude><exif:GPSAltitude/></rdf:Description></rdf:RDF></x:xmpmeta>"
)
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")


def _picture(seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (80, 96, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((192, 160))


def _exif(*, gps: bool = True, orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "A maker of cameras with a long name"
    exif[0x0112] = orientation
    exif[0x9003] = "2020:06:01 12:00:00"
    exif.get_ifd(0x8769)[0x829A] = 0.01
    if gps:
        exif.get_ifd(0x8825).update(GPS)
    return exif


def _file(kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    _picture().save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_gps_tags_go_and_all_else_stays(kind: str) -> None:
    """Pixels, orientation and other tags stay in every format that carries EXIF."""
    data = _file(kind, exif=_exif().tobytes())
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825), "the test's own file has no GPS"
    cleaned = without_location(data)
    assert cleaned is not None
    assert len(cleaned) == len(data)
    exif = Image.open(io.BytesIO(cleaned)).getexif()
    assert 0x8825 not in exif
    assert not exif.get_ifd(0x8825)
    assert (exif[0x010F], exif[0x0112]) == ("A maker of cameras with a long name", 6)
    assert exif.get_ifd(0x8769)[0x829A] == pytest.approx(0.01)
    before, after = decode(data), decode(cleaned)
    assert isinstance(before, Picture)
    assert isinstance(after, Picture)
    assert np.array_equal(before.pixels, after.pixels)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_coordinates_are_erased(kind: str) -> None:
    """The values are erased, not only the pointer. Pillow writes the seconds of the latitude, 12.5, as 25/2."""
    data = _file(kind, exif=_exif().tobytes())
    numbers = [struct.pack(f"{order}II", 25, 2) for order in "<>"]
    assert any(number in data for number in numbers)
    cleaned = without_location(data) or b""
    assert not any(number in cleaned for number in numbers)
    assert b"2020:06:01\0" not in cleaned.replace(b"2020:06:01 ", b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_without_gps_tags_is_not_changed(kind: str) -> None:
    """None tells the caller to publish the bytes unchanged."""
    assert without_location(_file(kind)) is None
    assert without_location(_file(kind, exif=_exif(gps=False).tobytes())) is None


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_gps_tags_in_xmp_go_too(kind: str) -> None:
    """Attributes and elements go; the rest of the packet stays."""
    data = _file(kind, xmp=XMP)
    assert b"GPSLatitude" in data
    cleaned = without_location(data)
    assert cleaned is not None
    assert b"GPS" not in cleaned
    assert b'exif:Flash="1"' in cleaned
    Image.open(io.BytesIO(cleaned)).load()


def test_a_png_with_xmp_keeps_valid_checksums() -> None:
    """Readers reject chunks with a wrong CRC."""
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    cleaned = without_location(_file("PNG", pnginfo=text, exif=_exif().tobytes()))
    assert cleaned is not None
    Image.open(io.BytesIO(cleaned)).verify()
    image = Image.open(io.BytesIO(cleaned))
    assert b"GPS" not in cleaned
    assert "Flash" in image.text["XML:com.adobe.xmp"]


def _hex_profile(profile: bytes) -> str:
    """Write metadata as ImageMagick does in PNG."""
    digits = "\n".join(textwrap.wrap(profile.hex(), 72))
    return f"\nexif\n{len(profile):8}\n{digits}\n"


def _text(keyword: str, value: str, *, compressed: bool = True, international: bool = False) -> PngInfo:
    text = PngInfo()
    if international:
        text.add_itxt(keyword, value, zip=compressed)
    else:
        text.add_text(keyword, value, zip=compressed)
    return text


@pytest.mark.parametrize(
    "text",
    [
        _text("Raw profile type exif", _hex_profile(_exif().tobytes())),
        _text("Raw profile type APP1", _hex_profile(_exif().tobytes()), compressed=False),
        _text("Raw profile type exif", _hex_profile(_exif().tobytes()[6:]), international=True),
        _text("Raw profile type xmp", _hex_profile(XMP)),
        _text("XML:com.adobe.xmp", XMP.decode(), international=True),
        _text("anything", XMP.decode()),
        _text("anything", " " * (1 << 21) + XMP.decode()),
    ],
)
def test_a_png_text_that_holds_gps_tags_goes(text: PngInfo) -> None:
    """Compressed text cannot lose a part and keep its length. Readers find a blank comment instead."""
    text.add_text("Title", "kept", zip=True)
    data = _file("PNG", pnginfo=text)
    cleaned = without_location(data)
    assert cleaned is not None
    assert len(cleaned) == len(data)
    assert without_location(cleaned) is None
    Image.open(io.BytesIO(cleaned)).verify()
    image = Image.open(io.BytesIO(cleaned))
    assert image.text["Title"] == "kept"
    assert set(image.text) == {"Title", "Comment"}
    assert not image.text["Comment"].strip()
    assert image.tobytes() == _picture().tobytes()


@pytest.mark.parametrize(
    "text",
    [
        _text("Raw profile type exif", _hex_profile(_exif(gps=False).tobytes())),
        _text("Raw profile type icc", "0" * (1 << 21)),
        _text("Description", "a long story " * 1000),
        _text("Raw profile type exif", "no digits", compressed=False),
    ],
)
def test_other_png_texts_stay(text: PngInfo) -> None:
    """Colour profiles, captions and EXIF without GPS tags stay."""
    assert without_location(_file("PNG", pnginfo=text)) is None


def test_appended_pictures_lose_their_gps_tags_too() -> None:
    """Phones append a second JPEG to the first, as in MPO and motion photos."""
    one = _file("JPEG", exif=_exif().tobytes())
    cleaned = without_location(one + one)
    assert cleaned is not None
    assert without_location(cleaned) is None
    assert cleaned[: len(one)] == cleaned[len(one) :]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a" + b"\0" * 50, b"<html>", b"MM\0*\0\0\0\x08"])
def test_other_files_have_no_location(data: bytes) -> None:
    """They raise nothing either."""
    assert without_location(data) is None


@pytest.mark.parametrize("piece", [b"<x:xmpmeta", b"<exif:GPSA>", b"<exif:GPSA "])
@pytest.mark.parametrize("end", [b"", b"</x:xmpmeta>"])
def test_hostile_metadata_takes_no_time(piece: bytes, end: bytes) -> None:
    """The file repeats one unfinished tag for a megabyte."""
    data = b"\xff\xd8\xff<x:xmpmeta" + piece * (1_000_000 // len(piece)) + end
    start = time.perf_counter()
    assert without_location(data) is None
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("compressed", [True, False])
def test_a_hostile_text_of_png_takes_no_time(*, compressed: bool) -> None:
    """The text holds 50,000 EXIF headers without content."""
    text = _text("Raw profile type exif", _hex_profile(b"Exif\0\0II*\0" * 50_000), compressed=compressed)
    data = _file("PNG", pnginfo=text)
    start = time.perf_counter()
    assert without_location(data) is None
    assert time.perf_counter() - start < 2


BASES = [_file(kind, exif=_exif().tobytes()) for kind in FORMATS]
BASES.append(_file("PNG", pnginfo=_text("Raw profile type exif", _hex_profile(_exif().tobytes()))))


@given(st.sampled_from(BASES), st.integers(0, 2**31), st.integers(0, 600), st.binary(min_size=1, max_size=8))
def test_damaged_files_never_raise_and_keep_their_length(data: bytes, cut: int, place: int, noise: bytes) -> None:
    """Files are cut anywhere, or overwritten with noise. A second cleaning finds nothing."""
    damaged = bytearray(data[: len(data) - cut % len(data)])
    damaged[place : place + len(noise)] = noise[: max(0, len(damaged) - place)]
    cleaned = without_location(bytes(damaged))
    if cleaned is not None:
        assert len(cleaned) == len(damaged)
        assert without_location(cleaned) is None


def test_a_gps_directory_that_lies_over_the_main_one_is_cleared_without_a_fault() -> None:
    """In a damaged file the pointer may lead to the directory that holds it, or to its middle. Fuzzing found this."""
    entry = struct.pack(">HHII", 0x8825, 4, 1, 8)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    data = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff + b"\xff\xd9"
    cleaned = without_location(data)
    assert cleaned is not None
    assert len(cleaned) == len(data)
