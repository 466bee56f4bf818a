"""Decode every format, and reject what is no usable picture."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from photoshop_request.media.files import conversion
from photoshop_request.media.files.decode import EXTENSIONS, Picture, Rejected, decode, sniff
from photoshop_request.verdicts import Verdict


def scene(width: int = 120, height: int = 80) -> Image.Image:
    """Return smooth colours with a bright top left corner, so that every rotation and flip shows."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([255 * x / width, 255 * y / height, 128 + 0 * x], axis=-1)
    pixels[: height // 4, : width // 4] = 255
    return Image.fromarray(pixels.astype(np.uint8))


def saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes) -> Picture:
    picture = decode(data)
    assert isinstance(picture, Picture), picture
    return picture


def close(picture: Picture, image: Image.Image, tolerance: float = 6.0) -> bool:
    expected = np.asarray(image.convert("RGB"), dtype=float)
    return picture.pixels.shape == expected.shape and np.abs(picture.pixels - expected).mean() < tolerance


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_is_recognised_by_its_first_bytes_and_decodes(kind):
    data = saved(scene(), kind)
    assert sniff(data) == kind
    assert kind in EXTENSIONS
    picture = decoded(data)
    assert picture.format == kind
    assert close(picture, scene())
    assert not picture.pixels.flags.writeable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"BM, said the letter",
        b"\0\0\0\x18ftypmp42\0\0\0\0isomavc1",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"%PDF-1.7",
    ],
)
def test_other_files_have_no_format(data):
    assert sniff(data) is None
    rejected = decode(data)
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.NOT_AN_IMAGE


def test_heif_is_told_from_avif_and_mp4():
    assert sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "HEIF"
    assert sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") == "AVIF"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("keep", [0.5, 0.97])
def test_a_truncated_file_is_corrupt(kind, keep):
    """It is corrupt even if only the last pixels are missing."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8))
    data = saved(noise, kind)
    rejected = decode(data[: int(len(data) * keep)])
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.CORRUPT


def test_garbage_behind_a_magic_number_is_corrupt():
    for magic in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\x20\0\0\0WEBP", b"II*\0"):
        rejected = decode(magic + b"nonsense" * 8)
        assert isinstance(rejected, Rejected)
        assert rejected.verdict is Verdict.CORRUPT


def test_size_limits_are_checked_on_the_header():
    """A decompression bomb is rejected although its pixel data is missing."""
    data = saved(Image.new("1", (20_000, 20_000)), "PNG")[:100]
    rejected = decode(data)
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.TOO_LARGE
    small = decode(saved(scene(300, 63), "PNG"))
    assert isinstance(small, Rejected)
    assert small.verdict is Verdict.TOO_SMALL
    assert isinstance(decode(saved(scene(300, 63), "PNG"), min_side=32), Picture)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animations_are_rejected(kind):
    frames = [scene(), scene().rotate(180)]
    rejected = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert isinstance(rejected, Rejected)
    assert rejected.verdict is Verdict.ANIMATED


def test_the_first_page_of_a_tiff_and_of_a_camera_jpeg_counts():
    pages = [scene(), scene().rotate(180)]
    assert close(decoded(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])), scene())
    assert close(decoded(saved(pages[0], "MPO", save_all=True, append_images=pages[1:])), scene())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation):
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    stored = scene() if back is None else scene().transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert close(decoded(saved(stored, "JPEG", exif=exif)), scene())


def test_transparency_is_laid_on_white_and_measured():
    image = scene().convert("RGBA")
    image.paste((9, 9, 9, 0), (60, 0, 120, 80))
    picture = decoded(saved(image, "PNG"))
    assert picture.transparent == pytest.approx(0.5)
    assert (picture.pixels[:, 60:] == 255).all()
    palette = scene().quantize(16)
    palette.info["transparency"] = 0
    assert decoded(saved(palette, "PNG", transparency=0)).transparent > 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode):
    if mode == "I;16":
        grey = np.asarray(scene().convert("L")).astype(np.uint16) * 257
        stored = Image.fromarray(grey)
        expected = scene().convert("L")
    else:
        stored = scene().convert(mode)
        expected = stored.convert("RGB")
    kind = "TIFF" if mode == "CMYK" else "PNG"
    assert close(decoded(saved(stored, kind)), expected)


def test_float_tiff_is_scaled_to_its_range():
    grey = np.asarray(scene().convert("L"), dtype=np.float32) / 255
    assert close(decoded(saved(Image.fromarray(grey), "TIFF")), scene().convert("L"))


def test_a_colour_profile_is_converted_to_srgb():
    """A picture stored as Lab comes out in its sRGB colours. A damaged profile changes nothing."""
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    to_lab = ImageCms.buildTransform(srgb, lab, "RGB", "LAB")
    stored = ImageCms.applyTransform(scene(), to_lab)
    assert stored is not None
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    assert close(decoded(saved(stored, "TIFF", icc_profile=profile)), scene())
    assert close(decoded(saved(scene(), "PNG", icc_profile=b"no profile at all" * 20)), scene())


def test_srgb_under_another_name_costs_no_conversion():
    """Image servers embed compact sRGB profiles called "c2" or "uRGB". Pixels stay bit-identical."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = profile.replace("sRGB".encode("utf-16-be"), "wxyz".encode("utf-16-be")).replace(b"sRGB", b"wxyz")
    assert "srgb" not in ImageCms.getProfileDescription(io.BytesIO(renamed)).lower()
    assert conversion._srgb_transform(renamed, "RGB") is None
    assert np.array_equal(decoded(saved(scene(), "PNG", icc_profile=renamed)).pixels, np.asarray(scene()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(10))
def test_strips_give_the_pixels_of_the_whole_image(kind, orientation, monkeypatch):
    """Every turn, with strips of a few rows."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(scene(150, 97), kind, exif=exif)
    whole = decoded(data)
    monkeypatch.setattr(conversion, "_STRIP", 150 * 7)
    assert np.array_equal(decoded(data).pixels, whole.pixels)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.array_equal(whole.pixels, expected)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_strips_convert_every_mode_as_a_whole(mode, monkeypatch):
    """The range of deep samples is that of the image, not of the strip."""
    ramp = np.linspace(0, 1, 120 * 90, dtype=np.float32).reshape(90, 120)
    deep = {"I;16": (ramp * 60_000).astype(np.uint16), "I": (ramp * 60_000).astype(np.int32), "F": ramp * 7 - 2}
    image = Image.fromarray(deep[mode]) if mode in deep else scene(120, 90).convert(mode)
    whole, transparent = conversion.upright_srgb(image)
    monkeypatch.setattr(conversion, "_STRIP", 120 * 7)
    pixels, transparent_of_strips = conversion.upright_srgb(image)
    assert np.array_equal(pixels, whole)
    assert transparent_of_strips == transparent


def test_few_large_profiles_are_kept():
    """A file may hold a profile of 40 MB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for number in range(4):
        conversion._srgb_transform(profile + bytes(2**20 + number), "RGB")
    assert conversion._large_transform.cache_info().currsize == 1
