"""Take all metadata out of pictures; keep every pixel, the color profile and the orientation."""

import io
import time
import tracemalloc
from collections.abc import Callable

import made_metadata as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from photoshop_request.media.files.containers import UnreadableContainerError
from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.media.files.metadata import PublishedFile, without_metadata

# Pillow warns of damaged metadata
pytestmark = [pytest.mark.filterwarnings("ignore::UserWarning:PIL")]

CASES = made.cases()
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "BMP")


def pixels(data: bytes) -> np.ndarray:
    picture = decode(data)
    assert isinstance(picture, Picture), picture
    return picture.pixels


def spellings(secret: bytes) -> list[bytes]:
    return [secret, secret.hex().encode(), secret.decode().encode("utf-16-le"), secret.decode().encode("utf-32-le")]


@pytest.mark.parametrize("name", CASES)
def test_metadata_goes_and_every_pixel_stays(name: str) -> None:
    """Nothing of it remains in the file, readable or not. Cleaning a clean file changes nothing."""
    data = CASES[name]
    cleaned = without_metadata(data)
    assert cleaned.changes
    assert not any(secret in cleaned.data for secret in spellings(made.SECRET))
    assert np.array_equal(pixels(data), pixels(cleaned.data))
    assert without_metadata(cleaned.data) == PublishedFile(cleaned.data)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("jpeg exif", ("gps", "metadata")),
        ("jpeg exif, unknown type", ("gps", "metadata")),
        ("jpeg exif thumbnail", ("thumbnail", "metadata")),
        ("jpeg jfxx thumbnail", ("thumbnail", "metadata")),
        ("jpeg xmp, drone", ("gps", "metadata")),
        ("jpeg xmp, utf-16", ("gps", "metadata")),
        ("jpeg xmp, turned", ("metadata",)),
        ("jpeg iptc", ("gps", "metadata")),
        ("jpeg unknown segment", ("metadata",)),
        ("jpeg with mp4", ("gps", "metadata")),
        ("jpeg with mpf", ("gps", "thumbnail", "metadata")),
        ("png raw profile", ("gps", "metadata")),
        ("png unknown chunk", ("metadata",)),
        ("gif comment", ("metadata",)),
        ("tiff jpeg", ("metadata", "reencoded")),
        ("avif", ("gps", "metadata")),
    ],
)
def test_changes_are_named(name: str, changes: tuple[str, ...]) -> None:
    """They follow the order of `CHANGES`."""
    assert without_metadata(CASES[name]).changes == changes


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("profile", [b"", made.ICC])
def test_a_file_without_metadata_stays_as_it_is(kind: str, profile: bytes) -> None:
    """Bit for bit, with its color profile."""
    data = made.file(kind, **({"icc_profile": profile} if profile and kind != "BMP" else {}))
    assert without_metadata(data) == PublishedFile(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_profile_and_orientation_survive(kind: str, orientation: int) -> None:
    """Readers turn the picture and convert its colors as before."""
    data = made.file(kind, exif=made.exif(orientation=orientation), icc_profile=made.ICC)
    cleaned = without_metadata(data).data
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(cleaned))
    assert after.info["icc_profile"] == before.info["icc_profile"] == made.ICC
    assert after.getexif().get(0x0112, 1) == orientation
    assert set(after.getexif()) <= ({0x0112} if kind != "TIFF" else set(range(256, 300)) | {34675})
    assert after.tobytes() == before.tobytes()


def test_a_thumbnail_in_the_first_segment_goes() -> None:
    """JFIF may hold uncompressed pixels."""
    data = made.file("JPEG")
    thumbnail = b"\x02\x01" + b"abcdef"
    length = 16 + len(b"abcdef")
    with_thumbnail = data[:4] + length.to_bytes(2, "big") + data[6:18] + thumbnail + data[20:]
    cleaned = without_metadata(with_thumbnail)
    assert cleaned == PublishedFile(data, ("thumbnail", "metadata"))


def test_animations_keep_every_frame() -> None:
    """Loop count and times of the frames stay too."""
    frames = [made.picture(seed) for seed in range(3)]
    more = {"save_all": True, "append_images": frames[1:], "duration": 120, "loop": 0}
    animations = [
        made.gif(made.gif_xmp(made.DRONE), frames=3),
        made.png(made.chunk(b"eXIf", made.exif()[6:]), image=frames[0], **more),
        made.webp(made.webp_chunk(b"XMP ", made.DRONE.encode()), image=frames[0], lossless=True, **more),
    ]
    for data in animations:
        cleaned = without_metadata(data)
        assert cleaned.changes
        before, after = (Image.open(io.BytesIO(each)) for each in (data, cleaned.data))
        assert after.n_frames == before.n_frames == 3
        assert after.info["loop"] == before.info["loop"]
        for one, other in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True):
            assert one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()
            assert one.info["duration"] == other.info["duration"]


def test_heif_becomes_png() -> None:
    """Stock `datasets` cannot open HEIF. Pixels and profile are the same."""
    heif = pytest.importorskip("pillow_heif", reason="the extra `heif` is not installed")
    out = io.BytesIO()
    encoded = heif.from_pillow(made.picture())
    encoded.save(out, exif=made.exif(), icc_profile=made.ICC, quality=90)
    cleaned = without_metadata(out.getvalue())
    assert cleaned.changes == ("gps", "metadata", "reencoded")
    image = Image.open(io.BytesIO(cleaned.data))
    assert (image.format, image.info["icc_profile"]) == ("PNG", made.ICC)
    assert np.array_equal(pixels(out.getvalue()), pixels(cleaned.data))


@pytest.mark.parametrize("data", [b"", b"<html>", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"MM\0*\0\0\0\x08", b"BM"])
def test_what_cannot_be_decoded_is_refused(data: bytes) -> None:
    """It is never published."""
    with pytest.raises(UnreadableContainerError, match=r"corrupt|not_an_image"):
        without_metadata(data)


@pytest.mark.parametrize(
    "data",
    [
        made.jpeg(made.segment(0xE1, made.exif())),
        made.jpeg(made.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + made.DRONE.encode())),
        made.png(made.chunk(b"eXIf", made.exif()[6:])),
        made.webp(exif=made.exif()[6:]),
        made.tiff(),
    ],
)
def test_credit_lines_stay_on_request(data: bytes) -> None:
    """Artist and copyright stay. Owner, serial number, comment and location go, and the orientation stays."""
    cleaned = without_metadata(data, keep_credit_lines=True)
    exif = Image.open(io.BytesIO(cleaned.data)).getexif()
    assert made.SECRET.decode() in exif[0x013B]
    assert made.SECRET not in cleaned.data.replace(b"(c) " + made.SECRET, b"").replace(exif[0x013B].encode(), b"")
    assert not exif.get_ifd(0x8825)
    assert "gps" in cleaned.changes
    assert np.array_equal(pixels(data), pixels(cleaned.data))
    assert without_metadata(cleaned.data, keep_credit_lines=True) == PublishedFile(cleaned.data)


def test_credit_lines_of_iptc_are_kept_as_exif() -> None:
    """The place beside them goes."""
    exif = Image.open(io.BytesIO(without_metadata(made.jpeg(made.iptc()), keep_credit_lines=True).data)).getexif()
    assert dict(exif) == {0x013B: made.SECRET.decode(), 0x8298: made.SECRET.decode()}


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(sorted(CASES)), st.integers(0, 2**32), st.booleans())
def test_a_damaged_file_keeps_its_pixels_and_loses_its_metadata(name: str, seed: int, keep: bool) -> None:
    """Or it is refused, but only if `decode` rejects it."""
    data = made.harm(CASES[name], seed)
    before = decode(data, min_side=1)
    try:
        cleaned = without_metadata(data, keep_credit_lines=keep)
    except UnreadableContainerError:
        assert not isinstance(before, Picture)
        return
    if isinstance(before, Picture):
        assert without_metadata(cleaned.data, keep_credit_lines=keep) == PublishedFile(cleaned.data)
        after = decode(cleaned.data, min_side=1)
        assert isinstance(after, Picture)
        assert np.array_equal(before.pixels, after.pixels)
        # damage may turn metadata into pixels: into a palette of GIF, or by a longer strip of TIFF
        assert (
            keep
            or name.startswith(("gif", "tiff"))
            or not any(secret in cleaned.data for secret in spellings(made.SECRET))
        )


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "jpeg, markers": lambda n: made.jpeg(b"\xff\x01" * (n // 2)),
    "jpeg, fill bytes": lambda n: made.jpeg(b"\xff" * n),
    "jpeg, stuffed zeros": lambda n: made.jpeg(b"\xff\x00" * (n // 2)),
    "jpeg, empty segments": lambda n: made.jpeg(made.segment(0xE1, b"") * (n // 4)),
    "jpeg, EXIF prefixes": lambda n: made.jpeg(made.segment(0xE1, b"Exif\0\0II*\0") * (n // 14)),
    "jpeg, XMP starts": lambda n: made.jpeg(*[made.segment(0xFE, b"<x:xmpmeta<dc:creator" * 3000)] * (n // 63_000)),
    "jpeg, pictures": lambda n: made.jpeg(after=b"\xff\xd8\xff" * (n // 3)),
    "png, empty chunks": lambda n: made.png(made.chunk(b"tEXt", b"") * (n // 12)),
    "png, bomb": lambda n: made.png_text("Comment", "gps " * (n // 4)),
    "webp, empty chunks": lambda n: made.webp(b"ABCD\0\0\0\0" * (n // 8)),
    "gif, empty blocks": lambda n: made.gif(b"\x21\xfe\0" * (n // 3)),
    "gif, noise": lambda n: made.gif(after=b"\x01" * n),
    "gif, noise between blocks": lambda n: made.gif(b"\x01" * n),
    "avif, empty boxes": lambda n: _avif_with(made.box(b"free", b"") * (n // 8)),
    "bmp": lambda n: made.file("BMP") + bytes(n),
    "tiff": lambda n: made.file("TIFF", tiffinfo={700: bytes(n)}),
}


def _avif_with(boxes: bytes) -> bytes:
    data = made.file("AVIF")
    end = int.from_bytes(data[:4], "big")
    return data + boxes if end else data


@pytest.mark.parametrize("name", HOSTILE)
def test_time_and_memory_grow_linearly(name: str) -> None:
    """A megabyte of anything takes under a second and a few times its size."""
    data = HOSTILE[name](1_000_000)
    start = time.process_time()
    without_metadata(data)
    assert time.process_time() - start < 1
    data = HOSTILE[name](100_000)
    tracemalloc.start()
    without_metadata(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * len(data) + 1_000_000
